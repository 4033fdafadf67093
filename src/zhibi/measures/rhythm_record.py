"""What became of accounts that would have been marked red in the past: the rhythm's own record.

At each cut the rhythm is worked out from what was known on that day, exactly as
`tables.as_of(cut)` would show it; the days after it are looked at only to see who ordered. Asked
are accounts that were watched and usually order within the horizon: of a yearly buyer, ninety
silent days prove nothing. The fixed rule marks who has been silent longest by the calendar.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zhibi.measures.order_days import OrderDays, order_days
from zhibi.measures.periods import Period, months_before, trailing
from zhibi.measures.rhythm import AMBER, ON_RHYTHM, RED, Rhythm, Rule, rhythm, segments
from zhibi.measures.sales import by_account, net_sales
from zhibi.measures.stopped import MONEY_STEPS
from zhibi.measures.track_record import BackTest, RuleRecord
from zhibi.stats.proportions import wilson
from zhibi.tables.calendar import Days, day_number
from zhibi.tables.tables import Tables

Marks = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the back-test is about; `horizon` and `fixed_days` in calendar days."""

    rule: Rule
    months: int
    level: str
    horizon: int = 90
    fixed_days: int = 90
    quarters: int = 8


@dataclass(frozen=True, slots=True)
class Followed:
    """What became of the accounts asked at one cut."""

    is_stopped: Marks
    net: Days  # money steps, of the twelve months before the cut


@dataclass(frozen=True, slots=True)
class _Cut:
    """The accounts asked at one cut."""

    is_red: Marks
    silent: Days  # calendar days
    followed: Followed


def past_record(tables: Tables, asked: Asked) -> BackTest | None:
    """The record at quarterly cuts; None when there is no cut with a year of orders before it."""
    cuts = cut_days(tables, asked)
    if not cuts:
        return None
    # One fetch and one sort for all cuts.
    whole = Period(trailing(cuts[0], asked.months).start, tables.day)
    days = order_days(tables, whole, level=asked.level)
    segment = segments(tables, days.keys)
    nets = nets_before(tables, cuts, days, level=asked.level)
    seen = [
        _at_cut(days, cut, segment, asked=asked, net=net)
        for cut, net in zip(cuts, nets, strict=True)
    ]
    return _summed(seen, cuts, asked)


def cut_days(tables: Tables, asked: Asked) -> tuple[date, ...]:
    """A quarter apart, oldest first; the last one has its whole horizon before the as-of day."""
    last = tables.day - timedelta(days=asked.horizon)
    back = (months_before(last, 3 * k) for k in range(asked.quarters - 1, -1, -1))
    return tuple(cut for cut in back if months_before(cut, 12) >= tables.first_day)


def rhythm_at(days: OrderDays, cut: date, segment: Days, *, asked: Asked) -> Rhythm:
    """The rhythm as it was known on the day of a cut."""
    period = trailing(cut, asked.months)
    return rhythm(days.known(period), period, segment, asked.rule)


def _at_cut(days: OrderDays, cut: date, segment: Days, *, asked: Asked, net: Days) -> _Cut:
    then = rhythm_at(days, cut, segment, asked=asked)
    is_asked = can_be_asked(then, asked.horizon)
    return _Cut(
        is_red=then.is_status(RED)[is_asked],
        silent=then.since_calendar[is_asked],
        followed=Followed(stopped_after(days, cut, asked.horizon)[is_asked], net[is_asked]),
    )


def can_be_asked(then: Rhythm, horizon: int) -> Marks:
    """Who was watched and usually orders within the horizon."""
    return then.is_status(ON_RHYTHM, AMBER, RED) & (then.usual <= horizon)


def stopped_after(days: OrderDays, cut: date, horizon: int) -> Marks:
    """Who did not order in so many days after a cut."""
    return days.next_after(cut) > day_number(cut) + horizon


def nets_before(
    tables: Tables, cuts: Sequence[date], days: OrderDays, *, level: str
) -> tuple[Days, ...]:
    """Net sales in the twelve months before each cut, for each account key."""
    lines = tables.order_lines
    years = [trailing(cut, 12) for cut in cuts]
    figures = {f"net_{at}": net_sales(lines, year) for at, year in enumerate(years)}
    summed = by_account(tables, figures, level=level, over=years)
    steps = {name: (summed[name] * MONEY_STEPS).cast("int64") for name in figures}
    found = summed.select("account_key", **steps).order_by("account_key").to_pyarrow()
    if not found.num_rows:
        return tuple(np.zeros(len(days.keys), dtype=np.int64) for _ in years)
    keys = found["account_key"].to_numpy()
    at = np.minimum(np.searchsorted(keys, days.keys), len(keys) - 1)
    is_found = keys[at] == days.keys  # others had no line in any of these years
    return tuple(np.where(is_found, found[name].to_numpy()[at], 0) for name in figures)


def _summed(seen: Sequence[_Cut], cuts: tuple[date, ...], asked: Asked) -> BackTest:
    followed = [cut.followed for cut in seen]

    def record(rule: str, marks: list[Marks]) -> RuleRecord:
        return fared(rule, marks, followed)

    return BackTest(
        cuts=cuts,
        horizon=asked.horizon,
        asked=sum(len(cut.is_red) for cut in seen),
        red=record("red", [cut.is_red for cut in seen]),
        others=record("not red", [~cut.is_red for cut in seen]),
        same_count=record("silent longest, as many", [_longest(cut) for cut in seen]),
        fixed=record("no order for the fixed days", [c.silent > asked.fixed_days for c in seen]),
    )


def fared(rule: str, marks: Sequence[Marks], followed: Sequence[Followed]) -> RuleRecord:
    """How the marks of a rule at every cut did against what followed."""
    asked = sum(len(cut.is_stopped) for cut in followed)
    all_stopped = sum(int(cut.is_stopped.sum()) for cut in followed)
    marked = sum(int(mark.sum()) for mark in marks)
    hits = [mark & cut.is_stopped for mark, cut in zip(marks, followed, strict=True)]
    stopped = sum(int(hit.sum()) for hit in hits)
    share = wilson(stopped, marked)
    steps = sum(int(cut.net[hit].sum()) for hit, cut in zip(hits, followed, strict=True))
    return RuleRecord(
        rule=rule,
        marked=marked,
        stopped=stopped,
        share=share,
        found=stopped / all_stopped if all_stopped else None,
        lift=share.value * asked / all_stopped if share and all_stopped else None,
        caught=Decimal(steps) / MONEY_STEPS,
    )


def _longest(cut: _Cut) -> Marks:
    """As many accounts as are red, those silent longest; ties by account key."""
    return highest(cut.silent, int(cut.is_red.sum()))


def highest(score: NDArray[Any], count: int) -> Marks:
    """The so many accounts with the highest score; ties by account key."""
    if not count:
        return np.zeros(len(score), dtype=np.bool_)
    least = np.partition(score, -count)[-count]  # a sort of all takes ten times as long
    marks: Marks = score > least
    marks[np.flatnonzero(score == least)[: count - int(marks.sum())]] = True
    return marks
