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

from zhibi.tables.ingest import overlap
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
        "{count} lines are returns, {amount} in all; they lower sales and are no orders.",
        "line_kind = 'return'",
    ),
    Trap(
        "red_invoices",
        "{count} lines are red invoices, {amount} in all; they lower sales and are no orders.",
        "line_kind = 'red_invoice'",
    ),
    Trap(
        "rebates",
        "{count} lines are rebates or allowances, {amount} in all; they lower sales and are no "
        "orders.",
        "line_kind IN ('rebate', 'allowance')",
    ),
    Trap(
        "samples",
        "{count} lines are samples or gifts, {amount} in all; they are kept and are no sales.",
        "line_kind = 'sample'",
    ),
    Trap(
        "negative_sales",
        "{count} lines have a negative amount and nothing that calls them returns, {amount} in "
        "all; they lower sales.",
        "line_kind = 'sale' AND amount < 0",
    ),
    Trap("zeros", "{count} lines have the amount 0.", "line_kind = 'sale' AND amount = 0"),
    Trap(
        "positive_returns",
        "{count} lines are called returns or red invoices and have a positive amount, {amount} in "
        "all: is the sign missing in the file?",
        "line_kind IN ('return', 'red_invoice') AND amount > 0",
        is_question=True,
    ),
    Trap(
        "net_is_gross",
        "In {count} lines the net amount equals the amount with tax although there is a tax rate, "
        "{amount} in all: is the column of net amounts the right one?",
        f"{_TAX} AND amount <> 0 AND amount = amount_incl_tax",
        is_question=True,
    ),
    Trap(
        "tax_differs",
        "In {count} lines net amount and tax rate do not give the amount with tax, {amount} in "
        "all: are the columns the right ones?",
        f"{_TAX} AND amount <> amount_incl_tax AND abs(amount_incl_tax - amount * (1 + tax_rate))"
        " > greatest(0.05, 0.001 * abs(amount_incl_tax))",
        is_question=True,
    ),
)


def of_lines(
    connection: duckdb.DuckDBPyConnection, rows: Path, today: date, bases: Sequence[str]
) -> tuple[Notice, ...]:
    """The notices on one file's order lines. `bases` are those of the lines the lake holds."""
    source = f"read_parquet({literal(rows)})"
    future = Trap(
        "future",
        "{count} lines are dated after today, {amount} in all; they are kept, and analyses look "
        "no further than today.",
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
        "cancelled order": "{count} lines of cancelled orders are left out, {amount} in all.",
        overlap.SAME: "{count} rows are left out because {other} gives the same.",
        overlap.OTHER: "{count} rows are left out because {other}, which was named later, gives "
        "them again with other values: is it the newer export?",
        overlap.REPEATED: "{count} rows are left out because they repeat another row.",
        overlap.REPLACED: "{count} rows are left out because a later row has the same "
        "number with other values: are they one?",
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
        template = "Not one of the {count} lines has an amount above 0: is it the right column?"
        code = NOTHING_BUT_ZEROS if lowest == 0 == highest else "nothing_positive"
        found.append(Notice(code, template, {"count": count}, count, is_question=True))
    ones = (
        ("one_customer", "All {count} lines are of one customer, {value}."),
        ("one_order", "All {count} lines are of one order, {value}: is it the order number?"),
        ("one_day", "All {count} lines are of one day, {value}."),
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
    fields = {"before": before, "after": after, "count": min(earlier, later)}
    template = (
        "There is no order between {before} and {after}, and {count} lines lie beyond that gap: "
        "are their dates right?"
    )
    beyond = "<=" if earlier <= later else ">"
    examples = connection.execute(
        f"SELECT row, {TEXT} FROM {source} WHERE year(order_date) {beyond} {before} "
        f"ORDER BY row LIMIT {EXAMPLES}"
    ).fetchall()
    return [Notice("empty_years", template, fields, min(earlier, later), True, tuple(examples))]


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
        fields: dict[str, object] = {"bases": ", ".join(counts)}
    else:
        template = (
            "These lines are {bases} and the workspace holds lines that are {held}, which are "
            "never added: analyses take the one set in zhibi.toml."
        )
        fields = {"bases": ", ".join(counts), "held": ", ".join(sorted(held))}
    return [Notice("bases", template, fields, sum(counts.values()), is_question=True)]


def _repeated_lines(connection: duckdb.DuckDBPyConnection, source: str) -> list[Notice]:
    """Lines alike in every field within one order. They are kept: an order may hold two alike."""
    content = ", ".join(field.name for field in ORDER_LINES.fields)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE repeated AS SELECT digest, count(*) - 1 AS more FROM "
        f"(SELECT hash({content}) AS digest FROM {source}) GROUP BY digest HAVING count(*) > 1"
    )
    (count,) = connection.execute("SELECT coalesce(sum(more), 0)::BIGINT FROM repeated").fetchall()[
        0
    ]
    if not count:
        return []
    lines = (
        f"(SELECT row, amount, {TEXT} AS text, more, row_number() OVER (PARTITION BY digest "
        f"ORDER BY row) AS place FROM (SELECT *, hash({content}) AS digest FROM {source}) "
        "JOIN repeated USING (digest))"
    )
    amount, examples = connection.execute(
        f"SELECT sum(amount), list((row, text) ORDER BY row)[:{EXAMPLES}] FROM {lines} "
        "WHERE place > 1"
    ).fetchall()[0]
    template = (
        "{count} lines repeat a line of the same order exactly, {amount} in all; they are kept: "
        "are they true lines?"
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
            "{count} order numbers are used by more than one customer: is another column the "
            "order number, or is the customer of the lines the end customer?"
        )
        fields = {"count": shared}
        found.append(
            Notice("shared_orders", template, fields, shared, True, tuple(shared_examples))
        )
    if long:
        template = "{count} order numbers are used more than a year apart: do numbers start again?"
        found.append(
            Notice("long_orders", template, {"count": long}, long, True, tuple(long_examples))
        )
    return found
