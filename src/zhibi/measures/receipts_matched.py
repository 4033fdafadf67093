"""Each receipt, and what it paid: the receivables it was matched to, and how much of each.

The same matching as in `open_debts`, so that what receipts leave of a receivable is its `open`
there. What no receivable was found for is a part without one: money on account.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from zhibi.measures.account_heads import account_heads
from zhibi.measures.matching import match
from zhibi.measures.open_debts import LEVEL, MONEY
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import pyarrow as pa


def receipts_matched(tables: Tables, *, since: date) -> pa.Table | None:
    """One row a part of a receipt of `since` or later: payment_n, source_system and customer_id of
    the legal entity's first customer, receipt_id, received_on, debt_id and due_on (null: of no
    receivable), amount of the part; the earliest receipt first. None where no receivables or no
    receipts are kept.
    """
    if not (tables.holds("receivables") and tables.holds("receipts")):
        return None
    matching = match(tables, terms=0, level=LEVEL)
    parts = matching.parts.filter(matching.parts.is_receipt & (matching.parts.received_on >= since))
    # An entity may hold one receipt in several parts of one debt, through several allocations.
    by = ("account_key", "payment_n", "payment_id", "received_on", "debt_n", "debt_id", "due_on")
    each = parts.group_by(*by).agg(amount=parts.amount.sum().cast(MONEY))
    found = each.join(account_heads(tables), "account_key").rename(receipt_id="payment_id")
    of_account = ("payment_n", "source_system", "customer_id")
    named = found.select(*of_account, "receipt_id", "received_on", "debt_id", "due_on", "amount")
    return named.order_by(*of_account, "due_on", "debt_id").to_pyarrow()
