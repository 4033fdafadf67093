"""The customer pyramid against tiers cut by hand, and against a slow, obvious computation."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from math import ceil
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.methods.given import line, tables_of

from zhibi.errors import ZhibiError
from zhibi.measures.tiers import NO_SALES, SAID_OF_ACCOUNTS, TIERS, Contribution
from zhibi.methods import customer_pyramid as pyramid
from zhibi.result import Table

DAY = date(2024, 12, 31)
NOW, THEN = date(2024, 6, 1), date(2023, 6, 1)
ZEITHAML = pyramid.Params(cuts="20/30/30/20")


def records(table: Table) -> dict[str, dict]:
    """The rows of a table by their first column."""
    keys = [column.key for column in table.columns]
    return {row[0]: dict(zip(keys, row, strict=True)) for row in table.all_rows()}


def sale(who: str, day: date, amount: int, cost: int | None = None, **more: object) -> dict:
    order = f"{who}-{day}"
    given_cost = None if cost is None else Decimal(cost)
    return line(who, order, day, amount, cost=given_cost, **more)


# The worked example of docs/methods/customer_pyramid.md.
EXAMPLE = [
    sale("ann", NOW, 1000, 900),
    sale("bob", NOW, 800, 400),
    sale("cat", NOW, 600, 350),
    sale("dan", NOW, 400, 200),
    sale("eve", NOW, 300, 310),
    sale("ann", THEN, 1000, 500),
    sale("bob", THEN, 700, 350),
    sale("cat", THEN, 500, 300),
    sale("dan", THEN, 100, 90),
    sale("fay", THEN, 900, 500),
]


@pytest.fixture(scope="module")
def example() -> pyramid.CustomerPyramid:
    return pyramid.analyze(tables_of(EXAMPLE, DAY), ZEITHAML)


def test_worked_example_ranks_by_margin(example: pyramid.CustomerPyramid) -> None:
    assert (example.contribution.by, example.contribution.coverage) == ("margin", 1.0)
    found = {
        who: (row["margin"], row["tier"], row["margin_before"], row["tier_before"])
        for who, row in records(example.accounts).items()
    }
    assert found == {
        "bob": (400, "platinum tier", 350, "gold tier"),
        "cat": (250, "gold tier", 200, "iron tier"),
        "dan": (200, "gold tier", 10, "basic tier"),
        "ann": (100, "iron tier", 500, "platinum tier"),
        "eve": (-10, "basic tier", 0, NO_SALES),
    }


def test_worked_example_tiers(example: pyramid.CustomerPyramid) -> None:
    assert example.tiers.rows == (
        ("platinum tier", 1, 0.2, 800, 400, 400 / 940, 800),
        ("gold tier", 2, 0.4, 1000, 450, 450 / 940, 500),
        ("iron tier", 1, 0.2, 1000, 100, 100 / 940, 1000),
        ("lead tier", 1, 0.2, 300, -10, -10 / 940, 300),
    )
    assert example.tiers.totals == (None, 5, None, 3100, 940, None, None)


def test_worked_example_moves(example: pyramid.CustomerPyramid) -> None:
    assert [row[1:] for row in example.moves.rows] == [
        (0, 0, 1, 0, 0, 1),  # platinum before: ann
        (1, 0, 0, 0, 1, 2),  # gold: bob, fay
        (0, 1, 0, 0, 0, 1),  # iron: cat
        (0, 1, 0, 0, 0, 1),  # lead: dan
        (0, 0, 0, 1, 0, 1),  # no sales: eve
    ]
    assert example.moves.totals == (None, 1, 2, 1, 1, 1, 6)


def test_who_fell_out_of_the_top_tiers_is_named(example: pyramid.CustomerPyramid) -> None:
    fell = {f.subject.customer_id: f for f in example.findings if f.subject}
    assert set(fell) == {"ann", "fay"}
    assert (fell["fay"].stake, fell["ann"].stake) == (900, 0)
    check_findings(example)


def test_who_brought_more_than_before_was_only_overtaken() -> None:
    lines = [sale(name, day, amount) for name, day, amount in (
        ("ann", THEN, 100), ("bob", THEN, 90), ("cat", THEN, 10), ("dan", THEN, 10),
        ("ann", NOW, 110), ("bob", NOW, 900), ("cat", NOW, 800), ("dan", NOW, 5),
    )]  # fmt: skip
    found = pyramid.analyze(tables_of(lines, DAY), ZEITHAML)
    moved = records(found.moved)
    assert moved["ann"]["tier"] != moved["ann"]["tier_before"]
    assert not [one for one in found.findings if one.subject and one.subject.name == "ann"]


def test_no_account_is_called_lead(example: pyramid.CustomerPyramid) -> None:
    said = [row for table in (example.accounts, example.moved) for row in table.all_rows()]
    said += [[f.value for f in found.says.figures.values()] for found in example.findings]
    assert "basic tier" in {value for row in said for value in row}
    assert "lead tier" not in {value for row in said for value in row}


def test_default_cuts_of_a_hundred_accounts() -> None:
    lines = [sale(f"c{at:03}", NOW, 1000 - at) for at in range(100)]
    result = pyramid.analyze(tables_of(lines, DAY))
    assert result.contribution.by == "sales"
    assert [row[:2] for row in result.tiers.rows] == [
        ("VIP", 1), ("major", 4), ("ordinary", 15), ("small", 80),
    ]  # fmt: skip
    assert result.accounts.row_count == 100
    assert len(result.accounts.rows) == 50


@pytest.mark.parametrize(
    ("count", "sizes"),
    [(1, [1, 0, 0, 0]), (4, [1, 0, 0, 3]), (20, [1, 0, 3, 16]), (21, [1, 1, 3, 16])],
)
def test_small_numbers_round_up_on_the_running_share(count: int, sizes: list[int]) -> None:
    lines = [sale(f"c{at:03}", NOW, 1000 - at) for at in range(count)]
    assert [row[1] for row in pyramid.analyze(tables_of(lines, DAY)).tiers.rows] == sizes


@pytest.mark.parametrize(("unknown", "by"), [(5, "margin"), (6, "sales")])
def test_margin_needs_a_cost_on_95_percent_of_the_amounts(unknown: int, by: str) -> None:
    lines = [sale("a", NOW, 100 - unknown, 50), sale("b", NOW, unknown)]
    result = pyramid.analyze(tables_of(lines, DAY))
    assert result.contribution.by == by
    assert result.contribution.coverage == (100 - unknown) / 100
    assert ("margin" in [column.key for column in result.tiers.columns]) == (by == "margin")


def test_a_return_counts_like_a_sale_for_the_coverage() -> None:
    lines = [sale("a", NOW, 100, 50), sale("a", NOW + timedelta(1), -100, line_kind="return")]
    assert pyramid.analyze(tables_of(lines, DAY)).contribution.coverage == 0.5


def test_a_rebate_lowers_the_margin_by_all_of_it() -> None:
    lines = [sale("a", NOW, 100, 60), sale("a", NOW, -15, line_kind="rebate")]
    result = pyramid.analyze(tables_of(lines, DAY))
    assert (result.contribution.by, result.tiers.totals[4]) == ("margin", 25)


def test_margin_without_any_cost_is_refused() -> None:
    with pytest.raises(ZhibiError, match="cost"):
        pyramid.analyze(tables_of([line("a", "1", NOW, 5)], DAY), pyramid.Params(by="margin"))


def test_periods_of_up_to_a_year_are_compared_with_the_same_months_a_year_before() -> None:
    tables = tables_of(EXAMPLE, DAY)
    quarter = pyramid.analyze(tables, pyramid.Params(months=3))
    assert (quarter.before.start, quarter.before.end) == (date(2023, 10, 1), date(2023, 12, 31))
    two_years = pyramid.analyze(tables, pyramid.Params(months=24))
    assert (two_years.before.start, two_years.before.end) == (date(2021, 1, 1), date(2022, 12, 31))


def _brought_less(row: dict[str, Any]) -> bool:
    """Who brought as much as before was only overtaken."""
    brought = "margin" if row.get("margin") is not None else "net"
    return bool(row[brought] < row[f"{brought}_before"])


def check_findings(result: pyramid.CustomerPyramid) -> None:
    """Every number in a sentence is one of the result's tables, or follows from them."""
    accounts = records(result.accounts) | records(result.moved)
    tops = [column.label for column in result.moves.columns[1:3]]
    names = [row[0] for row in result.tiers.rows]
    assert tops == names[:2]
    fallen = {
        who: row
        for who, row in records(result.moved).items()
        if row["tier_before"] in tops and row["tier"] not in tops and _brought_less(row)
    }
    named = set()
    for finding in result.findings:
        figures = {key: figure.value for key, figure in finding.says.figures.items()}
        if finding.code == "customer_pyramid.top_tier":
            top = records(result.tiers)[names[0]]
            assert figures == {
                "n": top["accounts"],
                "tier": names[0],
                "part": top["share_of_accounts"],
                "share": top["share"],
            }
        elif finding.code == "customer_pyramid.fallen_together":
            assert figures["n"] == len(fallen) > 1
            for key in ("net", "net_before"):
                assert figures[key] == sum(row[key] for row in fallen.values())
        else:
            who = finding.subject.customer_id
            row = fallen[who]
            named.add(who)
            assert figures["before"] == row["tier_before"]
            assert all(value == accounts[who].get(key, value) for key, value in figures.items())
            assert finding.stake == max(row["net_before"] - row["net"], 0)
    assert named == set(fallen) or (len(named) == pyramid.NAMED and named < set(fallen))


