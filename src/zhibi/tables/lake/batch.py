"""An import's rows for one table, typed and numbered, and the units they make up."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from zhibi.errors import ZhibiError
from zhibi.tables.lake import orders
from zhibi.tables.lake.sql import Connection, literal, name, names
from zhibi.tables.schema import CUSTOMERS, ORDER_LINES, SCHEMAS, TableSchema


def content(schema: TableSchema) -> dict[str, str]:
    """The columns that make two rows the same or not → SQL type."""
    given = {field.name: schema.sql_columns[field.name] for field in schema.fields}
    if schema is ORDER_LINES:
        given["amount_original"] = schema.sql_columns["amount_original"]
    return given


def open_batches(
    connection: Connection, batches: Mapping[str, Path], *, source_system: str
) -> tuple[TableSchema, ...]:
    """Make a view `<table>_batch` for each table of an import; the tables that have one."""
    unknown = sorted(set(batches) - set(SCHEMAS))
    if unknown:
        raise ValueError(f"no such table: {', '.join(unknown)}")
    schemas = tuple(schema for schema in SCHEMAS.values() if schema.name in batches)
    for schema in schemas:
        _open(connection, schema, batches[schema.name], source_system)
        _refuse_gaps(connection, schema)
    return schemas


def _open(connection: Connection, schema: TableSchema, path: Path, source_system: str) -> None:
    """The view has every column of the table's content, and `file_row`, the row's number."""
    relation = f"read_parquet({literal(path)}, file_row_number=true)"
    present = {row[0] for row in connection.execute(f"DESCRIBE FROM {relation}").fetchall()}
    columns = []
    for column, type_ in content(schema).items():
        held = column
        if column not in present and column == "amount_original":
            held = "amount"  # no other currency was spoken of
        value = name(held) if held in present else "NULL"
        columns.append(f"CAST({value} AS {type_}) AS {name(column)}")
    connection.execute(
        f"CREATE TEMP VIEW {schema.name}_batch AS SELECT {literal(source_system)} AS source_system,"
        f" {', '.join(columns)}, file_row_number AS file_row FROM {relation}"
    )


def _refuse_gaps(connection: Connection, schema: TableSchema) -> None:
    """A required value that is missing would drop out of joins, and its row be lost silently."""
    required = [field.name for field in schema.fields if field.required]
    if schema is CUSTOMERS:
        required.remove("name")  # the id stands in
    gaps = ", ".join(f"count(*) - count({name(column)})" for column in required)
    (missing,) = connection.execute(f"SELECT {gaps} FROM {schema.name}_batch").fetchall()
    for column, many in zip(required, missing, strict=True):
        if many:
            raise ZhibiError(
                "{count} rows for the table {table} have no {column}; "
                "give it or leave those rows out.",
                count=many,
                table=schema.name,
                column=column,
            )


def count_units(connection: Connection, schema: TableSchema) -> None:
    """Make the table `<table>_units`: each unit of the batch with its number of lines."""
    more = orders.PER_ORDER if schema is ORDER_LINES else ""
    connection.execute(
        f"CREATE TEMP TABLE {schema.name}_units AS SELECT {names(schema.unit)}, "
        f"count(*) AS lines{more} FROM {schema.name}_batch GROUP BY ALL"
    )
