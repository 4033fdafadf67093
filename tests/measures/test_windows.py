"""Sums over overlapping windows against adding up line by line."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.methods.given import line, tables_of

from zhibi.measures.periods import Period
from zhibi.measures.rows import fetch
from zhibi.measures.sales import net_sales, order_count
from zhibi.measures.windows import by_account_and_window

FIRST = date(2024, 1, 1)
DAY = FIRST + timedelta(days=40)

days = st.integers(0, 40).map(lambda n: FIRST + timedelta(days=n))
periods = st.tuples(days, days).map(lambda pair: Period(min(pair), max(pair)))


@settings(max_examples=10, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abc"), days, st.integers(-50, 400)), min_size=1),
    st.lists(periods, min_size=1, max_size=4),
)
def test_windows_are_what_a_loop_adds_up(
    given_lines: list[tuple[str, date, int]], windows: list[Period]
) -> None:
    groups = [
        {"customer_id": "a", "name": "a"},
        {"customer_id": "b", "name": "b", "parent_id": "a"},
    ]
    rows = [line(who, str(n), day, net) for n, (who, day, net) in enumerate(given_lines)]
    tables = tables_of(rows, DAY, groups)
    lines = tables.order_lines
    figures = {"net": net_sales(lines), "orders": order_count(lines)}
    found = fetch(by_account_and_window(tables, figures, windows, level="group"))
    expected: dict[tuple[str, int], tuple[Decimal, int]] = {}
    for who, day, net in given_lines:
        for at, window in enumerate(windows):
            if day in window:
                key = ("a" if who == "b" else who, at)
                so_far = expected.get(key, (Decimal(0), 0))
                expected[key] = (so_far[0] + net, so_far[1] + (net > 0))
    names = {row["customer_key"]: row["customer_id"] for row in fetch(tables.customers)}
    assert {
        (names[row["account_key"]], row["window"]): (row["net"], row["orders"]) for row in found
    } == expected
