"""How each way to tell who stops would have done at past cuts, and how sure its places are.

At each quarterly cut all rules mark the same number of accounts, as many as were beyond their red
threshold, so that none wins by marking more. The rule to use is chosen on all cuts but the last
`HELD_OUT`; what it did on those is what may be told of it. Bands of places then say how likely an
account is to stop now: of the accounts in the same band at past cuts, the share that did.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from zhibi.measures.churn_rules import NAIVE, ChanceToStop, scores, with_mix
from zhibi.measures.order_days import OrderDays, order_days
from zhibi.measures.periods import Period
from zhibi.measures.rhythm import RED, Rhythm, segments
from zhibi.measures.rhythm_record import (
    Asked,
    Followed,
    Marks,
    can_be_asked,
    cut_days,
    fared,
    highest,
    nets_before,
    rhythm_at,
    stopped_after,
)
from zhibi.measures.track_record import RuleRecord
from zhibi.result import Estimate
from zhibi.stats.lifetimes import MBGCNBD
from zhibi.stats.proportions import wilson
from zhibi.tables.calendar import Days
from zhibi.tables.tables import Tables

HELD_OUT = 2  # cuts
FEWEST_CUTS = 4  # to choose a rule by
BANDS = (0.05, 0.20, 1.0)  # of the asked, from the highest score on
BAND_NAMES = ("high", "raised", "low")

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Cut:
    """The accounts asked at one cut: each rule's score of them, and what followed."""

    day: date
    scores: Mapping[str, Floats]
    red: int
    followed: Followed

    def marks(self, rule: str) -> Marks:
        return highest(self.scores[rule], self.red)


@dataclass(frozen=True, slots=True)
class ChurnRecord:
    """`chosen` is the rule to use now. `records` are over all cuts, `held_out` those of the
    chosen rule and of the naive one over the last cuts alone, which did not choose; None where
    there were too few cuts. A rule that could not be asked at every cut is left out. `bands` are
    the shares that stopped by place, highest first."""

    cuts: tuple[Cut, ...]
    chosen: str
    records: tuple[RuleRecord, ...]
    held_out: tuple[RuleRecord, RuleRecord] | None
    bands: tuple[Estimate | None, ...]
    asked: int
    base: Estimate | None  # of all asked, those who stopped


@dataclass(frozen=True, slots=True)
class Now:
    """Every account's standing on the as-of day; arrays in the order of `days.keys`."""

    days: OrderDays
    rhythm: Rhythm
    is_asked: Marks
    scores: Mapping[str, Floats]  # of the asked ones
    models: Mapping[date, MBGCNBD]  # behind the chance to be alive, by the day they saw


def churn_record(tables: Tables, asked: Asked) -> tuple[ChurnRecord | None, Now]:
    """The past cuts, None without one, and today."""
    days = order_days(tables, Period(tables.first_day, tables.day), level=asked.level)
    segment = segments(tables, days.keys)
    chance = ChanceToStop(days, tables.first_day)
    cuts = cut_days(tables, asked)
    nets = nets_before(tables, cuts, days, level=asked.level) if cuts else ()
    seen = []
    for cut, net in zip(cuts, nets, strict=True):
        then = rhythm_at(days, cut, segment, asked=asked)
        is_asked = can_be_asked(then, asked.horizon)
        found = _of(scores(then, chance.at(cut)), is_asked)
        is_stopped = stopped_after(days, cut, asked.horizon)[is_asked]
        is_red = then.is_status(RED)[is_asked]
        seen.append(Cut(cut, found, int(is_red.sum()), Followed(is_stopped, net[is_asked])))
    now = rhythm_at(days, tables.day, segment, asked=asked)
    is_asked = can_be_asked(now, asked.horizon)
    found = _of(scores(now, chance.at(tables.day)), is_asked)
    today = Now(days, now, is_asked, found, chance.fitted)
    return (_record(seen) if seen else None), today


def _of(found: Mapping[str, Floats], is_asked: Marks) -> dict[str, Floats]:
    return with_mix({rule: score[is_asked] for rule, score in found.items()})


def _record(seen: Sequence[Cut]) -> ChurnRecord:
    rules = [rule for rule in seen[-1].scores if all(rule in cut.scores for cut in seen)]
    is_enough = len(seen) >= FEWEST_CUTS
    choosing = seen[:-HELD_OUT] if is_enough else seen
    chosen = _best([_fared(rule, choosing) for rule in rules]) if is_enough else rules[0]
    last = seen[-HELD_OUT:]
    stopped = sum(int(cut.followed.is_stopped.sum()) for cut in seen)
    asked = sum(len(cut.followed.is_stopped) for cut in seen)
    return ChurnRecord(
        cuts=tuple(seen),
        chosen=chosen,
        records=tuple(_fared(rule, seen) for rule in rules),
        held_out=(_fared(chosen, last), _fared(NAIVE, last)) if is_enough else None,
        bands=tuple(_bands(chosen, seen)),
        asked=asked,
        base=wilson(stopped, asked),
    )


def _fared(rule: str, cuts: Sequence[Cut]) -> RuleRecord:
    return fared(rule, [cut.marks(rule) for cut in cuts], [cut.followed for cut in cuts])


def _best(records: Sequence[RuleRecord]) -> str:
    """The rule that found the most who stopped; of equal ones the naive one, then as listed."""
    most = max(record.stopped for record in records)
    equal = [record.rule for record in records if record.stopped == most]
    return NAIVE if NAIVE in equal else equal[0]


def _bands(rule: str, cuts: Sequence[Cut]) -> list[Estimate | None]:
    stopped, asked = [0] * len(BANDS), [0] * len(BANDS)
    for cut in cuts:
        band = band_of(cut.scores[rule])
        for at in range(len(BANDS)):
            stopped[at] += int(cut.followed.is_stopped[band == at].sum())
            asked[at] += int((band == at).sum())
    return [wilson(hits, n) for hits, n in zip(stopped, asked, strict=True)]


def band_of(score: Floats) -> Days:
    """The band of each asked account by its place among them; ties by account key."""
    place = np.empty(len(score))
    place[np.argsort(-score, kind="stable")] = (np.arange(len(score)) + 0.5) / max(len(score), 1)
    return np.searchsorted(np.array(BANDS), place).astype(np.int64)
