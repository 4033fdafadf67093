"""Criteria from data and from judgements, each worked out by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from tests.methods.given import line, tables_of

from zhibi.errors import ZhibiError
from zhibi.measures.criteria import Criteria, read_criteria, sums_of, weights_of

DAY = date(2024, 12, 31)
NOW, BEFORE = date(2024, 6, 1), date(2023, 6, 1)
NAMES = ["volume", "growth", "margin", "profit", "satisfaction", "delivery", "potential"]


def judged(customer_id: str, criterion: str, value: str) -> dict:
    return {
        "customer_id": customer_id,
        "criterion": criterion,
        "value": value,
        "assessed_on": date(2024, 5, 1),
    }


def answered(customer_id: str, score: int | None, on: date = NOW) -> dict:
    return {
        "customer_id": customer_id,
        "answered_on": on,
        "dimension": "price",
        "score": None if score is None else Decimal(score),
        "scale_max": Decimal(5),
    }


def read(lines: list[dict], **further: list[dict]) -> tuple[Criteria, list[str]]:
    tables = tables_of(lines, DAY, **further)
    sums = sums_of(tables, NAMES, days=[DAY], months=12, level="group")
    found = read_criteria(tables, NAMES, sums)
    return found, found.accounts["customer_id"].to_pylist()


def values(found: Criteria, name: str) -> list[float | None]:
    return [None if one != one else one for one in found.readings[name].values.tolist()]


def test_accounts_have_ordered_or_were_judged() -> None:
    found, who = read(
        [line("ann", "1", NOW, 10), line("old", "2", BEFORE, 50), line("gone", "3", BEFORE, 7)],
        assessments=[judged("old", "potential", "8"), judged("new", "potential", "2"),
                     judged("gone", "money", "yes")],
    )  # fmt: skip
    assert who == ["ann", "new", "old"]
    assert values(found, "volume") == [10, None, None]
    assert values(found, "potential") == [None, 2, 8]
    assert found.readings["potential"].points[1:].tolist() == [20, 80]


def test_growth_adds_an_average_order_to_both_years() -> None:
    lines = [line("one", "1", BEFORE, 100), line("one", "2", NOW, 100), line("one", "3", NOW, 100)]
    lines += [line("many", f"b{n}", BEFORE, 10) for n in range(20)]
    lines += [line("many", f"n{n}", NOW, 10) for n in range(40)]
    lines += [line("new", "9", NOW, 5)]
    found, who = read(lines)
    growth = dict(zip(who, values(found, "growth"), strict=True))
    # (200 + 100)/(100 + 100) − 1; (400 + 10)/(200 + 10) − 1; nothing to grow from.
    assert growth == {"one": 0.5, "many": pytest.approx(200 / 210), "new": None}


def test_margin_needs_a_cost_behind_nearly_all() -> None:
    lines = [
        line("ann", "1", NOW, 100, cost=Decimal(60)),
        line("bob", "2", NOW, 90, cost=Decimal(60)),
        line("bob", "3", NOW, 10),  # a tenth without a cost
        line("cat", "4", NOW, 96, cost=Decimal(72)),
        line("cat", "5", NOW, 4),  # a twenty-fifth, which has no margin of its own
    ]
    found, who = read(lines)
    assert who == ["ann", "bob", "cat"]
    assert values(found, "profit") == [40, None, 24]
    assert values(found, "margin") == [0.4, None, 0.25]


def test_satisfaction_is_the_mean_of_possible_marks_of_the_two_years() -> None:
    found, _ = read(
        [line("ann", "1", NOW, 10)],
        surveys=[
            answered("ann", 4), answered("ann", 2), answered("ann", None), answered("ann", 9),
            answered("ann", 5, on=date(2019, 1, 1)),
        ],
    )  # fmt: skip
    assert values(found, "satisfaction") == [pytest.approx(0.6)]
    assert found.readings["satisfaction"].points.tolist() == [pytest.approx(60)]


def test_data_speaks_before_people_do() -> None:
    promised = {"promised_date": date(2024, 6, 9), "delivered_date": date(2024, 6, 9)}
    found, who = read(
        [line("ann", "1", NOW, 10, **promised), line("bob", "2", NOW, 9)],
        assessments=[judged("ann", "delivery", "3"), judged("bob", "delivery", "7"),
                     judged("bob", "growth", "好像还行")],
    )  # fmt: skip
    delivery = found.readings["delivery"]
    assert who == ["ann", "bob"]
    assert delivery.values.tolist() == [1, 7]
    assert delivery.points.tolist() == [100, 70]
    assert delivery.is_judged.tolist() == [False, True]
    assert np.isnan(found.readings["growth"].points).all()  # words that are no score


def test_a_judgement_of_tomorrow_is_not_known() -> None:
    lines = [line("ann", "1", NOW, 10)]
    later = judged("ann", "potential", "8") | {"assessed_on": date(2025, 1, 1)}
    found, _ = read(lines, assessments=[later])
    assert values(found, "potential") == [None]


def test_weights_are_read_as_people_write_them() -> None:
    known = ("volume", "growth", "credit")
    assert weights_of("kaism", "strength", "volume=30，growth : 15.5; credit=0", known) == {
        "volume": 30.0,
        "growth": 15.5,
    }


@pytest.mark.parametrize("text", ["volume", "volume=-3", "size=3", "volume=a", "volume=0", ""])
def test_what_is_no_weight_is_refused(text: str) -> None:
    with pytest.raises(ZhibiError, match="volume=30"):
        weights_of("kaism", "strength", text, ("volume", "growth"))
