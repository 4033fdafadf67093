"""Effort and what it brings, by hand, and against a slow count of the efforts."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from tests.methods.given import line, tables_of

from zhibi.errors import ZhibiError
from zhibi.methods.input_output import CELLS, InputOutput, Params, analyze
from zhibi.result import Estimate
from zhibi.stats.proportions import wilson

DAY = date(2024, 12, 31)
NOW, BEFORE = date(2024, 6, 1), date(2022, 6, 1)
WEIGHTS = Params(output_weights="volume=100", input_weights="efforts=60, cost=40")


def effort(customer_id: str, cost: int | None, by: str | None = None, **more: object) -> dict:
    return {
        "customer_id": customer_id,
        "spent_on": NOW,
        "salesperson": by,
        "cost": None if cost is None else Decimal(cost),
        **more,
    }


# The worked example of docs/methods/input_output.md.
LINES = [
    line(who, who, NOW, net)
    for who, net in (("ann", 1000), ("bob", 500), ("cat", 300), ("dan", 200))
]
EFFORTS = [
    *(effort("ann", 100, "王敏") for _ in range(4)),
    effort("cat", 50, "李强"),
    *(effort("dan", cost, "王敏") for cost in (200, 200, 100)),
    *(effort("eve", 25, "李强") for _ in range(2)),
]


@pytest.fixture(scope="module")
def example() -> InputOutput:
    return analyze(tables_of(LINES, DAY, efforts=EFFORTS), WEIGHTS)


def test_worked_example_scores_and_cells(example: InputOutput) -> None:
    keys = ("customer_id", "up", "across", "cell", "efforts", "cost")
    assert list(zip(*map(example.accounts.column, keys), strict=True)) == [
        ("ann", 87.5, 77.5, "keep and deepen", 4, Decimal(400)),
        ("bob", 62.5, 12.5, "focus in", 0, Decimal(0)),
        ("cat", 37.5, 37.5, "serve at low cost", 1, Decimal(50)),
        ("dan", 12.5, 72.5, "cut or re-plan", 3, Decimal(500)),
    ]
    assert example.cells.totals == (None, 4, Decimal(2000), 8, Decimal(0), Decimal(950))


def test_worked_example_concentration(example: InputOutput) -> None:
    spread = example.spread
    assert (spread.to_few, spread.to_others, spread.to_new) == (0.45, 0.5, 0.05)
    assert example.measure == "cost"
    people = dict(
        zip(
            example.people.column("salesperson"),
            zip(*map(example.people.column, ("accounts", "to_few", "to_new")), strict=True),
            strict=True,
        )
    )
    assert people == {"王敏": (2, pytest.approx(4 / 9), 0.0), "李强": (2, 0.5, 0.5)}
    assert example.people.totals is not None
    assert example.people.totals[2:5] == (10, Decimal(0), Decimal(1000))


def test_worked_example_own_few(example: InputOutput) -> None:
    shares = dict(
        zip(*map(example.people.column, ("salesperson", "to_own_few")), strict=True),
    )
    assert [
        (name, share.n, *(round(figure, 2) for figure in (share.value, share.low, share.high)))
        for name, share in shares.items()
        if isinstance(share, Estimate)
    ] == [("王敏", 7, 0.44, 0.17, 0.76), ("李强", 1, 1.0, 0.21, 1.0)]


def sellers(astray: int) -> tuple[list[dict], list[dict]]:
    """Six sellers with a large and a small customer each; all spend 30 efforts, 20 of them on the
    large one, but the first only `astray` of them."""
    lines, spent = [], []
    for name, large in zip("abcdef", (astray, 20, 20, 20, 20, 20), strict=True):
        lines += [line(f"{name}1", f"{name}1", NOW, 900), line(f"{name}2", f"{name}2", NOW, 100)]
        spent += [effort(f"{name}{1 if at < large else 2}", 1, name) for at in range(30)]
    return lines, spent


@pytest.mark.parametrize(("astray", "is_named"), [(5, True), (12, False)])
def test_who_passes_by_their_own_best_customers_is_named(astray: int, is_named: bool) -> None:
    lines, spent = sellers(astray)
    found = analyze(tables_of(lines, DAY, efforts=spent), WEIGHTS)
    named = [one for one in found.findings if one.code == "input_output.own_few"]
    assert [one.says.figures["name"].value for one in named] == ["a"] * is_named
    assert all(one.says.figures["usual"].value == pytest.approx(2 / 3) for one in named)


def test_a_few_efforts_do_not_name_anybody() -> None:
    lines, spent = sellers(20)
    few = [one for one in spent if one["salesperson"] != "a"] + [effort("a2", 1, "a")]
    found = analyze(tables_of(lines, DAY, efforts=few), WEIGHTS)
    assert "input_output.own_few" not in [one.code for one in found.findings]


def test_the_own_few_are_of_the_accounts_owned_too() -> None:
    lines, spent = sellers(20)
    owned = [{"customer_id": "a3", "name": "a3", "owner": "a"}]
    lines.append(line("a3", "a3", NOW, 9000))
    found = analyze(tables_of(lines, DAY, owned, efforts=spent), WEIGHTS)
    (named,) = [one for one in found.findings if one.code == "input_output.own_few"]
    assert named.says.figures["share"].value == wilson(0, 30)


def test_worked_example_newcomers_are_apart(example: InputOutput) -> None:
    assert example.newcomers.rows == (("eve", "eve", 2, Decimal(0), Decimal(50), None),)


def test_findings_name_who_takes_most_and_who_gets_least(example: InputOutput) -> None:
    assert [
        (one.code, one.subject and one.subject.name, one.stake) for one in example.findings
    ] == [
        ("input_output.concentration", None, None),
        ("input_output.cut", "dan", Decimal(500)),
        ("input_output.focus", "bob", Decimal(500)),
    ]
    assert example.findings[2].says.figures["usual"].value == 1.7  # 5 efforts on three


def test_who_gets_as_many_efforts_as_others_is_not_to_be_visited_more() -> None:
    """bob: 5 efforts that cost nothing, while those who make 80 % of sales get 10 / 3."""
    many = [*EFFORTS, *(effort("bob", 0) for _ in range(5))]
    by_cost = Params(output_weights="volume=100", input_weights="cost=100")
    found = analyze(tables_of(LINES, DAY, efforts=many), by_cost)
    assert found.accounts.column("cell")[1] == "focus in"
    assert "input_output.focus" not in [one.code for one in found.findings]


def test_a_customer_of_old_whom_effort_did_not_bring_back_is_no_newcomer() -> None:
    lines = [*LINES, line("old", "o", BEFORE, 9000)]
    found = analyze(
        tables_of(lines, DAY, efforts=[*EFFORTS, *(effort("old", 999) for _ in range(9))]), WEIGHTS
    )
    assert found.accounts.rows[-1][:3] == ("old", "old", "cut or re-plan")
    assert found.accounts.rows[-1][5] == Decimal(0)
    assert found.newcomers.row_count == 1


def test_only_efforts_of_the_period_count() -> None:
    early = effort("bob", 10**6, spent_on=date(2023, 12, 31))
    found = analyze(tables_of(LINES, DAY, efforts=[*EFFORTS, early]), WEIGHTS)
    assert found.accounts.column("cost")[1] == Decimal(0)
    assert found.spread.cost == Decimal(1000)


def test_the_few_end_where_80_percent_are_made() -> None:
    lines = [line("ann", "1", NOW, 80), line("bob", "2", NOW, 20)]
    found = analyze(tables_of(lines, DAY, efforts=[effort("bob", 5)]), WEIGHTS)
    assert (found.spread.to_few, found.spread.to_others) == (0.0, 1.0)


def test_shares_are_of_days_or_numbers_where_cost_is_not_said() -> None:
    with_days = [effort(one["customer_id"], None, days=Decimal(2)) for one in EFFORTS]
    assert analyze(tables_of(LINES, DAY, efforts=with_days), WEIGHTS).measure == "days"
    bare = [effort(one["customer_id"], None) for one in EFFORTS]
    found = analyze(tables_of(LINES, DAY, efforts=bare), WEIGHTS)
    assert (found.measure, found.spread.to_few) == ("efforts", 0.5)  # 5 of 10
    assert found.sources.rows[2][2:5] == (0, 0, 4)  # the cost of nobody is known


def test_discounts_count_where_lines_have_them() -> None:
    lines = [{**one, "discount": Decimal(at)} for at, one in enumerate(LINES)]
    found = analyze(
        tables_of(lines, DAY, efforts=EFFORTS),
        Params(output_weights="volume=1", input_weights="discount=1"),
    )
    assert found.accounts.column("across") == (12.5, 37.5, 62.5, 87.5)


def test_without_efforts_it_says_how_to_supply_them() -> None:
    with pytest.raises(ZhibiError, match="no data on efforts"):
        analyze(tables_of(LINES, DAY))


def test_an_effort_of_tomorrow_is_not_seen() -> None:
    later = effort("bob", 10**6, spent_on=date(2025, 1, 1))
    found = analyze(tables_of(LINES, DAY, efforts=[*EFFORTS, later]), WEIGHTS)
    assert found.accounts.column("cost")[1] == Decimal(0)


def own_share(own: list[tuple[str, int, str]], sales: dict[str, int]) -> float | None:
    """Of a person's effort on who has ordered, the part on those who make 80 % of their sales."""
    mine = {one for one, *_ in own} & set(sales)
    few, held = set(), 0
    for one in sorted(mine, key=lambda one: (-sales[one], one)):
        if Fraction(held, sum(sales[one] for one in mine)) < Fraction(4, 5):
            few.add(one)
        held += sales[one]
    total = sum(cost for one, cost, _ in own if one in mine)
    return sum(cost for one, cost, _ in own if one in few) / total if total else None


