"""Who sold to a legal entity last: the salesperson on the newest of its orders.

Not who owns it: a file of customers says that. Where no file does, whoever sold last is the one
to ask. Two on one day: the first by name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zhibi.measures.account_heads import account_heads
from zhibi.measures.sales import last_order_day, to_accounts
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import pyarrow as pa


def last_seller(tables: Tables) -> pa.Table:
    """source_system and customer_id of a legal entity's first customer, and its `salesperson`;
    without those nobody is named for."""
    lines = tables.order_lines
    named = lines.filter(lines.is_order & lines.salesperson.notnull())
    per_customer = named.group_by("customer_key", "salesperson").agg(last_on=last_order_day(named))
    sold = to_accounts(tables, per_customer, level="legal entity", by=("salesperson",))
    newest = sold.group_by("account_key").agg(newest_on=sold.last_on.max())
    last = sold.join(newest, "account_key")
    last = last.filter(last.last_on == last.newest_on)
    one = last.group_by("account_key").agg(salesperson=last.salesperson.min())
    found = one.join(account_heads(tables), "account_key").drop("account_key")
    return found.order_by("source_system", "customer_id").to_pyarrow()
