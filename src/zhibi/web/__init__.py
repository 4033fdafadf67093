"""The workspace in a browser: a Django project over the core. One database is one company."""
