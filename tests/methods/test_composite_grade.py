"""Composite grades against scores done by hand, and against a slow grading of the lines."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from tests.methods.given import line, tables_of

from zhibi.errors import ZhibiError
from zhibi.methods.composite_grade import CompositeGrade, Params, analyze

DAY = date(2024, 12, 31)
NOW = date(2024, 6, 1)
WEIGHTS = "volume=50, potential=30, strategic_value=20"


def judged(customer_id: str, criterion: str, value: object, **more: object) -> dict:
    return {
        "customer_id": customer_id,
        "criterion": criterion,
        "value": str(value),
        "assessed_on": NOW,
        **more,
    }


# The worked example of docs/methods/composite_grade.md.
LINES = [
    line(who, who, NOW, net)
    for who, net in (("ann", 800), ("bob", 600), ("cat", 400), ("dan", 200))
]
JUDGED = [
    judged("ann", "potential", 9), judged("ann", "strategic_value", 5),
    judged("bob", "potential", 6), judged("dan", "potential", 10),
    judged("cat", "grade", "b", evidence="reference plant", assessed_by="王敏"),
]  # fmt: skip


def example(**more: object) -> CompositeGrade:
    return analyze(tables_of(LINES, DAY, assessments=JUDGED), Params(weights=WEIGHTS, **more))


def column(table: object, *keys: str) -> list[tuple]:
    return list(zip(*map(table.column, keys), strict=True))  # type: ignore[attr-defined]


def test_worked_example_grades() -> None:
    assert column(example().accounts, "customer_id", "in_force", "grade", "score", "known") == [
        ("ann", "A", "A", 80.8, 1.0),
        ("bob", "B", "B", 61.6, 0.8),
        ("cat", "B", "D", 37.5, 0.5),
        ("dan", "C", "C", 45.3, 0.8),
    ]


def test_worked_example_contributions_are_the_score() -> None:
    rows = column(
        example().explanation, "customer_id", "amount", "marks", "points", "contribution", "score"
    )
    assert rows[:6] == [
        ("ann", Decimal(800), None, 87.5, 43.8, 80.8),
        ("ann", None, 9.0, 90.0, 27.0, 80.8),
        ("ann", None, 5.0, 50.0, 10.0, 80.8),
        ("bob", Decimal(600), None, 62.5, 39.1, 61.6),
        ("bob", None, 6.0, 60.0, 22.5, 61.6),
        ("bob", None, None, None, None, 61.6),
    ]


def test_worked_example_distribution() -> None:
    found = example()
    assert column(found.distribution, "grade", "accounts", "worked_out", "net") == [
        ("A", 1, 1, Decimal(800)),
        ("B", 2, 1, Decimal(1000)),
        ("C", 1, 1, Decimal(200)),
        ("D", 0, 1, Decimal(0)),
    ]
    assert found.distribution.totals == (None, 4, 4, Decimal(2000), None)


def test_a_grade_set_by_a_person_keeps_its_reason_and_the_figures() -> None:
    found = example()
    assert found.overrides.rows == (
        ("cat", "cat", "B", "D", 37.5, "reference plant", "王敏", NOW, Decimal(400)),
    )
    one = next(f for f in found.findings if f.code == "composite_grade.against_figures")
    assert one.subject is not None
    assert (one.subject.name, one.stake) == ("cat", Decimal(400))


def test_a_later_word_that_is_no_grade_lifts_it() -> None:
    later = judged("cat", "grade", "按测算", assessed_on=date(2024, 7, 1))
    found = analyze(tables_of(LINES, DAY, assessments=[*JUDGED, later]), Params(weights=WEIGHTS))
    assert not found.overrides.rows
    assert len(found.notes) == 3


def test_the_version_changes_with_rules_and_criteria() -> None:
    tables = tables_of(LINES, DAY, assessments=JUDGED)
    fewer = tables_of(LINES, DAY, assessments=[JUDGED[0]])
    versions = {
        analyze(tables, Params(weights=WEIGHTS)).version,
        analyze(fewer, Params(weights=WEIGHTS)).version,
        analyze(tables, Params(weights="volume=51, potential=30, strategic_value=20")).version,
        analyze(tables, Params(weights=WEIGHTS, a_from=81)).version,
    }
    assert len(versions) == 4
    assert example().version in versions


def test_the_grade_of_the_customer_list_is_kept_beside() -> None:
    people = [
        {"customer_id": "ann", "name": "ann", "given_grade": "A"},
        {"customer_id": "cat", "name": "cat", "given_grade": "a"},
        {"customer_id": "dan", "name": "dan", "given_grade": "key"},
    ]
    found = analyze(tables_of(LINES, DAY, people, assessments=JUDGED[:4]), Params(weights=WEIGHTS))
    assert found.given.rows == (("A", 1, 0, 0, 0, 1), ("a", 0, 0, 0, 1, 1), ("key", 0, 0, 1, 0, 1))
    one = next(f for f in found.findings if f.code == "composite_grade.list_against_figures")
    assert (one.stake, one.says.figures["names"].value) == (Decimal(400), ("cat",))


def test_past_quarters_know_only_what_was_known() -> None:
    early = [line(who, f"e{who}", date(2024, 2, 1), net) for who, net in (("ann", 5), ("bob", 9))]
    found = analyze(tables_of([*LINES, *early], DAY, assessments=JUDGED), Params(weights=WEIGHTS))
    assert [c.label for c in found.history.columns[2:]] == [
        "2024-03-31", "2024-06-30", "2024-09-30", "Now",
    ]  # fmt: skip
    # At the end of March: two customers, 25 and 75 points, and no judgement.
    assert found.history.column("2024-03-31") == ("D", "B", None, None)
    for day in (date(2024, 3, 31), date(2024, 6, 30)):
        then = analyze(
            tables_of([*LINES, *early], day, assessments=JUDGED), Params(weights=WEIGHTS)
        )
        grades = dict(column(then.accounts, "customer_id", "grade"))
        shown = dict(column(found.history, "customer_id", day.isoformat()))
        assert {who: grade for who, grade in shown.items() if grade} == grades


def test_a_clear_fall_is_told_with_what_fell() -> None:
    lines = [line(f"c{n}", f"b{n}", date(2023, 11, 1), 1000 - 100 * n) for n in range(8)]
    lines += [line(f"c{n}", f"n{n}", date(2024, 11, 1), 1000 - 100 * n) for n in range(1, 8)]
    lines += [line("c0", "small", date(2024, 11, 1), 50)]
    found = analyze(tables_of(lines, DAY), Params(weights="volume=100"))
    fell = [one for one in found.findings if one.code == "composite_grade.fell"]
    assert [one.subject.name for one in fell if one.subject] == ["c0"]
    figures = fell[0].says.figures
    assert (figures["before"].value, figures["grade"].value) == ("A", "D")
    assert (figures["points_before"].value, figures["points"].value) == (93.8, 6.2)


def test_a_fall_to_next_to_the_cut_is_not_told() -> None:
    """Of forty, the first falls from 98.8 points to 78.8, just below an A."""
    lines = [line(f"c{n:02}", f"b{n}", date(2023, 11, 1), 10_000 - 100 * n) for n in range(40)]
    now = [2 * n for n in range(40)]
    now[0] = 17  # behind the next eight
    lines += [line(f"c{n:02}", f"n{n}", date(2024, 11, 1), 10_000 - at) for n, at in enumerate(now)]
    found = analyze(tables_of(lines, DAY), Params(weights="volume=100"))
    row = next(row for row in found.history.rows if row[0] == "c00")
    assert (row[-2], row[-1]) == ("A", "B")
    assert [one.code for one in found.findings] == ["composite_grade.carried"]


def newcomers(*, tells: bool) -> CompositeGrade:
    """Sixty customers, of whose sales the industry tells all or nothing, and two newcomers."""
    chance = random.Random(3)
    sizes = {"tyres": 900, "food": 500, "paper": 300, "steel": 100}
    people = [
        {"customer_id": f"c{n:02}", "name": f"c{n:02}", "industry": list(sizes)[n % 4]}
        for n in range(60)
    ]
    lines = [
        line(
            one["customer_id"],
            one["customer_id"],
            NOW,
            (sizes[one["industry"]] if tells else 500) + chance.randint(-90, 90),
        )
        for one in people
    ]
    new = [
        {"customer_id": "new", "name": "new", "industry": "tyres"},
        {"customer_id": "odd", "name": "odd", "industry": "glass"},
    ]
    return analyze(tables_of(lines, DAY, [*people, *new]), Params(weights="volume=100"))


def test_newcomers_get_a_grade_where_a_rule_proves_itself() -> None:
    # Ranks cut industries at 25, 50 and 75 points, grades at 40, 60 and 80: tyres are A and B.
    found = newcomers(tells=True)
    assert found.trial is not None
    assert found.trial.is_worth_giving
    assert found.trial.rule.sign == "industry"
    assert column(found.newcomers, "customer_id", "provisional", "sign") == [
        ("new", "A", "tyres"),
        ("odd", None, "glass"),
    ]


def test_that_only_the_large_are_judged_makes_no_rule() -> None:
    """Twenty large customers have an industry that says nothing, forty small ones none: against
    the grade of the large, not of everybody, the industry is worth nothing."""
    chance = random.Random(1)
    people = [
        {"customer_id": f"c{n:02}", "name": f"c{n:02}",
         "industry": chance.choice(["tyres", "food"]) if n < 20 else None}
        for n in range(60)
    ]  # fmt: skip
    lines = [line(f"c{n:02}", f"{n}", NOW, 1000 - n) for n in range(60)]
    new = [{"customer_id": "new", "name": "new", "industry": "tyres"}]
    found = analyze(tables_of(lines, DAY, [*people, *new]), Params(weights="volume=100"))
    assert found.trial is not None
    assert found.trial.most_frequent in "AB"
    assert not found.trial.is_worth_giving


def test_newcomers_get_none_where_nothing_tells() -> None:
    found = newcomers(tells=False)
    assert found.trial is not None
    assert not found.trial.is_worth_giving
    assert found.newcomers.column("provisional") == (None, None)


def test_cuts_must_fall() -> None:
    with pytest.raises(ZhibiError, match="B from 90"):
        analyze(tables_of(LINES, DAY), Params(b_from=90))


@pytest.mark.parametrize("seed", range(4))
def test_against_a_slow_grading(seed: int) -> None:
    """Scores counted out in fractions from the lines themselves, with growth and margin."""
    chance = random.Random(seed)
    weights = {"volume": 3, "profit": 2, "growth": 2, "potential": 1}
    orders = [
        (f"c{chance.randrange(12):02}", DAY - timedelta(days=chance.randrange(730)),
         chance.randint(1, 9) * 10, chance.randint(1, 5) * 10 if chance.random() < 0.9 else None)
        for _ in range(80)
    ]  # fmt: skip
    said = {f"c{n:02}": chance.randint(0, 10) for n in range(12) if chance.random() < 0.5}
    found = analyze(
        tables_of(
            [
                line(who, str(n), day, net, cost=None if cost is None else Decimal(cost))
                for n, (who, day, net, cost) in enumerate(orders)
            ],
            DAY,
            assessments=[judged(who, "potential", score) for who, score in said.items()],
        ),
        Params(weights=", ".join(f"{name}={weight}" for name, weight in weights.items())),
    )
    year = DAY.replace(year=2023)
    now = [one for one in orders if one[1] > year]
    before = [one for one in orders if one[1] <= year and one[1] > DAY.replace(year=2022)]
    who = sorted({one[0] for one in now})
    raw: dict[str, dict[str, Fraction]] = {name: {} for name in weights}
    for one in who:
        own, old = ([order for order in some if order[0] == one] for some in (now, before))
        net, net_before = (sum(order[2] for order in some) for some in (own, old))
        raw["volume"][one] = Fraction(net)
        if sum(order[2] for order in own if order[3] is not None) >= Fraction(95, 100) * net:
            raw["profit"][one] = Fraction(sum(o[2] - o[3] for o in own if o[3] is not None))
        if old:
            average = Fraction(net + net_before, len(own) + len(old))
            raw["growth"][one] = (net + average) / (net_before + average) - 1

    def points(name: str, one: str) -> Fraction | None:
        if name == "potential":
            return Fraction(said[one] * 10) if one in said else None
        if one not in raw[name]:
            return None
        values = raw[name].values()
        below = sum(value < raw[name][one] for value in values)
        equal = sum(value == raw[name][one] for value in values)
        return Fraction(100 * (2 * below + equal), 2 * len(values))

    shown = {row[0]: row for row in found.accounts.all_rows()}
    assert sorted(shown) == who
    for one in who:
        known = {n: w for n, w in weights.items() if points(n, one) is not None}
        mean = sum(w * (points(n, one) or 0) for n, w in known.items()) / sum(known.values())
        score = int(mean * 10 + Fraction(1, 2)) / 10
        assert shown[one][4] == score
        assert shown[one][3] == "DCBA"[(score >= 40) + (score >= 60) + (score >= 80)]
