"""Django's settings, from the workspace folder and a few environment variables.

ZHIBI_HOME      the workspace (also given by `zhibi --workspace FOLDER serve`)
DATABASE_URL    postgres://…; without it SQLite in the workspace
ZHIBI_HOSTS     names the server answers to, separated by commas
ZHIBI_HTTPS     1 behind a proxy that speaks HTTPS: secure cookies, HSTS, redirect
"""

from __future__ import annotations

import os
from pathlib import Path

import dj_database_url

from zhibi.tables.settings import Settings
from zhibi.web.secret import secret_key

WORKSPACE = Path(os.environ.get("ZHIBI_HOME") or ".").resolve()
COMPANY = Settings.load(WORKSPACE)
HERE = Path(__file__).parent

SECRET_KEY = secret_key(WORKSPACE)
DEBUG = False
IS_HTTPS = os.environ.get("ZHIBI_HTTPS") == "1"
ALLOWED_HOSTS = os.environ.get("ZHIBI_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if IS_HTTPS]

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.staticfiles",
    "django_htmx",
    "zhibi.web",
    "zhibi.web.team",
    "zhibi.web.crm",
    "zhibi.web.insight",
    "zhibi.web.jobs",
    "zhibi.web.data",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "zhibi.web.middleware.security_headers",
    "zhibi.web.middleware.no_zero_signs",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "zhibi.web.middleware.SignedIn",
    "zhibi.web.middleware.language_and_time",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "zhibi.web.middleware.plain_failures",
]
ROOT_URLCONF = "zhibi.web.urls"
WSGI_APPLICATION = "zhibi.web.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "zhibi.web.context.company",
            ],
            "builtins": ["zhibi.web.templatetags.zhibi_text"],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["django.template.loaders.filesystem.Loader"],
                )
            ],
        },
    }
]

DATABASES = {
    "default": dj_database_url.parse(
        os.environ.get("DATABASE_URL") or f"sqlite:///{WORKSPACE / 'zhibi.db'}",
        conn_max_age=60,
        conn_health_checks=True,
    )
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A writer waits for another one instead of failing half-way; readers never wait.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 12,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
        "PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY;",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ATOMIC_REQUESTS = False

AUTH_USER_MODEL = "team.User"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("MinimumLengthValidator", "CommonPasswordValidator", "NumericPasswordValidator")
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "today"

SESSION_ENGINE = "zhibi.web.team.sessions"
# Two companies on one machine differ only by port, which cookies do not see.
COOKIE_SUFFIX = WORKSPACE.name.encode().hex()[:24]
SESSION_COOKIE_NAME = f"zhibi_{COOKIE_SUFFIX}"
CSRF_COOKIE_NAME = f"zhibi_form_{COOKIE_SUFFIX}"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "zhibi.web.failures.form_too_old"
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"

SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LANGUAGE_CODE = "en" if COMPANY.language == "en" else "zh-hans"
USE_I18N = True
USE_TZ = True
TIME_ZONE = COMPANY.timezone

STATIC_URL = "/static/"
STATIC_ROOT = WORKSPACE / "cache" / "static"
STATICFILES_DIRS = [HERE / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MEDIA_ROOT = WORKSPACE / "attachments"
UPLOADS = WORKSPACE / "uploads"
RESULTS = WORKSPACE / "cache" / "results"
FILE_UPLOAD_TEMP_DIR = UPLOADS  # the workspace's own disk: what is kept need not be copied far
FILE_UPLOAD_HANDLERS = ["zhibi.web.data.uploads.LimitedUpload"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
PLACES_OF_WORK = (  # what the worker can do
    "zhibi.web.crm.work",
    "zhibi.web.insight.work",
    "zhibi.web.data.work",
)
MAX_UPLOAD_BYTES = 2_000_000_000

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
