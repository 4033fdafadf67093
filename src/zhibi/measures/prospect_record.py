"""Would the ranking have picked who signed? Held against plain rules on past days.

At each past day the ranking is learnt only from days whose outcome was known by then, and picks as
many prospects as asked; so do the plain rules: the largest annual revenue, the industry that signed
most so far, and nobody in particular (the average). An account can be picked on several days.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zhibi.measures.periods import months_before
from zhibi.measures.prospects import ATTRIBUTES, Account, Snapshot
from zhibi.result import Estimate
from zhibi.stats.likeness import Likeness, fit_likeness
from zhibi.stats.proportions import wilson

INDUSTRY = ATTRIBUTES.index("industry")
RANKING, BY_REVENUE, BY_INDUSTRY, ANYBODY = (
    "this ranking",
    "largest annual revenue",
    "industry that signed most",
    "anybody",
)
Score = Callable[[int], float]  # of the prospect at this place of a snapshot


@dataclass(frozen=True, slots=True)
class Picked:
    """What one way to pick brought, over all past days."""

    rule: str
    picked: int
    signed: int
    foretold: float | None  # how many the chances said; None for a plain rule

    @property
    def precision(self) -> Estimate | None:
        return wilson(self.signed, self.picked)


@dataclass(frozen=True, slots=True)
class Record:
    """The ranking first, then the plain rules; `days` how many past days were asked."""

    days: int
    rules: tuple[Picked, ...]

    @property
    def is_better(self) -> bool:
        """Whether the ranking found a larger share than every plain rule."""
        own, *plain = (one.signed / one.picked for one in self.rules if one.picked)
        return all(own > other for other in plain)


def learn(past: Sequence[Snapshot]) -> Likeness | None:
    """The likeness to those who signed; None when all did, or nobody."""
    rows = [values for one in past for values in one.values]
    signed = [is_signed for one in past for is_signed in one.signed]
    return fit_likeness(rows, signed) if 0 < sum(signed) < len(signed) else None


def track_record(past: Sequence[Snapshot], *, months: int, picks: int) -> Record | None:
    """None where no past day had an earlier one to learn from."""
    totals: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    days, foretold = 0, 0.0
    for one in past:
        known = [earlier for earlier in past if earlier.day <= months_before(one.day, months)]
        model = learn(known)
        if model is None or len(one.prospects) <= picks:
            continue
        days += 1
        chances = model.predict(one.values)
        for rule, score in _rules(one, known, chances).items():
            chosen = _best(one.prospects, score, picks)
            totals[rule][0] += len(chosen)
            totals[rule][1] += sum(one.signed[at] for at in chosen)
            foretold += sum(float(chances[at]) for at in chosen) if rule == RANKING else 0.0
        totals[ANYBODY][0] += len(one.prospects)
        totals[ANYBODY][1] += sum(one.signed)
    found = tuple(
        Picked(rule, picked, signed, foretold if rule == RANKING else None)
        for rule, (picked, signed) in totals.items()
    )
    return Record(days, found) if days else None


def _rules(
    one: Snapshot, known: Sequence[Snapshot], chances: NDArray[np.float64]
) -> dict[str, Score]:
    rates = _industry_rates(known)
    rules: dict[str, Score] = {RANKING: lambda at: float(chances[at])}
    if any(account.revenue is not None for account in one.prospects):
        rules[BY_REVENUE] = lambda at: one.prospects[at].revenue or 0.0
    if rates:
        rules[BY_INDUSTRY] = lambda at: rates.get(one.values[at][INDUSTRY], 0.0)
    return rules


def _industry_rates(known: Sequence[Snapshot]) -> dict[str | None, float]:
    signed: dict[str | None, list[bool]] = defaultdict(list)
    for one in known:
        for values, is_signed in zip(one.values, one.signed, strict=True):
            if values[INDUSTRY] is not None:
                signed[values[INDUSTRY]].append(is_signed)
    return {name: sum(found) / len(found) for name, found in signed.items()}


def _best(prospects: Sequence[Account], score: Score, picks: int) -> list[int]:
    """The places of the best; ties go by customer id."""
    order = sorted(range(len(prospects)), key=lambda at: (-score(at), prospects[at].customer_id))
    return order[:picks]
