"""The check step: from typed rows to rows for the lake, every one of them accounted for.

A row is kept, rejected (a person can correct it) or left out by a rule (a cancelled order, an
order that another file of the same import gives as well). Nothing is dropped silently and nothing
is merged; what needs a decision becomes a notice. All of it is SQL over Parquet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from zhibi.tables.ingest import buyers, currencies, no_sales, overlap, returns, settled, traps
from zhibi.tables.ingest.duck import STAGED, connect, literal, name
from zhibi.tables.ingest.match import ABOUT_CUSTOMERS
from zhibi.tables.ingest.rates import Rate
from zhibi.tables.ingest.stages import Checked, Notice, Parsed
from zhibi.tables.schema import ORDER_LINES, RECEIVABLES, SCHEMAS, TableSchema

# What an order export says beyond the order: read for the checks, not kept with the lines.
BESIDE = {
    "order_lines": dict.fromkeys(("status", "scenario", *buyers.COLUMNS), "VARCHAR"),
    **{table: {"customer_name": "VARCHAR"} for table in ABOUT_CUSTOMERS},
    "receivables": {"customer_name": "VARCHAR", "settled_on": "DATE"},
}
MISSING = "is missing"


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """What rows are held against. `currency` is the workspace's, `bases` those the lake holds."""

    currency: str
    today: date
    rates: tuple[Rate, ...] = ()
    bases: tuple[str, ...] = ()
    sold: str | None = None  # what the scenario column calls the figures that were sold
    has_receipts: bool = False  # of the money that came in, other than by days of settlement


def check(parsed: Sequence[Parsed], staging: Path, options: CheckOptions) -> tuple[Checked, ...]:
    """One Checked for each Parsed, in the order given: where two files give one order, the later
    is taken for the newer."""
    with connect(staging) as connection:
        currencies.load(connection, options.rates)
        opened = [_open(connection, number, one, options) for number, one in enumerate(parsed)]
        overlap.leave_out(connection, parsed)
        return tuple(_checked(connection, one, staging, options) for one in opened)


@dataclass(frozen=True, slots=True)
class _Opened:
    """One sheet as the tables `typed_N`, `refused_N`, `left_N` and `staying_N`."""

    number: int
    parsed: Parsed
    is_converted: bool
    turned: Notice | None  # what to say of returns made negative

    @property
    def schema(self) -> TableSchema:
        return SCHEMAS[self.parsed.mapping.table]


def _open(
    connection: duckdb.DuckDBPyConnection, number: int, parsed: Parsed, options: CheckOptions
) -> _Opened:
    """Make the view `typed_N`, and the tables of the rows that cannot stay: `refused_N` (row,
    header, value, reason) and `left_N` (row, reason, detail)."""
    schema, currency = SCHEMAS[parsed.mapping.table], options.currency
    found = connection.execute(f"DESCRIBE FROM read_parquet({literal(parsed.rows)})").fetchall()
    present = {row[0] for row in found}
    types = {field.name: schema.sql_columns[field.name] for field in schema.fields}
    types |= BESIDE.get(schema.name, {})
    columns = ", ".join(
        f"CAST({name(column) if column in present else 'NULL'} AS {kind}) AS {name(column)}"
        for column, kind in types.items()
    )
    source = f"(SELECT row, {columns} FROM read_parquet({literal(parsed.rows)}))"
    is_converted = schema is ORDER_LINES and currencies.has_other(connection, source, currency)
    if is_converted:
        source = currencies.converted(source, currency)
    elif schema is ORDER_LINES:
        source = f"(SELECT *, amount AS amount_original FROM {source})"
    is_told = schema is ORDER_LINES and present & {"line_kind"}
    turned = returns.without_sign(connection, source) if is_told else None
    if turned:
        source = returns.turned(source)
    connection.execute(f"CREATE TEMP VIEW typed_{number} AS FROM {source}")
    connection.execute(
        f"CREATE TEMP TABLE refused_{number}(row BIGINT, header TEXT, value TEXT, reason TEXT)"
    )
    connection.execute(f"CREATE TEMP TABLE left_{number}(row BIGINT, reason TEXT, detail TEXT)")
    _refuse(connection, number, parsed, schema)
    if schema is ORDER_LINES:
        no_sales.leave_out(connection, number, parsed, options.sold)
    if "settled_on" in present and schema is RECEIVABLES:
        no_sales.leave_settled(connection, number)
    connection.execute(
        f"CREATE TEMP VIEW staying_{number} AS FROM typed_{number} "
        f"ANTI JOIN refused_{number} USING (row) ANTI JOIN left_{number} USING (row)"
    )
    return _Opened(number, parsed, is_converted, turned)


