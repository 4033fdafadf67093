"""Quartiles of amounts of which most may be zero and only the others are listed."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

QUARTILES = (0.25, 0.5, 0.75)


def quartiles_with_zeros(positive: NDArray[np.int64], n: int) -> tuple[float, float, float]:
    """Quartiles of `positive` and as many zeros as make them `n`, between neighbours by linear
    interpolation (Hyndman & Fan 1996, type 7; as numpy.quantile does)."""
    zeros = n - len(positive)
    places = [(n - 1) * quartile for quartile in QUARTILES]
    needed = {rank - zeros for place in places for rank in (math.floor(place), math.ceil(place))}
    wanted = sorted(rank for rank in needed if rank >= 0)
    ordered = np.partition(positive, wanted) if wanted else positive

    def at(rank: int) -> int:
        return int(ordered[rank - zeros]) if rank >= zeros else 0

    low, middle, high = (
        at(math.floor(place))
        + (at(math.ceil(place)) - at(math.floor(place))) * (place - math.floor(place))
        for place in places
    )
    return low, middle, high
