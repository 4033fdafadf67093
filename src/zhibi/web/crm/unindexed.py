"""Telling a database which index not to take."""

from __future__ import annotations

from typing import Any

from django.db.models import Func


class Unindexed(Func):
    """A column that SQLite reads row by row: without counts of its own it takes every index for
    a narrow one, and would read 400,000 accounts of grade D to find ten of them."""

    template = "%(expressions)s"
    arity = 1

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> tuple[str, Any]:
        return self.as_sql(compiler, connection, template="+%(expressions)s", **more)
