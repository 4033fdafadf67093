"""Ways to tell who is about to stop buying, as scores: the higher, the more in doubt.

Beyond its interval: open days since the last order against the account's own red threshold.
Unlikely to still buy: one less the chance that it is still a customer, by MBG/CNBD-k
(`zhibi.stats.lifetimes`), whose k is taken from the earliest cut and then kept. Silent longest:
calendar days since the last order, the rule of thumb to beat. All three: the mean of the places
they give, which needs no fitting and so cannot be fitted to the past it is judged on.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from zhibi.measures.histories import Histories, histories
from zhibi.measures.order_days import OrderDays
from zhibi.measures.periods import Period
from zhibi.measures.rhythm import Rhythm
from zhibi.stats.identification import NotIdentifiedError
from zhibi.stats.lifetimes import MBGCNBD

Floats = NDArray[np.float64]

INTERVAL, CHANCE, SILENT, TOGETHER = (
    "beyond its usual interval",
    "unlikely to still buy",
    "silent longest",
    "all three together",
)
NAIVE = SILENT


@dataclass(slots=True)
class ChanceToStop:
    """Scores the accounts of order days by what was known on a day. Days are asked in their order:
    where one shows too little for a model of its own, the last model before it is used. `fitted`
    keeps the models by their day; `regularity` is set by the first."""

    days: OrderDays
    first_day: date
    regularity: int | None = None
    fitted: dict[date, MBGCNBD] = field(default_factory=dict)

    def at(self, day: date) -> Floats | None:
        """One less the chance to be alive, for every account; 0 without an order so far. None
        where no day so far could teach a model."""
        known = histories(self.days.known(Period(self.first_day, day)), day)
        if len(known.at):
            with suppress(NotIdentifiedError):
                self.fitted[day] = self._fit(known)
        if not self.fitted:
            return None
        model = self.fitted[max(self.fitted)]
        score = np.zeros(len(self.days.keys))
        score[known.at] = 1 - model.p_alive(known.rows)
        return score

    def _fit(self, known: Histories) -> MBGCNBD:
        some = known.sample()
        rows = np.column_stack([some.rows, some.log_gaps])
        model = MBGCNBD(regularity=self.regularity).fit(rows)
        self.regularity = model.k_
        return model


def scores(then: Rhythm, chance: Floats | None) -> dict[str, Floats]:
    """Each rule's score of every account; without the chance its rule, and the mix, are left
    out."""
    found: dict[str, Floats] = {
        INTERVAL: then.since / np.maximum(then.red, 1),
        SILENT: then.since_calendar.astype(np.float64),
    }
    if chance is not None:
        found[CHANCE] = chance
    return found


def with_mix(found: dict[str, Floats]) -> dict[str, Floats]:
    """The mix among the asked accounts: the mean of the places the other rules give."""
    if len(found) < 3:
        return found
    return {**found, TOGETHER: np.mean([_places(score) for score in found.values()], axis=0)}


def _places(score: Floats) -> Floats:
    """0 for the lowest … 1 for the highest, ties sharing their mean place."""
    _, at, counts = np.unique(score, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    mean: Floats = (last - (counts + 1) / 2)[at] / max(len(score) - 1, 1)
    return mean
