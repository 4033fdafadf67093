"""The real settings, but that a writer waits for three seconds and no file has a hash."""

from zhibi.web.settings import *  # noqa: F403
from zhibi.web.settings import DATABASES, STORAGES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
DATABASES["default"]["OPTIONS"]["timeout"] = 3
