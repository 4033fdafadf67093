"""The bridge by hand, and against a slow split of the lines."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.methods.given import line, tables_of

from zhibi.measures.bridge import STEPS
from zhibi.methods import sales_trend
from zhibi.methods.sales_trend import analyze
from zhibi.result import Severity

DAY = date(2024, 12, 31)
NOW, BASE, LONG_AGO = date(2024, 6, 1), date(2023, 6, 1), date(2021, 1, 1)

# The worked example of docs/methods/sales_trend.md.
EXAMPLE = [
    line("new", "1", NOW, 100),
    line("back", "2", LONG_AGO, 10),
    line("back", "3", NOW, 40),
    line("more", "4", BASE, 200),
    line("more", "5", NOW, 260),
    line("less", "6", BASE, 300),
    line("less", "7", NOW, 180),
    line("gone", "8", BASE, 50),
    line("gone", "9", NOW, -5),  # a late return, no order
]


@pytest.fixture(scope="module")
def example() -> sales_trend.SalesTrend:
    return analyze(tables_of(EXAMPLE, DAY))


def test_worked_example_bridge(example: sales_trend.SalesTrend) -> None:
    bridge = example.bridge
    assert (bridge.base, bridge.now) == (550, 575)
    assert [getattr(bridge, step) for step in STEPS] == [100, 40, 60, -120, -55]
    assert bridge.nrr == pytest.approx((550 + 60 - 120 - 55) / 550)
    assert bridge.grr == pytest.approx((550 - 120 - 55) / 550)


def test_worked_example_trends(example: sales_trend.SalesTrend) -> None:
    assert dict(
        zip(example.changes.column("name"), example.changes.column("trend"), strict=True)
    ) == {
        "new": "new",
        "back": "returning",
        "more": "rising",
        "less": "falling",
        "gone": "lost",
    }


def test_the_news_names_the_one_customer_behind_it(example: sales_trend.SalesTrend) -> None:
    says = example.findings[0].says
    assert says.figures["name"].value == "new"
    assert says.figures["one"].value == Decimal(100)
    assert says.figures["rest"].value == pytest.approx((475 - 550) / 550)


def test_january_and_february_are_compared_together(example: sales_trend.SalesTrend) -> None:
    starts = example.months.column("start")
    assert len(starts) == 11
    assert (example.months.rows[0][0], example.months.rows[0][1]) == (
        date(2024, 1, 1),
        date(2024, 2, 29),
    )
    assert example.months.totals
    assert example.months.totals[2] == Decimal(575)


def test_a_first_year_has_nothing_to_compare_with() -> None:
    found = analyze(tables_of([line("ann", "1", NOW, 100)], DAY))
    assert found.bridge.nrr is None
    assert found.slope is None
    assert [finding.code for finding in found.findings] == ["sales_trend.total"]
    assert "growth" not in found.findings[0].says.figures


def test_no_change_is_told_where_the_data_begins_inside_the_year_before() -> None:
    found = analyze(tables_of([line("ann", "1", BASE, 40), line("ann", "2", NOW, 100)], DAY))
    assert [one.code for one in found.findings] == ["sales_trend.total"]
    assert found.findings[0].severity is Severity.INFO
    assert "growth" not in found.findings[0].says.figures
    assert len(found.notes) == 1
    earlier = line("ann", "0", LONG_AGO, 10)
    whole = analyze(
        tables_of([earlier, line("ann", "1", BASE, 40), line("ann", "2", NOW, 100)], DAY)
    )
    says, kept = (one.says for one in whole.findings)
    assert "growth" in says.figures
    assert "{name}" not in says.template  # of one customer nothing is left without it
    assert "all of them ordered again" in kept.template
    assert not whole.notes


def test_the_same_days_are_not_shown_twice() -> None:
    lines = [line("ann", "0", LONG_AGO, 10), line("ann", "1", BASE, 40), line("ann", "2", NOW, 9)]
    year = analyze(tables_of(lines, DAY))
    assert year.totals.column("period") == ("this period", "a year before")
    quarter = analyze(tables_of(lines, DAY), sales_trend.Params(months=3))
    assert quarter.totals.column("period") == ("this period", "a year before", "right before")


def test_a_turn_to_cheaper_products_is_told_as_mix() -> None:
    def buys(order: str, day: date, product: str, net: int) -> dict:
        return line("ann", order, day, net, product_id=product, quantity=1)

    before = [buys(f"b{n}", date(2023, n, 1), "dear", 80) for n in range(1, 11)]
    before.append(buys("b11", date(2023, 11, 1), "cheap", 30))
    now = [buys(f"n{n}", date(2024, n, 1), "cheap", 30) for n in range(1, 11)]
    now.append(buys("n11", date(2024, 11, 1), "dear", 80))
    found = analyze(tables_of([*before, *now], DAY))
    (fall,) = [finding for finding in found.findings if finding.code == "sales_trend.fall"]
    assert "cheaper products" in fall.says.template
    assert fall.says.figures["part"].value == Decimal(-450)
    assert fall.stake == Decimal(450)


lines = st.lists(
    st.tuples(
        st.sampled_from("abcde"),
        st.sampled_from([NOW, BASE, LONG_AGO, DAY, date(2023, 12, 31)]),
        st.integers(-30, 300),
    ),
    min_size=1,
    max_size=20,
)


@settings(max_examples=10, deadline=None)
@given(lines)
def test_against_a_slow_split(given_lines: list[tuple[str, date, int]]) -> None:
    rows = [line(who, str(n), day, net) for n, (who, day, net) in enumerate(given_lines)]
    bridge = analyze(tables_of(rows, DAY)).bridge
    net: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    orders: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    first: dict[str, date] = {}
    for who, day, amount in given_lines:
        if amount > 0:
            first[who] = min(day, first.get(who, day))
        if day.year in (2023, 2024):
            net[who][day.year - 2023] += amount
            orders[who][day.year - 2023] += amount > 0
    expected = dict.fromkeys(STEPS, 0)
    for who, (before, now) in net.items():
        bought_before, bought = orders[who]
        if bought and not bought_before:
            step = "new" if first[who].year == 2024 else "returning"
        elif bought_before and not bought:
            step = "lost"
        else:
            step = "expansion" if now >= before else "contraction"
        expected[step] += now - before
    assert {step: getattr(bridge, step) for step in STEPS} == expected
    assert bridge.base + sum(expected.values()) == bridge.now
