"""Orders that come twice within one import: exports of overlapping months, a file given twice.

An order that two files give alike is taken once, from the first of them. Where they differ and
have lines in common, the file given last is the newer export and stands. Where they have no line
in common, the order was split over the files and all of it stays.
Of customers and products, of which a file has one row each, the last row stands.
Within an order a line that repeats another, line number and all, was printed twice; lines alike
without a number may both be true, and stay.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from zhibi.tables.ingest.duck import literal, name
from zhibi.tables.ingest.stages import Parsed, sheet_name
from zhibi.tables.schema import CUSTOMERS, ORDER_LINES, PRODUCTS, SCHEMAS, TableSchema

SAME = "the same in another file"
OTHER = "given again with other lines"
REPEATED = "the same in another row"
PRINTED_TWICE = "a line printed twice"
REPLACED = "given again with other values"


def leave_out(connection: duckdb.DuckDBPyConnection, parsed: Sequence[Parsed]) -> None:
    """Put the rows that are given again into the `left_N` tables of the check."""
    for schema in SCHEMAS.values():
        sheets = [n for n, one in enumerate(parsed) if one.mapping.table == schema.name]
        if schema is ORDER_LINES:
            _leave_printed_twice(connection, sheets)
        if schema in (CUSTOMERS, PRODUCTS):
            _leave_repeated_rows(connection, schema, parsed, sheets)
        elif len(sheets) > 1:
            _leave_repeated_units(connection, schema, parsed, sheets)


def _leave_printed_twice(connection: duckdb.DuckDBPyConnection, sheets: Sequence[int]) -> None:
    """Numbers used twice first, which are few: whole lines are compared for those only."""
    content = ", ".join(name(field.name) for field in ORDER_LINES.fields)
    for number in sheets:
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE used_twice AS SELECT hash(order_id, line_no) AS place "
            f"FROM staying_{number} WHERE line_no IS NOT NULL GROUP BY place HAVING count(*) > 1"
        )
        connection.execute(
            f"INSERT INTO left_{number} SELECT row, {literal(PRINTED_TWICE)}, line_no "
            f"FROM staying_{number} WHERE line_no IS NOT NULL "
            "AND hash(order_id, line_no) IN (FROM used_twice) "
            f"QUALIFY row_number() OVER (PARTITION BY {content} ORDER BY row) > 1"
        )


def _leave_repeated_units(
    connection: duckdb.DuckDBPyConnection,
    schema: TableSchema,
    parsed: Sequence[Parsed],
    sheets: Sequence[int],
) -> None:
    unit = _unit(schema)
    given = _union(sheets, f"SELECT DISTINCT {unit} AS unit, {{n}} AS sheet FROM staying_{{n}}")
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE given_again AS SELECT unit FROM "
        f"({given}) GROUP BY unit HAVING count(*) > 1"
    )
    if not connection.execute("SELECT count(*) FROM given_again").fetchall()[0][0]:
        return
    _find_versions(connection, schema, sheets)
    _find_replaced(connection)
    _name_sheets(connection, parsed)
    for number in sheets:
        connection.execute(
            f"""
            INSERT INTO left_{number}
            SELECT line.row, fate.reason, sheet_names.name FROM staying_{number} AS line
            JOIN unit_fates AS fate ON fate.unit = {unit} AND fate.sheet = {number}
            JOIN sheet_names ON sheet_names.sheet = fate.other
            """
        )


def _find_versions(
    connection: duckdb.DuckDBPyConnection, schema: TableSchema, sheets: Sequence[int]
) -> None:
    """Make `given_lines`, the lines of units given again, and `unit_versions`: how many different
    contents a unit has, and in which sheets. Line keys tell whether two contents overlap."""
    unit = _unit(schema)
    content = ", ".join(name(field.name) for field in schema.fields)
    key = "''"
    if schema is ORDER_LINES:
        key = "coalesce(line_no, product_id, product_name, order_date::VARCHAR)"
    lines = _union(
        sheets,
        f"SELECT {unit} AS unit, {{n}} AS sheet, {key} AS line, hash(hash({content})) AS digest "
        f"FROM staying_{{n}} WHERE {unit} IN (FROM given_again)",
    )
    connection.execute(f"CREATE OR REPLACE TEMP TABLE given_lines AS {lines}")
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE unit_versions AS
        SELECT unit, lines, digest, min(sheet) AS first, max(sheet) AS last, list(sheet) AS sheets
        FROM (SELECT unit, sheet, count(*) AS lines, sum(digest) AS digest
              FROM given_lines GROUP BY unit, sheet)
        GROUP BY unit, lines, digest
        """
    )


def _find_replaced(connection: duckdb.DuckDBPyConnection) -> None:
    """Make `unit_fates`: which units of which sheets are left out, why, and for which sheet."""
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE unit_fates AS
        WITH replaced AS (
            SELECT old.unit, old.first, max(new.last) AS other
            FROM unit_versions AS old
            JOIN unit_versions AS new ON new.unit = old.unit AND new.last > old.last
            JOIN given_lines AS a ON a.unit = old.unit AND a.sheet = old.first
            JOIN given_lines AS b ON b.unit = new.unit AND b.sheet = new.first AND b.line = a.line
            GROUP BY old.unit, old.first
        )
        SELECT version.unit, unnest(version.sheets) AS sheet, {literal(OTHER)} AS reason,
               replaced.other
        FROM unit_versions AS version JOIN replaced USING (unit, first)
        UNION ALL
        SELECT unit, sheet, {literal(SAME)}, first
        FROM (SELECT unit, first, unnest(sheets) AS sheet FROM unit_versions
              ANTI JOIN replaced USING (unit, first))
        WHERE sheet <> first
        """
    )


def _leave_repeated_rows(
    connection: duckdb.DuckDBPyConnection,
    schema: TableSchema,
    parsed: Sequence[Parsed],
    sheets: Sequence[int],
) -> None:
    if not sheets:
        return
    unit = _unit(schema)
    content = ", ".join(name(field.name) for field in schema.fields)
    rows = _union(
        sheets,
        f"SELECT {{n}} AS sheet, row, {unit} AS unit, hash({content}) AS digest FROM staying_{{n}}",
    )
    last = "OVER (PARTITION BY unit ORDER BY sheet DESC, row DESC)"
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE row_fates AS
        SELECT sheet, row, first_value(sheet) {last} AS other, first_value(row) {last} AS other_row,
               CASE WHEN digest = first_value(digest) {last} THEN {literal(REPEATED)}
                    ELSE {literal(REPLACED)} END AS reason
        FROM ({rows}) QUALIFY row_number() {last} > 1
        """
    )
    _name_sheets(connection, parsed)
    for number in sheets:
        connection.execute(
            f"INSERT INTO left_{number} SELECT row, reason, name || ' ' || other_row "
            "FROM row_fates JOIN sheet_names ON sheet_names.sheet = other "
            f"WHERE row_fates.sheet = {number}"
        )


def _name_sheets(connection: duckdb.DuckDBPyConnection, parsed: Sequence[Parsed]) -> None:
    values = ", ".join(f"({n}, {literal(sheet_name(one.sheet))})" for n, one in enumerate(parsed))
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE sheet_names AS FROM (VALUES {values}) AS named(sheet, name)"
    )


def _unit(schema: TableSchema) -> str:
    """What identifies a unit, as one value."""
    columns = ", ".join(name(column) for column in schema.unit)
    return f"concat_ws(chr(31), {columns})" if len(schema.unit) > 1 else columns


def _union(sheets: Sequence[int], query: str) -> str:
    return " UNION ALL ".join(query.replace("{n}", str(number)) for number in sheets)
