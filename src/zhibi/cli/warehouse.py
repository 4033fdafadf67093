"""`zhibi connect`: which columns of a warehouse are which fields, tried before it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from zhibi.errors import ZhibiError
from zhibi.tables.engines import connect, table_of
from zhibi.tables.schema import ORDER_LINES, SCHEMAS, TableSchema
from zhibi.tables.warehouse import Connection, Source, canonical
from zhibi.tables.workspace import Workspace

TRIED_ROWS = 1000


def connect_workspace(
    workspace: Workspace, url: str, tables: Mapping[str, str], columns: Mapping[str, str]
) -> tuple[int, date | None, date | None]:
    """Try the connection and keep it; the order lines there are, their first and last day.

    `columns` is column → field of the order lines, or `customers.column` → field of the customers.
    """
    for name in tables:
        if name not in SCHEMAS:
            raise ZhibiError(
                "{name} is no table that Zhibi reads; choose one of {known}.",
                name=name,
                known=", ".join(SCHEMAS),
            )
    url = _absolute(url)
    backend = connect(url)
    try:
        sources = {
            name: Source(table, _columns(backend, name, table, columns))
            for name, table in tables.items()
        }
        found = _tried(backend, sources)
    finally:
        backend.disconnect()
    Connection(url, sources).save(workspace.folder)
    return found


def _absolute(url: str) -> str:
    """A database file by its whole path: commands may run in any folder."""
    scheme, separator, path = url.partition("://")
    is_file = scheme == "duckdb" and separator and path
    return f"duckdb://{Path(path).resolve()}" if is_file else url


def _columns(backend: Any, name: str, table: str, given: Mapping[str, str]) -> dict[str, str]:
    """Field → column: as given, else the column that is called like the field."""
    schema: TableSchema = SCHEMAS[name]
    known = {field.name for field in schema.fields}
    present = {column.lower(): column for column in table_of(backend, table).columns}
    chosen = {field: present[field] for field in known if field in present}
    for column, field in given.items():
        owner, _, bare = column.rpartition(".")
        if (owner or "order_lines") != name:
            continue
        if field not in known:
            raise ZhibiError(
                "{field} is no field of {table}; choose one of {known}.",
                field=field,
                table=name,
                known=", ".join(sorted(known)),
            )
        chosen[field] = present.get(bare.lower(), bare)
    return {field.name: chosen[field.name] for field in schema.fields if field.name in chosen}


def _tried(backend: Any, sources: Mapping[str, Source]) -> tuple[int, date | None, date | None]:
    """Read a few rows of each table in our types; ZhibiError where they do not fit."""
    if "order_lines" not in sources:
        raise ZhibiError("Name the table of the orders with --table order_lines=schema.table.")
    for name, source in sources.items():
        rows = canonical(backend, source, SCHEMAS[name])
        try:
            rows.limit(TRIED_ROWS).to_pyarrow()
        except Exception as problem:  # every driver has its own errors
            raise ZhibiError(
                "{table} cannot be read as {name}: {problem}; name other columns with --map.",
                table=source.table,
                name=name,
                problem=str(problem).strip().split("\n")[0],
            ) from problem
    lines = canonical(backend, sources["order_lines"], ORDER_LINES)
    found = lines.aggregate(
        count=lines.count(), first=lines.order_date.min(), last=lines.order_date.max()
    )
    row = found.to_pyarrow().to_pylist()[0]
    return row["count"], row["first"], row["last"]
