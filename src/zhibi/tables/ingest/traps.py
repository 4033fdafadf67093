"""What a person should know of the order lines before they are committed: counted, with examples.

Nothing here changes a row. Each trap is a condition and a sentence; all conditions are counted in
one scan, and examples are fetched for those that occur.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

import duckdb

from zhibi.said import Said
from zhibi.tables.ingest import no_sales, overlap
from zhibi.tables.ingest.duck import literal
from zhibi.tables.ingest.stages import Notice
from zhibi.tables.schema import ORDER_LINES, TableSchema

EXAMPLES = 3
YEARS_APART = 10
DAYS_OF_ONE_ORDER = 366
NOTHING_BUT_ZEROS = "nothing_but_zeros"
TEXT = "concat_ws(' · ', order_id, customer_id, order_date, amount)"


@dataclass(frozen=True, slots=True)
class Trap:
    """A condition on one line, and the sentence for it with {count} and {amount}."""

    code: str
    template: str
    condition: str
    is_question: bool = False


_TAX = "tax_rate IS NOT NULL AND tax_rate > 0 AND amount_incl_tax IS NOT NULL"
TRAPS = (
    Trap(
        "returns",
        "Returns: {count:line|lines}, {amount}; they lower sales and are no orders.",
        "line_kind = 'return'",
    ),
    Trap(
        "red_invoices",
        "Red invoices: {count:line|lines}, {amount}; they lower sales and are no orders.",
        "line_kind = 'red_invoice'",
    ),
    Trap(
        "rebates",
        "Rebates and allowances: {count:line|lines}, {amount}; they lower sales and are no orders.",
        "line_kind IN ('rebate', 'allowance')",
    ),
    Trap(
        "samples",
        "Samples and gifts: {count:line|lines}, {amount}; kept, and no sales.",
        "line_kind = 'sample'",
    ),
    Trap(
        "negative_sales",
        "Negative amounts that nothing calls returns: {count:line|lines}, {amount}; they lower "
        "sales.",
        "line_kind = 'sale' AND amount < 0",
    ),
    Trap("zeros", "Amounts of 0: {count:line|lines}.", "line_kind = 'sale' AND amount = 0"),
    Trap(
        "positive_returns",
        "Returns or red invoices with a positive amount: {count:line|lines}, {amount}. Is the "
        "sign missing in the file?",
        "line_kind IN ('return', 'red_invoice') AND amount > 0",
        is_question=True,
    ),
    Trap(
        "net_is_gross",
        "Net amounts equal to the amount with tax although there is a tax rate: "
        "{count:line|lines}, {amount}. Is the column of net amounts the right one?",
        f"{_TAX} AND amount <> 0 AND amount = amount_incl_tax",
        is_question=True,
    ),
    Trap(
        "tax_differs",
        "Net amount and tax rate do not give the amount with tax: {count:line|lines}, {amount}. "
        "Are the columns the right ones?",
        f"{_TAX} AND amount <> amount_incl_tax AND abs(amount_incl_tax - amount * (1 + tax_rate))"
        " > greatest(0.05, 0.001 * abs(amount_incl_tax))",
        is_question=True,
    ),
)


def of_lines(
    connection: duckdb.DuckDBPyConnection, source: str, today: date, bases: Sequence[str]
) -> tuple[Notice, ...]:
    """The notices on one file's order lines, a relation. `bases` are those the lake holds."""
    future = Trap(
        "future",
        "Dates after today: {count:line|lines}, {amount}; kept, and analyses look no further than "
        "today.",
        f"order_date > DATE '{today}'",
    )
    found = [*_counted(connection, source, (*TRAPS, future)), *_span(connection, source)]
    found += _bases(connection, source, bases)
    found += _repeated_lines(connection, source)
    found += _shared_numbers(connection, source)
    return tuple(found)


