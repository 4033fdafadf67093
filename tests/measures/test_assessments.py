"""Judgements in people's own words, and the latest of them on a day."""

from __future__ import annotations

from datetime import date

import pytest
from tests.methods.given import line, tables_of

from zhibi.measures.assessments import assessment, history, latest, stage_of
from zhibi.tables.tables import Tables

DAY = date(2025, 6, 30)


def said(customer_id: str, criterion: str, value: str, on: date, by: str = "王敏") -> dict:
    return {
        "customer_id": customer_id,
        "criterion": criterion,
        "value": value,
        "assessed_on": on,
        "assessed_by": by,
    }


def tables() -> Tables:
    customers = [
        {"customer_id": "top", "name": "集团"},
        {"customer_id": "part", "name": "一厂", "parent_id": "top"},
    ]
    return tables_of(
        [line("part", "1", date(2025, 1, 1), 5)],
        DAY,
        customers,
        assessments=[
            said("part", "关系", "7", date(2025, 1, 1)),
            said("part", "relationship", "高", date(2025, 3, 1)),
            said("part", "Relationship", "2/10", date(2025, 7, 1)),
            said("part", "需求", "是", date(2025, 2, 1)),
            said("part", "自定义", "随便", date(2025, 2, 1)),
        ],
    )


@pytest.mark.parametrize(
    ("value", "score", "is_met"),
    [
        ("7", 7.0, None),
        ("8 分", 8.0, None),
        ("4/5", 8.0, None),
        ("65%", 6.5, None),
        ("高", 7.5, None),
        ("Very Low", 1.0, None),
        ("11", None, None),
        ("-1", None, None),
        ("3/0", None, None),
        ("是", None, True),
        ("No", None, False),
        ("未知", None, None),
        ("听说不错", None, None),
    ],
)
def test_a_value_is_read_or_left_open(value: str, score: float | None, is_met: bool | None) -> None:
    judged = assessment(value, DAY, None, None)
    assert (judged.score, judged.is_met) == (score, is_met)
    assert judged.value == value


def test_the_latest_up_to_the_day_stands() -> None:
    seen = tables()
    (key,) = latest(seen, "relationship")["relationship"]
    assert latest(seen, "relationship", "need")["relationship"][key].score == 7.5
    assert latest(seen, "need")["need"][key].is_met is True
    earlier = seen.as_of(date(2025, 2, 15))
    assert latest(earlier, "relationship")["relationship"][key].score == 7.0


def test_a_group_is_judged_by_what_is_said_of_its_parts() -> None:
    seen = tables()
    names = {row["customer_key"]: row["name"] for row in seen.customers.to_pyarrow().to_pylist()}
    assert [names[key] for key in latest(seen, "need")["need"]] == ["集团"]
    assert [names[key] for key in latest(seen, "need", level="legal entity")["need"]] == ["一厂"]


def test_history_is_in_order_and_ends_with_the_day() -> None:
    values = [judged.value for _, judged in history(tables(), "relationship")]
    assert values == ["7", "高"]


def test_a_criterion_of_ones_own_keeps_its_name() -> None:
    assert [judged.value for _, judged in history(tables(), "自定义")] == ["随便"]


def test_without_a_list_nothing_is_judged() -> None:
    bare = tables_of([line("c", "1", date(2025, 1, 1), 5)], DAY)
    assert latest(bare, "need") == {"need": {}}


def test_two_judgements_of_a_day_give_the_same_answer_in_any_order() -> None:
    rows = [said("c", "need", "yes", DAY, "b"), said("c", "need", "no", DAY, "a")]
    for given in (rows, rows[::-1]):
        both = tables_of([line("c", "1", date(2025, 1, 1), 5)], DAY, assessments=given)
        (judged,) = latest(both, "need")["need"].values()
        assert judged.is_met is True


@pytest.mark.parametrize(
    ("word", "stage"),
    [("孵化", "target"), ("Target-Market", "target market"), ("签约", "signed"), ("别的", None)],
)
def test_stages_in_their_words(word: str, stage: str | None) -> None:
    assert stage_of(word) == stage
