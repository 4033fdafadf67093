"""A slope that one odd month cannot bend."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from zhibi.result import Estimate


def theil_sen(values: NDArray[np.float64], *, confidence: float = 0.90) -> Estimate | None:
    """Median of the slopes of all pairs, per step, with Sen's interval (Sen 1968).

    None for fewer than 4 values.
    """
    from scipy.stats import theilslopes

    if len(values) < 4:
        return None
    slope = theilslopes(values, np.arange(len(values)), confidence)
    return Estimate(float(slope[0]), float(slope[2]), float(slope[3]), len(values))
