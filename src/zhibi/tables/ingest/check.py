"""The check step: from typed rows to rows for the lake, every one of them accounted for.

A row is kept, rejected (a person can correct it) or left out by a rule (a cancelled order, an
order that another file of the same import gives as well). Nothing is dropped silently and nothing
is merged; what needs a decision becomes a notice. All of it is SQL over Parquet.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from zhibi.errors import ZhibiError
from zhibi.tables.ingest import buyers, currencies, overlap, traps
from zhibi.tables.ingest.duck import STAGED, connect, literal, literals, name
from zhibi.tables.ingest.headers import scenario_words
from zhibi.tables.ingest.rates import Rate
from zhibi.tables.ingest.stages import Checked, Parsed, sheet_name
from zhibi.tables.schema import ORDER_LINES, SCHEMAS, TableSchema

# What an order export says beyond the order: read for the checks, not kept with the lines.
BESIDE = {"status": "VARCHAR", "scenario": "VARCHAR", **dict.fromkeys(buyers.COLUMNS, "VARCHAR")}
CANCELLED = "cancelled order"
REFUNDED = "refunded order"
PLANNED = "planned, not sold"
SHOWN = 5  # scenarios named in a question
CHINESE_FROM = 0x2E80
MISSING = "is missing"

_CANCELLED = (
    "作废|取消|删除|已废弃|交易关闭|キャンセル|cancel|void|deleted|failed|declined|storniert|annul|"
    "anulad|geannuleerd"
)
# A shop's order that is closed was never paid; an ERP's order that is closed was delivered.
_CLOSED = "^(订单|交易)?已?关闭"
_OF_A_SHOP = "交易成功|交易完成|付款|收货|已发货|待发货|已完成|已支付|已退款|退款"
_REFUNDED = "(已|全额|全部)退款|退款(成功|完成)|^(fully )?refunded$"
_NOT_REFUNDED = "部分|partial"
_NOT_CANCELLED = "未作废|未取消|未删除|not cancel|not void|uncancel|avoid"
_YES = "(是|y|yes|true|t|1|x|√|✓)"


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """What rows are held against. `currency` is the workspace's, `bases` those the lake holds."""

    currency: str
    today: date
    rates: tuple[Rate, ...] = ()
    bases: tuple[str, ...] = ()
    sold: str | None = None  # what the scenario column calls the figures that were sold


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
    types |= BESIDE if schema is ORDER_LINES else {}
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
    connection.execute(f"CREATE TEMP VIEW typed_{number} AS FROM {source}")
    connection.execute(
        f"CREATE TEMP TABLE refused_{number}(row BIGINT, header TEXT, value TEXT, reason TEXT)"
    )
    connection.execute(f"CREATE TEMP TABLE left_{number}(row BIGINT, reason TEXT, detail TEXT)")
    _refuse(connection, number, parsed, schema)
    if "status" in present and schema is ORDER_LINES:
        _leave_cancelled(connection, number, parsed)
    if "scenario" in present and schema is ORDER_LINES:
        _leave_planned(connection, number, parsed, options.sold)
    connection.execute(
        f"CREATE TEMP VIEW staying_{number} AS FROM typed_{number} "
        f"ANTI JOIN refused_{number} USING (row) ANTI JOIN left_{number} USING (row)"
    )
    return _Opened(number, parsed, is_converted)


def _refuse(
    connection: duckdb.DuckDBPyConnection, number: int, parsed: Parsed, schema: TableSchema
) -> None:
    """Rows without a required value, and amounts without a rate. A customer may lack a name: the
    id stands in."""
    required = [field.name for field in schema.fields if field.required]
    if schema.name == "customers":
        required.remove("name")
    for field in required:
        unrated = "amount_original IS NOT NULL" if _is_converted(schema, field) else "false"
        connection.execute(
            f"INSERT INTO refused_{number} SELECT row, {literal(_header(parsed, field))}, NULL, "
            f"{literal(MISSING)} FROM typed_{number} WHERE {name(field)} IS NULL AND NOT {unrated}"
        )
    if schema is ORDER_LINES:
        connection.execute(
            f"INSERT INTO refused_{number} SELECT row, {literal(_header(parsed, 'currency'))}, "
            f"concat_ws(' ', currency, order_date), {literal(currencies.NO_RATE)} "
            f"FROM typed_{number} WHERE amount IS NULL AND amount_original IS NOT NULL"
        )


def _is_converted(schema: TableSchema, field: str) -> bool:
    return schema is ORDER_LINES and field == "amount"


def _header(parsed: Parsed, field: str) -> str:
    match = parsed.mapping.column_of(field)
    return match.header if match else field


