"""What is still owed, debt by debt: by hand, and the same sums as by account."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from tests.measures.test_matching import DAY, receipt, receivable, tables
from tests.usual import usual

from zhibi.measures.account_figures import account_figures
from zhibi.measures.open_debts import open_debts
from zhibi.measures.receipts_matched import receipts_matched


def test_by_hand() -> None:
    """A pays 70 of 100, so 30 are left; B's guarantee money is not due yet; C has paid all."""
    found = open_debts(
        tables(
            receivables=[
                receivable("a1", "A", -40, 100, contract_id="c1", milestone="发货款"),
                receivable("b1", "B", 200, 9, milestone="质保金"),
                receivable("c1", "C", -1, 5),
            ],
            receipts=[receipt("p1", "A", 10, 70), receipt("p2", "C", 1, 5)],
        )
    )
    assert found is not None
    first, second = found.to_pylist()
    assert (first["customer_id"], first["debt_id"], first["contract_id"]) == ("A", "a1", "c1")
    assert (first["amount"], first["open"]) == (Decimal(100), Decimal(30))
    assert first["due_on"] == DAY - timedelta(40)
    assert (second["customer_id"], second["is_retention"], second["open"]) == ("B", True, 9)


def test_no_receivables_is_not_nothing_owed() -> None:
    assert open_debts(tables(receipts=[receipt("p1", "A", 10, 70)])) is None


def test_adds_up_to_what_each_account_owes() -> None:
    company = usual()
    whole = {row["customer_id"]: row["open"] for row in account_figures(company).to_pylist()}
    found = open_debts(company)
    assert found is not None
    parts = dict.fromkeys(whole, Decimal(0))
    for row in found.to_pylist():
        parts[row["customer_id"]] += row["open"]
    assert parts == whole
    assert sum(parts.values()) > 0


def test_receipts_say_what_they_paid() -> None:
    """A's 130 pay a1 whole and 20 of a2; B's 5 find nothing; what came before the day is left."""
    found = receipts_matched(
        tables(
            receivables=[receivable("a1", "A", -40, 110), receivable("a2", "A", -9, 50)],
            receipts=[
                receipt("p0", "A", 90, 7), receipt("p1", "A", 0, 123), receipt("q", "B", 0, 5)
            ],
        ),
        since=DAY,
    )  # fmt: skip
    assert found is not None
    assert [(row["receipt_id"], row["debt_id"], row["amount"]) for row in found.to_pylist()] == [
        ("p1", "a1", Decimal(103)),
        ("p1", "a2", Decimal(20)),
        ("q", None, Decimal(5)),
    ]
    assert receipts_matched(tables(receipts=[receipt("p", "A", 0, 1)]), since=DAY) is None
