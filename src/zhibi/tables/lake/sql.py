"""DuckDB as the lake uses it: bounded memory, a folder to spill to, quoting in one place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

import duckdb

from zhibi.errors import ZhibiError

# With the Parquet writer's buffers on top, the whole process stays below 2 GB (benchmarks/).
MEMORY_LIMIT = "1200MB"
THREADS = 2

Connection: TypeAlias = duckdb.DuckDBPyConnection


@contextmanager
def session(scratch: Path) -> Iterator[Connection]:
    """A connection that spills to `scratch`. Faults of disk and memory become one sentence."""
    connection = duckdb.connect(
        config={
            "memory_limit": MEMORY_LIMIT,
            "threads": THREADS,
            "temp_directory": str(scratch / "spill"),
            "preserve_insertion_order": False,
            "autoinstall_known_extensions": False,
        }
    )
    connection.execute("SET enable_progress_bar = false")  # ours is above, in the command
    try:
        yield connection
    except (duckdb.IOException, duckdb.OutOfMemoryException) as problem:
        raise ZhibiError(
            "The lake could not be written: {problem}. Nothing was changed; "
            "free some disk space or memory and try again.",
            problem=str(problem).splitlines()[0].rstrip("."),
        ) from problem
    finally:
        connection.close()


def literal(text: object) -> str:
    return "'" + str(text).replace("'", "''") + "'"


def name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def names(columns: Iterable[str], *, of: str = "") -> str:
    """Quoted column names, each with the relation's alias when one is given."""
    prefix = f"{of}." if of else ""
    return ", ".join(prefix + name(column) for column in columns)


def file_list(files: Iterable[str | Path]) -> str:
    return "[" + ", ".join(literal(file) for file in files) + "]"


def stored(files: Iterable[str], columns: Mapping[str, str], *, filename: bool = False) -> str:
    """A relation over Parquet files of the lake; an empty one of these columns without files."""
    found = tuple(files)
    if found:
        return f"read_parquet({file_list(found)}, filename={str(filename).lower()})"
    nothing = ", ".join(f"NULL::{type_} AS {name(column)}" for column, type_ in columns.items())
    return f"(SELECT {nothing}{', NULL::VARCHAR AS filename' if filename else ''} WHERE false)"


def count(connection: Connection, query: str) -> int:
    """The one whole number that a query gives."""
    # fetchone would leave the result open, and DuckDB 2 then refuses other work.
    ((found,),) = connection.execute(query).fetchall()
    return int(found or 0)
