"""Buckets of age, totals, bills and retention."""

from __future__ import annotations

import random
from datetime import timedelta
from decimal import Decimal

import pytest
from tests.measures.test_matching import DAY, receipt, receivable, tables

from zhibi.measures.ageing import ALL_BUCKETS, bills, by_account, by_milestone, totals
from zhibi.measures.matching import match
from zhibi.measures.rows import fetch


def test_each_day_falls_into_its_bucket() -> None:
    """Due today is not overdue; retention is not due until its day, then overdue like the rest."""
    days = (5, 0, -1, -30, -31, -60, -61, -90, -91, -180, -181, -900)
    owed = [receivable(f"r{day}", "A", day, 2**at) for at, day in enumerate(days)]
    owed += [
        receivable("held", "A", 200, 10_000, milestone="质保金 10%"),
        receivable("kept", "A", -20, 20_000, milestone="Retention"),
    ]
    given = tables(receivables=owed)
    found = fetch(by_account(given, match(given, terms=60, level="group"), level="group"))[0]
    assert {name: found[name] for name in ALL_BUCKETS} == {
        "retention": 10_000,
        "not_due": 1 + 2,
        "days_1_30": 4 + 8 + 20_000,
        "days_31_60": 16 + 32,
        "days_61_90": 64 + 128,
        "days_91_180": 256 + 512,
        "days_over_180": 1024 + 2048,
    }
    assert found["overdue"] == found["open"] - 10_000 - 3


def test_crumbs_do_not_make_an_old_debt() -> None:
    given = tables(
        receivables=[receivable("crumb", "A", -400, 5), receivable("news", "A", -20, 100)]
    )
    found = fetch(by_account(given, match(given, terms=60, level="group"), level="group"))[0]
    assert found["oldest_due_on"] == DAY - timedelta(20)
    given = tables(receivables=[receivable("old", "A", -400, 6), receivable("news", "A", -20, 100)])
    found = fetch(by_account(given, match(given, terms=60, level="group"), level="group"))[0]
    assert found["oldest_due_on"] == DAY - timedelta(400)


def test_bills_are_received_but_no_cash_until_they_mature() -> None:
    given = tables(
        receivables=[receivable("r1", "A", -60, 500)],
        receipts=[
            receipt("cash", "A", 50, 100),
            receipt("ripe", "A", 50, 30, matures_on=DAY),
            receipt("unripe", "A", 50, 20, matures_on=DAY + timedelta(1)),
            receipt("odd", "A", 10, 7, matures_on=DAY - timedelta(40)),  # matured before it came
            receipt("bounced", "A", 5, -30),
        ],
    )
    matching = match(given, terms=60, level="group")
    found = totals(given, matching)
    assert (found.due, found.received, found.cash) == (500, 127, 107)
    assert (found.open, found.unapplied) == (373, 0)
    assert [row["payment_id"] for row in fetch(bills(given, matching))] == ["unripe"]


@pytest.mark.parametrize("seed", range(3))
def test_sums_are_exact(seed: int) -> None:
    draw = random.Random(seed)
    kinds = (None, "预付款", "质保金")
    owed = [
        (draw.choice("ABCDEFGH"), draw.randint(-400, 90), draw.randint(-50, 90), draw.choice(kinds))
        for _ in range(60)
    ]
    paid = [
        (draw.choice("ABCDEFGHI"), draw.randint(0, 300), draw.randint(-40, 120)) for _ in range(40)
    ]
    rows = {
        "receivables": [
            receivable(f"r{n}", who, due, x, milestone=kind)
            for n, (who, due, x, kind) in enumerate(owed)
        ],
        "receipts": [receipt(f"s{n}", who, ago, x) for n, (who, ago, x) in enumerate(paid)],
    }
    given = tables(**rows)
    matching = match(given, terms=60, level="group")
    found = totals(given, matching)
    assert found.due == sum(x for _, _, x, _ in owed)
    assert found.received == sum(x for _, _, x in paid)
    assert found.due - found.received == found.open - found.unapplied
    accounts = fetch(by_account(given, matching, level="group"))
    milestones = fetch(by_milestone(given, matching))
    for name in ("open", "overdue", "retention"):
        whole = getattr(found, name)
        assert sum((row[name] for row in accounts), Decimal(0)) == whole
        assert sum((row[name] for row in milestones), Decimal(0)) == whole
    assert sum((row["unapplied"] for row in accounts), Decimal(0)) == found.unapplied
    for row in accounts:
        assert sum(row[name] for name in ALL_BUCKETS) == row["open"]
