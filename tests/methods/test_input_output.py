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
    for name, share in zip(
        found.people.column("salesperson"), found.people.column("to_few"), strict=True
    ):
        own = [row for row in spent if row[2] == name]
        assert share == pytest.approx(
            sum(row[1] for row in own if row[0] in few) / sum(row[1] for row in own)
        )
