"""A loaded quarter by hand, the demo company's known one, and sums against a slow count."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.methods.given import line, tables_of

from zhibi.errors import ZhibiError
from zhibi.measures.quarter_ends import quarter_ends
from zhibi.methods import quarter_end_loading
from zhibi.methods.quarter_end_loading import Params, analyze
from zhibi.worlds.daichuan import daichuan
from zhibi.worlds.world import World

DAY, END = date(2025, 3, 1), date(2024, 12, 31)
LOADED = [date(2024, 12, day) for day in range(27, 32)]


def ordinary(who: str, quarter: int = 10, year: int = 2024) -> list[dict]:
    """Ten orders of 100, one of them in the quarter's last week."""
    days = [date(year, quarter + month, day) for month in range(3) for day in (5, 15, 24)]
    days.append(date(year, quarter + 2, 29))
    return [line(who, f"{who}{day}", day, 100, product_id="p") for day in days]


# The worked example of docs/methods/quarter_end_loading.md.
OTHERS = [one for who in ("bob", "cat", "dan", "eve", "fay") for one in ordinary(who)]
ANN = [
    line("ann", f"a{day}", day, 100, product_id="p")
    for day in (date(2024, 10, 5), date(2024, 11, 5), *LOADED)
]
BACK = [
    line("ann", "r1", date(2025, 1, 10), -300, product_id="p", line_kind="return"),
    line("ann", "r2", date(2025, 1, 11), -50, product_id="q", line_kind="return"),
]


@pytest.fixture(scope="module")
def example() -> quarter_end_loading.QuarterEndLoading:
    return analyze(tables_of([*OTHERS, *ANN, *BACK], DAY))


def test_worked_example(example: quarter_end_loading.QuarterEndLoading) -> None:
    (one,) = example.accounts
    assert (one.account["name"], one.end.quarter.end) == ("ann", END)
    assert (one.found.booked, one.found.loaded, one.back, one.sustained) == (700, 500, 300, 200)
    assert one.found.expected == pytest.approx(0.10)
    assert one.found.chance == pytest.approx(0.0001765, rel=1e-6)
    assert (one.is_over, one.bought_after) == (True, 0)


def test_the_quarter_is_shown_as_booked_and_as_sustained(
    example: quarter_end_loading.QuarterEndLoading,
) -> None:
    assert example.quarters.rows == (
        (END, Decimal(5700), Decimal(1000), pytest.approx(1000 / 5700), 300, 0.3, Decimal(5400)),
    )


def test_the_finding_says_what_came_back(
    example: quarter_end_loading.QuarterEndLoading,
) -> None:
    finding = example.findings[1]
    assert finding.subject
    assert (finding.subject.name, finding.stake, finding.cause_on) == ("ann", 300, END)
    assert finding.says.figures["sustained"].value == 200


def test_while_goods_may_come_back_it_asks() -> None:
    found = analyze(tables_of([*OTHERS, *ANN, *BACK], date(2025, 1, 5)))
    (one,) = found.accounts
    assert (one.back, one.is_over, one.bought_after) == (0, False, None)
    assert "may still come back" in found.findings[1].says.template
    assert found.loaded.column("known") == ("so far",)


def test_what_stayed_is_listed_and_not_told() -> None:
    found = analyze(tables_of([*OTHERS, *ANN], DAY))
    assert len(found.accounts) == 1
    assert [finding.code for finding in found.findings] == ["quarter_end_loading.total"]
    assert "nothing came back" in found.findings[0].says.template


def test_a_strong_year_end_of_all_is_nobodys_loading() -> None:
    lines = [*OTHERS, *ANN, *BACK]
    for who in ("bob", "cat", "dan", "eve", "fay"):
        lines += [line(who, f"{who}x{day}", day, 600, product_id="p") for day in LOADED]
    assert analyze(tables_of(lines, DAY)).accounts == ()


