"""A slope that one odd month cannot bend."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from zhibi.result import Estimate


def theil_sen(values: NDArray[np.float64], *, confidence: float = 0.90) -> Estimate | None:
    """Median of the slopes of all pairs, per step, with Sen's interval (Sen 1968, §5).

    None for fewer than 4 values. The test holds it against SciPy's, which takes most of a second
    to import.
    """
    n = len(values)
    if n < 4:
        return None
    first, second = np.triu_indices(n, 1)
    slopes = np.sort((values[second] - values[first]) / (second - first))
    low, high = _ranks(values, len(slopes), confidence)
    return Estimate(float(np.median(slopes)), float(slopes[low]), float(slopes[high]), n)


def _ranks(values: NDArray[np.float64], pairs: int, confidence: float) -> tuple[int, int]:
    """Which of the sorted slopes bound the interval: Kendall's variance, less for ties."""
    n = len(values)
    ties = np.unique(values, return_counts=True)[1]
    variance = (n * (n - 1) * (2 * n + 5) - (ties * (ties - 1) * (2 * ties + 5)).sum()) / 18
    reach = NormalDist().inv_cdf((1 + confidence) / 2) * float(np.sqrt(variance))
    return max(round((pairs - reach) / 2) - 1, 0), min(round((pairs + reach) / 2), pairs - 1)
