"""Concentration against sums done by hand, and against a slow, obvious ranking of the lines."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.methods.given import line, tables_of

from zhibi.errors import ZhibiError
from zhibi.methods import concentration
from zhibi.methods.concentration import Params, analyze

DAY = date(2024, 12, 31)
BEFORE = date(2023, 6, 1)
NOW = date(2024, 6, 1)

# The worked example of docs/methods/concentration.md.
EXAMPLE = [
    line("ann", "1", NOW, 600),
    line("bob", "2", NOW, 250),
    line("cat", "3", NOW, 100),
    line("dan", "4", NOW, 50),
    line("eve", "5", NOW, 30),
    line("eve", "6", NOW, -70),
    line("bob", "7", BEFORE, 800),
    line("ann", "8", BEFORE, 200),
]


@pytest.fixture(scope="module")
def example() -> concentration.Concentration:
    return analyze(tables_of(EXAMPLE, DAY))


def test_worked_example_classes(example: concentration.Concentration) -> None:
    # Shares of 1,000: ann .60 (0 before her: head), bob .25 (.60 before: head),
    # cat .10 (.85: middle), dan .05 (.95: tail); eve is negative: tail, not in the shares.
    assert list(
        zip(*map(example.ranking.column, ("customer_id", "class", "share")), strict=True)
    ) == [
        ("ann", "head", 0.60),
        ("bob", "head", 0.25),
        ("cat", "middle", 0.10),
        ("dan", "tail", 0.05),
        ("eve", "tail", 0.0),
    ]
    assert example.classes.totals == (None, 5, Decimal(960), None)


def test_worked_example_spread(example: concentration.Concentration) -> None:
    spread = example.spread
    assert (spread.net, spread.account_count) == (Decimal(960), 4)
    assert (spread.not_positive_count, spread.not_positive_net) == (1, Decimal(-40))
    assert spread.top_fifth_share == pytest.approx(0.60)  # one of four accounts
    assert spread.share_for_80 == pytest.approx(0.50)  # ann and bob make 85 %
    assert spread.hhi == pytest.approx(0.36 + 0.0625 + 0.01 + 0.0025)
    # Gini: (3·600 + 1·250 − 1·100 − 3·50) / (4·1000)
    assert spread.gini == pytest.approx(0.45)


def test_who_left_the_head_is_found(example: concentration.Concentration) -> None:
    tables = tables_of([*EXAMPLE, line("dan", "9", BEFORE, 900)], DAY)
    left = [finding for finding in analyze(tables).findings if finding.subject]
    assert [(f.subject.name, f.stake) for f in left if f.subject] == [("dan", Decimal(850))]
    assert not [finding for finding in example.findings if finding.subject]


def test_who_left_altogether_is_visited_not_asked_about_the_next_offer() -> None:
    lines = [*EXAMPLE, line("dan", "9", BEFORE, 900), line("fay", "10", BEFORE, 950)]
    told = {
        one.subject.name: one.action.template
        for one in analyze(tables_of(lines, DAY)).findings
        if one.subject and one.action
    }
    assert "next offer" in told["dan"]
    assert "who supplies it now" in told["fay"]


def test_who_grew_and_was_only_overtaken_has_not_fallen() -> None:
    lines = [line("ann", "1", BEFORE, 90), line("bob", "2", BEFORE, 10)]
    lines += [line("ann", "3", NOW, 100), line("bob", "4", NOW, 9000)]
    found = analyze(tables_of(lines, DAY))
    assert "ann" in found.movers.column("name")
    assert not [one for one in found.findings if one.subject]


def test_one_who_holds_most_alone_is_head() -> None:
    found = analyze(tables_of([line("ann", "1", NOW, 75), line("bob", "2", NOW, 25)], DAY))
    assert list(zip(*map(found.ranking.column, ("customer_id", "class")), strict=True)) == [
        ("ann", "head"),
        ("bob", "middle"),
    ]


def test_no_sales_before_means_no_comparison() -> None:
    found = analyze(tables_of([line("ann", "1", NOW, 75)], DAY))
    assert found.spread_before is None
    assert found.movers.row_count == 0


def test_before_the_first_order_it_says_so() -> None:
    with pytest.raises(ZhibiError, match="no order lines up to 2000-01-01"):
        analyze(tables_of(EXAMPLE, date(2000, 1, 1)))


def test_only_returns_give_no_shares() -> None:
    found = analyze(tables_of([line("ann", "1", NOW, -75)], DAY))
    assert found.spread.gini is None
    assert found.findings == ()


def test_a_parameter_out_of_bounds_is_refused() -> None:
    with pytest.raises(ZhibiError, match=r"head is 1\.5"):
        analyze(tables_of(EXAMPLE, DAY), Params(head=1.5))


lines = st.lists(
    st.tuples(
        st.sampled_from("abcdefg"),
        st.sampled_from([NOW, BEFORE, date(2022, 1, 1), DAY]),
        st.integers(-50, 400),
    ),
    min_size=1,
    max_size=25,
)


@settings(max_examples=10, deadline=None)
@given(lines)
def test_against_a_slow_ranking(given_lines: list[tuple[str, date, int]]) -> None:
    rows = [line(who, str(n), day, net) for n, (who, day, net) in enumerate(given_lines)]
    found = analyze(tables_of(rows, DAY))
    net: dict[str, int] = {}
    bought = set()
    for who, day, amount in given_lines:
        if date(2024, 1, 1) <= day <= DAY:
            net[who] = net.get(who, 0) + amount
        if amount > 0 and date(2023, 1, 1) <= day <= DAY:
            bought.add(who)
    ranked = sorted(net, key=lambda who: (-net[who], who))
    total = sum(max(0, net[who]) for who in ranked)
    held, expected = 0, {}
    for who in ranked:
        share_before = held / total if total else 0
        below = [(0.7, "head"), (0.9, "middle")]
        name = next((word for cut, word in below if share_before < cut), "tail")
        expected[who] = (Decimal(net[who]), name if net[who] > 0 else "tail")
        held += max(0, net[who])
    shown = {row[1]: (row[6], row[5]) for row in found.ranking.all_rows()}
    for who, row in shown.items():
        assert row == expected.get(who, (Decimal(0), "tail"))
    assert {who for who in net if net[who]} <= set(shown)
    assert bought <= set(shown)
    assert found.spread.net == sum(net.values())
