"""The facts of some customers alone: what one part of them, or one reader, is shown.

Every table keeps only the rows of these customers, by a semi-join in the engine where the facts
are (a warehouse is told of them in the question, see `zhibi.tables.inline`); so all rows, totals,
names and findings come from it. Products are nobody's and stay whole.

A reader sees legal entities, so a group may be torn: what they see of it is an account of its own,
which goes by the top of the group where they see that, else by its first entity. The rest of the
group is another account, in the facts that the reader is compared with (`zhibi.tables.reference`).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from zhibi.tables import contents
from zhibi.tables.facts import Facts, Further

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

KEY = "customer_key"
ID = ("source_system", "customer_id")
OF_RECEIPT = ("source_system", "receipt_id")


def part_of(facts: Facts, customer_keys: ir.Table, *, name: str) -> Facts:
    """The facts of the customers in `customer_keys` (one column of keys), under this name.

    Which columns the order lines fill is not counted again: that would read every line.
    """
    found = _narrowed(facts, customer_keys, name)
    first, last = _days(found.order_lines)
    return replace(found, first_day=first, last_day=last)


def of_entities(facts: Facts, ids: pa.Table, *, name: str) -> tuple[Facts, Facts]:
    """The facts of the legal entities that any of these customers (source_system, customer_id)
    belongs to, under this name; and the facts of all, in which torn groups are torn as well.

    The days are those of all: when the data begins is not when the first of them bought.
    """
    from ibis.util import gen_name

    asked = facts.engine.local.create_table(gen_name("asked"), ids.select(ID), temp=True)
    torn = facts.engine.keep(f"torn|{name}|{facts.records_version}", _torn(facts.customers, asked))
    whole = replace(
        facts, customers=torn.drop("is_seen"), part=f"{name}/all", links=None, has_groups=True
    )
    keys = torn.filter(torn.is_seen).select(KEY)
    found = _narrowed(whole, keys, name)
    has_lines = found.order_lines.select(KEY).limit(1).to_pyarrow().num_rows > 0
    return replace(found, first_day=facts.first_day if has_lines else None), whole


def _torn(customers: ir.Table, asked: ir.Table) -> ir.Table:
    """Customers, whether they are seen (`is_seen`), and each group as one part that is and one
    that is not."""
    import ibis

    seen = customers.semi_join(asked, ID).select("entity_key").distinct()
    joined = customers.left_join(seen.mutate(is_seen=True), "entity_key")
    marked = joined.select(*customers.columns, is_seen=joined.is_seen.fill_null(False))
    part = ibis.window(group_by=["group_key", "is_seen"])
    has_top = (marked.customer_key == marked.group_key).any().over(part)
    first = marked.entity_key.min().over(part)
    return marked.mutate(group_key=has_top.ifelse(marked.group_key, first))


def _narrowed(facts: Facts, customer_keys: ir.Table, name: str) -> Facts:
    """Only the rows of these customers; the days still those of all."""
    customers = facts.customers.semi_join(customer_keys, KEY)
    if facts.lines_of:
        order_lines = facts.lines_of(customer_keys)
    else:
        order_lines = facts.order_lines.semi_join(customer_keys, KEY)
    return replace(
        facts,
        order_lines=order_lines,
        customers=customers,
        filled=_filled(facts, customers),
        further=_further(facts, facts.there(customer_keys)),
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
