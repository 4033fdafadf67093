"""Django's settings for the tests: a workspace of their own, quick passwords, no hashed files."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

FOLDER = Path(tempfile.mkdtemp(prefix="zhibi-tests-"))
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
(FOLDER / "zhibi.toml").write_text(
    'name = "测试公司"\ncurrency = "CNY"\nlanguage = "zh-CN"\n', encoding="utf-8"
)
os.environ["ZHIBI_HOME"] = str(FOLDER)
os.environ["ZHIBI_SECRET_KEY"] = "only for tests"
if "ZHIBI_TEST_DATABASE_URL" in os.environ:
    os.environ["DATABASE_URL"] = os.environ["ZHIBI_TEST_DATABASE_URL"]
else:
    os.environ.pop("DATABASE_URL", None)

from zhibi.web.settings import *  # noqa: E402, F403

del os.environ["ZHIBI_HOME"]  # the other tests choose their own workspace
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
MIDDLEWARE = [m for m in MIDDLEWARE if "whitenoise" not in m]  # noqa: F405
