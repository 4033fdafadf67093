"""Segments: medians and shares drawn towards the company's, by hand and from a planted truth."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from tests.methods.given import line, tables_of

from zhibi.measures.criteria import sums_of
from zhibi.measures.market_segments import Segments, market_segments

DAY = date(2024, 12, 31)
NOW, BEFORE = date(2024, 6, 1), date(2023, 6, 1)


def segments(lines: list[dict], people: list[dict], **further: list[dict]) -> Segments:
    tables = tables_of(lines, DAY, people, **further)
    sums = sums_of(tables, (), days=(DAY,), months=12, level="group")
    return market_segments(tables, sums, by="industry")


def person(customer_id: str, industry: str | None, **more: object) -> dict:
    return {"customer_id": customer_id, "name": customer_id, "industry": industry, **more}


PEOPLE = [person("ann", "tyres"), person("bob", "tyres"), person("cat", "food")]
LINES = [
    *(line(who, f"b{who}", BEFORE, 100) for who in ("ann", "bob", "cat")),
    line("ann", "1", NOW, 500), line("bob", "2", NOW, 300), line("cat", "3", NOW, 100),
]  # fmt: skip


def test_growth_of_a_small_segment_is_drawn_to_the_company() -> None:
    # Steady growth: ann 400/(100 + 300), bob 200/(100 + 200), cat 0; the median of all is 2/3.
    found = segments(LINES, PEOPLE)
    assert found.names == ["food", "tyres"]
    growth = found.readings["growth"].values
    assert growth.tolist() == pytest.approx([(0 + 5 * 2 / 3) / 6, (2 * 5 / 6 + 5 * 2 / 3) / 7])


def test_purchasing_power_is_revenue_where_half_say_it_else_the_average_order() -> None:
    found = segments(LINES, PEOPLE)
    assert found.power == "average_order"
    power = np.log([500.0, 300.0, 100.0])
    tyres = (2 * power[:2].mean() + 5 * np.median(power)) / 7
    assert found.readings["purchasing_power"].values[1] == pytest.approx(np.exp(tyres))
    said = [person("ann", "tyres", annual_revenue=Decimal(9)), PEOPLE[1],
            person("cat", "food", annual_revenue=Decimal(4))]  # fmt: skip
    assert segments(LINES, said).power == "annual_revenue"
    assert segments(LINES, said[:2]).power == "average_order"  # one of three


def test_loyalty_finds_the_planted_order_and_trusts_no_handful() -> None:
    chance = random.Random(5)
    rates = {"tyres": 0.9, "food": 0.6, "paper": 0.3}
    people, lines = [], []
    for industry, rate in rates.items():
        for n in range(150):
            who = f"{industry}{n}"
            people.append(person(who, industry))
            lines.append(line(who, f"b{who}", BEFORE, 10))
            if chance.random() < rate:
                lines.append(line(who, f"n{who}", NOW, 10))
    for n in range(3):
        people.append(person(f"few{n}", "glass"))
        lines += [line(f"few{n}", f"{on}{n}", on, 10) for on in (BEFORE, NOW)]
    found = segments(lines, people)
    value = dict(zip(found.names, found.readings["loyalty"].values, strict=True))
    for industry, rate in rates.items():
        assert value[industry] == pytest.approx(rate, abs=0.08)
    assert 0.6 < value["glass"] < 0.95  # 3 of 3
    plain = found.loyalty[found.names.index("glass")]
    assert plain is not None
    assert (plain.value, plain.n) == (1.0, 3)


def test_who_has_not_ordered_counts_as_newcomer() -> None:
    found = segments(LINES, [*PEOPLE, person("new", "tyres"), person("odd", None)])
    assert found.names == ["food", "tyres", None]
    assert found.newcomers.tolist() == [0, 1, 1]
    assert found.customers.tolist() == [1, 2, 0]


def test_judgements_speak_where_the_data_do_not() -> None:
    said = [
        {"customer_id": who, "criterion": criterion, "value": value, "assessed_on": NOW}
        for who, criterion, value in (("ann", "loyalty", "8"), ("cat", "loyalty", "4"))
    ]
    found = segments(LINES[3:], PEOPLE, assessments=said)  # nobody ordered before
    loyalty = found.readings["loyalty"]
    assert loyalty.is_judged.all()
    assert loyalty.points.tolist() == pytest.approx([10 * (4 + 5 * 6) / 6, 10 * (8 + 5 * 6) / 6])
