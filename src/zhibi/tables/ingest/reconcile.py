"""Reconciliation (对账): a month's total as typed from the ERP against ours, to the cent.

What explains a difference is looked for among amounts that are known to be outside our total or
easily counted otherwise: tax, cancelled orders, returns, lines printed twice, rejected rows, the
first and last days of neighbouring months, one single order. A cause is named only when it is the
difference exactly, alone or together with up to two others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from pathlib import Path

import duckdb

from zhibi.tables.ingest.buyers import file_list
from zhibi.tables.ingest.duck import connect, literal
from zhibi.tables.ingest.no_sales import CANCELLED
from zhibi.tables.ingest.overlap import OTHER, PRINTED_TWICE, SAME
from zhibi.tables.ingest.reporting import SOLD
from zhibi.tables.ingest.stages import Checked
from zhibi.tables.workspace import Workspace

CENT = Decimal("0.01")
TOGETHER = 3  # causes that may add up to one difference
BOUNDARY_DAYS = 3
ORDERS_NAMED = 3


@dataclass(frozen=True, slots=True)
class Cause:
    """Something that would make the typed total differ from ours by `amount`."""

    template: str
    fields: Mapping[str, object]
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Reconciled:
    """One month. `difference` = typed − ours; `causes` add up to it exactly, none when unknown."""

    month: str
    rows: int
    orders: int
    amount: Decimal
    typed: Decimal
    causes: tuple[Cause, ...] = ()

    @property
    def difference(self) -> Decimal:
        return self.typed - self.amount.quantize(CENT)


def of_import(
    checked: Sequence[Checked], typed: Mapping[str, Decimal], staging: Path
) -> tuple[Reconciled, ...]:
    """The months of an import against totals; what it leaves out or rejects may explain them."""
    lines = [one for one in checked if one.parsed.mapping.table == "order_lines"]
    if not lines:
        return ()
    with connect(staging) as connection:
        kept = file_list(str(one.rows) for one in lines)
        left = file_list(str(one.left_out) for one in lines)
        connection.execute(
            "CREATE TEMP VIEW kept AS SELECT NULL::DECIMAL(18, 4) AS amount_incl_tax WHERE false "
            f"UNION ALL BY NAME FROM read_parquet({kept}, union_by_name = true)"
        )
        connection.execute(
            "CREATE TEMP TABLE outside AS SELECT strftime(order_date, '%Y-%m') AS month, reason, "
            f"sum(amount) AS amount FROM read_parquet({left}) GROUP BY ALL"
        )
        rejected = [amount for one in lines for amount in _rejected_amounts(connection, one)]
        return tuple(
            _reconciled(connection, month, total, rejected)
            for month, total in sorted(typed.items())
        )


def of_workspace(
    workspace: Workspace, typed: Mapping[str, Decimal], staging: Path
) -> tuple[Reconciled, ...]:
    """The months of everything in the lake against totals."""
    files = workspace.lake.files("order_lines")
    with connect(staging) as connection:
        source = f"read_parquet({file_list(files)})" if files else ""
        nothing = (
            "SELECT ''::TEXT AS order_id, DATE '1900-01-01' AS order_date, 0::DECIMAL(18, 4) AS "
            "amount, 0::DECIMAL(18, 4) AS amount_incl_tax, ''::TEXT AS line_kind WHERE false"
        )
        connection.execute(f"CREATE TEMP VIEW kept AS {f'FROM {source}' if source else nothing}")
        connection.execute(
            "CREATE TEMP TABLE outside(month TEXT, reason TEXT, amount DECIMAL(38, 4))"
        )
        for month, reason, amount in _left_out_by_imports(workspace):
            connection.execute("INSERT INTO outside VALUES (?, ?, ?)", [month, reason, amount])
        return tuple(
            _reconciled(connection, month, total, []) for month, total in sorted(typed.items())
        )


def _left_out_by_imports(workspace: Workspace) -> Iterator[tuple[str, str, str]]:
    for commit in workspace.lake.imports():
        if commit.action == "import" and commit.undone_by is None:
            for month, reasons in commit.about.get("left_out_months", {}).items():
                for reason, amount in reasons.items():
                    yield month, reason, amount


def _rejected_amounts(
    connection: duckdb.DuckDBPyConnection, checked: Checked
) -> list[tuple[int, Decimal]]:
    """Row and amount of rejected rows whose amount can be read all the same, in plain notation."""
    match = checked.parsed.mapping.column_of("amount")
    if match is None or not checked.rejected_count:
        return []
    text = f"replace(translate(c{match.column}, '¥￥$ ()', ''), ',', '')"
    rows = connection.execute(
        f"SELECT row, TRY_CAST({text} AS DECIMAL(18, 4)) AS amount "
        f"FROM read_parquet({literal(checked.parsed.sheet.staged)}) WHERE row IN "
        f"(SELECT row FROM read_parquet({literal(checked.rejected)})) AND amount IS NOT NULL "
        "ORDER BY row LIMIT 20"
    ).fetchall()
    return [(row, amount) for row, amount in rows]


def _reconciled(
    connection: duckdb.DuckDBPyConnection,
    month: str,
    typed: Decimal,
    rejected: Sequence[tuple[int, Decimal]],
) -> Reconciled:
    of_month = f"(FROM kept WHERE strftime(order_date, '%Y-%m') = {literal(month)})"
    rows, orders, amount = connection.execute(
        "SELECT coalesce(sum(lines), 0)::BIGINT, count(*) FILTER (sold > 0), "
        "coalesce(sum(amount), 0) FROM (SELECT count(*) AS lines, sum(amount) AS amount, "
        f"{SOLD} FROM {of_month} GROUP BY order_id)"
    ).fetchall()[0]
    ours = amount.quantize(CENT)
    found = Reconciled(month, rows, orders, ours, typed)
    if found.difference == 0:
        return found
    causes = [
        *_tax(connection, of_month),
        *_kinds(connection, of_month),
        *_outside(connection, month),
        *_rejected(rejected),
        *_boundaries(connection, month),
    ]
    explained = _adding_up(causes, found.difference)
    if not explained:
        explained = _single_order(connection, of_month, found.difference)
    return Reconciled(month, rows, orders, ours, typed, explained)


def _adding_up(causes: Sequence[Cause], difference: Decimal) -> tuple[Cause, ...]:
    """The fewest causes that are the difference exactly, the likelier ones first."""
    real = [cause for cause in causes if cause.amount]
    for size in range(1, TOGETHER + 1):
        for some in combinations(real, size):
            if sum(cause.amount for cause in some) == difference:
                return some
    return ()


def _cause(template: str, amount: Decimal | None, **fields: object) -> list[Cause]:
    rounded = (amount or Decimal(0)).quantize(CENT)
    return [Cause(template, {"amount": abs(rounded), **fields}, rounded)] if rounded else []


def _tax(connection: duckdb.DuckDBPyConnection, of_month: str) -> list[Cause]:
    (tax,) = connection.execute(
        f"SELECT sum(amount_incl_tax - amount) FROM {of_month} WHERE amount_incl_tax IS NOT NULL"
    ).fetchall()[0]
    return _cause("The total typed is with tax, {amount}.", tax)


_KIND_WORDS = {
    "return": "The total typed leaves out the returns, {amount}.",
    "red_invoice": "The total typed leaves out the red invoices, {amount}.",
    "rebate": "The total typed leaves out the rebates, {amount}.",
    "allowance": "The total typed leaves out the allowances, {amount}.",
    "sample": "The total typed leaves out samples and gifts, {amount}.",
}


def _kinds(connection: duckdb.DuckDBPyConnection, of_month: str) -> list[Cause]:
    rows = connection.execute(
        f"SELECT line_kind, -sum(amount) FROM {of_month} WHERE line_kind IS NOT NULL "
        "AND line_kind <> 'sale' GROUP BY line_kind ORDER BY line_kind"
    ).fetchall()
    return [cause for kind, amount in rows for cause in _cause(_KIND_WORDS[kind], amount)]


_OUTSIDE_WORDS = {
    CANCELLED: "The total typed counts cancelled orders, {amount}.",
    PRINTED_TWICE: "The total typed counts lines printed twice, {amount}.",
    SAME: "The total typed counts orders of two files twice, {amount}.",
    OTHER: "The total typed counts orders that a later file replaces, {amount}.",
}


def _outside(connection: duckdb.DuckDBPyConnection, month: str) -> list[Cause]:
    rows = connection.execute(
        "SELECT reason, sum(amount) FROM outside WHERE month = ? GROUP BY reason ORDER BY reason",
        [month],
    ).fetchall()
    return [
        cause
        for reason, amount in rows
        if reason in _OUTSIDE_WORDS
        for cause in _cause(_OUTSIDE_WORDS[reason], amount)
    ]


def _rejected(rejected: Sequence[tuple[int, Decimal]]) -> list[Cause]:
    """Rejected rows may be of any month, as their date may be what is wrong: all, and each."""
    everything = sum((amount for _, amount in rejected), Decimal(0))
    found = _cause("The total typed counts the rejected rows, {amount}.", everything)
    if len(rejected) > 1:
        for row, amount in rejected:
            found += _cause("The total typed counts rejected row {row}, {amount}.", amount, row=row)
    return found


def _boundaries(connection: duckdb.DuckDBPyConnection, month: str) -> list[Cause]:
    """Days at the ends of a month that the total counts in another month, or the reverse."""
    first = f"DATE '{month}-01'"
    next_first = f"({first} + INTERVAL 1 MONTH)::DATE"
    cases = (
        (next_first, 0, 1, "The total typed runs on to {day}, {amount}."),
        (first, -1, -1, "The total typed begins on {day}, {amount}."),
        (first, 0, 1, "The total typed leaves out the days to {day}, {amount}."),
        (next_first, -1, -1, "The total typed leaves out the days from {day}, {amount}."),
    )
    found: list[Cause] = []
    for place, (start, shift, step, template) in enumerate(cases):
        sign = 1 if place < 2 else -1
        for days in range(1, BOUNDARY_DAYS + 1):
            end = f"{start} + {shift + step * (days - 1)}"
            low, high = (f"{start} + {shift}", end) if step > 0 else (end, f"{start} + {shift}")
            day, amount = connection.execute(
                f"SELECT {end}, sum(amount) FROM kept WHERE order_date BETWEEN {low} AND {high}"
            ).fetchall()[0]
            found += _cause(template, sign * amount if amount else None, day=day)
    return found


def _single_order(
    connection: duckdb.DuckDBPyConnection, of_month: str, difference: Decimal
) -> tuple[Cause, ...]:
    """An order of exactly the difference: missing from the total, or counted in it twice."""
    rows = connection.execute(
        f"SELECT order_id FROM {of_month} GROUP BY order_id "
        f"HAVING abs(round(sum(amount), 2)) = {abs(difference)} "
        f"ORDER BY order_id LIMIT {ORDERS_NAMED}"
    ).fetchall()
    if not rows:
        return ()
    orders = ", ".join(row[0] for row in rows)
    template = "An order of exactly this amount is missing from the total typed: {orders}."
    if difference > 0:
        template = "An order of exactly this amount may be in the total typed twice: {orders}."
    return (Cause(template, {"orders": orders, "amount": abs(difference)}, difference),)