def _leave_cancelled(connection: duckdb.DuckDBPyConnection, number: int, parsed: Parsed) -> None:
    """By the words of the status; in a column called 作废 or Cancelled, by a yes."""
    status = "lower(trim(status))"
    is_cancelled = (
        f"regexp_matches({status}, '{_CANCELLED}') "
        f"AND NOT regexp_matches({status}, '{_NOT_CANCELLED}')"
    )
    if any(word in _header(parsed, "status").lower() for word in _CANCELLED.split("|")):
        is_cancelled = f"({is_cancelled}) OR regexp_full_match({status}, '{_YES}')"
    if "关闭" not in _header(parsed, "status") and _has(connection, number, _OF_A_SHOP):
        is_cancelled = f"({is_cancelled}) OR regexp_matches({status}, '{_CLOSED}')"
    connection.execute(
        f"INSERT INTO left_{number} SELECT row, {literal(CANCELLED)}, status FROM typed_{number} "
        f"ANTI JOIN refused_{number} USING (row) WHERE {is_cancelled}"
    )
    # Where a refund has a line of its own, that line takes the sale back.
    is_refunded = (
        f"regexp_matches({status}, '{_REFUNDED}') AND NOT regexp_matches({status}, "
        f"'{_NOT_REFUNDED}') AND NOT EXISTS (FROM typed_{number} WHERE amount < 0)"
    )
    connection.execute(
        f"INSERT INTO left_{number} SELECT row, {literal(REFUNDED)}, status FROM typed_{number} "
        f"ANTI JOIN refused_{number} USING (row) ANTI JOIN left_{number} USING (row) "
        f"WHERE {is_refunded}"
    )


def _has(connection: duckdb.DuckDBPyConnection, number: int, words: str) -> bool:
    query = f"SELECT count(*) FROM typed_{number} WHERE regexp_matches(status, '{words}')"
    return _count(connection, query) > 0


def _leave_planned(
    connection: duckdb.DuckDBPyConnection, number: int, parsed: Parsed, sold: str | None
) -> None:
    """Budgets and forecasts beside what was sold. ZhibiError where the column does not say which is
    which and nobody did: adding both up would double the sales."""
    rows = connection.execute(
        f"SELECT DISTINCT scenario FROM typed_{number} WHERE scenario IS NOT NULL ORDER BY ALL"
    ).fetchall()
    named = [value for (value,) in rows]
    kinds = {value: _scenario_of(value) for value in named}
    if sold is not None and sold not in named:
        sold = None
    if sold is None and None in kinds.values():
        raise ZhibiError(
            "{file} has figures of several kinds in the column {header} ({values}); say which of "
            "them were sold with --sold {example}, and the others are left out.",
            file=sheet_name(parsed.sheet),
            header=_header(parsed, "scenario"),
            values=", ".join(named[:SHOWN]),
            example=named[0],
        )
    planned = [value for value in named if (value != sold if sold else kinds[value] == "planned")]
    if not planned:
        return
    connection.execute(
        f"INSERT INTO left_{number} SELECT row, {literal(PLANNED)}, scenario FROM typed_{number} "
        f"ANTI JOIN refused_{number} USING (row) ANTI JOIN left_{number} USING (row) "
        f"WHERE scenario IN ({literals(planned)})"
    )


def _scenario_of(value: str) -> str | None:
    """actual or planned, by the whole value or by one word in it: Act V1, 2025年预算."""
    words = scenario_words()
    text = value.strip().casefold()
    if found := next((kind for kind, known in words.items() if text in known), None):
        return found
    parts = set(re.findall(r"[a-zé]+|[\u4e00-\u9fff]+", text))
    told = {kind for kind, known in words.items() if _says(parts, known)}
    return told.pop() if len(told) == 1 else None


def _says(parts: set[str], known: frozenset[str]) -> bool:
    chinese = [word for word in known if ord(word[0]) > CHINESE_FROM]
    return bool(parts & known) or any(word in part for word in chinese for part in parts)


def _checked(
    connection: duckdb.DuckDBPyConnection, opened: _Opened, staging: Path, options: CheckOptions
) -> Checked:
    """Write what stays, what is rejected and what is left out; together they are all rows."""
    number, parsed, schema = opened.number, opened.parsed, opened.schema
    rejected, left_out = _write_others(connection, opened, staging)
    refused = _count(connection, f"SELECT count(DISTINCT row) FROM refused_{number}")
    left = _count(connection, f"SELECT count(DISTINCT row) FROM left_{number}")
    is_as_parsed = not (refused or left or opened.is_converted)
    rows = parsed.rows if is_as_parsed else _write_rows(connection, opened, staging)
    kept = _count(connection, f"SELECT count(*) FROM read_parquet({literal(rows)})")
    if kept + refused + left != parsed.parsed_count:
        raise AssertionError(f"{parsed.parsed_count} rows became {kept} + {refused} + {left}")
    notices, customers = traps.left_out(connection, left_out, schema), None
    if schema is ORDER_LINES:
        source = f"typed_{number}" if is_as_parsed else f"staying_{number}"
        notices += traps.of_lines(connection, source, options.today, options.bases)
        customers = buyers.write(connection, number, staging)
    return Checked(
        parsed=parsed,
        rows=rows,
        rejected=rejected,
        customers=customers,
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
