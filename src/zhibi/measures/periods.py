"""Stretches of days that sales are compared over."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `start` to `end`, both included."""

    start: date
    end: date

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    @property
    def month_on(self) -> date:
        """The first day of the month the period ends in: what a finding about a trailing period
        is dated by, so that it keeps its id while the as-of day moves through a month."""
        return self.end.replace(day=1)

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end


def months_before(day: date, months: int) -> date:
    """The same day some months earlier; the month's last day stays a last day, so that periods
    of whole months stay whole months (28 February ← 31 March ← 30 April)."""
    at = day.year * 12 + day.month - 1 - months
    year, month = divmod(at, 12)
    last = calendar.monthrange(year, month + 1)[1]
    is_last = day.day == calendar.monthrange(day.year, day.month)[1]
    return date(year, month + 1, last if is_last else min(day.day, last))


def trailing(day: date, months: int) -> Period:
    """The `months` months that end on `day`."""
    return Period(months_before(day, months) + timedelta(days=1), day)


def previous(period: Period, months: int) -> Period:
    """The stretch of `months` months right before `period`."""
    return trailing(period.start - timedelta(days=1), months)


def year_before(period: Period) -> Period:
    """The same stretch one year earlier."""
    return Period(
        months_before(period.start - timedelta(days=1), 12) + timedelta(days=1),
        months_before(period.end, 12),
    )
