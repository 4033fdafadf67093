"""MAN: by hand, and every combination of answers against the rule in words."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from tests.methods.given import line, tables_of

from zhibi.errors import ZhibiError
from zhibi.methods.man import APPROACHES, Man, analyze
from zhibi.result import Table
from zhibi.tables.tables import Tables

DAY = date(2025, 12, 31)
THEN = DAY - timedelta(days=30)
ANSWERS = {"y": "yes", "n": "no", "?": "unknown"}


def records(table: Table) -> list[dict[str, Any]]:
    keys = [column.key for column in table.columns]
    return [dict(zip(keys, row, strict=True)) for row in table.all_rows()]


def judged(who: str, answers: str, amount: str = "") -> list[dict]:
    """Answers in the order money, authority, need: "yn?"; a blank was never asked."""
    said = [
        (criterion, ANSWERS[letter])
        for criterion, letter in zip(("money", "authority", "need"), answers, strict=True)
        if letter != " "
    ]
    said += [("expected_amount", amount)] if amount else []
    return [
        {"customer_id": who, "criterion": criterion, "value": value, "assessed_on": THEN}
        for criterion, value in said
    ]


def world(*people: list[dict], **further: list[dict]) -> Tables:
    rows = [row for person in people for row in person]
    names = [{"customer_id": row["customer_id"], "owner": "王敏"} for row in rows]
    unique = [dict(pair) for pair in {tuple(name.items()) for name in names}]
    people_rows = [{**name, "name": name["customer_id"].title()} for name in unique]
    lines = [line("ann", "1", date(2025, 3, 1), 100)]
    return tables_of(lines, DAY, people_rows, assessments=rows, **further)


# By hand: the worked example of docs/methods/man.md --------------------------------------------

EXAMPLE = (
    judged("ann", "yyy", "30万"),
    judged("bob", "y?y", "50万"),
    judged("cat", "yy ", "20万"),
    judged("dan", "yny", "10万"),
    judged("eve", "nnn"),
    judged("fay", "n??"),
)
EFFORTS = [
    {"customer_id": who, "spent_on": THEN, "cost": Decimal(cost)}
    for who, cost in (("eve", 700), ("ann", 300))
]


@pytest.fixture(scope="module")
def example() -> Man:
    return analyze(world(*EXAMPLE, efforts=EFFORTS))


def test_worked_example_customers(example: Man) -> None:
    found = {
        row["customer_id"]: (row["at_least"], row["at_best"], row["approach"], row["kind"])
        for row in records(example.customers)
    }
    assert found == {
        "ann": ("near", "near", "tailored proposal with a date", "customer"),
        "bob": ("needs time", "near", "ask first", "prospect"),
        "cat": ("needs time", "near", "ask first", "prospect"),
        "dan": ("needs time", "needs time", "find who decides", "prospect"),
        "eve": ("no chance for now", "no chance for now", "stop, least effort", "prospect"),
        "fay": ("no chance for now", "needs time", "ask first", "prospect"),
    }


def test_worked_example_questions(example: Man) -> None:
    """What alone decides who is near comes first, of these the largest amount."""
    assert [(row["customer_id"], row["question"]) for row in records(example.questions)] == [
        ("bob", "Does our contact decide?"),
        ("cat", "Does it need this now?"),
        ("fay", "Does our contact decide?"),
        ("fay", "Does it need this now?"),
    ]


def test_worked_example_findings(example: Man) -> None:
    found = [(one.code, one.subject and one.subject.name, one.stake) for one in example.findings]
    assert found == [
        ("man.near", None, 300_000),
        ("man.ask_authority", "Bob", 500_000),
        ("man.ask_need", "Cat", 200_000),
        ("man.hopeless", None, 700),
    ]


def test_worked_example_classes(example: Man) -> None:
    assert example.classes.totals == (None, None, 6, 5, Decimal(1_100_000))
    assert example.classes.rows[0] == ("near", "near", 1, 0, Decimal(300_000))


# Every combination ------------------------------------------------------------------------------


@pytest.mark.parametrize("answers", ["".join(one) for one in product("yn?", repeat=3)])
def test_unknown_is_never_no(answers: str) -> None:
    (row,) = records(analyze(world(judged("bob", answers))).customers)
    possible = [
        sum(letter == "y" for letter in case)
        for case in product(*("yn" if letter == "?" else letter for letter in answers))
    ]
    classes = ("no chance for now", "may come", "needs time", "near")
    assert (row["at_least"], row["at_best"]) == (classes[min(possible)], classes[max(possible)])
    written = "".join(
        "?" if one == "?" else name if one == "y" else name.lower()
        for one, name in zip(answers, "MAN", strict=True)
    )
    assert row["approach"] == ("ask first" if "?" in written else APPROACHES[written])
    questions = analyze(world(judged("bob", answers))).questions
    assert questions.row_count == answers.count("?")


def test_the_last_answer_stands() -> None:
    earlier = [{**row, "assessed_on": THEN - timedelta(9)} for row in judged("bob", "nnn")]
    (row,) = records(analyze(world(earlier, judged("bob", "yyy"))).customers)
    assert row["at_least"] == "near"


def test_everybody_yes_is_said_to_sort_nobody() -> None:
    found = analyze(world(judged("bob", "yyy"), judged("cat", "yyy")))
    assert any("sorts nobody" in note.says.template for note in found.notes)


def test_without_judgements_it_says_what_to_import() -> None:
    with pytest.raises(ZhibiError, match="assessments"):
        analyze(tables_of([line("ann", "1", DAY, 5)], DAY))
