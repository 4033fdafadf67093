"""Does the list of targets pick who signs? Hit rate by the quarter of the listing.

    hit rate = signed within N months of the first listing ÷ listed at least N months ago

Each account counts once, from the day it was first judged to be in the stage, unless it was signed
by then. Accounts listed for less than N months are not in the rate, whether signed or not: those
who sign early would make it look better than it can end.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from zhibi.measures.life_stages import Listing
from zhibi.measures.periods import months_before
from zhibi.result import Estimate
from zhibi.stats.proportions import wilson


@dataclass(frozen=True, slots=True)
class Cohort:
    """Accounts first listed in one quarter, or in any (`quarter` None)."""

    quarter: date | None  # its first day
    listed: int
    followed: int  # listed long enough ago
    signed: int  # of the followed, in time
    late: int  # of the followed, after that time
    dropped: int  # of the followed, neither signed nor on the list any more
    early: int  # signed already, listed too recently to count
    undecided: int  # not signed yet, listed too recently to count

    @property
    def hit_rate(self) -> Estimate | None:
        return wilson(self.signed, self.followed)


@dataclass(frozen=True, slots=True)
class _Case:
    listed_on: date
    signed_on: date | None
    is_followed: bool
    is_in_time: bool
    is_dropped: bool


def cohorts(
    listings: Mapping[Any, Sequence[Listing]],
    signed_on: Mapping[Any, date],
    *,
    stage: int,
    day: date,
    months: int,
) -> tuple[Cohort, ...]:
    """The cohorts of a stage, oldest first, and after them all of them together."""
    found: dict[date, list[_Case]] = defaultdict(list)
    for key, listed in listings.items():
        case = _case(listed, signed_on.get(key), stage=stage, day=day, months=months)
        if case:
            on = case.listed_on
            found[date(on.year, on.month - (on.month - 1) % 3, 1)].append(case)
    every = [case for cases in found.values() for case in cases]
    return (*(_cohort(quarter, found[quarter]) for quarter in sorted(found)), _cohort(None, every))


def _case(
    listed: Sequence[Listing], signed_on: date | None, *, stage: int, day: date, months: int
) -> _Case | None:
    # Who falls back from a later stage is no newcomer to this one.
    first = next((one for one in listed if one.stage >= stage), None)
    if first is None or first.stage > stage or (signed_on and signed_on <= first.on):
        return None
    on = first.on
    is_in_time = signed_on is not None and months_before(signed_on, months) <= on
    is_dropped = signed_on is None and listed[-1].stage < stage
    return _Case(on, signed_on, months_before(day, months) >= on, is_in_time, is_dropped)


def _cohort(quarter: date | None, cases: Iterable[_Case]) -> Cohort:
    every = list(cases)
    followed = [case for case in every if case.is_followed]
    recent = [case for case in every if not case.is_followed]
    return Cohort(
        quarter,
        listed=len(every),
        followed=len(followed),
        signed=sum(case.is_in_time for case in followed),
        late=sum(case.signed_on is not None and not case.is_in_time for case in followed),
        dropped=sum(case.is_dropped for case in followed),
        early=sum(case.signed_on is not None for case in recent),
        undecided=sum(case.signed_on is None for case in recent),
    )
