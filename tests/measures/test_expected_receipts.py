"""Expected receipts: chances against a slow count, habits that were planted, and no look ahead."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from tests.methods.given import line, tables_of

from zhibi.measures.expected_receipts import WEEKS, expect, expect_at, expect_of, past_record
from zhibi.measures.matching import match
from zhibi.measures.payment_curve import (
    DURING,
    EARLIEST,
    LATEST,
    PRIOR,
    WIDTH,
    History,
    fit,
    history,
    seasons,
)
from zhibi.measures.periods import trailing
from zhibi.tables.calendar import china, day_number, none
from zhibi.tables.tables import Tables

DAY = date(2025, 6, 30)
TERMS = 60


def world(late: dict[str, int], *, since: int = 900, every: int = 7) -> Tables:
    """Everybody is invoiced 100 every week and pays so many days after the due day."""
    rows: dict[str, list[dict[str, Any]]] = {"receivables": [], "receipts": []}
    for who, days_late in late.items():
        for ago in range(since, -1, -every):
            name, issued = f"{who}{ago}", DAY - timedelta(ago)
            due = issued + timedelta(TERMS)
            rows["receivables"].append(
                {
                    "receivable_id": name,
                    "customer_id": who,
                    "issued_on": issued,
                    "due_date": due,
                    "amount_due": Decimal(100),
                }
            )
            rows["receipts"].append(
                {
                    "receipt_id": name,
                    "customer_id": who,
                    "received_on": due + timedelta(days_late),
                    "amount": Decimal(100),
                }
            )
    lines = [line(who, who, DAY - timedelta(since), 1) for who in late]
    people = [
        {"customer_id": who, "name": who, "industry": "slow" if days > 40 else "quick"}
        for who, days in late.items()
    ]
    return tables_of(lines, DAY, people, **rows)


def matched(tables: Tables) -> Any:
    return match(tables, terms=TERMS, level="group")


def test_habits_that_were_planted_come_back() -> None:
    """Four customers pay 31 days late, two 94: each week five invoices or so are paid."""
    given = world({"a": 31, "b": 31, "c": 31, "d": 31, "x": 94, "y": 94})
    found = expect(given, matched(given), months=24)
    assert found is not None
    actual = np.zeros(WEEKS)
    after = given.as_of(DAY + timedelta(7 * WEEKS))
    for row in after.table("receipts").to_pyarrow().to_pylist():
        week = ((row["received_on"] - DAY).days - 1) // 7
        if row["received_on"] > DAY and week < WEEKS:
            actual[week] += float(row["amount"])
    # What was invoiced by today, with all being paid within a week of the habit.
    assert actual[:8].tolist() == [600.0] * 8
    assert found.value[:8].sum() == pytest.approx(actual[:8].sum(), rel=0.06)
    assert np.all(found.value[1:8] > 350)
    assert np.all((found.low <= found.value + 1) & (found.value <= found.high + 1))
    assert found.when_due[0] > 2 * found.value[0]  # by due days, all the slow money comes at once


def test_what_each_account_will_pay_adds_up_to_what_all_will() -> None:
    given = world({"a": 31, "b": 31, "x": 94})
    matching = matched(given)
    found = expect(given, matching, months=24)
    assert found is not None
    people = given.customers.order_by("customer_id").to_pyarrow().to_pylist()
    each = [expect_of(given, matching, one["customer_key"], months=24) for one in people]
    values = [one.value for one in each if one]
    assert sum(values) == pytest.approx(found.value.sum())
    assert min(values) > 0
    assert expect_of(given, matching, 999, months=24) is None


def test_it_beats_paid_when_due_on_past_days() -> None:
    given = world({"a": 10, "b": 31, "x": 94, "y": 94})
    record = past_record(given, matched(given), months=12, terms=TERMS, level="group")
    assert record is not None
    assert [(DAY - cut).days for cut in record.cuts] == [364, 273, 182, 91]
    assert record.is_better
    assert record.error is not None
    assert record.error < 0.5
    assert record.error_when_due is not None
    assert record.error_when_due > 2 * record.error


def test_what_is_due_counts_in_its_due_week() -> None:
    """Fifty old debts, paid; open are 30 overdue, 40 due tomorrow, 50 on the eighth day, and 60
    too far away."""
    rows = [(f"o{n}", -400 + n, 10) for n in range(50)]
    rows += [("late", -3, 30), ("next", 1, 40), ("week", 8, 50), ("far", 92, 60)]
    given = tables_of(
        [line("A", "1", DAY - timedelta(500), 1)],
        DAY,
        receivables=[
            {
                "receivable_id": name,
                "customer_id": "A",
                "issued_on": DAY - timedelta(450),
                "due_date": DAY + timedelta(days),
                "amount_due": Decimal(amount),
            }
            for name, days, amount in rows
        ],
        receipts=[
            {
                "receipt_id": "s",
                "customer_id": "A",
                "received_on": DAY - timedelta(300),
                "amount": Decimal(500),
            }
        ],
    )
    found = expect(given, matched(given), months=24)
    assert found is not None
    assert found.when_due[:3].tolist() == [70, 50, 0]
    assert found.when_due.sum() == 120


def test_nothing_later_than_its_day_is_seen() -> None:
    """An expectation of March is the same whether or not April is in the data."""
    whole = world({"a": 10, "x": 94})
    cut = DAY - timedelta(91)
    seen = expect_at(whole.as_of(cut), months=12, terms=TERMS, level="group")
    kept = {
        name: [
            row
            for row in whole.table(name).drop("customer_key").to_pyarrow().to_pylist()
            if row[day] <= cut
        ]
        for name, day in (("receivables", "issued_on"), ("receipts", "received_on"))
    }
    people = whole.customers.select("customer_id", "name", "industry").to_pyarrow().to_pylist()
    past = tables_of([line("a", "a", DAY - timedelta(900), 1)], cut, people, **kept)
    alone = expect_at(past, months=12, terms=TERMS, level="group")
    assert seen is not None
    assert alone is not None
    assert seen[0].value.tolist() == alone[0].value.tolist()
    assert seen[0].high.tolist() == alone[0].high.tolist()
    # The test can fail: the day's own matching knows more.
    today = expect(whole, matched(whole), months=12)
    assert today is not None
    assert today.value.tolist() != seen[0].value.tolist()


def test_without_the_day_of_issue_there_is_no_back_test() -> None:
    given = tables_of(
        [line("A", "1", DAY - timedelta(500), 1)],
        DAY,
        receivables=[
            {
                "receivable_id": "r",
                "customer_id": "A",
                "due_date": DAY - timedelta(400),
                "amount_due": Decimal(1),
            }
        ],
    )
    assert past_record(given, matched(given), months=24, terms=TERMS, level="group") is None
    assert expect(given, matched(given), months=24) is None  # nothing was ever paid


# The chances -----------------------------------------------------------------------------------


def test_hazards_agree_with_a_slow_count() -> None:
    rng = np.random.default_rng(3)
    period = trailing(DAY, 12)
    start, end = day_number(period.start), day_number(period.end)
    count = 300
    due = rng.integers(start - 200, end + 100, count)
    paid = due + rng.integers(-120, 300, count)
    is_seen = (paid >= start) & (due - 95 <= end)
    due, paid = due[is_seen], paid[is_seen]
    is_paid = paid <= end
    past = History(
        account_keys=np.arange(4),
        account=rng.integers(0, 4, len(due)),
        kind=np.zeros(len(due), dtype=np.int64),
        due=due,
        end=np.where(is_paid, paid, end),
        is_paid=is_paid,
        weight=np.ones(len(due)),
        amount=np.ones(len(due)),
    )
    weeks = range(EARLIEST, LATEST + 1)

    def counted(of: np.ndarray) -> tuple[list[int], list[int]]:
        hits, risks = [], []
        for week in weeks:
            hit = risk = 0
            for at in np.flatnonzero(of):
                last = min(max((past.end[at] - due[at]) // 7, EARLIEST), LATEST)
                first = min(max((start - due[at]) // 7, EARLIEST), LATEST)
                last = max(last, first)
                was_paid = bool(is_paid[at]) and last == week
                hit += was_paid
                risk += was_paid or first <= week < last
            hits.append(hit)
            risks.append(risk)
        return hits, risks

    everybody = np.ones(len(due), dtype=bool)
    hits, risks = (np.array(x, dtype=float) for x in counted(everybody))
    base = (hits + hits.sum() / risks.sum()) / (risks + 1)
    kind = (hits + PRIOR * base) / (risks + PRIOR)
    curve = fit(past, period, none())
    assert curve.of_account.shape == (4, WIDTH)
    for account in range(4):
        hits, risks = (np.array(x, dtype=float) for x in counted(past.account == account))
        expected = (hits + PRIOR * kind) / (risks + PRIOR)
        assert curve.of_account[account] == pytest.approx(expected)


def test_money_at_the_end_of_the_month_is_learnt() -> None:
    """Everybody pays on the 28th; a week that ends before the 24th brings next to nothing."""
    given = world({f"c{n}": 0 for n in range(6)})
    rows = given.table("receipts").drop("customer_key").to_pyarrow().to_pylist()
    for row in rows:
        row["received_on"] = row["received_on"].replace(day=28)
    lists = {
        "receivables": given.table("receivables").drop("customer_key").to_pyarrow().to_pylist(),
        "receipts": [row for row in rows if row["received_on"] <= DAY],
    }
    again = tables_of([line("c0", "c0", DAY - timedelta(900), 1)], DAY, **lists)
    matching = matched(again)
    period = trailing(DAY, 24)
    curve = fit(history(again, matching, period), period, none())
    assert max(curve.season[:3]) < 0.1 < 2 < curve.season[3]
    found = expect(again, matching, months=24)
    assert found is not None
    is_early = [
        all((DAY + timedelta(7 * week + day)).day < 24 for day in range(1, 8))
        for week in range(WEEKS)
    ]
    assert sum(is_early) == 8
    assert found.value[np.array(is_early)].sum() < 0.1 * found.value.sum()


def test_the_shutdown_is_a_season_of_its_own() -> None:
    days = np.array([day_number(date(2025, 1, 22)), day_number(date(2025, 7, 1))])
    assert seasons(days, china()).tolist() == [DURING, 0]
    assert seasons(days, none()).tolist() == [2, 0]