LINES = st.lists(
    st.tuples(
        st.sampled_from("abcdefgh"),
        st.sampled_from([NOW, THEN, DAY, DAY - timedelta(days=366), date(2020, 1, 1)]),
        st.sampled_from([-300, -10, 0, 10, 10, 250, 999]),
        st.sampled_from([None, 0, 5, 5, 200]),
    ),
    min_size=1,
    max_size=40,
)


def oracle(lines: list[dict], contribution: Contribution, cuts: str, year: int) -> dict[str, str]:
    """The tier of each account in one year, by sorting and counting."""
    here = [row for row in lines if row["order_date"].year == year]
    brought: dict[str, Decimal] = {}
    touched = set()
    for who in {row["customer_id"] for row in here}:
        own = [row for row in here if row["customer_id"] == who]
        net = sum(row["amount"] for row in own)
        margin = sum(row["amount"] - row["cost"] for row in own if row["cost"] is not None)
        brought[who] = Decimal(margin if contribution.by == "margin" else net)
        has_order = any(row["amount"] > 0 for row in own)
        if has_order or net != 0 or (contribution.has_margin and margin != 0):
            touched.add(who)
    ranked = sorted(touched, key=lambda who: (-brought[who], who))
    tiers, running = {}, 0
    for name, percent in zip(TIERS[cuts], cuts.split("/"), strict=True):
        running += int(percent)
        for who in ranked[: ceil(Decimal(len(ranked) * running) / 100)]:
            tiers.setdefault(who, name if brought[who] > 0 else TIERS[cuts][-1])
    return tiers


