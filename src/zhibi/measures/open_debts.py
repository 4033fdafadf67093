"""Each amount that is still owed on the day: what it was, what is left of it, when it is due.

The same matching as in `receivables`, so that the sum over an account is its `open` there. What
is derived from orders (no receivables are kept) is no bill anybody could ask for, and left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zhibi.measures.account_heads import account_heads
from zhibi.measures.matching import match
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import pyarrow as pa

LEVEL = "legal entity"
MONEY = "decimal(38,4)"


def open_debts(tables: Tables) -> pa.Table | None:
    """One row a debt not received in full: source_system and customer_id of the legal entity's
    first customer, debt_id, contract_id, milestone, is_retention, due_on, amount (of the whole
    debt), open. None where no receivables are kept.
    """
    if not tables.holds("receivables"):
        return None
    matching = match(tables, terms=0, level=LEVEL)
    parts = matching.open.filter(~matching.open.is_paid_back)
    left = parts.group_by("debt_n", "account_key").agg(open=parts.amount.sum().cast(MONEY))
    debts = matching.books.debts.select(
        "debt_n", "debt_id", "contract_id", "milestone", "is_retention", "due_on", "amount"
    )
    found = left.join(debts, "debt_n").join(account_heads(tables), "account_key")
    columns = (
        "source_system", "customer_id", "debt_id", "contract_id", "milestone", "is_retention",
        "due_on", "amount", "open",
    )  # fmt: skip
    ordered = found.select(*columns).order_by("due_on", "source_system", "customer_id", "debt_id")
    return ordered.to_pyarrow()