@pytest.mark.parametrize("seed", range(3))
def test_against_a_slow_count(seed: int) -> None:
    chance = random.Random(seed)
    who = [f"c{n:02}" for n in range(14)]
    sales = {one: chance.randint(1, 9) * 10 for one in who[:11] if chance.random() < 0.9}
    spent = [(chance.choice(who), chance.randint(0, 5), chance.choice("xy")) for _ in range(40)]
    found = analyze(
        tables_of(
            [line(one, one, NOW, net) for one, net in sales.items()],
            DAY,
            efforts=[effort(one, cost, by) for one, cost, by in spent],
        ),
        WEIGHTS,
    )

    def rank(values: dict[str, int], one: str) -> Fraction:
        below = sum(value < values[one] for value in values.values())
        equal = sum(value == values[one] for value in values.values())
        return Fraction(100 * (2 * below + equal), 2 * len(values))

    efforts = {one: sum(row[0] == one for row in spent) for one in sales}
    cost = {one: sum(row[1] for row in spent if row[0] == one) for one in sales}
    few, held = set(), 0
    for one in sorted(sales, key=lambda one: (-sales[one], one)):
        if Fraction(held, sum(sales.values())) < Fraction(4, 5):
            few.add(one)
        held += sales[one]
    shown = {row[0]: row for row in found.accounts.all_rows()}
    assert set(shown) == set(sales)
    for one, row in shown.items():
        mean = (60 * rank(efforts, one) + 40 * rank(cost, one)) / 100
        up = int(rank(sales, one) * 10 + Fraction(1, 2)) / 10
        across = int(mean * 10 + Fraction(1, 2)) / 10
        assert (row[3], row[4]) == (up, across)
        assert row[2] == CELLS[2 * (up < 50) + (across < 50)]
    total = sum(row[1] for row in spent)
    assert found.spread.to_few == pytest.approx(
        sum(row[1] for row in spent if row[0] in few) / total
    )
    shown_own = {row[0]: row[5] and row[5].value for row in found.people.rows}
    for name, share in zip(
        found.people.column("salesperson"), found.people.column("to_few"), strict=True
    ):
        own = [row for row in spent if row[2] == name]
        assert own_share(own, sales) == pytest.approx(shown_own[name])
        assert share == pytest.approx(
            sum(row[1] for row in own if row[0] in few) / sum(row[1] for row in own)
        )
