"""One score out of 100 from criteria in different units, some of them unknown.

Points of a criterion that has no scale of its own: the mid-rank percentile among those for whom it
is known, 100·(below + ½·equal)/n (Hazen 1914). It depends on the order alone: one account a
hundred times the next cannot press all others together, any unit will do, and where all are
equal everybody is at 50. It says nothing about distances, and it is relative: points move when
the others do.

Score: Σ wₖ·pₖ / Σ wₖ over the criteria that are known. Score and contributions are whole tenths of
a point, the contributions rounded by largest remainder, so that what is shown adds up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Tenths = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Scores:
    """`score[i]` in tenths, 0 where nothing is known; `contributions[k, i]` add up to it;
    `known[i]` is the share of the weights whose criterion is known, 0…1."""

    score: Tenths
    contributions: Tenths
    known: Floats


def percentile_points(values: Floats) -> Floats:
    """Mid-rank percentiles, 0…100; nan, which is unknown, stays."""
    points = np.full(len(values), np.nan)
    is_known = ~np.isnan(values)
    if is_known.any():
        _, which, equal = np.unique(values[is_known], return_inverse=True, return_counts=True)
        below = np.cumsum(equal) - equal
        points[is_known] = (100 * (below + equal / 2) / is_known.sum())[which]
    return points


def weighted_scores(points: Floats, weights: Floats) -> Scores:
    """Scores from points [criterion, account], nan for unknown, and positive weights."""
    is_known = ~np.isnan(points)
    weight = np.where(is_known, weights[:, None], 0.0)
    total = weight.sum(axis=0)
    exact = 10 * weight * np.nan_to_num(points) / np.where(total > 0, total, 1.0)
    # The small step keeps a sum that is a half but for the last binary digit from going down.
    score = np.floor(exact.sum(axis=0) + 0.5 + 1e-9).astype(np.int64)
    return Scores(score, _adding_up(exact, score), total / weights.sum())


def _adding_up(exact: Floats, score: Tenths) -> Tenths:
    """Whole numbers near `exact` that add up to the score, by largest remainder; of equal
    remainders the first criterion's."""
    whole = np.floor(exact + 1e-9)
    left = score - whole.sum(axis=0)
    order = np.argsort(-(exact - whole), axis=0, kind="stable")
    place = np.empty_like(order)
    np.put_along_axis(place, order, np.arange(len(exact))[:, None], axis=0)
    rounded: Tenths = (whole + (place < left)).astype(np.int64)
    return rounded
