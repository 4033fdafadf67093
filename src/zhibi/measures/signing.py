"""What makes an account a signed customer, and whether it pays: its contracts and their payments.

Signed and paid as in `zhibi.measures.payment`. Where payments are not kept at all, a contract
stands alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zhibi.measures.matching import match
from zhibi.measures.order_days import with_account_key
from zhibi.measures.payment import TERMS, overdue, standing_of_contracts
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir


def has_payments(tables: Tables) -> bool:
    """Whether it can be told if a first payment is in."""
    return tables.holds("receivables") or tables.holds("receipts")


def signed_contracts(tables: Tables, *, level: str) -> ir.Table:
    """One row an account with a contract: `contract_on` its first, `contract_amount` of all, and
    `paid_on`, when the first payment of one was in full; null until then."""
    import ibis

    columns = ("customer_key", "signed_on", "amount")
    rows = with_account_key(tables, tables.table("contracts").select(*columns), level=level)
    found = rows.group_by("account_key").agg(
        contract_on=rows.signed_on.min(), contract_amount=rows.amount.sum()
    )
    if not has_payments(tables):
        return found.mutate(paid_on=found.contract_on)
    standing = standing_of_contracts(tables, level=level).select("account_key", "first_paid_on")
    joined = found.left_join(standing, "account_key").drop("account_key_right")
    # Money may come before the contract is signed.
    paid_on = ibis.greatest(joined.first_paid_on, joined.contract_on)
    paid_on = ibis.ifelse(joined.first_paid_on.notnull(), paid_on, None)
    return joined.mutate(paid_on=paid_on).drop("first_paid_on")


def paying(tables: Tables, *, level: str) -> ir.Table:
    """One row an account that ever owed anything: whether nothing is overdue (`is_on_time`)."""
    matching = match(tables, terms=TERMS, level=level)
    owed = matching.parts.filter(matching.parts.debt_n.notnull()).select("account_key").distinct()
    late = overdue(tables, matching)
    joined = owed.left_join(late, "account_key").drop("account_key_right")
    return joined.select("account_key", is_on_time=joined.overdue.isnull())