@settings(max_examples=8, deadline=None)
@given(
    given_lines=LINES,
    by=st.sampled_from(["margin", "sales"]),
    cuts=st.sampled_from(sorted(TIERS)),
)
def test_agrees_with_the_slow_way(given_lines: list[tuple], by: str, cuts: str) -> None:
    # Each line is an order of its own, so that every positive one opens an order.
    lines = [
        line(who, f"o{at}", day, amount, cost=None if cost is None else Decimal(cost))
        for at, (who, day, amount, cost) in enumerate(given_lines)
    ]
    lines.append(line("z", "last", date(2019, 1, 1), 1, cost=Decimal(1)))
    result = pyramid.analyze(tables_of(lines, DAY), pyramid.Params(by=by, cuts=cuts))
    assert result.contribution.by == by
    now, then = (oracle(lines, result.contribution, cuts, year) for year in (2024, 2023))
    found = {
        who: (row["tier"], row["tier_before"]) for who, row in records(result.accounts).items()
    }
    assert found == {
        who: tuple(SAID_OF_ACCOUNTS.get(name, name) for name in (tier, then.get(who, NO_SALES)))
        for who, tier in now.items()
    }
    check_tables(result)
    check_findings(result)


def check_tables(result: pyramid.CustomerPyramid) -> None:
    for table in (result.tiers, result.moves, result.moved, result.accounts):
        for at, column in enumerate(table.columns):
            if column.total:
                assert sum(row[at] for row in table.all_rows()) == table.totals[at]
    assert [row[1] for row in result.tiers.rows] == list(result.moves.totals[1:-2])
    year = sum(
        (row["net"] for row in records(result.accounts).values()),
        Decimal(0),
    )
    assert year == result.tiers.totals[3]


def test_same_input_gives_the_same_result(example: pyramid.CustomerPyramid) -> None:
    assert pyramid.analyze(tables_of(EXAMPLE[::-1], DAY), ZEITHAML) == example


def test_no_sales_in_the_period() -> None:
    result = pyramid.analyze(tables_of([line("a", "1", date(2020, 1, 1), 5)], DAY))
    assert result.accounts.row_count == 0
    assert result.findings == ()
    assert {row[1] for row in result.tiers.rows} == {0}
