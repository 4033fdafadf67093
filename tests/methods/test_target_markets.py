"""Target markets by hand, and against a slow scoring of the segments."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from tests.methods.given import line, tables_of

from zhibi.errors import ZhibiError
from zhibi.methods.target_markets import Params, TargetMarkets, analyze

DAY = date(2024, 12, 31)
NOW, BEFORE = date(2024, 6, 1), date(2023, 6, 1)
WEIGHTS = Params(weights="size=40, customers=30, competition=30", fewest=2)

# The worked example of docs/methods/target_markets.md.
INDUSTRIES = {
    "ann": "tyres", "bob": "tyres", "cat": "food", "dan": "food", "eve": "food", "fay": "paper",
    "gus": None, "new": "food",
}  # fmt: skip
SALES = {"ann": 500, "bob": 300, "cat": 100, "dan": 200, "eve": 150, "fay": 2000, "gus": 50}
PEOPLE = [{"customer_id": who, "name": who, "industry": one} for who, one in INDUSTRIES.items()]
LINES = [line(who, who, NOW, net) for who, net in SALES.items()]
JUDGED = [
    {"customer_id": who, "criterion": "竞争程度", "value": value, "assessed_on": NOW}
    for who, value in (("ann", "8"), ("bob", "4"), ("cat", "2"))
]


@pytest.fixture(scope="module")
def example() -> TargetMarkets:
    return analyze(tables_of(LINES, DAY, PEOPLE, assessments=JUDGED), WEIGHTS)


def column(found: TargetMarkets, *keys: str) -> list[tuple]:
    return list(zip(*map(found.segments.column, keys), strict=True))


def test_worked_example_scores_and_ranks(example: TargetMarkets) -> None:
    assert column(example, "rank", "name", "state", "score", "customers", "newcomers") == [
        (1, "food", "ranked", 60.3, 3, 1),  # 0.4·37.5 + 0.3·87.5 + 0.3·(100 − 36.7)
        (2, "tyres", "ranked", 60.0, 2, 0),  # 0.4·62.5 + 0.3·62.5 + 0.3·(100 − 45.7)
        (None, "paper", "too few to rank", 60.7, 1, 0),  # (40·87.5 + 30·25)/70
        (None, None, "not stated", 17.9, 1, 0),
    ]
    assert example.segments.totals is not None
    assert example.segments.totals[5] == Decimal(3300)


def test_worked_example_points(example: TargetMarkets) -> None:
    assert example.points.rows == (
        ("food", 37.5, 87.5, 63.3),
        ("tyres", 62.5, 62.5, 54.3),
        ("paper", 87.5, 25.0, None),
        (None, 12.5, 25.0, None),
    )
    assert example.sources.rows[2] == ("little competition", 30.0, 0, 2, 2)


def test_a_narrow_lead_is_said_to_be_one(example: TargetMarkets) -> None:
    best = example.findings[0]
    assert "hardly above" in best.says.template
    assert best.action is not None
    assert best.action.figures["n"].value == 1
    clear = analyze(tables_of(LINES, DAY, PEOPLE), Params(weights="customers=1", fewest=2))
    assert "is the segment to go for" in clear.findings[0].says.template


def test_the_largest_that_ranks_low_is_told_with_what_costs_it() -> None:
    said = [{**one, "value": "10"} for one in JUDGED[:2]]
    lines = [
        *LINES,
        line("bob", "more", NOW, 5000),
        line("odd", "o", NOW, 7),
        line("od2", "p", NOW, 7),
    ]
    glass = [{"customer_id": one, "name": one, "industry": "glass"} for one in ("odd", "od2")]
    people = [*PEOPLE, *glass]
    found = analyze(
        tables_of(lines, DAY, people, assessments=[*said, JUDGED[2]]),
        Params(weights="size=1, competition=99", fewest=2),
    )
    low = [one for one in found.findings if one.code == "target_markets.largest_is_low"]
    assert [one.says.figures["name"].value for one in low] == ["tyres"]
    assert low[0].says.figures["criterion"].value == "little competition"


def test_a_missing_attribute_is_named() -> None:
    with pytest.raises(ZhibiError, match="needs the column region in customers"):
        analyze(tables_of(LINES, DAY, PEOPLE), Params(by="region"))


def test_one_segment_is_no_choice() -> None:
    people = [{**one, "industry": "tyres"} for one in PEOPLE]
    assert analyze(tables_of(LINES, DAY, people), WEIGHTS).findings == ()


@pytest.mark.parametrize("seed", range(3))
def test_against_a_slow_scoring(seed: int) -> None:
    chance = random.Random(seed)
    industry = {f"c{n:02}": chance.choice(["a", "b", "c", "d"]) for n in range(30)}
    orders = [
        (chance.choice(sorted(industry)), chance.choice([NOW, BEFORE]), chance.randint(1, 50))
        for _ in range(90)
    ]
    weights = {"size": 2, "customers": 1, "growth": 3}
    found = analyze(
        tables_of(
            [line(who, str(n), day, net) for n, (who, day, net) in enumerate(orders)],
            DAY,
            [{"customer_id": who, "name": who, "industry": one} for who, one in industry.items()],
        ),
        Params(weights="size=2, customers=1, growth=3", fewest=1),
    )

    def own(who: str, day: date) -> list[int]:
        return [net for one, on, net in orders if (one, on) == (who, day)]

    def steady(who: str) -> Fraction | None:
        now, then = own(who, NOW), own(who, BEFORE)
        if not now or not then:
            return None
        one = Fraction(sum(now) + sum(then), len(now) + len(then))
        return (sum(now) + one) / (sum(then) + one) - 1

    def median(values: list[Fraction]) -> Fraction:
        values = sorted(values)
        middle = len(values) // 2
        return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2

    everybody = [growth for who in industry if (growth := steady(who)) is not None]
    raw: dict[str, dict[str, Fraction]] = {name: {} for name in weights}
    for one in sorted(set(industry.values())):
        members = [who for who in industry if industry[who] == one]
        growths = [growth for who in members if (growth := steady(who)) is not None]
        raw["size"][one] = Fraction(sum(sum(own(who, NOW)) for who in members))
        raw["customers"][one] = Fraction(sum(bool(own(who, NOW)) for who in members))
        if growths:
            drawn = len(growths) * median(growths) + 5 * median(everybody)
            raw["growth"][one] = drawn / (len(growths) + 5)

    def points(name: str, one: str) -> Fraction | None:
        if one not in raw[name]:
            return None
        values = raw[name].values()
        below = sum(value < raw[name][one] for value in values)
        equal = sum(value == raw[name][one] for value in values)
        return Fraction(100 * (2 * below + equal), 2 * len(values))

    for name, score in column(found, "name", "score"):
        known = {k: w for k, w in weights.items() if points(k, name) is not None}
        mean = sum(w * (points(k, name) or 0) for k, w in known.items()) / sum(known.values())
        assert score == int(mean * 10 + Fraction(1, 2)) / 10