def test_who_always_buys_at_months_end_is_not_loaded() -> None:
    lines = [*OTHERS, *ANN, *BACK]
    for year, quarter in ((2024, 7), (2024, 4), (2024, 1), (2023, 10)):
        lines += [one for who in ("bob", "cat", "dan", "eve", "fay")
                  for one in ordinary(who, quarter, year)]  # fmt: skip
        end = date(year + quarter // 10, (quarter + 3) % 12, 1) - timedelta(days=1)
        lines += [
            line("ann", f"u{end}{back}", end - timedelta(days=back), 100) for back in range(5)
        ]
    assert analyze(tables_of(lines, DAY), Params(quarters=1)).accounts == ()


def test_two_large_orders_in_the_last_week_are_no_proof() -> None:
    few = [line("ann", f"a{day}", day, 500, product_id="p") for day in LOADED[:1]]
    few += [line("ann", "b", date(2024, 10, 5), 100, product_id="p")]
    assert analyze(tables_of([*OTHERS, *few], DAY)).accounts == ()


def test_rebates_are_no_returns() -> None:
    rebate = line("ann", "f", date(2025, 1, 15), -400, product_id="p", line_kind="rebate")
    (one,) = analyze(tables_of([*OTHERS, *ANN, rebate], DAY)).accounts
    assert one.back == 0


def test_with_too_few_others_nobody_is_judged() -> None:
    found = analyze(tables_of(ANN, DAY))
    assert (found.judged_count, found.accounts) == (0, ())


def test_before_a_quarter_has_ended_it_says_so() -> None:
    with pytest.raises(ZhibiError, match="No quarter has ended since the first order"):
        analyze(tables_of([line("ann", "1", date(2025, 1, 5), 5)], DAY))


@pytest.mark.parametrize(
    ("day", "last"),
    [
        (date(2024, 12, 31), date(2024, 12, 31)),
        (date(2024, 12, 30), date(2024, 9, 30)),
        (date(2025, 1, 1), date(2024, 12, 31)),
        (date(2025, 3, 31), date(2025, 3, 31)),
    ],
)
def test_a_quarter_counts_from_its_last_day_on(day: date, last: date) -> None:
    ends = quarter_ends(day, 3, days=7, after=45)
    assert ends[-1].quarter.end == last
    assert [end.quarter.start for end in ends[1:]] == [
        end.quarter.end + timedelta(days=1) for end in ends[:-1]
    ]


@pytest.fixture(scope="module")
def world() -> World:
    return daichuan()


def test_finds_the_demo_companys_dealer_and_accuses_nobody_else(world: World) -> None:
    lines = [
        line(
            one.customer_id,
            one.order_id,
            one.order_date,
            one.amount,
            line_kind=one.line_kind,
            product_id=one.product_id or None,
        )
        for one in world.order_lines
    ]
    found = analyze(tables_of(lines, world.ends_on), Params(level="legal entity"))
    story = world.truth.story("quarter_end_load")
    (dealer,) = story.customer_ids
    assert {one.account["customer_id"] for one in found.accounts} == {dealer}
    by_end = {one.end.quarter.end: one for one in found.accounts}
    for place in (1, 2):
        one = by_end[story.facts[f"quarter_end_{place}"]]
        assert one.found.loaded == story.facts[f"last_week_{place}"]
        assert one.back == -story.facts[f"returned_{place}"]
    assert len(found.accounts) == 2
    assert found.judged_count > 2000


moves = st.lists(
    st.tuples(
        st.sampled_from(["ann", "bob"]),
        st.sampled_from(["p", "q", None]),
        st.integers(0, 150),
        st.integers(-99, 99),
    ),
    min_size=1,
    max_size=15,
)


@settings(max_examples=12, deadline=None)
@given(moves)
def test_sums_against_a_slow_count(given_moves: list[tuple[str, str | None, int, int]]) -> None:
    start = date(2024, 10, 1)
    lines = [
        line(who, str(at), start + timedelta(days=day), net, product_id=product)
        for at, (who, product, day, net) in enumerate(given_moves)
    ]
    lines.append(line("ann", "first", start, 1, product_id="p"))
    row = analyze(tables_of(lines, date(2025, 2, 28))).quarters.rows[0]
    booked, loaded = 1, defaultdict(int)
    back: dict[tuple[str, str | None], int] = defaultdict(int)
    for who, product, days, net in given_moves:
        day = start + timedelta(days=days)
        booked += net if net > 0 and day <= END else 0
        loaded[who, product] += net if net > 0 and date(2024, 12, 25) <= day <= END else 0
        back[who, product] -= net if net < 0 and END < day <= END + timedelta(45) else 0
    came = sum(min(loaded[key], back[key]) for key in list(loaded))
    assert (row[1], row[2], row[4], row[6]) == (booked, sum(loaded.values()), came, booked - came)
