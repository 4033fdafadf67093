"""Whose quarter was booked in its last days far beyond what is usual for them.

What is usual is the larger of three shares: what all other accounts booked in the same days of the
same quarter (the year's end is strong for everybody), the median of the account's own share in its
earlier quarters (some always buy at month's end), and an even spread over the days.

Lumpy buyers often have one order in the last week. So the share is judged as one of
(Σa)² / Σa² equal amounts, a being what was booked on a day, and a quarter counts as loaded when
the binomial chance of such a share is below `unlikely` (`zhibi.stats.lumpy_share`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zhibi.measures.quarter_ends import QuarterEnd
from zhibi.stats.lumpy_share import chance_of_share, effective_number
from zhibi.tables.reference import FEWEST

ENOUGH_QUARTERS = 4  # of an account's own, before its own habit is believed

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A quarter (its place) that an account booked too much of in the last days."""

    account_key: int | str
    at: int
    booked: Decimal
    loaded: Decimal
    expected: float  # the share that is usual
    chance: float

    @property
    def share(self) -> float:
        return float(self.loaded / self.booked)


@dataclass(frozen=True, slots=True)
class Judged:
    """The quarters of accounts that could be judged, and those found loaded."""

    count: int
    loaded: tuple[Loaded, ...]


def judge(rows: Any, ends: Sequence[QuarterEnd], *, since: int, unlikely: float) -> Judged:
    """`rows`: an Arrow table as of `booked_by_quarter`, ordered by account and quarter; quarters
    before the place `since` only show what is usual."""
    at = rows["at"].to_numpy().astype(np.int64)
    booked, loaded, squares = (
        rows[name].cast("float64").to_numpy() for name in ("booked", "loaded", "squares")
    )
    expected = _expected(ends, at, booked=booked, loaded=loaded)
    share = loaded / booked
    number = effective_number(booked, squares)
    is_judged = (at >= since) & ~np.isnan(expected)
    chance = np.ones(len(at))
    chance[is_judged] = chance_of_share(share[is_judged], number[is_judged], expected[is_judged])
    keys = rows["account_key"].to_numpy()
    found = []
    for row in np.flatnonzero(chance < unlikely).tolist():
        earlier = share[int(np.searchsorted(keys, keys[row])) : row]
        usual = max(float(expected[row]), _own_usual(earlier))
        one = slice(row, row + 1)
        by_chance = float(chance_of_share(share[one], number[one], np.array([usual]))[0])
        if by_chance < unlikely:
            found.append(
                Loaded(
                    account_key=rows["account_key"][row].as_py(),
                    at=int(at[row]),
                    booked=rows["booked"][row].as_py(),
                    loaded=rows["loaded"][row].as_py(),
                    expected=usual,
                    chance=by_chance,
                )
            )
    return Judged(int(is_judged.sum()), tuple(found))


def _expected(
    ends: Sequence[QuarterEnd], at: NDArray[np.int64], *, booked: Floats, loaded: Floats
) -> Floats:
    """What the others booked in the last days, at least an even spread; NaN where they are too
    few to tell."""
    count = np.bincount(at, minlength=len(ends))[at] - 1
    of_all, last_of_all = (
        np.bincount(at, weights=amounts, minlength=len(ends))[at] for amounts in (booked, loaded)
    )
    others, last_of_others = of_all - booked, last_of_all - loaded
    is_known = (count >= FEWEST) & (others > 0)
    share = last_of_others / np.where(is_known, others, 1.0)
    even = np.array([end.last_days.days / end.quarter.days for end in ends])[at]
    return np.where(is_known, np.maximum(share, even), np.nan)


def _own_usual(earlier: Floats) -> float:
    return float(np.median(earlier)) if len(earlier) >= ENOUGH_QUARTERS else 0.0
