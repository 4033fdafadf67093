"""DuckDB as the steps of an import use it: bounded memory, a folder to spill to, quoted names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import zip_longest
from pathlib import Path

import duckdb

MEMORY_LIMIT = "1200MB"
# How one step leaves rows for the next. They are read a few times and deleted, and a dictionary
# of codes that hardly repeat takes as long to write as all else: only short ones are kept.
STAGED = "(FORMAT parquet, DICTIONARY_SIZE_LIMIT 1000)"


def connect(staging: Path) -> duckdb.DuckDBPyConnection:
    """A connection of its own for one step; spills beside the staged files."""
    connection = duckdb.connect()
    connection.execute(f"SET memory_limit = '{MEMORY_LIMIT}'")
    connection.execute(f"SET temp_directory = {literal(staging / 'spill')}")
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def literal(text: object) -> str:
    """A value as an SQL string literal."""
    return "'" + str(text).replace("'", "''") + "'"


def literals(texts: Iterable[object]) -> str:
    """Values as the SQL list of an IN."""
    return ", ".join(literal(text) for text in texts)


def name(text: str) -> str:
    """A column name as an SQL identifier."""
    return '"' + text.replace('"', '""') + '"'


Named = tuple[str, str]  # the name of a computed column, and its SQL


def stack(source: str, columns: Iterable[Sequence[Named]]) -> str:
    """A query with further columns, each list one upon the other: what is computed at one depth
    is used by name at the next. (Written as one expression, a column that is used three times is
    planned three times, and nested ones take the planner seconds.)"""
    for depth in zip_longest(*columns):
        named = ", ".join(f"{sql} AS {name}" for name, sql in filter(None, depth))
        source = f"(SELECT *, {named} FROM {source})"
    return source
