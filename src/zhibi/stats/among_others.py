"""Where each value stands among all the others of its group, itself left out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zhibi.stats.quartiles import QUARTILES

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class AmongOthers:
    """For each value: the share of the others below it (ties count half), their quartiles, and
    how many they are. NaN for an unknown value, and for all where there are no others."""

    below: Floats
    low: Floats
    middle: Floats
    high: Floats
    n: int  # others of a known value


def among_others(values: Floats) -> AmongOthers:
    """`values` are one feature of the members of one group, NaN where it is not known. Quartiles
    lie between neighbours by linear interpolation (Hyndman & Fan 1996, type 7)."""
    known = np.flatnonzero(~np.isnan(values))
    others = len(known) - 1
    unknown = np.full(len(values), np.nan)
    if others < 1:
        return AmongOthers(unknown, unknown, unknown, unknown, 0)
    of = values[known]
    ordered = np.sort(of)
    first = np.searchsorted(ordered, of, side="left")
    last = np.searchsorted(ordered, of, side="right")
    below = (first + (last - first - 1) / 2) / others
    low, middle, high = (_without_one(ordered, first, quartile) for quartile in QUARTILES)
    return AmongOthers(
        below=_placed(unknown, known, below),
        low=_placed(unknown, known, low),
        middle=_placed(unknown, known, middle),
        high=_placed(unknown, known, high),
        n=others,
    )


def _without_one(ordered: Floats, at: NDArray[np.int64], quartile: float) -> Floats:
    """The quartile of `ordered` without its element `at[i]`, for each i."""
    place = (len(ordered) - 2) * quartile
    under, over = int(np.floor(place)), int(np.ceil(place))

    def value(rank: int) -> Floats:
        found: Floats = ordered[np.where(rank < at, rank, rank + 1)]
        return found

    return value(under) + (value(over) - value(under)) * (place - under)


def _placed(unknown: Floats, known: NDArray[np.int64], figures: Floats) -> Floats:
    found = unknown.copy()
    found[known] = figures
    return found
