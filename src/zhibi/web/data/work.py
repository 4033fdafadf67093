"""The jobs of this app."""
