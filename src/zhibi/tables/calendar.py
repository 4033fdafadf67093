"""Days on which nobody orders because everybody is closed, so that a holiday is no warning.

Gaps between orders count open days: calendar days less the days of a shutdown. Weekends count,
since they fall into every gap alike. On a day inside a shutdown the open days since an order are
those of the last open day, which is why no rhythm alarm can start inside one.
"""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from zhibi.errors import ZhibiError
from zhibi.tables.settings import Settings

Days = NDArray[np.int64]  # days since 1970-01-01
EPOCH = date(1970, 1, 1)
COLUMNS = ("name", "start", "end")

# First day of the lunar year, as announced; the test holds each against the moon.
SPRING_FESTIVALS = tuple(
    map(
        date.fromisoformat,
        """
        2000-02-05 2001-01-24 2002-02-12 2003-02-01 2004-01-22 2005-02-09 2006-01-29 2007-02-18
        2008-02-07 2009-01-26 2010-02-14 2011-02-03 2012-01-23 2013-02-10 2014-01-31 2015-02-19
        2016-02-08 2017-01-28 2018-02-16 2019-02-05 2020-01-25 2021-02-12 2022-02-01 2023-01-22
        2024-02-10 2025-01-29 2026-02-17 2027-02-06 2028-01-26 2029-02-13 2030-02-03 2031-01-23
        2032-02-11 2033-01-31 2034-02-19 2035-02-08 2036-01-28 2037-02-15 2038-02-04 2039-01-24
        2040-02-12
        """.split(),  # noqa: SIM905 - a table of days reads better than a list of quotes
    )
)
DAYS_BEFORE_FESTIVAL = 7
DAYS_AFTER_FESTIVAL = 10


def day_number(day: date) -> int:
    """Days since 1970-01-01, as Arrow and NumPy count them."""
    return (day - EPOCH).days


def day_of(number: int) -> date:
    """The day of a day number."""
    return EPOCH + timedelta(days=int(number))


@dataclass(frozen=True, slots=True)
class Shutdown:
    """Days from `start` to `end`, both included, on which nobody orders."""

    name: str
    start: date
    end: date


@dataclass(frozen=True)
class Calendar:
    """The shutdowns a workspace counts. `name` says which: it is part of a result's identity."""

    name: str
    shutdowns: tuple[Shutdown, ...]

    def is_shut(self, day: date) -> bool:
        """Whether the day falls into a shutdown."""
        return any(shutdown.start <= day <= shutdown.end for shutdown in self.shutdowns)

    def open_days(self, after: Days, until: Days) -> Days:
        """How many open days lie in (after, until], element by element."""
        return self.open_index(until) - self.open_index(after)

    def open_index(self, days: Days) -> Days:
        """The number of each day on a line of open days: differences of it are open days.

        A closed day has the number of the open day before it.
        """
        first, shut_before = self._line
        at = np.clip(np.asarray(days, dtype=np.int64) - first, 0, len(shut_before) - 1)
        return days - shut_before[at]

    def nth_open_day(self, after: Days, count: Days) -> Days:
        """The day on which `count` (≥ 1) open days have passed since `after`."""
        first, shut_before = self._line
        line = np.arange(first, first + len(shut_before)) - shut_before
        wanted = self.open_index(after) + count
        at = np.searchsorted(line, wanted)
        is_inside = (at > 0) & (at < len(line))
        # Past either end of the known shutdowns every day is open.
        shut = np.where(is_inside, 0, np.where(at == 0, 0, shut_before[-1]))
        return np.where(is_inside, first + at, wanted + shut)

    @cached_property
    def _line(self) -> tuple[int, Days]:
        """The day before the first shutdown, and the closed days up to each day from then on."""
        if not self.shutdowns:
            return 0, np.zeros(1, dtype=np.int64)
        first = day_number(min(shutdown.start for shutdown in self.shutdowns)) - 1
        last = day_number(max(shutdown.end for shutdown in self.shutdowns))
        is_closed = np.zeros(last - first + 1, dtype=np.int64)
        for shutdown in self.shutdowns:
            start = day_number(shutdown.start) - first
            is_closed[start : day_number(shutdown.end) - first + 1] = 1
        return first, np.cumsum(is_closed)


def none() -> Calendar:
    """No shutdowns: every day counts."""
    return Calendar("none", ())


def china() -> Calendar:
    """Spring Festival −7 to +10 days and 1–7 October, for the years 2000 to 2040."""
    festivals = (
        Shutdown(
            "Spring Festival",
            day - timedelta(days=DAYS_BEFORE_FESTIVAL),
            day + timedelta(days=DAYS_AFTER_FESTIVAL),
        )
        for day in SPRING_FESTIVALS
    )
    national = (
        Shutdown("National Day", date(day.year, 10, 1), date(day.year, 10, 7))
        for day in SPRING_FESTIVALS
    )
    return Calendar("china", tuple(sorted((*festivals, *national), key=lambda s: s.start)))


def from_csv(path: Path) -> Calendar:
    """Shutdowns from a CSV file with the columns name, start, end (2025-01-22 or 2025/1/22)."""
    try:
        content = path.read_bytes()
    except OSError as problem:
        raise ZhibiError(
            "The calendar {file} cannot be read ({problem}); put it beside zhibi.toml, or set "
            "calendar to china or none.",
            file=path.name,
            problem=problem.strerror or problem,
        ) from problem
    rows = csv.DictReader(io.StringIO(_text(content, path)))
    missing = [column for column in COLUMNS if column not in (rows.fieldnames or ())]
    if missing:
        raise ZhibiError(
            "The calendar {file} has no column {columns}; its header must be name,start,end.",
            file=path.name,
            columns=", ".join(missing),
        )
    shutdowns = tuple(_shutdown(row, path, at) for at, row in enumerate(rows, start=2))
    digest = hashlib.sha256(content).hexdigest()[:8]
    return Calendar(f"{path.name} {digest}", tuple(sorted(shutdowns, key=lambda s: s.start)))


def _text(content: bytes, path: Path) -> str:
    """UTF-8, or what a Chinese Excel saves."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ZhibiError(
        "The calendar {file} is neither UTF-8 nor GBK text; save it as CSV UTF-8.", file=path.name
    )


def _shutdown(row: dict[str, str | None], path: Path, at: int) -> Shutdown:
    start, end = (_day(row[column], column, path=path, at=at) for column in ("start", "end"))
    if end < start:
        raise ZhibiError(
            "The calendar {file}, row {row}: the end {end} is before the start {start}; "
            "correct the row.",
            file=path.name,
            row=at,
            end=end,
            start=start,
        )
    return Shutdown((row["name"] or "").strip(), start, end)


def _day(text: str | None, column: str, *, path: Path, at: int) -> date:
    try:
        year, month, day = (int(part) for part in (text or "").strip().replace("/", "-").split("-"))
        return date(year, month, day)
    except ValueError as problem:
        raise ZhibiError(
            "The calendar {file}, row {row}: {column} is {value}, which is not a day; "
            "write it like 2025-01-22.",
            file=path.name,
            row=at,
            column=column,
            value=text or "",
        ) from problem


def for_settings(settings: Settings, folder: Path | None) -> Calendar:
    """The calendar a workspace is set to: china, none, or a CSV file in its folder."""
    if settings.calendar == "china":
        return china()
    if settings.calendar in ("", "none"):
        return none()
    return from_csv((folder or Path()) / settings.calendar)