def left_out(
    connection: duckdb.DuckDBPyConnection, path: Path, schema: TableSchema
) -> tuple[Notice, ...]:
    """One notice for each reason for which rows are left out."""
    templates = {
        no_sales.NOT_WON: "Deals not won: {count:line|lines} left out, {amount}.",
        no_sales.PAYMENT: "Payments, which are no sales: {count:line|lines} left out, {amount}.",
        no_sales.SETTLED: "Settled, and owed no more: {count:row|rows} left out.",
        no_sales.PLANNED: "Planned, not sold: {count:line|lines} left out, {amount}.",
        no_sales.CANCELLED: "Cancelled orders: {count:line|lines} left out, {amount}.",
        no_sales.REFUNDED: "Refunded orders: {count:line|lines} left out, {amount}.",
        overlap.SAME: "Given twice: {count:row|rows} left out, the same as in {other}.",
        overlap.OTHER: "Given twice and different: {count:row|rows} left out for those of {other}, "
        "which was named later. Is it the newer export?",
        overlap.REPEATED: "Repeated: {count:row|rows} left out, the same as another row.",
        overlap.REPLACED: "One number with different values: {count:row|rows} left out for a later "
        "row. Are they one?",
        overlap.PRINTED_TWICE: "Lines printed twice, line number and all: {count:line|lines} left "
        "out, {amount}.",
    }
    amount = "sum(amount)" if schema is ORDER_LINES else "NULL"
    unit = schema.unit[0]
    groups = connection.execute(
        f"SELECT reason, count(*), {amount}, list_sort(list(DISTINCT detail))[:{EXAMPLES}], "
        f"list((row, {unit} || ' · ' || detail) ORDER BY row)[:{EXAMPLES}] "
        f"FROM read_parquet({literal(path)}) GROUP BY reason ORDER BY reason"
    ).fetchall()
    return tuple(
        Notice(
            code=reason.replace(" ", "_"),
            template=templates[reason],
            fields={"count": count, "amount": total, "other": ", ".join(others)},
            count=count,
            is_question=reason in (overlap.OTHER, overlap.REPLACED),
            examples=tuple(examples),
        )
        for reason, count, total, others, examples in groups
    )


def _counted(
    connection: duckdb.DuckDBPyConnection, source: str, traps: Sequence[Trap]
) -> list[Notice]:
    counts = ", ".join(
        f"count(*) FILTER ({trap.condition}), sum(amount) FILTER ({trap.condition})"
        for trap in traps
    )
    row = connection.execute(f"SELECT {counts} FROM {source}").fetchall()[0]
    found = []
    for place, trap in enumerate(traps):
        count, amount = row[2 * place : 2 * place + 2]
        if count:
            examples = connection.execute(
                f"SELECT row, {TEXT} FROM {source} WHERE {trap.condition} "
                f"ORDER BY row LIMIT {EXAMPLES}"
            ).fetchall()
            fields = {"count": count, "amount": amount}
            found.append(
                Notice(trap.code, trap.template, fields, count, trap.is_question, tuple(examples))
            )
    return found


def _span(connection: duckdb.DuckDBPyConnection, source: str) -> list[Notice]:
    """A file with nothing above zero, one customer, order or day, or years without any order."""
    row = connection.execute(
        "SELECT count(*), max(amount), min(amount), min(customer_id), max(customer_id), "
        f"min(order_id), max(order_id), min(order_date), max(order_date) FROM {source}"
    ).fetchall()[0]
    count, highest, lowest, *pairs = row
    if not count:
        return []
    found = []
    if highest <= 0:
        template = "No amount is above 0 in {count:line|lines}. Is it the right column?"
        code = NOTHING_BUT_ZEROS if lowest == 0 == highest else "nothing_positive"
        found.append(Notice(code, template, {"count": count}, count, is_question=True))
    ones = (
        ("one_customer", "One customer only: {value}, {count:line|lines}."),
        (
            "one_order",
            "One order only: {value}, {count:line|lines}. Is it the column of order numbers?",
        ),
        ("one_day", "One day only: {value}, {count:line|lines}."),
    )
    for place, (code, template) in enumerate(ones):
        first, last = pairs[2 * place : 2 * place + 2]
        if first == last and count > 1:
            is_question = code == "one_order"
            fields = {"count": count, "value": first}
            found.append(Notice(code, template, fields, count, is_question))
    return found + _empty_years(connection, source)


def _empty_years(connection: duckdb.DuckDBPyConnection, source: str) -> list[Notice]:
    years = connection.execute(
        f"SELECT year(order_date) AS year, count(*), min(row) FROM {source} "
        "GROUP BY year ORDER BY year"
    ).fetchall()
    gaps = [
        (before[0], after[0])
        for before, after in pairwise(years)
        if after[0] - before[0] > YEARS_APART
    ]
    if not gaps:
        return []
    before, after = gaps[0]
    earlier = sum(count for year, count, _ in years if year <= before)
    later = sum(count for year, count, _ in years if year > before)
    count = min(earlier, later)
    fields = {"before": str(before), "after": str(after), "count": count}
    template = (
        "No order between the years {before} and {after}: {count:line|lines} beyond that gap. Are "
        "their dates right?"
    )
    beyond = "<=" if earlier <= later else ">"
    examples = connection.execute(
        f"SELECT row, {TEXT} FROM {source} WHERE year(order_date) {beyond} {before} "
        f"ORDER BY row LIMIT {EXAMPLES}"
    ).fetchall()
    return [Notice("empty_years", template, fields, count, True, tuple(examples))]


