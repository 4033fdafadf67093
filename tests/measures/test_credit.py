"""Credit standing, by hand."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.measures.test_matching import DAY, receipt, receivable
from tests.methods.given import line, tables_of

from zhibi.measures.credit import standing
from zhibi.measures.rows import fetch


def standings(people: list[dict[str, Any]], **rows: Any) -> dict[int, dict[str, Any]]:
    lines = [line(who["customer_id"], "1", DAY - timedelta(900), 1) for who in people]
    found = standing(tables_of(lines, DAY, people, **rows), level="group")
    return {row["account_key"]: row for row in fetch(found)}


def paid(customer: str, due_in: int, late: int, n: int) -> tuple[dict, dict]:
    """A debt of 100 that came so many days late."""
    return (
        receivable(f"{customer}{n}", customer, due_in, 100),
        receipt(f"{customer}{n}", customer, -due_in - late, 100),
    )


def test_four_criteria_and_their_weights() -> None:
    """45 days late: 50 points; half of what is open overdue: 50; 15 days later than the year
    before: 25; all of its limit used: 50."""
    rows = [paid("A", -700 + n, 30, n) for n in range(10)]
    rows += [paid("A", -300 + n, 45, 10 + n) for n in range(30)]
    owed, came = (list(each) for each in zip(*rows, strict=True))
    owed += [receivable("late", "A", -10, 100), receivable("next", "A", 10, 100)]
    people = [{"customer_id": "A", "name": "A", "credit_limit": Decimal(200)}]
    found = standings(people, receivables=owed, receipts=came)[1]
    assert found["debts"] == 40
    assert found["lateness_points"] == pytest.approx(50)
    assert found["overdue_points"] == pytest.approx(50)
    assert found["trend_points"] == pytest.approx(25)
    assert found["limit_points"] == pytest.approx(50)
    expected = (40 * 50 + 30 * 50 + 15 * 25 + 15 * 50) / 100
    assert found["score"] == pytest.approx(expected)


def test_what_is_not_known_is_left_out_and_never_nought() -> None:
    people = [{"customer_id": who, "name": who} for who in "ABC"]
    owed, came = paid("A", -100, 0, 1)
    found = standings(
        people,
        receivables=[owed, receivable("b", "B", 20, 50)],
        receipts=[came, receipt("c", "C", 5, 10)],
    )
    assert found[1]["score"] == 100  # on time, nothing overdue; no trend, no limit
    assert found[1]["trend_points"] is None
    assert found[2]["score"] is None  # owes, but nothing has fallen due yet
    assert found[3]["score"] is None  # a prepayment


def test_a_short_record_leans_on_the_kind() -> None:
    """B paid once, on time, among customers who are 60 days late: (1·0 + 5·60) ÷ 6 = 50."""
    rows = [paid("A", -300 + n, 60, n) for n in range(20)] + [paid("B", -300, 0, 99)]
    owed, came = (list(each) for each in zip(*rows, strict=True))
    people = [{"customer_id": who, "name": who} for who in "AB"]
    found = standings(people, receivables=owed, receipts=came)
    assert found[2]["lateness_days"] == pytest.approx(50)
    assert found[1]["lateness_days"] == 60


def test_points_end_at_nought_and_a_hundred() -> None:
    rows = [paid("A", -300 + n, -40, n) for n in range(20)]
    rows += [paid("B", -300 + n, 200, n) for n in range(20)]
    owed, came = (list(each) for each in zip(*rows, strict=True))
    people = [{"customer_id": who, "name": who, "industry": who} for who in "AB"]
    found = standings(people, receivables=owed, receipts=came)
    assert found[1]["lateness_points"] == 100
    assert found[2]["lateness_points"] == 0
