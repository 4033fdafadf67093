"""How sure a figure is that no formula gives an interval for: by drawing the rows again.

Each draw takes as many rows as there are, with replacement, and works the figure out anew (Efron
1979). The percentile interval is what the middle of the draws spans; BCa (Efron 1987; Efron &
Tibshirani 1993, equations 14.9–14.15) also puts right the bias z₀ of the figure and the way its
spread changes with its size, a by jackknife:

    α₁,₂ = Φ(z₀ + (z₀ ± z) / (1 − a·(z₀ ± z)))

A draw is given to the figure as weights of the rows, so that a million rows are not copied; weights
of the rows themselves are multiplied in. Rows must be independent: draw customers, not their
orders. Not for extremes (largest, least), nor for fewer than a dozen rows, whose intervals are too
short.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from zhibi.result import Estimate
from zhibi.stats.weights import checked_weight

Floats = NDArray[np.float64]
Statistic = Callable[[Floats, Floats], float]  # of rows and their weights

JACKKNIFED = 500  # parts that are left out in turn; more rows are left out in groups


def percentile(
    X: Floats,
    statistic: Statistic,
    *,
    sample_weight: Floats | None = None,
    confidence: float = 0.95,
    draws: int = 2000,
    seed: int = 0,
) -> Estimate:
    """The figure of rows (one a row of X) with its percentile interval."""
    weight = checked_weight(X, sample_weight)
    found = _draws(X, statistic, weight, draws, seed)
    low, high = np.quantile(found, ((1 - confidence) / 2, (1 + confidence) / 2))
    return Estimate(statistic(X, weight), float(low), float(high), int((weight > 0).sum()))


def bca(
    X: Floats,
    statistic: Statistic,
    *,
    sample_weight: Floats | None = None,
    confidence: float = 0.95,
    draws: int = 2000,
    seed: int = 0,
) -> Estimate:
    """The figure of rows with its BCa interval: the better one where the figure is skewed."""
    from scipy.special import ndtr, ndtri

    weight = checked_weight(X, sample_weight)
    value, n = statistic(X, weight), int((weight > 0).sum())
    found = _draws(X, statistic, weight, draws, seed)
    if found.min() == found.max():
        return Estimate(value, value, value, n)
    # Half of the equal ones: figures that take few values would seem biased.
    below = ((found < value).mean() + (found <= value).mean()) / 2
    bias = ndtri(np.clip(below, 1 / draws, 1 - 1 / draws))
    z = bias + ndtri(np.array([1 - confidence, 1 + confidence]) / 2)
    low, high = np.quantile(found, ndtr(bias + z / (1 - _acceleration(X, statistic, weight) * z)))
    return Estimate(value, float(low), float(high), n)


def _draws(X: Floats, statistic: Statistic, weight: Floats, count: int, seed: int) -> Floats:
    rng = np.random.default_rng(seed)
    used = np.flatnonzero(weight)
    rows, own = X[used], weight[used]
    found = np.empty(count)
    for at in range(count):
        times = np.bincount(rng.integers(len(used), size=len(used)), minlength=len(used))
        found[at] = statistic(rows, own * times)
    return found


def _acceleration(X: Floats, statistic: Statistic, weight: Floats) -> float:
    """Equation 14.15: the skewness of the figure with each row left out in turn."""
    parts = np.array_split(np.flatnonzero(weight), min(int((weight > 0).sum()), JACKKNIFED))
    if len(parts) < 2:
        return 0.0
    without = []
    for part in parts:
        rest = weight.copy()
        rest[part] = 0
        without.append(statistic(X, rest))
    apart = np.mean(without) - np.array(without)
    spread = float((apart**2).sum())
    return float((apart**3).sum()) / (6 * spread**1.5) if spread > 0 else 0.0
