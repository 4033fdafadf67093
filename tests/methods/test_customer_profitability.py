"""What is left of customers, by hand, against a day-by-day oracle, and in the demo company."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.methods.given import line, tables_of

from zhibi.errors import ZhibiError
from zhibi.methods.customer_profitability import Params, analyze
from zhibi.result import Severity

DAY = date(2024, 12, 31)
START = date(2024, 1, 1)


def debt(customer_id: str, known_on: date, amount: int, number: str = "1") -> dict:
    return {
        "receivable_id": f"{customer_id}{number}",
        "customer_id": customer_id,
        "issued_on": known_on,
        "due_date": known_on + timedelta(days=60),
        "amount_due": Decimal(amount),
    }


def receipt(
    customer_id: str, on: date, amount: int, number: str = "1", matures_on: date | None = None
) -> dict:
    return {
        "receipt_id": f"{customer_id}{number}",
        "customer_id": customer_id,
        "received_on": on,
        "amount": Decimal(amount),
        "matures_on": matures_on,
    }


def effort(customer_id: str, cost: int, on: date = date(2024, 6, 1)) -> dict:
    return {"customer_id": customer_id, "spent_on": on, "cost": Decimal(cost)}


SOLD = [
    line("ann", "1", date(2024, 2, 1), 1000, cost=Decimal(600)),
    line("bob", "2", date(2024, 3, 1), 1000, cost=Decimal(750)),
    line("bob", "3", date(2024, 12, 1), -200, line_kind="rebate"),
]
BOOKS = {
    "receivables": [debt("ann", START, 1000), debt("bob", date(2024, 7, 1), 1000)],
    "receipts": [receipt("ann", date(2024, 4, 1), 1000)],
}
EFFORTS = [effort("ann", 50), effort("bob", 100), effort("eve", 70)]
TENTH = Params(money_cost=0.1)


def test_the_example_of_the_docs() -> None:
    found = analyze(tables_of(SOLD, DAY, efforts=EFFORTS, **BOOKS), TENTH)
    ann, bob = found.found.accounts
    assert (ann.margin, ann.terms, ann.effort) == (Decimal(400), Decimal("24.93"), Decimal(50))
    assert ann.contribution == Decimal("325.07")
    assert (bob.given_back, bob.margin) == (Decimal(-200), Decimal(50))
    assert (bob.terms, bob.contribution) == (Decimal("50.14"), Decimal("-100.14"))
    assert found.total == Decimal("224.93")
    assert found.peak == pytest.approx(1.4452, abs=1e-4)
    assert [row[0] for row in found.losing.rows] == ["bob"]
    codes = {finding.code: finding for finding in found.findings}
    loss = codes["customer_profitability.loss"]
    assert (loss.severity, loss.stake) == (Severity.NOW, Decimal("100.14"))
    assert loss.action is not None
    assert loss.action.template.startswith("Tie the rebate")
    assert found.found.idle_effort == Decimal(70)


def test_the_steps_add_up() -> None:
    found = analyze(tables_of(SOLD, DAY, efforts=EFFORTS, **BOOKS), TENTH)
    running = Decimal(0)
    for name, kind, amount in found.steps.rows:
        if kind == "total":
            assert running in (0, amount), name
            running = amount
        else:
            running += amount
    assert running == found.total


def test_without_efforts_and_payments_it_is_called_gross_margin() -> None:
    found = analyze(tables_of(SOLD, DAY))
    assert found.total == Decimal(450)
    assert found.blocks()[0].blocks[0].label == "Gross margin"
    assert "contribution" not in [column.key for column in found.accounts.columns]
    said = [note.says.template for note in found.notes]
    assert any("payment terms is not known" in text for text in said)
    assert any("gross margin, not" in text for text in said)


def test_a_loss_without_rebates_speaks_of_none() -> None:
    found = analyze(
        tables_of([line("ann", "1", SOLD[0]["order_date"], 100, cost=Decimal(150))], DAY)
    )
    (loss,) = [one for one in found.findings if one.code == "customer_profitability.loss"]
    assert "sold below cost" in loss.says.template
    assert "rebates" not in loss.says.template


def test_a_bill_is_cash_when_it_matures() -> None:
    bill = receipt("ann", date(2024, 4, 1), 1000, matures_on=date(2024, 10, 1))
    found = analyze(tables_of(SOLD, DAY, receivables=BOOKS["receivables"], receipts=[bill]), TENTH)
    ann = next(one for one in found.found.accounts if one.customer_id == "ann")
    assert ann.terms == Decimal("75.07")  # 274 days


def test_lines_without_a_cost_are_in_no_margin() -> None:
    found = analyze(tables_of([*SOLD, line("ann", "9", date(2024, 5, 1), 400)], DAY))
    ann = next(one for one in found.found.accounts if one.customer_id == "ann")
    assert (ann.net, ann.net_without_cost, ann.margin) == (1400, 400, 400)
    assert not [f for f in found.findings if f.subject and f.subject.customer_id == "ann"]


def test_no_cost_at_all_says_which_column_is_missing() -> None:
    with pytest.raises(ZhibiError, match="needs the column cost in order_lines"):
        analyze(tables_of([line("ann", "1", DAY, 100)], DAY))


def test_everybody_losing_has_no_curve() -> None:
    found = analyze(tables_of([line("ann", "1", DAY, 100, cost=Decimal(150))], DAY))
    assert found.peak is None
    assert found.whale.rows == ()
    assert found.total == Decimal(-50)


@settings(max_examples=8, deadline=None)
@given(
    st.lists(st.tuples(st.integers(-200, 360), st.integers(1, 500)), min_size=1, max_size=5),
    st.lists(
        st.tuples(st.integers(-200, 360), st.integers(1, 500), st.integers(0, 200)), max_size=5
    ),
)
def test_money_tied_up_as_counted_day_by_day(
    debts: list[tuple[int, int]], payments: list[tuple[int, int, int]]
) -> None:
    owed = [
        debt("ann", START + timedelta(days=at), amount, str(n))
        for n, (at, amount) in enumerate(debts)
    ]
    paid = [
        receipt(
            "ann", START + timedelta(days=at), amount, str(n), START + timedelta(days=at + bill)
        )
        for n, (at, amount, bill) in enumerate(payments)
    ]
    seen = tables_of(SOLD, DAY, receivables=owed, receipts=paid)
    (ann,) = [one for one in analyze(seen, TENTH).found.accounts if one.customer_id == "ann"]
    money_days = oracle(owed, paid)
    expected = Decimal(money_days) / Decimal(10) / 365
    assert ann.terms == expected.quantize(Decimal("0.01"), ROUND_HALF_UP)


def oracle(owed: list[dict], paid: list[dict]) -> int:
    """Each unit of money meets a unit of debt, oldest first; its days are walked one by one."""
    units_owed = [
        row["issued_on"]
        for row in sorted(owed, key=lambda r: (r["due_date"], r["receivable_id"]))
        for _ in range(int(row["amount_due"]))
        if row["issued_on"] <= DAY
    ]
    units_paid = [
        max(row["received_on"], row["matures_on"])
        for row in sorted(paid, key=lambda r: (r["received_on"], r["receipt_id"]))
        for _ in range(int(row["amount"]))
        if row["received_on"] <= DAY
    ]
    days = 0
    for at, known_on in enumerate(units_owed):
        cash_on = units_paid[at] if at < len(units_paid) else DAY
        first, last = sorted((known_on, cash_on))
        inside = (min(last, DAY) - max(first, START)).days
        days += max(inside, 0) * (1 if known_on <= cash_on else -1)
    return days
