"""Answers to questionnaires: satisfied or not, promoters and detractors, who was asked in vain.

A score counts as satisfied from `SATISFIED` of its scale on: the upper two of five, 8 of 10. One
below 0 or above its scale is impossible and is counted, never used.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt
from typing import Any

from zhibi.measures.account_lines import account_lines
from zhibi.measures.order_days import with_account_key
from zhibi.measures.rows import fetch
from zhibi.measures.vocabulary import meaning
from zhibi.result import Estimate
from zhibi.stats.proportions import TWO_SIDED_95
from zhibi.tables.tables import Tables

SATISFIED = 0.8  # of the scale
RECOMMEND = "recommend"
PROMOTER, DETRACTOR, RECOMMEND_SCALE = 9, 6, 10
# Observations added to the counts of promoters, passives and detractors for the interval.
PSEUDO = (0.75, 1.5, 0.75)


@dataclass(frozen=True, slots=True)
class Answer:
    """One question answered, or put in vain (`score` None). `times` are alike on one day."""

    account_key: Any
    answered_on: date
    dimension: str
    score: float | None
    scale: float
    times: int

    @property
    def is_possible(self) -> bool:
        return self.score is None or (self.scale > 0 and 0 <= self.score <= self.scale)

    @property
    def is_satisfied(self) -> bool:
        return self.score is not None and self.score >= SATISFIED * self.scale


def answers(tables: Tables, *, level: str) -> list[Answer]:
    """Everything asked up to the as-of day, oldest first, with dimensions by our names."""
    asked = tables.table("surveys")
    wanted = asked.select("customer_key", "answered_on", "dimension", "score", "scale_max")
    rows = with_account_key(tables, wanted, level=level)
    alike = rows.group_by(rows.columns).agg(times=rows.count())
    return [
        Answer(
            account_key=row["account_key"],
            answered_on=row["answered_on"],
            dimension=meaning("dimensions", row["dimension"]) or row["dimension"],
            score=None if row["score"] is None else float(row["score"]),
            scale=float(row["scale_max"]),
            times=row["times"],
        )
        for row in fetch(
            alike.order_by("answered_on", "account_key", "dimension", "score", "scale_max")
        )
    ]


def response_rate(asked: Iterable[Answer]) -> tuple[int, int] | None:
    """(answered, sent) questionnaires, one an account and day; None where no list says who was
    asked in vain."""
    sent: dict[tuple[Any, date], bool] = {}
    unanswered = False
    for one in asked:
        key = (one.account_key, one.answered_on)
        sent[key] = sent.get(key, False) or one.score is not None
        unanswered |= one.score is None
    return (sum(sent.values()), len(sent)) if unanswered else None


def net_promoter_score(asked: Iterable[Answer]) -> Estimate | None:
    """Promoters (9, 10) less detractors (0…6) as a share of all who answered on a scale of 0 to
    10; 95 % interval by the adjusted Wald method (Rocks 2016, three observations added). None
    where nobody did."""
    promoters = passives = detractors = 0
    for one in asked:
        if one.dimension != RECOMMEND or one.score is None or one.scale != RECOMMEND_SCALE:
            continue
        if one.score >= PROMOTER:
            promoters += one.times
        elif one.score <= DETRACTOR:
            detractors += one.times
        else:
            passives += one.times
    n = promoters + passives + detractors
    if not n:
        return None
    up, _, down = (
        (count + added) / (n + sum(PSEUDO))
        for count, added in zip((promoters, passives, detractors), PSEUDO, strict=True)
    )
    half = TWO_SIDED_95 * sqrt((up + down - (up - down) ** 2) / (n + sum(PSEUDO)))
    score = (promoters - detractors) / n
    low, high = max(-1.0, up - down - half), min(1.0, up - down + half)
    return Estimate(score, min(low, score), max(high, score), n)


def ordered_again(
    tables: Tables, asked: Sequence[Answer], *, within: int, level: str
) -> dict[tuple[Any, date], bool]:
    """For each account and day of an answer at least `within` days old: whether it ordered in so
    many days after. Younger answers are left out: nobody knows yet."""
    last = tables.day - timedelta(days=within)
    moments = sorted({(one.account_key, one.answered_on) for one in asked}, key=str)
    old = [(key, day) for key, day in moments if day <= last]
    if not old:
        return {}
    lines = account_lines(tables, sorted({key for key, _ in old}), level=level)
    opened = lines.filter(lines.is_order).select("customer_key", "order_date").distinct()
    days: dict[Any, list[date]] = {}
    rows = with_account_key(tables, opened, level=level)
    for row in fetch(rows.order_by("account_key", "order_date")):
        days.setdefault(row["account_key"], []).append(row["order_date"])
    return {(key, day): _has_within(days.get(key, []), day, within) for key, day in old}


def _has_within(days: Sequence[date], after: date, within: int) -> bool:
    at = bisect_right(days, after)
    return at < len(days) and days[at] <= after + timedelta(days=within)
