"""Imported once by the server that the worker forks from: a job starts in a tenth of a second
instead of two."""

from __future__ import annotations

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhibi.web.settings")
django.setup()

import ibis  # noqa: E402
import ibis.backends.duckdb  # noqa: E402, F401
import pyarrow.parquet  # noqa: E402
import pypinyin  # noqa: E402, F401 - its dictionaries

from zhibi import run  # noqa: E402, F401
from zhibi.tables.ingest import importing  # noqa: E402, F401
from zhibi.web.jobs import registry  # noqa: E402

registry.kinds()
pyarrow.array([0])  # at the first list it looks for pandas
