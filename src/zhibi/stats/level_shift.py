"""Did the level of a short series change once, and when?

The series is split where the two parts' means leave least over, which is where the standardised
difference of the means is largest (Hinkley 1970):

    T = max_t √(t(n−t)/n) · |ȳ₁..t − ȳt₊₁..n| / s                                     (1)

with s the standard deviation around the whole mean. Whether T is more than chance would give is
asked of random orders of the same values (Antoch & Hušková 2001): the p-value is the share of
seeded permutations with a T as large, the series itself counted among them.

For one shift of a level: a slope, a season or several shifts also give a small p-value (take year
on year changes first), and months that follow each other closely make it too small.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LevelShift:
    """The likeliest shift: `at` is the place of the first value after it, `before` and `after` are
    the means of the two parts, `n` the number of values."""

    at: int
    before: float
    after: float
    p_value: float
    n: int


def level_shift(
    values: Floats, *, shortest: int = 3, draws: int = 1999, seed: int = 0
) -> LevelShift | None:
    """The likeliest shift of a series with at least `shortest` values on either side.

    None for a series too short to split so, or without any change. ValueError for values that are
    not finite.
    """
    values = np.asarray(values, dtype=np.float64)
    if not np.isfinite(values).all():
        raise ValueError("the values of a series must be finite")
    n = len(values)
    if shortest < 1 or n < 2 * shortest or values.min() == values.max():
        return None
    rng = np.random.default_rng(seed)
    orders = rng.permuted(np.broadcast_to(values, (draws, n)), axis=1)
    own = _distances(values[None], shortest)[0]
    at = int(own.argmax()) + shortest
    # Equal but for rounding is equal.
    as_far = (_distances(orders, shortest).max(axis=1) >= own.max() * (1 - 1e-12)).sum()
    return LevelShift(
        at=at,
        before=float(values[:at].mean()),
        after=float(values[at:].mean()),
        p_value=float((1 + as_far) / (1 + draws)),
        n=n,
    )


def _distances(series: Floats, shortest: int) -> Floats:
    """T of (1) but for s, which all orders share, at each possible split [series, split]."""
    n = series.shape[1]
    sums = np.cumsum(series - series.mean(axis=1, keepdims=True), axis=1)
    split = np.arange(shortest, n - shortest + 1)
    distances: Floats = np.abs(sums[:, split - 1]) * np.sqrt(n / (split * (n - split)))
    return distances
