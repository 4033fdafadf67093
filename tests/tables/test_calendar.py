"""Open days: what a shutdown takes out of a gap, and what a bad calendar file is told."""

from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhibi.errors import ZhibiError
from zhibi.tables.calendar import (
    SPRING_FESTIVALS,
    Calendar,
    Shutdown,
    china,
    day_number,
    day_of,
    for_settings,
    from_csv,
    none,
)
from zhibi.tables.settings import Settings

DAYS = st.dates(date(1995, 1, 1), date(2045, 12, 31))


def new_moon(lunation: int) -> float:
    """Beijing days since 2000-01-01 00:00 (the largest terms of Meeus, chapter 49)."""
    anomaly_of_sun = math.radians(2.5534 + 29.10535670 * lunation)
    anomaly = math.radians(201.5643 + 385.81693528 * lunation)
    latitude = math.radians(160.7108 + 390.67050284 * lunation)
    mean = 5.09766 + 29.530588861 * lunation + 0.5 + 8 / 24
    return (
        mean
        - 0.40720 * math.sin(anomaly)
        + 0.17241 * math.sin(anomaly_of_sun)
        + 0.01608 * math.sin(2 * anomaly)
        + 0.01039 * math.sin(2 * latitude)
        + 0.00739 * math.sin(anomaly - anomaly_of_sun)
        - 0.00514 * math.sin(anomaly + anomaly_of_sun)
    )


def test_each_spring_festival_is_the_day_of_a_new_moon() -> None:
    """A table of dates can only be mistyped: the moon knows."""
    assert [day.year for day in SPRING_FESTIVALS] == list(range(2000, 2041))
    moons = [new_moon(lunation) for lunation in range(520)]
    for day in SPRING_FESTIVALS:
        assert date(day.year, 1, 21) <= day <= date(day.year, 2, 20)
        number = (day - date(2000, 1, 1)).days
        assert any(-0.02 < moon - number < 1.02 for moon in moons), day


def test_spring_festival_2025_and_national_day_are_shut() -> None:
    calendar = china()
    shut = [calendar.is_shut(date(2025, 1, 21) + timedelta(days=k)) for k in range(20)]
    assert shut == [False] + [True] * 18 + [False]  # 22 January to 8 February
    assert [calendar.is_shut(date(2025, 10, day)) for day in (1, 7, 8)] == [True, True, False]
    assert not calendar.is_shut(date(2025, 9, 30))


def test_a_gap_over_spring_festival_counts_its_open_days() -> None:
    after, until = (np.array([day_number(date(2025, *day))]) for day in ((1, 20), (2, 10)))
    assert china().open_days(after, until).tolist() == [3]  # 21 January, 9 and 10 February
    assert none().open_days(after, until).tolist() == [21]


@given(after=DAYS, length=st.integers(0, 900))
def test_open_days_agree_with_counting(after: date, length: int) -> None:
    calendar = china()
    counted = sum(not calendar.is_shut(after + timedelta(days=k + 1)) for k in range(length))
    found = calendar.open_days(
        np.array([day_number(after)]), np.array([day_number(after) + length])
    )
    assert found.tolist() == [counted]


@given(after=DAYS, count=st.integers(1, 500))
def test_nth_open_day_is_open_and_as_far_as_asked(after: date, count: int) -> None:
    calendar = china()
    start = np.array([day_number(after)])
    found = calendar.nth_open_day(start, np.array([count]))
    assert calendar.open_days(start, found).tolist() == [count]
    assert not calendar.is_shut(day_of(int(found[0])))


def test_overlapping_shutdowns_close_a_day_once() -> None:
    calendar = Calendar(
        "two",
        (
            Shutdown("a", date(2025, 1, 1), date(2025, 1, 5)),
            Shutdown("b", date(2025, 1, 4), date(2025, 1, 8)),
        ),
    )
    start = np.array([day_number(date(2024, 12, 31))])
    assert calendar.open_days(start, start + 10).tolist() == [2]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_file_of_shutdowns_is_read(tmp_path, encoding: str) -> None:
    path = tmp_path / "shut.csv"
    path.write_text("name,start,end\n检修,2025/7/1,2025-07-10\n", encoding=encoding)
    calendar = for_settings(Settings(calendar="shut.csv"), tmp_path)
    assert calendar.shutdowns == (Shutdown("检修", date(2025, 7, 1), date(2025, 7, 10)),)


def test_another_content_is_another_calendar(tmp_path) -> None:
    path = tmp_path / "shut.csv"
    names = set()
    for end in ("2025-07-10", "2025-07-11"):
        path.write_text(f"name,start,end\na,2025-07-01,{end}\n")
        names.add(from_csv(path).name)
    assert len(names) == 2


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("name,from,end\na,2025-07-01,2025-07-02\n", "no column start"),
        ("", "no column name, start, end"),
        ("name,start,end\na,2025-07-01,2025-07-02\nb,July,2025-07-02\n", "row 3: start is July"),
        ("name,start,end\na,2025-07-01\n", "row 2: end is ,"),
        ("name,start,end\na,2025-07-05,2025-07-01\n", "row 2: the end 2025-07-01 is before"),
        (b"\xff\xfe\xff", "neither UTF-8 nor GBK"),
    ],
)
def test_a_bad_file_says_where(tmp_path, content: str | bytes, says: str) -> None:
    path = tmp_path / "shut.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ZhibiError, match=says):
        from_csv(path)


def test_a_missing_file_is_said(tmp_path) -> None:
    with pytest.raises(ZhibiError, match=r"gone\.csv cannot be read"):
        for_settings(Settings(calendar="gone.csv"), tmp_path)


def test_settings_choose_the_calendar(tmp_path) -> None:
    assert for_settings(Settings(), tmp_path) == china()
    assert for_settings(Settings(calendar="none"), None) == none()
