"""When China's companies are closed, and the line of open days on which orders fall.

A rhythm runs on open days: a customer who orders every 20 days does so 20 open days apart, and
nothing is ordered while it is closed. That is why a Spring Festival must never look like churn.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import numpy as np

# Spring Festival, the first day of the lunar year.
SPRING_FESTIVALS = (
    date(2022, 2, 1),
    date(2023, 1, 22),
    date(2024, 2, 10),
    date(2025, 1, 29),
    date(2026, 2, 17),
    date(2027, 2, 6),
)
CLOSED_BEFORE_FESTIVAL = 7
CLOSED_AFTER_FESTIVAL = 10
NATIONAL_DAY_WEEK = 7
SUNDAY = 6


@cache  # a world asks a million times about a few thousand days
def is_shutdown(day: date) -> bool:
    """Whether everybody is closed: Spring Festival −7 to +10 days, and 1–7 October."""
    if day.month == 10 and day.day <= NATIONAL_DAY_WEEK:
        return True
    return any(
        -CLOSED_BEFORE_FESTIVAL <= (day - festival).days <= CLOSED_AFTER_FESTIVAL
        for festival in SPRING_FESTIVALS
    )


def days_between(first: date, last: date) -> list[date]:
    """Every day from first to last, both included."""
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]


def open_days_between(first: date, last: date) -> list[date]:
    return [day for day in days_between(first, last) if not is_shutdown(day)]


def nearest_working_day(day: date) -> date:
    """The day itself, or for a Sunday or a closed day the next day that is neither."""
    while is_shutdown(day) or day.weekday() == SUNDAY:
        day += timedelta(days=1)
    return day


def last_working_day(day: date) -> date:
    """The day itself, or for a Sunday or a closed day the last day before it that is neither."""
    while is_shutdown(day) or day.weekday() == SUNDAY:
        day -= timedelta(days=1)
    return day


def renewal_positions(
    rng: np.random.Generator, open_days: int, *, mean_gap: float, spread: float
) -> list[int]:
    """Positions on a line of open days, lognormal gaps apart; `spread` is the sigma of log gaps.

    The first falls anywhere within one mean gap, as if the customer had been there before.
    """
    count = int(open_days / mean_gap * 1.6) + 20
    gaps = rng.lognormal(np.log(mean_gap) - spread**2 / 2, spread, count)
    first = rng.uniform(0, mean_gap)
    positions = first + np.concatenate([[0.0], np.cumsum(np.maximum(gaps, 1.0))])
    return [int(position) for position in positions if position < open_days]
