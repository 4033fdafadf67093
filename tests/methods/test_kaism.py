"""KAISM against scores done by hand, and against a slow scoring of the lines."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from tests.methods.given import line, tables_of

from zhibi.errors import ZhibiError
from zhibi.methods.kaism import CELLS, Kaism, Params, analyze

DAY = date(2024, 12, 31)
NOW = date(2024, 6, 1)
WEIGHTS = Params(attractiveness="volume=50, potential=50", strength="relationship=60, delivery=40")


def judged(customer_id: str, criterion: str, value: object) -> dict:
    return {
        "customer_id": customer_id,
        "criterion": criterion,
        "value": str(value),
        "assessed_on": NOW,
    }


def promised(customer_id: str, order_id: str, amount: int, *, late: int) -> dict:
    delivered = date(2024, 6, 10 + late)
    return line(
        customer_id, order_id, NOW, amount,
        promised_date=date(2024, 6, 10), delivered_date=delivered,
    )  # fmt: skip


# The worked example of docs/methods/kaism.md.
LINES = [
    promised("ann", "1", 500, late=0),
    promised("ann", "2", 300, late=1),
    line("bob", "3", NOW, 600),
    promised("cat", "4", 100, late=0),
    *(promised("cat", f"5{n}", 100, late=n) for n in (1, 2, 3)),
    line("dan", "6", NOW, 200),
]
JUDGED = [
    judged("ann", "potential", 9), judged("cat", "potential", 8), judged("dan", "potential", 2),
    judged("eve", "potential", 9),
    judged("ann", "relationship", 8), judged("bob", "relationship", 3),
    judged("dan", "relationship", 6),
]  # fmt: skip
PEOPLE = [{"customer_id": one, "name": one, "owner": "王敏"} for one in ("bob", "eve")]


@pytest.fixture(scope="module")
def example() -> Kaism:
    return analyze(tables_of(LINES, DAY, PEOPLE, assessments=JUDGED), WEIGHTS)


def column(found: Kaism, *keys: str) -> list[tuple]:
    return list(zip(*map(found.accounts.column, keys), strict=True))


def test_worked_example_scores_and_cells(example: Kaism) -> None:
    # Volume is 87.5, 62.5, 37.5, 12.5 points; of cat's four deliveries one was on time: 25.
    assert column(example, "customer_id", "up", "across", "cell") == [
        ("ann", 88.8, 68.0, "key account"),  # (87.5 + 90)/2, (60·80 + 40·50)/100
        ("bob", 62.5, 30.0, "key development account"),  # volume alone, relationship alone
        ("cat", 58.8, 25.0, "key development account"),  # (37.5 + 80)/2, delivery alone
        ("dan", 16.3, 60.0, "maintenance account"),  # (12.5 + 20)/2, relationship alone
        ("eve", 90.0, None, "not placed"),  # nothing is known of our strength
    ]
    assert column(example, "known_up", "known_across") == [
        (1.0, 1.0), (0.5, 0.6), (1.0, 0.4), (1.0, 0.6), (0.5, 0.0),
    ]  # fmt: skip


def test_worked_example_cells_add_up(example: Kaism) -> None:
    assert example.cells.column("accounts") == (1, 2, 1, 0, 1)
    assert example.cells.totals == (None, None, 5, Decimal(2000), None)


def test_worked_example_sources(example: Kaism) -> None:
    assert example.sources.rows == (
        ("purchase volume", 50.0, 4, 0, 1, "attractiveness"),
        ("buying potential", 50.0, 0, 4, 1, "attractiveness"),
        ("relationship", 60.0, 0, 3, 2, "relative strength"),
        ("delivery as promised", 40.0, 2, 0, 3, "relative strength"),
    )


def test_worked_example_points_show_what_is_missing(example: Kaism) -> None:
    assert example.points.rows[1] == ("bob", "bob", 62.5, None, 30.0, None)


def test_findings_name_what_holds_us_back(example: Kaism) -> None:
    weak = [one for one in example.findings if one.code == "kaism.attractive_but_weak"]
    assert [(one.subject.name, one.stake, one.owner) for one in weak if one.subject] == [
        ("bob", Decimal(600), "王敏"),
        ("cat", Decimal(400), None),
    ]
    assert [one.says.figures["criterion"].value for one in weak] == [
        "relationship",
        "delivery as promised",
    ]
    kept = [one for one in example.findings if one.code == "kaism.maintained"]
    assert [one.says.figures["criterion"].value for one in kept] == ["purchase volume"]


def test_the_largest_without_a_place_are_named() -> None:
    rows = [*LINES, line("fay", "7", NOW, 5000)]
    found = analyze(tables_of(rows, DAY, assessments=JUDGED), WEIGHTS)
    one = next(f for f in found.findings if f.code == "kaism.not_placed")
    assert (one.stake, one.says.figures["names"].value) == (Decimal(5000), ("fay",))


def test_next_to_the_cut_nothing_is_claimed() -> None:
    near = Params(WEIGHTS.months, WEIGHTS.attractiveness, WEIGHTS.strength, cut_strength=31.0)
    found = analyze(tables_of(LINES, DAY, assessments=JUDGED), near)
    assert dict(column(found, "customer_id", "cell"))["bob"] == "key development account"
    weak = [one for one in found.findings if one.code == "kaism.attractive_but_weak"]
    assert [one.subject.name for one in weak if one.subject] == ["cat"]


def test_an_axis_without_any_data_is_said() -> None:
    with pytest.raises(ZhibiError, match=r"of no customer is any of relationship, fit known"):
        analyze(tables_of(LINES, DAY), Params(strength="relationship=60, fit=40"))


def test_equal_customers_are_all_in_the_middle() -> None:
    rows = [line(f"c{n}", str(n), NOW, 100) for n in range(8)]
    said = [judged(f"c{n}", "relationship", 5) for n in range(8)]
    found = analyze(tables_of(rows, DAY, assessments=said), WEIGHTS)
    assert set(column(found, "up", "across", "cell")) == {(50.0, 50.0, "key account")}


def test_a_weight_nobody_knows_is_refused() -> None:
    with pytest.raises(ZhibiError, match="size=3 in attractiveness"):
        analyze(tables_of(LINES, DAY), Params(attractiveness="size=3"))


@pytest.mark.parametrize("seed", range(4))
def test_against_a_slow_scoring(seed: int) -> None:
    """Every account's scores and cell, counted out in fractions from the lines themselves."""
    chance = random.Random(seed)
    who = [f"c{n:02}" for n in range(15)]
    amounts = {one: chance.randint(1, 9) * 100 for one in who if chance.random() < 0.8}
    said = {
        (one, name): chance.randint(0, 10)
        for one in who
        for name in ("potential", "relationship", "fit")
        if chance.random() < 0.6
    }
    found = analyze(
        tables_of(
            [line(one, one, NOW, amount) for one, amount in amounts.items()],
            DAY,
            assessments=[judged(one, name, score) for (one, name), score in said.items()],
        ),
        Params(attractiveness="volume=3, potential=2", strength="relationship=2, fit=1", known=0.5),
    )

    def points(one: str, name: str) -> Fraction | None:
        if name != "volume":
            score = said.get((one, name))
            return None if score is None else Fraction(score * 10)
        if one not in amounts:
            return None
        below = sum(other < amounts[one] for other in amounts.values())
        equal = sum(other == amounts[one] for other in amounts.values())
        return Fraction(100 * (2 * below + equal), 2 * len(amounts))

    def score(one: str, weights: dict[str, int]) -> tuple[float | None, Fraction]:
        known = {name: weight for name, weight in weights.items() if points(one, name) is not None}
        if not known:
            return None, Fraction(0)
        total = sum(known.values())
        mean = sum(weight * points(one, name) for name, weight in known.items()) / total
        return int(mean * 10 + Fraction(1, 2)) / 10, Fraction(total, sum(weights.values()))

    shown = {row[0]: row for row in found.accounts.all_rows()}
    assert set(shown) == set(amounts) | {one for one, _ in said}
    for one, row in shown.items():
        up, known_up = score(one, {"volume": 3, "potential": 2})
        across, known_across = score(one, {"relationship": 2, "fit": 1})
        assert (row[4], row[5]) == (up, across)
        cell = "not placed"
        if min(known_up, known_across) >= Fraction(1, 2):
            cell = CELLS[2 * (up < 50) + (across < 50)]
        assert row[3] == cell