def _refuse(
    connection: duckdb.DuckDBPyConnection, number: int, parsed: Parsed, schema: TableSchema
) -> None:
    """Rows without a required value, and amounts without a rate. A customer may lack a name: the
    id stands in."""
    header_of = parsed.mapping.header_of
    required = [field.name for field in schema.fields if field.required]
    if schema.name == "customers":
        required.remove("name")
    for field in required:
        unrated = "amount_original IS NOT NULL" if _is_converted(schema, field) else "false"
        connection.execute(
            f"INSERT INTO refused_{number} SELECT row, {literal(header_of(field))}, NULL, "
            f"{literal(MISSING)} FROM typed_{number} WHERE {name(field)} IS NULL AND NOT {unrated}"
        )
    if schema is ORDER_LINES:
        connection.execute(
            f"INSERT INTO refused_{number} SELECT row, {literal(header_of('currency'))}, "
            f"concat_ws(' ', currency, order_date), {literal(currencies.NO_RATE)} "
            f"FROM typed_{number} WHERE amount IS NULL AND amount_original IS NOT NULL"
        )


def _is_converted(schema: TableSchema, field: str) -> bool:
    return schema is ORDER_LINES and field == "amount"


def _checked(
    connection: duckdb.DuckDBPyConnection, opened: _Opened, staging: Path, options: CheckOptions
) -> Checked:
    """Write what stays, what is rejected and what is left out; together they are all rows."""
    number, parsed, schema = opened.number, opened.parsed, opened.schema
    rejected, left_out = _write_others(connection, opened, staging)
    refused = _count(connection, f"SELECT count(DISTINCT row) FROM refused_{number}")
    left = _count(connection, f"SELECT count(DISTINCT row) FROM left_{number}")
    is_as_parsed = not (refused or left or opened.is_converted or opened.turned)
    rows = parsed.rows if is_as_parsed else _write_rows(connection, opened, staging)
    kept = _count(connection, f"SELECT count(*) FROM read_parquet({literal(rows)})")
    if kept + refused + left != parsed.parsed_count:
        raise AssertionError(f"{parsed.parsed_count} rows became {kept} + {refused} + {left}")
    notices, customers = traps.left_out(connection, left_out, schema), None
    if schema is ORDER_LINES:
        source = f"typed_{number}" if is_as_parsed else f"staying_{number}"
        notices += traps.of_lines(connection, source, options.today, options.bases)
        notices += (opened.turned,) if opened.turned else ()
        customers = buyers.write(connection, number, staging)
    elif parsed.mapping.column_of("customer_name"):
        customers = buyers.write_named(connection, number, staging)
    paid = None
    if schema is RECEIVABLES and parsed.mapping.column_of("settled_on"):
        paid = settled.write(connection, number, staging)
        notices += settled.noticed(connection, paid, is_known=options.has_receipts)
    return Checked(
        parsed=parsed,
        rows=rows,
        rejected=rejected,
        customers=customers,
        settled=paid,
        row_count=kept,
        rejected_count=parsed.rejected_count + refused,
        skipped_count=left,
        left_out=left_out,
        notices=notices,
    )


def _write_others(
    connection: duckdb.DuckDBPyConnection, opened: _Opened, staging: Path
) -> tuple[Path, Path]:
    """The rejected rows of the parse and of the check, and the rows left out."""
    number = opened.number
    rejected = staging / f"rejected-{number}.parquet"
    connection.execute(
        "COPY (SELECT row, header, value, reason "
        f"FROM read_parquet({literal(opened.parsed.rejected)}) "
        f"UNION ALL FROM refused_{number} ORDER BY ALL) TO {literal(rejected)} (FORMAT parquet)"
    )
    left_out = staging / f"left-out-{number}.parquet"
    connection.execute(
        f"COPY (SELECT left_out.reason, left_out.detail, typed.* FROM typed_{number} AS typed "
        f"JOIN left_{number} AS left_out USING (row) ORDER BY row) "
        f"TO {literal(left_out)} (FORMAT parquet)"
    )
    return rejected, left_out


def _write_rows(connection: duckdb.DuckDBPyConnection, opened: _Opened, staging: Path) -> Path:
    """The rows that stay. Where all do, the parsed file serves: writing ten million lines again
    takes longer than all the checks."""
    path = staging / f"rows-{opened.number}.parquet"
    columns = ", ".join(name(field.name) for field in opened.schema.fields)
    if opened.schema is ORDER_LINES:
        columns += ", amount_original"
    # Joins may change the order of rows, and lines without a number keep that of the file.
    connection.execute(
        f"COPY (SELECT row, {columns} FROM staying_{opened.number} ORDER BY row) "
        f"TO {literal(path)} {STAGED}"
    )
    return path


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    assert row is not None
    return int(row[0])
