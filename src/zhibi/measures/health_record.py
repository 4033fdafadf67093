"""What became of accounts that were marked red by their health, against the rhythm alarm alone.

At past quarters the score is worked out from what was known then; whoever was watched and usually
orders within the horizon is asked whether it ordered in the days that followed. Since one part of
the score is the rhythm, the score must find more of those who stop than that alarm does with as
many marks, or it adds nothing to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from zhibi.measures.health import Health, Rhythms
from zhibi.measures.rhythm import RED
from zhibi.measures.rhythm_record import (
    Asked,
    Followed,
    can_be_asked,
    fared,
    highest,
    nets_before,
    stopped_after,
)
from zhibi.measures.track_record import FEW, RuleRecord
from zhibi.result import Estimate
from zhibi.stats.proportions import apart, wilson
from zhibi.tables.tables import Tables

MARKED, NOT_MARKED = "red by health", "not red by health"
ALARM, LOWEST = "past its red interval", "lowest health, as many"


@dataclass(frozen=True, slots=True)
class HealthRecord:
    """Accounts count once a cut. `lowest` marks as many as `alarm`; `base` is the share of all
    asked that stopped."""

    cuts: tuple[date, ...]
    horizon: int
    asked: int
    base: Estimate | None
    red: RuleRecord
    others: RuleRecord
    alarm: RuleRecord
    lowest: RuleRecord

    @property
    def records(self) -> tuple[RuleRecord, ...]:
        return (self.red, self.others, self.alarm, self.lowest)

    @property
    def is_small(self) -> bool:
        return self.red.marked < FEW

    @property
    def beats_alarm(self) -> bool:
        return self.lowest.stopped > self.alarm.stopped

    @property
    def beats_chance(self) -> bool:
        """Whether more of the red stopped than of the others, beyond chance."""
        red, others = self.red.share, self.others.share
        return bool(red and others and red.value > others.value and apart(red, others))


def health_record(
    tables: Tables, past: Sequence[Health], rhythms: Rhythms, *, asked: Asked, red: float
) -> HealthRecord | None:
    """`past` are the health of the cuts, and `rhythms` belong to them in the same order."""
    if not past:
        return None
    days = rhythms.days
    cuts = tuple(one.day for one in past)
    nets = nets_before(tables, cuts, days, level=asked.level)
    marked, alarms, lowest, what = [], [], [], []
    for then, rhythm, net in zip(past, rhythms.each[: len(past)], nets, strict=True):
        known = then.tenths
        healthy = 1000  # without a score nobody is marked
        score = np.array([known.get(key, healthy) for key in days.keys.tolist()], dtype=np.int64)
        which = can_be_asked(rhythm, asked.horizon)
        is_red = rhythm.is_status(RED)[which]
        what.append(Followed(stopped_after(days, then.day, asked.horizon)[which], net[which]))
        marked.append(score[which] <= red * 10)
        alarms.append(is_red)
        lowest.append(highest(-score[which], int(is_red.sum())))
    stopped = sum(int(one.is_stopped.sum()) for one in what)
    count = sum(len(one.is_stopped) for one in what)
    return HealthRecord(
        cuts=cuts,
        horizon=asked.horizon,
        asked=count,
        base=wilson(stopped, count),
        red=fared(MARKED, marked, what),
        others=fared(NOT_MARKED, [~each for each in marked], what),
        alarm=fared(ALARM, alarms, what),
        lowest=fared(LOWEST, lowest, what),
    )
