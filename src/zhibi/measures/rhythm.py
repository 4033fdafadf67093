"""How long each account usually takes to order again, and whether it is past that.

The thresholds are quantiles of the account's next gap (`zhibi.stats.shrinkage`), in open days:
amber when no order for more than the one, red for more than the other. Thresholds are cut to
whole days, which changes no status: days since an order are whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zhibi.measures.order_days import Known
from zhibi.measures.periods import Period, months_before
from zhibi.measures.sales import accounts
from zhibi.stats.shrinkage import GapShrinkage
from zhibi.tables.calendar import Days, day_number
from zhibi.tables.tables import Tables

ON_RHYTHM, AMBER, RED, TOO_FEW, STOPPED_LONG_AGO = range(5)
STATUSES = ("on rhythm", "amber", "red", "too few orders", "stopped long ago")
# Red for so long is history, not a warning: after the one, if many times the threshold has passed
# as well (a weekly customer is worth a call after two silent months), after the other in any case.
MONTHS_TO_WORK, MONTHS_TO_GIVE_UP = 6, 12


@dataclass(frozen=True, slots=True)
class Rule:
    """When an account is beyond its usual interval."""

    amber: float = 0.80
    red: float = 0.95
    min_orders: int = 3  # order days; with fewer there is no status
    dormant: float = 4.0  # times the red threshold: from then on stopped long ago


@dataclass(frozen=True, slots=True)
class Rhythm:
    """One element an account, in the order of the order days' keys. Gaps, `usual`, thresholds and
    `since` in open days, days as day numbers."""

    gap_count: Days
    mean_gap: NDArray[np.float64]  # of the gaps there are; nan without one
    usual: Days  # median of the next gap
    early: Days  # quantile 1 - amber: one in so many orders comes sooner
    amber: Days
    red: Days
    last: Days
    since: Days
    since_calendar: Days
    status: NDArray[np.int8]

    def is_status(self, *statuses: int) -> NDArray[np.bool_]:
        """Which accounts have one of these statuses."""
        return np.isin(self.status, statuses)

    def false_alarms(self, rule: Rule, open_days: int) -> float:
        """How many red alarms so many open days would bring if nobody changed: each next gap of
        an account that is still watched is beyond its threshold with probability 1 - red."""
        watched = self.is_status(ON_RHYTHM, AMBER, RED)
        return float((open_days / self.mean_gap[watched]).sum()) * (1 - rule.red)


def rhythm(known: Known, period: Period, segment: Days, rule: Rule) -> Rhythm:
    """The rhythm of every account on the last day of a period, from the order days in it."""
    calendar, today = known.order_days.calendar, day_number(period.end)
    gaps = known.log_gaps(segment)
    following = GapShrinkage().fit(gaps).predict(gaps)
    last = known.last
    since = calendar.open_days(last, np.full_like(last, today))
    amber, red = (
        np.maximum(np.floor(following.quantile(level)), 1).astype(np.int64)
        for level in (rule.amber, rule.red)
    )
    old, oldest = (
        last <= day_number(months_before(period.end, months))
        for months in (MONTHS_TO_WORK, MONTHS_TO_GIVE_UP)
    )
    is_old = (old & (since > rule.dormant * red)) | oldest
    status = np.select(
        [known.order_day_count < rule.min_orders, since <= amber, since <= red, is_old],
        [TOO_FEW, ON_RHYTHM, AMBER, STOPPED_LONG_AGO],
        RED,
    ).astype(np.int8)
    span = calendar.open_days(known.first, last)
    return Rhythm(
        gap_count=gaps.n,
        mean_gap=np.where(gaps.n > 0, np.maximum(span, 1) / np.maximum(gaps.n, 1), np.nan),
        usual=_whole(following.quantile(0.5)),
        early=_whole(following.quantile(1 - rule.amber)),
        amber=amber,
        red=red,
        last=last,
        since=since,
        since_calendar=today - last,
        status=status,
    )


def _whole(gaps: NDArray[np.float64]) -> Days:
    return np.maximum(np.rint(gaps), 1).astype(np.int64)


def segments(tables: Tables, keys: NDArray[Any]) -> Days:
    """The segment whose habits an account with few orders is judged by: its industry, else its
    kind, where the data has one; else everybody's. Numbers, one for each account key."""
    column = next((name for name in ("industry", "kind") if tables.has(name)), None)
    if column is None or not len(keys):
        return np.zeros(len(keys), dtype=np.int64)
    known = accounts(tables).select("account_key", column).order_by("account_key").to_pyarrow()
    codes = known[column].combine_chunks().dictionary_encode().indices.fill_null(-1).to_numpy()
    found = known["account_key"].to_numpy()
    at = np.minimum(np.searchsorted(found, keys), len(found) - 1)
    return np.where(found[at] == keys, codes[at], -1).astype(np.int64)
