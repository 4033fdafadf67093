"""Contentment by hand, impossible scores, and what a planted driver looks like."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest
from tests.methods.given import line, tables_of

from zhibi.errors import ZhibiError
from zhibi.methods.satisfaction import Params, analyze
from zhibi.result import Severity

DAY = date(2024, 12, 31)
ASKED = date(2024, 5, 1)


def answer(
    customer_id: str, dimension: str, score: float | None, *, of: int = 5, on: date = ASKED
) -> dict:
    return {
        "customer_id": customer_id,
        "answered_on": on,
        "dimension": dimension,
        "score": None if score is None else Decimal(str(score)),
        "scale_max": Decimal(of),
    }


EXAMPLE = [
    answer("ann", "delivery", 5),
    answer("bob", "交付", 2),
    answer("cat", "delivery", 4),
    answer("dan", "Delivery", 1),
    answer("ann", "recommend", 10, of=10),
    answer("bob", "推荐意愿", 7, of=10),
    answer("cat", "recommend", 3, of=10),
    answer("dan", "recommend", None, of=10),
]
SOLD = [
    *[line(name, f"{name}3", date(2023, 3, 1), 100) for name in ("ann", "bob", "cat", "dan")],
    line("ann", "ann4", date(2024, 6, 1), 100),
    line("bob", "bob4", date(2024, 6, 1), 90),
    line("cat", "cat4", date(2024, 4, 1), 10),
]


def test_the_example_of_the_docs() -> None:
    found = analyze(tables_of(SOLD, DAY, surveys=EXAMPLE), Params(few=2))
    (delivery,) = found.dimensions
    assert (delivery.name, delivery.content.value, delivery.content.n) == ("delivery", 0.5, 4)
    assert delivery.importance is not None
    assert delivery.importance.value == 0
    assert delivery.importance.low < -0.5
    assert found.nps is not None
    assert (found.nps.value, found.nps.n) == (0, 3)
    assert found.response == (4, 4)
    assert [(row[1], row[6]) for row in found.accounts.rows] == [
        ("ann", "content and loyal"),
        ("bob", "discontent but loyal"),
        ("cat", "content but buying less"),
        ("dan", "discontent and buying less"),
    ]
    assert found.quadrants.totals == (None, 4, Decimal(200), Decimal(400))
    codes = {finding.code: finding for finding in found.findings}
    less = codes["satisfaction.content_but_less"]
    assert less.subject is not None
    assert (less.subject.customer_id, less.stake) == ("cat", Decimal(90))
    assert codes["satisfaction.discontent"].stake == Decimal(90)


def test_impossible_scores_are_counted_and_left_out() -> None:
    wrong = [answer("ann", "price", 6), answer("bob", "price", -1), answer("cat", "price", 3, of=0)]
    found = analyze(tables_of(SOLD, DAY, surveys=[*EXAMPLE, *wrong]))
    assert found.impossible == 3
    assert [one.name for one in found.dimensions] == ["delivery"]
    assert any("outside the scale" in note.says.template for note in found.notes)


def test_only_unanswered_questions_give_no_figures() -> None:
    found = analyze(tables_of(SOLD, DAY, surveys=[answer("ann", "price", None)]))
    assert found.dimensions == ()
    assert found.nps is None
    assert found.response == (0, 1)
    assert found.findings == ()
    assert any("Nobody answered" in note.says.template for note in found.notes)


def test_a_scale_of_five_gives_no_nps() -> None:
    found = analyze(tables_of(SOLD, DAY, surveys=[answer("ann", "recommend", 5)]))
    assert found.nps is None
    assert any("0 to 10" in note.says.template for note in found.notes)


def test_few_answers_are_marked() -> None:
    found = analyze(tables_of(SOLD, DAY, surveys=EXAMPLE))
    assert found.by_dimension.rows[0][5] == "too few answers"
    assert not [one for one in found.findings if one.code.startswith("satisfaction.changed")]


def test_without_a_list_of_answers_it_says_how_to_bring_one() -> None:
    with pytest.raises(ZhibiError, match="--kind surveys"):
        analyze(tables_of(SOLD, DAY))


def company() -> tuple[list[dict], list[dict]]:
    """200 accounts: who is content with delivery orders again in 80 of 100 cases, else in 40;
    contentment with price says nothing. Delivery falls from 75 % content to 45 %."""
    rng = np.random.default_rng(3)
    lines, asked = [line("x", "x", date(2021, 1, 1), 1)], []
    for n in range(200):
        for year, share in ((2023, 0.75), (2024, 0.45)):
            on = date(year, 3, 1) + timedelta(days=n % 60)
            is_content = rng.random() < share
            asked.append(answer(f"c{n:03}", "delivery", 5 if is_content else 2, on=on))
            asked.append(answer(f"c{n:03}", "price", 5 if rng.random() < 0.5 else 2, on=on))
            lines.append(line(f"c{n:03}", f"{n}-{year}", date(year, 1, 5), 100))
            if rng.random() < (0.8 if is_content else 0.4):
                lines.append(line(f"c{n:03}", f"{n}-{year}-2", on + timedelta(days=50), 100))
    return lines, asked


def test_the_planted_driver_is_found_and_the_idle_one_is_not() -> None:
    lines, asked = company()
    found = analyze(tables_of(lines, DAY, surveys=asked))
    by_name = {one.name: one for one in found.dimensions}
    delivery, price = by_name["delivery"].importance, by_name["price"].importance
    assert delivery is not None
    assert price is not None
    assert delivery.low < 0.4 < delivery.high
    assert delivery.low > 0
    assert price.low < 0 < price.high
    codes = {finding.code: finding.severity for finding in found.findings}
    assert codes["satisfaction.changed.delivery"] is Severity.SOON
    assert "satisfaction.changed.price" not in codes
    matters = next(one for one in found.findings if one.code == "satisfaction.matters")
    assert matters.says.figures["dimension"].value == "delivery"


def test_an_answer_too_young_is_not_asked_whether_an_order_followed() -> None:
    lines, asked = company()
    seen = tables_of(lines, date(2024, 8, 1), surveys=asked)
    importance = {one.name: one.importance for one in analyze(seen).dimensions}["delivery"]
    assert importance is not None
    assert importance.n == 200


def test_nps_interval_holds_the_truth() -> None:
    """Of 200 samples of 40 answers with a true NPS of 20 the interval misses about one in 20."""
    from zhibi.measures.answers import Answer, net_promoter_score

    rng = np.random.default_rng(5)
    hits = 0
    for _ in range(200):
        scores = rng.choice([10, 8, 3], size=40, p=[0.45, 0.3, 0.25])
        given = [Answer(n, ASKED, "recommend", float(s), 10.0, 1) for n, s in enumerate(scores)]
        nps = net_promoter_score(given)
        assert nps is not None
        hits += nps.low <= 0.2 <= nps.high
    assert 180 <= hits <= 198
