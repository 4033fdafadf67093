"""Who has signed and paid: the contract, its first payment in full, and what is overdue now.

Signed (签约) means a contract and its first payment received in full; a qualified signed customer
has besides nothing overdue. The first payment is the debt of the contract that falls due first;
where no debt names the contract, the account's first debt due from the day of signing that names
none. Without a list of contracts the first order is the contract.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zhibi.measures.matching import Matching, match
from zhibi.measures.order_days import with_account_key
from zhibi.measures.sales import by_account, first_order_day
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

TERMS = 60  # days; only where debts are derived from orders


def standing_of_contracts(tables: Tables, *, level: str, terms: int = TERMS) -> ir.Table:
    """One row an account with a contract: account_key, signed_on (of its first contract),
    first_paid_on (the day a first payment was complete; null until then), is_first_paid, overdue
    (money, retention included once it is due).

    ZhibiError when there are neither receivables nor receipts.
    """
    matching = match(tables, terms=terms, level=level)
    contracts = _contracts(tables, level)
    paid_on = _first_paid(matching, contracts)
    joined = contracts.left_join(paid_on, ("account_key", "contract_id"))
    signed = joined.group_by("account_key").agg(
        signed_on=joined.signed_on.min(), first_paid_on=joined.paid_on.min()
    )
    found = signed.left_join(overdue(tables, matching), "account_key")
    return tables.keep(
        f"standing_of_contracts|{level}|{terms}",
        found.select(
            "account_key",
            "signed_on",
            "first_paid_on",
            is_first_paid=found.first_paid_on.notnull(),
            overdue=found.overdue.fill_null(0).cast("decimal(38,4)"),
        ),
    )


def overdue(tables: Tables, matching: Matching) -> ir.Table:
    """Money past its due day, of the accounts that have any: account_key, overdue."""
    late = matching.open.filter(matching.open.due_on < tables.day)
    return late.group_by("account_key").agg(overdue=late.amount.sum())


def _contracts(tables: Tables, level: str) -> ir.Table:
    """account_key, contract_id, signed_on."""
    import ibis

    if not tables.holds("contracts"):
        lines = tables.order_lines
        first = by_account(tables, {"first_on": first_order_day(lines)}, level=level)
        first = first.filter(first.first_on.notnull())
        return first.select("account_key", contract_id=ibis.literal(""), signed_on=first.first_on)
    rows = tables.table("contracts").select("customer_key", "contract_id", "signed_on")
    owned = with_account_key(tables, rows, level=level)
    return owned.group_by("account_key", "contract_id").agg(signed_on=owned.signed_on.min())


def _first_paid(matching: Matching, contracts: ir.Table) -> ir.Table:
    """When the first payment of each contract was complete: account_key, contract_id, paid_on."""
    parts = matching.parts.filter(matching.parts.debt_n.notnull())
    debts = parts.group_by("account_key", "contract_id", "debt_n").agg(
        due_on=parts.due_on.min(),
        paid_on=parts.received_on.max(),
        is_open=parts.payment_n.isnull().any(),
    )
    named = debts.filter(debts.contract_id.notnull())
    own = named.join(contracts, ("account_key", "contract_id"))
    unnamed = debts.filter(debts.contract_id.isnull()).drop("contract_id")
    without = contracts.anti_join(named, ("account_key", "contract_id"))
    others = without.join(unnamed, "account_key").filter(lambda t: t.due_on >= t.signed_on)
    columns = ("account_key", "contract_id", "debt_n", "paid_on", "is_open")
    asked = own.select(*columns).union(others.select(*columns))
    by = asked.group_by("account_key", "contract_id")
    first = by.agg(
        paid_on=asked.paid_on.argmin(asked.debt_n), is_open=asked.is_open.argmin(asked.debt_n)
    )
    return first.filter(~first.is_open).select("account_key", "contract_id", "paid_on")