def _bases(connection: duckdb.DuckDBPyConnection, source: str, held: Sequence[str]) -> list[Notice]:
    rows = connection.execute(f"SELECT basis, count(*) FROM {source} GROUP BY basis ORDER BY basis")
    counts = {basis: count for basis, count in rows.fetchall() if basis}
    if len(set(counts) | set(held)) < 2:
        return []
    if len(counts) > 1:
        template = (
            "The lines are of several bases ({bases}), which are never added: analyses take the "
            "one set in zhibi.toml."
        )
        fields: dict[str, object] = {"bases": tuple(map(Said, counts))}
    else:
        template = (
            "These lines are {bases} and the workspace holds lines that are {held}, which are "
            "never added: analyses take the one set in zhibi.toml."
        )
        fields = {"bases": tuple(map(Said, counts)), "held": tuple(map(Said, sorted(held)))}
    return [Notice("bases", template, fields, sum(counts.values()), is_question=True)]


def _repeated_lines(connection: duckdb.DuckDBPyConnection, source: str) -> list[Notice]:
    """Lines alike in every field within one order. They are kept: an order may hold two alike,
    unless they have a number, and then `overlap` has left them out."""
    content = ", ".join(field.name for field in ORDER_LINES.fields)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE repeated AS SELECT digest, count(*) - 1 AS more FROM "
        f"(SELECT hash({content}) AS digest FROM {source} WHERE line_no IS NULL) "
        "GROUP BY digest HAVING count(*) > 1"
    )
    (count,) = connection.execute("SELECT coalesce(sum(more), 0)::BIGINT FROM repeated").fetchall()[
        0
    ]
    if not count:
        return []
    lines = (
        f"(SELECT row, amount, {TEXT} AS text, more, row_number() OVER (PARTITION BY digest "
        f"ORDER BY row) AS place FROM (SELECT *, hash({content}) AS digest FROM {source} "
        "WHERE line_no IS NULL) "
        "JOIN repeated USING (digest))"
    )
    amount, examples = connection.execute(
        f"SELECT sum(amount), list((row, text) ORDER BY row)[:{EXAMPLES}] FROM {lines} "
        "WHERE place > 1"
    ).fetchall()[0]
    template = (
        "Lines that repeat another of their order exactly: {count:line|lines}, {amount}; kept. "
        "Are they true?"
    )
    fields = {"count": count, "amount": amount}
    return [Notice("repeated_lines", template, fields, count, True, tuple(examples))]


def _shared_numbers(connection: duckdb.DuckDBPyConnection, source: str) -> list[Notice]:
    """Order numbers that stand for several orders: of two customers, or years apart."""
    orders = (
        "(SELECT min(order_id) AS order_id, min(row) AS row, "
        "min(hash(customer_id)) <> max(hash(customer_id)) AS is_shared, "
        f"max(order_date) - min(order_date) > {DAYS_OF_ONE_ORDER} AS is_long "
        f"FROM {source} GROUP BY hash(order_id))"
    )
    shared, long, shared_examples, long_examples = connection.execute(
        "SELECT count(*) FILTER (is_shared), count(*) FILTER (is_long AND NOT is_shared), "
        f"list((row, order_id) ORDER BY row) FILTER (is_shared)[:{EXAMPLES}], "
        f"list((row, order_id) ORDER BY row) FILTER (is_long AND NOT is_shared)[:{EXAMPLES}] "
        f"FROM {orders}"
    ).fetchall()[0]
    found = []
    if shared:
        template = (
            "Order numbers of more than one customer: {count}. Is another column the order number, "
            "or the customer of these lines the end customer?"
        )
        fields = {"count": shared}
        found.append(
            Notice("shared_orders", template, fields, shared, True, tuple(shared_examples))
        )
    if long:
        template = "Order numbers used more than a year apart: {count}. Do numbers start again?"
        found.append(
            Notice("long_orders", template, {"count": long}, long, True, tuple(long_examples))
        )
    return found
