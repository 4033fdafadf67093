"""What customers answer when asked each year how content they are.

Who buys less or stops in the year after was discontent with delivery, and with nothing else: price
is thought poorly of by all alike. ③ is content in everything, and buys less all the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

import numpy as np

from zhibi.worlds.daichuan.accounts import ENDS_ON
from zhibi.worlds.daichuan.catalogue import names
from zhibi.worlds.shutdowns import nearest_working_day
from zhibi.worlds.world import Answer, Customer, OrderLine

ASKED_ON = (date(2024, 11, 11), date(2025, 11, 10), date(2026, 8, 10))
ASKED_EACH_TIME = 96
ANSWER_CHANCE = 0.62
SCALES = {
    "product": 5, "price": 5, "delivery": 5, "after_sales": 5, "overall": 5, "recommend": 10,
}  # fmt: skip
CONTENT = {
    "product": 5, "price": 4, "delivery": 5, "after_sales": 5, "overall": 5, "recommend": 9,
}  # fmt: skip
USUAL = {"product": 4.1, "price": 3.1, "after_sales": 4.0}  # whatever the customer does next
DELIVERY = {"less": 2.6, "as_before": 4.2}  # by what it does in the year after
LESS = 0.6  # of what it bought in the year before, in equal days
YEAR, SOON = timedelta(days=365), timedelta(days=180)


def answers_of(
    rng: np.random.Generator,
    customers: Mapping[str, Customer],
    lines: Sequence[OrderLine],
    stops: Mapping[str, date],
    content: Iterable[str],
) -> list[Answer]:
    """The answers of each year, and of who did not answer the questions without a score. Who
    stops soon is always asked; those in `content` are too, and answer well."""
    content = tuple(content)
    sales: dict[str, list[tuple[date, int]]] = defaultdict(list)
    for line in lines:
        sales[line.customer_id].append((line.order_date, line.net_cents))
    found: list[Answer] = []
    for asked_on in ASKED_ON:
        for customer_id in _asked(rng, asked_on, sales, stops, content):
            on = nearest_working_day(asked_on + timedelta(days=int(rng.integers(0, 18))))
            respondent = str(rng.choice(names()["people"]["respondents"]))
            scores: Mapping[str, int | None] = dict.fromkeys(SCALES)
            if customer_id in content:
                scores = CONTENT
            elif rng.random() < ANSWER_CHANCE:
                scores = _scores(rng, buys_less=_buys_less(sales[customer_id], on))
            found += _answers(customers[customer_id], on, respondent, scores)
    return found


def _asked(
    rng: np.random.Generator,
    asked_on: date,
    sales: Mapping[str, Sequence[tuple[date, int]]],
    stops: Mapping[str, date],
    content: Iterable[str],
) -> list[str]:
    """Some of those who bought in the year before, and those who are always asked."""
    buyers = sorted(
        one for one, own in sales.items() if _between(own, asked_on - YEAR, asked_on) > 0
    )
    leaving = [one for one in buyers if asked_on < stops.get(one, asked_on) < asked_on + SOON]
    chosen = rng.choice(buyers, min(ASKED_EACH_TIME, len(buyers)), replace=False)
    return sorted({*chosen.tolist(), *leaving, *(one for one in content if one in buyers)})


def _buys_less(own: Iterable[tuple[date, int]], on: date) -> bool:
    """Whether the year after brings less than the year before, as far as it is known."""
    own = list(own)
    last = max(day for day, _ in own)
    span = min(YEAR, max(ENDS_ON - on, timedelta(days=40)))
    before = _between(own, on - span, on)
    return last < on or _between(own, on, on + span) < before * LESS


def _between(own: Iterable[tuple[date, int]], after: date, until: date) -> int:
    return sum(cents for day, cents in own if after < day <= until)


def _scores(rng: np.random.Generator, *, buys_less: bool) -> dict[str, int | None]:
    def drawn(centre: float, top: int) -> int:
        return int(np.clip(round(rng.normal(centre, 0.75 * top / 5)), 1, top))

    scores = {dimension: drawn(centre, 5) for dimension, centre in USUAL.items()}
    scores["delivery"] = drawn(DELIVERY["less" if buys_less else "as_before"], 5)
    mean = 0.3 * scores["product"] + 0.2 * scores["after_sales"] + 0.5 * scores["delivery"]
    scores["overall"] = drawn(mean, 5)
    scores["recommend"] = drawn(mean * 2 - 0.4, 10)
    return {dimension: scores[dimension] for dimension in SCALES}


def _answers(
    customer: Customer, on: date, respondent: str, scores: Mapping[str, int | None]
) -> list[Answer]:
    comments: Mapping[str, str] = names()["comments"]
    return [
        Answer(
            customer.customer_id,
            on,
            respondent,
            dimension,
            score,
            SCALES[dimension],
            comments.get(dimension, "") if score is not None and score <= 2 else "",
        )
        for dimension, score in scores.items()
    ]
