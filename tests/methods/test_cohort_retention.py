"""Cohorts by hand, against a slow oracle, and a planted change found."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.methods.given import line, tables_of

from zhibi.measures.cohorts import end_of_whole_periods
from zhibi.methods.cohort_retention import Params, analyze
from zhibi.result import Block, Chart, Section, Severity

DAY = date(2024, 9, 30)
EXAMPLE = [
    line("ann", "a1", date(2023, 1, 2), 10),
    line("ann", "a2", date(2024, 2, 1), 10),
    line("bob", "b1", date(2024, 1, 10), 100),
    line("bob", "b2", date(2024, 4, 10), 60),
    line("bob", "b3", date(2024, 7, 10), 40),
    line("cat", "c1", date(2024, 2, 10), 100),
    line("cat", "c2", date(2024, 8, 10), 20),
    line("dan", "d1", date(2024, 3, 10), 200),
    line("eve", "e1", date(2024, 5, 10), 50),
    line("eve", "e2", date(2024, 6, 10), 50),
]


def test_the_example_of_the_docs() -> None:
    found = analyze(tables_of(EXAMPLE, DAY))
    old, first, second = found.cohorts
    assert (old.name, old.is_settled) == ("2023 Q1", False)
    assert (first.name, first.accounts, first.active) == ("2024 Q1", 3, (3, 1, 2))
    assert first.net == (Decimal(400), Decimal(60), Decimal(60))
    assert (second.name, second.active) == ("2024 Q2", (1, 0))
    _, one, two = found.by_age.rows
    assert (one[2].value, one[2].n, one[3:]) == (0.25, 4, (Decimal(500), Decimal(60), 0.12))
    assert (two[2].value, two[2].n) == (2 / 3, 3)
    within = {one.days: one.every for one in found.repeats}
    assert (within[90].value, within[90].n) == (0.25, 4)
    assert (within[180].value, within[180].n) == (1 / 3, 3)


def test_how_long_they_stay_by_hand() -> None:
    with_few = analyze(tables_of(EXAMPLE, DAY), Params(gone=100))
    assert with_few.stays == ()  # four are too few to draw
    seen = tables_of(
        [
            line(f"{row['customer_id']}{n}", f"{row['order_id']}{n}", row["order_date"], 10)
            for row in EXAMPLE
            for n in range(2)
        ],
        DAY,
    )
    (first, one), *_ = analyze(seen, Params(gone=100)).stays
    assert (first, one.value, one.n) == (1, 0.5, 8)


def test_who_leaves_at_a_known_rate_is_seen_to() -> None:
    """Each order every 30 days is the last with a chance of .1: after k quarters .9^(3k) stay."""
    rng = np.random.default_rng(6)
    lines = [line("old", "o", date(2019, 1, 1), 1)]
    for n in range(400):
        day, step = date(2021, 1, 1) + timedelta(days=n), 0
        while day <= DAY:
            lines.append(line(f"c{n}", f"{n}-{step}", day, 10))
            if rng.random() < 0.1:
                break
            day, step = day + timedelta(days=30), step + 1
    found = dict(analyze(tables_of(lines, DAY)).stays)
    for quarters in (2, 4, 6):
        # gone with the last order: an order at day 30·j is made by a share of .9^j
        orders = int(quarters * 365.25 / 4 // 30)
        assert found[quarters].low - 0.02 < 0.9 ** (orders + 1) < found[quarters].high + 0.02


def test_a_period_not_over_is_left_out() -> None:
    found = analyze(tables_of(EXAMPLE, DAY - timedelta(days=1)))
    assert [len(cohort.active) for cohort in found.cohorts] == [6, 2, 1]
    assert end_of_whole_periods(date(2024, 8, 15), "month") == date(2024, 7, 31)
    assert end_of_whole_periods(date(2024, 12, 31), "year") == date(2024, 12, 31)
    assert end_of_whole_periods(date(2024, 2, 29), "quarter") == date(2023, 12, 31)


def test_who_may_be_old_is_in_no_average() -> None:
    everybody = analyze(tables_of(EXAMPLE, DAY), Params(settle=0))
    assert everybody.by_age.rows[0][1] == 5
    nobody = analyze(tables_of(EXAMPLE, DAY), Params(settle=120))
    assert nobody.by_age.rows == ()
    assert nobody.findings == ()
    assert any("too short" in note.says.template for note in nobody.notes)


@settings(max_examples=8, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.integers(0, 700), st.integers(-50, 200), st.booleans()),
        min_size=1,
        max_size=25,
    ),
    st.sampled_from(["month", "quarter", "year"]),
)
def test_cohorts_as_an_oracle_counts_them(
    orders: list[tuple[int, int, int, bool]], each: str
) -> None:
    start = date(2022, 1, 1)
    lines = [
        line(f"c{who}", f"{number}", start + timedelta(days=after), amount)
        for number, (who, after, amount, _) in enumerate(orders)
    ]
    day = date(2024, 3, 31)
    found = analyze(tables_of(lines, day), Params(each=each, settle=0))
    assert {
        (cohort.name, age): (cohort.active[age], cohort.net[age])
        for cohort in found.cohorts
        for age in range(len(cohort.active))
        if cohort.active[age] or cohort.net[age]
    } == oracle(lines, each, day)


def oracle(lines: list[dict], each: str, day: date) -> dict[tuple[str, int], tuple[int, Decimal]]:
    """(cohort, age) → accounts with an order, net sales; one line at a time."""
    size = {"month": 1, "quarter": 3, "year": 12}[each]

    def period(of: date) -> int:
        return (of.year * 12 + of.month - 1) // size

    last = period(day) if period(day + timedelta(days=1)) > period(day) else period(day) - 1
    lines = [row for row in lines if period(row["order_date"]) <= last]
    first: dict[str, int] = {}
    for row in lines:
        if row["amount"] > 0:
            at = period(row["order_date"])
            first[row["customer_id"]] = min(at, first.get(row["customer_id"], at))
    cells: dict[tuple[int, int], tuple[set[str], Decimal]] = {}
    for row in lines:
        begin = first.get(row["customer_id"])
        if begin is None or period(row["order_date"]) < begin:
            continue
        key = (begin, period(row["order_date"]) - begin)
        who, net = cells.get(key, (set(), Decimal(0)))
        if row["amount"] > 0:
            who = who | {row["customer_id"]}
        cells[key] = (who, net + row["amount"])
    named = {
        "month": lambda n: f"{n // 12}-{n % 12 + 1:02}",
        "quarter": lambda n: f"{n // 4} Q{n % 4 + 1}",
        "year": str,
    }[each]
    return {
        (named(begin), age): (len(who), net)
        for (begin, age), (who, net) in cells.items()
        if who or net
    }


def company(newer_rate: float) -> list[dict]:
    """60 new customers a quarter; 70 % come back within 180 days, of the last year's another
    share."""
    rng = np.random.default_rng(1)
    lines = [line("old", "o", date(2021, 1, 1), 1)]
    for quarter in range(8):
        rate = newer_rate if quarter >= 4 else 0.7
        for n in range(60):
            day = date(2022, 1, 5) + timedelta(days=91 * quarter + n)
            lines.append(line(f"c{quarter}-{n}", f"{quarter}-{n}", day, 10))
            if rng.random() < rate:
                again = day + timedelta(days=60)
                lines.append(line(f"c{quarter}-{n}", f"{quarter}-{n}-2", again, 10))
    return lines


@pytest.mark.parametrize(
    ("newer_rate", "severity"),
    [(0.4, Severity.SOON), (0.7, Severity.INFO), (0.95, Severity.GOOD)],
)
def test_a_planted_change_is_told_and_none_is_not(newer_rate: float, severity: Severity) -> None:
    day = date(2024, 6, 30)
    (finding,) = analyze(tables_of(company(newer_rate), day)).findings
    assert finding.severity is severity
    assert (finding.action is not None) == (severity is Severity.SOON)


def test_without_new_customers_the_chart_says_so() -> None:
    found = analyze(tables_of([line("ann", "1", DAY, 5)], DAY))
    (text,) = [chart.text for chart in charts(found.blocks()) if chart.key == "retention_curve"]
    assert "no new customer" in text.template


def charts(blocks: tuple[Block, ...]) -> Iterator[Chart]:
    for block in blocks:
        if isinstance(block, Section):
            yield from charts(block.blocks)
        elif isinstance(block, Chart):
            yield block


def test_few_new_customers_are_no_finding() -> None:
    assert analyze(tables_of(EXAMPLE, DAY)).findings == ()
