"""The parse step: the text of a sheet becomes typed rows, and every row that cannot is rejected.

All of it is SQL over the staged Parquet file: one scan to count, one to write the rows, and one
more for the rejected when there are any. No row passes through Python.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb

from zhibi.errors import ZhibiError
from zhibi.said import Said
from zhibi.tables.ingest import dates, derive, numbers
from zhibi.tables.ingest.candidates import says_tax
from zhibi.tables.ingest.columns import ColumnPlan, ParseOptions, plan_columns
from zhibi.tables.ingest.derive import Derived
from zhibi.tables.ingest.duck import STAGED, Named, connect, literal, stack
from zhibi.tables.ingest.match import NUMBERED, fields_of
from zhibi.tables.ingest.stages import Mapping, Parsed, Reading, Sheet, sheet_name
from zhibi.tables.ingest.words import currency_in_text_sql
from zhibi.tables.schema import SCHEMAS

HALF = Decimal("0.5")  # nobody's usual discount

__all__ = ["ParseOptions", "parse"]


def parse(
    sheet: Sheet, mapping: Mapping, staging: Path, options: ParseOptions | None = None
) -> Parsed:
    """Reads the matched columns of a sheet. ZhibiError where only the user can say how.

    `rows` holds `row`, the canonical fields the file fills and the extra ones (`customer_name`,
    `status`, …); `rejected` holds row, header, value and reason.
    """
    options = options or ParseOptions()
    rows = staging / f"{sheet.staged.stem}.rows.parquet"
    rejected = staging / f"{sheet.staged.stem}.rejected.parquet"
    with connect(staging) as connection:
        connection.execute(numbers.MACROS)
        connection.execute(dates.MACROS)
        # Rows are tested by the columns that are written: pushed down to the file, the tests
        # would read every value a second time.
        connection.execute("SET disabled_optimizers = 'filter_pushdown'")
        plan = _plan(sheet, mapping, options, connection)
        total = _count_rows(connection, sheet.staged)
        connection.execute(
            f"COPY (SELECT {plan.columns} FROM {plan.source} WHERE NOT ({plan.fails}))"
            f" TO {literal(rows)} {STAGED}"
        )
        kept = _count_rows(connection, rows)
        _write_rejected(connection, plan, rejected, is_empty=kept == total)
    return Parsed(sheet, mapping, rows, rejected, kept, total - kept, plan.readings)


@dataclass(frozen=True, slots=True)
class _Plan:
    """The SQL of one sheet: `source` has every column typed and derived, and the raw cells."""

    source: str
    columns: str
    fails: str  # true for a row that is rejected
    failures: tuple[tuple[str, str, str, str], ...]  # condition, header, value, reason: SQL
    readings: tuple[Reading, ...]


def _plan(
    sheet: Sheet, mapping: Mapping, options: ParseOptions, connection: duckdb.DuckDBPyConnection
) -> _Plan:
    fields = fields_of(mapping.table)
    plans = plan_columns(sheet, mapping, fields, options, connection)
    source = stack(f"read_parquet({literal(sheet.staged)})", [plan.columns for plan in plans])
    source = stack(source, [_value_and_failure(plan) for plan in plans])
    rate = mapping.column_of("discount_rate")
    if rate and not mapping.column_of("amount") and _is_paid_share(rate.header, source, connection):
        source = f"(SELECT * REPLACE (1 - discount_rate AS discount_rate) FROM {source})"
        paid = Reading("discount_rate", rate.header, Said("95 % read as paying 95 %"))
    else:
        paid = None
    steps = _steps(sheet, mapping, plans, options, connection)
    have = {plan.target for plan in plans}
    for step in steps:
        change = f"* REPLACE ({step.sql} AS {step.target})"
        if step.target not in have:
            change = f"*, {step.sql} AS {step.target}"
        source = f"(SELECT {change} FROM {source})"
        have.add(step.target)
    failures = [*_bad_cells(plans), *_missing_values(mapping, plans)]
    fails = " OR ".join(failure[0] for failure in failures) or "false"
    columns = ", ".join(['"row"', *(name for name in fields if name in have)])
    readings = [*_readings(mapping, plans, steps), *([paid] if paid else [])]
    return _Plan(source, columns, fails, tuple(failures), tuple(readings))


def _is_paid_share(header: str, source: str, connection: duckdb.DuckDBPyConnection) -> bool:
    """折扣 95 and 扣率 100 are what is paid of the price; 5 % is what is taken off."""
    if "折" not in header and "扣" not in header:
        return False
    ((middle,),) = connection.execute(f"SELECT median(discount_rate) FROM {source}").fetchall()
    return middle is not None and middle > HALF


def _value_and_failure(plan: ColumnPlan) -> tuple[Named, ...]:
    value = (plan.target, plan.value)
    return (value, (f"bad_{plan.target}", plan.is_bad)) if plan.rejects else (value,)


def _steps(
    sheet: Sheet,
    mapping: Mapping,
    plans: Sequence[ColumnPlan],
    options: ParseOptions,
    connection: duckdb.DuckDBPyConnection,
) -> list[Derived]:
    """What is computed from other columns, in order."""
    have = {plan.target for plan in plans}
    steps: list[Derived] = []
    if mapping.table == "order_lines":
        steps += _amount_steps(sheet, have, options)
    fields = {field.name for field in SCHEMAS[mapping.table].fields}
    if mapping.table == "products":
        steps += derive.product_steps(have)
    elif mapping.table == "customers":
        steps += derive.customer_steps(have, "name")
    elif "customer_id" in fields:
        steps += derive.customer_steps(have, "customer_name")
    if mapping.table in NUMBERED and NUMBERED[mapping.table][0] not in have:
        steps.append(derive.number_step(*NUMBERED[mapping.table]))
    if mapping.table == "order_lines":
        steps += derive.order_step(have)
        steps += derive.line_steps(have, mapping.constants)
    if "currency" in fields - have:
        steps += _currency_steps(sheet, mapping, plans, options, connection)
    return steps


def _amount_steps(sheet: Sheet, have: set[str], options: ParseOptions) -> list[Derived]:
    """The net amount. ZhibiError when the file has amounts with tax only and nobody said a rate."""
    steps = []
    if "amount_incl_tax" not in have and "unit_price_incl_tax" in have and "quantity" in have:
        sql = derive.product("unit_price_incl_tax", "quantity")
        steps.append(Derived("amount_incl_tax", sql, (Said("unit price with tax × quantity"),)))
    computed = {"amount_incl_tax"} if steps else set()
    amount = derive.amount_step(have | computed, options.tax_rate)
    if amount is None and "amount" not in have:
        raise ZhibiError(
            "{file} gives amounts with tax only, and no tax rate; name the column of the rate with "
            '--map "HEADER=tax_rate", or give one rate for all lines with --tax-rate 13%.',
            file=sheet_name(sheet),
        )
    return [*steps, amount] if amount else steps


_BY_SIGN = Said("by the sign beside the amount")


def _currency_steps(
    sheet: Sheet,
    mapping: Mapping,
    plans: Sequence[ColumnPlan],
    options: ParseOptions,
    connection: duckdb.DuckDBPyConnection,
) -> list[Derived]:
    """The currency of amounts without a currency column: given, in the header, or in the cells."""
    said = options.currency or mapping.constants.get("currency")
    if said:
        return [Derived("currency", literal(said), (Said(said),))]
    wanted = ("amount", "amount_incl_tax", "amount_due", "unit_price", "unit_price_incl_tax")
    amounts = [plan for target in wanted for plan in plans if plan.target == target]
    if not amounts:
        return []
    sql = currency_in_text_sql(amounts[0].raw)
    signs = connection.execute(
        f"SELECT count(*) FROM read_parquet({literal(sheet.staged)})"
        f" WHERE {numbers.has_currency_sql(amounts[0].raw)}"
    ).fetchone()
    return [Derived("currency", sql, (_BY_SIGN,))] if signs[0] else []


def _bad_cells(plans: Iterable[ColumnPlan]) -> list[tuple[str, str, str, str]]:
    return [
        (f"bad_{plan.target}", literal(plan.header), plan.raw, plan.reason)
        for plan in plans
        if plan.rejects
    ]


def _missing_values(
    mapping: Mapping, plans: Sequence[ColumnPlan]
) -> list[tuple[str, str, str, str]]:
    """Rows without a required value; a cell that was bad has its own reason already."""
    rejecting = {plan.target for plan in plans if plan.rejects}
    headers = {plan.target: plan.header for plan in plans}
    failures = []
    for field in SCHEMAS[mapping.table].fields:
        if not field.required:
            continue
        condition = f"{field.name} IS NULL"
        if field.name in rejecting:
            condition += f" AND NOT bad_{field.name}"
        words = field.name.replace("_", " ").removesuffix(" id")
        header = literal(headers.get(field.name, field.name))
        failures.append((f"({condition})", header, "NULL", literal(f"no {words}")))
    return failures


def _write_rejected(
    connection: duckdb.DuckDBPyConnection, plan: _Plan, path: Path, *, is_empty: bool
) -> None:
    """One line for each reason, in the order of the rows and the columns."""
    kinds = "CAST(NULL AS BIGINT) AS \"row\", '' AS header, '' AS value, '' AS reason"
    select = f"SELECT {kinds} WHERE false"
    if not is_empty:
        reasons = ", ".join(
            f"CASE WHEN {condition} THEN struct_pack(header := {header},"
            f" value := {value}::VARCHAR, reason := {reason}) END"
            for condition, header, value, reason in plan.failures
        )
        select = (
            'SELECT "row", reject.header, reject.value, reject.reason FROM ('
            f'SELECT "row", unnest([{reasons}]) AS reject FROM {plan.source}'
            f" WHERE {plan.fails}) WHERE reject IS NOT NULL"
        )
    connection.execute(f"COPY ({select}) TO {literal(path)} (FORMAT parquet)")


def _readings(
    mapping: Mapping, plans: Sequence[ColumnPlan], steps: Sequence[Derived]
) -> list[Reading]:
    said = [Reading(plan.target, plan.header, how) for plan in plans for how in plan.readings]
    said += [Reading(step.target, "", how) for step in steps for how in step.how]
    amount = mapping.column_of("amount")
    is_open = mapping.table == "order_lines" and not mapping.column_of("amount_incl_tax")
    if amount and is_open and not says_tax(amount.header):
        how = Said("taken as net of tax, as the header does not say")
        said.append(Reading("amount", amount.header, how))
    return said


def _count_rows(connection: duckdb.DuckDBPyConnection, path: Path) -> int:
    row = connection.execute(f"SELECT count(*) FROM read_parquet({literal(path)})").fetchone()
    return int(row[0])
