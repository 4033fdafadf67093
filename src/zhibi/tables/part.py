"""The facts of some customers alone: what one part of them, or one reader, is shown.

Every table keeps only the rows of these customers, by a semi-join in the engine where the facts
are; so all rows, totals, names and findings come from it. Products are nobody's and stay whole.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from zhibi.tables import contents
from zhibi.tables.facts import Facts, Further

if TYPE_CHECKING:
    import ibis.expr.types as ir

KEY = "customer_key"
OF_RECEIPT = ("source_system", "receipt_id")


def part_of(facts: Facts, customer_keys: ir.Table, *, name: str) -> Facts:
    """The facts of the customers in `customer_keys` (one column of keys), under this name.

    Which columns the order lines fill is not counted again: that would read every line.
    """
    lines = facts.order_lines.semi_join(customer_keys, KEY)
    customers = facts.customers.semi_join(customer_keys, KEY)
    first, last = _days(lines)
    return replace(
        facts,
        order_lines=lines,
        customers=customers,
        filled=_filled(facts, customers),
        first_day=first,
        last_day=last,
        further=_further(facts, customer_keys),
        part=name,
    )


def _days(lines: ir.Table) -> tuple[date | None, date | None]:
    order_date = lines.order_date
    found = lines.agg(first=order_date.min(), last=order_date.max()).to_pyarrow().to_pylist()[0]
    return found["first"], found["last"]


def _filled(facts: Facts, customers: ir.Table) -> frozenset[str]:
    """Columns of the order lines as in all, columns of customers only where these fill them."""
    on_file = set(facts.customers.columns) - set(facts.order_lines.columns)
    return frozenset((facts.filled - on_file) | contents.filled_columns(customers))


def _further(facts: Facts, customer_keys: ir.Table) -> dict[str, Further]:
    """The further tables that hold any row of these customers."""
    found = {}
    receipts: Any = None
    if "receipts" in facts.further:
        receipts = facts.further["receipts"].table.semi_join(customer_keys, KEY)
    for name, whole in facts.further.items():
        if KEY in whole.table.columns:
            table = whole.table.semi_join(customer_keys, KEY)
        elif name == "allocations" and receipts is not None:
            table = whole.table.semi_join(receipts, OF_RECEIPT)
        else:
            found[name] = whole
            continue
        if filled := contents.filled_columns(table):
            found[name] = Further(table, filled)
    return found
