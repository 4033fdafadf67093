"""Who has signed and paid."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tests.measures.test_matching import DAY, receipt, receivable
from tests.methods.given import line, tables_of

from zhibi.measures.payment import standing_of_contracts
from zhibi.measures.rows import fetch
from zhibi.tables.tables import Tables


def contract(name: str, customer: str, days_ago: int) -> dict[str, Any]:
    signed_on = DAY - timedelta(days_ago)
    return {"contract_id": name, "customer_id": customer, "signed_on": signed_on}


def standing(tables: Tables) -> dict[int, tuple[date, date | None, bool, Decimal]]:
    rows = fetch(standing_of_contracts(tables, level="group").order_by("account_key"))
    return {
        row["account_key"]: (
            row["signed_on"], row["first_paid_on"], row["is_first_paid"], row["overdue"]
        )
        for row in rows
    }  # fmt: skip


def test_the_first_payment_counts_once_it_is_complete() -> None:
    """A paid its first 100 in two steps and owes 50 since 10 days; B paid half of the first; C has
    signed and was asked for nothing; D has paid but signed nothing."""
    given = tables_of(
        [line(who, who, DAY - timedelta(300), 1) for who in "ABCD"],
        DAY,
        contracts=[contract("a", "A", 100), contract("b", "B", 90), contract("c", "C", 80)],
        receivables=[
            receivable("a1", "A", -70, 100, contract_id="a"),
            receivable("a2", "A", -10, 50, contract_id="a"),
            receivable("a3", "A", 30, 10, contract_id="a"),
            receivable("b1", "B", -60, 100),
            receivable("d1", "D", -60, 100),
        ],
        receipts=[
            receipt("s1", "A", 65, 40),
            receipt("s2", "A", 55, 60),
            receipt("s3", "B", 50, 50),
            receipt("s4", "D", 50, 100),
        ],
    )
    assert standing(given) == {
        1: (DAY - timedelta(100), DAY - timedelta(55), True, 50),
        2: (DAY - timedelta(90), None, False, 50),
        3: (DAY - timedelta(80), None, False, 0),
    }


def test_what_fell_due_before_the_contract_is_not_its_first_payment() -> None:
    given = tables_of(
        [line("A", "1", DAY - timedelta(300), 1)],
        DAY,
        contracts=[contract("a", "A", 50)],
        receivables=[receivable("old", "A", -70, 100), receivable("new", "A", -20, 100)],
        receipts=[receipt("s1", "A", 65, 100)],
    )
    assert standing(given) == {1: (DAY - timedelta(50), None, False, 100)}


def test_without_contracts_the_first_order_is_one() -> None:
    given = tables_of(
        [line("A", "1", DAY - timedelta(100), 1), line("B", "2", DAY, -5)],
        DAY,
        receivables=[receivable("a1", "A", -70, 100)],
        receipts=[receipt("s1", "A", 65, 100)],
    )
    assert standing(given) == {1: (DAY - timedelta(100), DAY - timedelta(65), True, 0)}
