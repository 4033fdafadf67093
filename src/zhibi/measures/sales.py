"""Net sales and orders, per customer or account, over any windows in one pass over the lines.

Net sales: the sum of `amount`, net of tax, with returns, rebates, allowances and red invoices at
their sign. Orders: lines marked `is_order` (see `zhibi.tables.schema`), so that distinct orders
with positive net are counted by one scan, and the same in every window.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from zhibi.measures.periods import Period
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa


def within(lines: ir.Table, period: Period) -> ir.BooleanValue:
    """The condition that a line falls into a period."""
    return lines.order_date.between(period.start, period.end)


def net_sales(lines: ir.Table, period: Period | None = None) -> ir.DecimalScalar:
    """Sum of net amounts (result currency), 0 where there is no line."""
    where = None if period is None else within(lines, period)
    return lines.amount.sum(where=where).fill_null(0)


def order_count(lines: ir.Table, period: Period | None = None) -> ir.IntegerScalar:
    """Distinct orders with positive net."""
    where = lines.is_order if period is None else lines.is_order & within(lines, period)
    return where.sum().fill_null(0)


def last_order_day(lines: ir.Table) -> ir.DateScalar:
    """The day of the last order; null for who never ordered."""
    return lines.order_date.max(where=lines.is_order)


def first_order_day(lines: ir.Table) -> ir.DateScalar:
    """The day of the first order; null for who never ordered."""
    return lines.order_date.min(where=lines.is_order)


def by_account(
    tables: Tables,
    figures: Mapping[str, ir.Scalar],
    *,
    level: str,
    over: Iterable[Period] = (),
) -> ir.Table:
    """One row an account: `account_key` and the figures, which must be sums.

    Lines are grouped by the integer customer_key in the engine; only then are customers added up
    to their groups, which is a join over customers, not over lines. Figures that speak of certain
    periods only name them in `over`, so that older lines are not added up in vain; accounts
    without a line from the first of these days to the last are then left out.
    """
    lines = tables.order_lines
    if periods := tuple(over):
        days = Period(min(one.start for one in periods), max(one.end for one in periods))
        lines = lines.filter(within(lines, days))
    per_customer = lines.group_by("customer_key").agg(**figures)
    return to_accounts(tables, per_customer, level=level)


def to_accounts(
    tables: Tables, per_customer: ir.Table, *, level: str, by: tuple[str, ...] = ()
) -> ir.Table:
    """Add rows per customer_key (and `by`) up to accounts: dates by min/max of their name
    (`first_…`, `last_…`), everything else by sum."""
    per_customer = tables.bring(per_customer)
    if not tables.facts.has_groups:
        return per_customer.rename(account_key="customer_key")
    key = "group_key" if level == "group" else "entity_key"
    links = tables.bring(tables.customers.select("customer_key", account_key=key))
    joined = per_customer.join(links, "customer_key")
    return joined.group_by("account_key", *by).agg(
        **{
            name: _combined(joined, name)
            for name in per_customer.columns
            if name not in {"customer_key", *by}
        }
    )


def _combined(table: ir.Table, name: str) -> ir.Scalar:
    if name.startswith("first_"):
        return table[name].min()
    if name.startswith("last_"):
        return table[name].max()
    return table[name].sum()


def accounts(tables: Tables) -> ir.Table:
    """Names and attributes by `account_key`: a group goes by the customer at its top."""
    customers = tables.customers
    return tables.bring(
        customers.select(
            "customer_id",
            "name",
            "industry",
            "region",
            "kind",
            "owner",
            account_key="customer_key",
        )
    )


def account_keys(tables: Tables, *, level: str) -> pa.Array:
    """The keys of all accounts of these tables, each once."""
    key = "group_key" if level == "group" else "entity_key"
    keys = tables.customers.select(key).distinct().order_by(key)
    return keys.to_pyarrow().column(0).combine_chunks()


def key_type(tables: Tables) -> pa.DataType:
    """What accounts are known by: whole numbers, in some warehouses text."""
    return tables.customers.customer_key.type().to_pyarrow()
