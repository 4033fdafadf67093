"""Which numbers of orders a customer will probably stay between."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# Number of orders asked about, one for each of some customers → chance of at least so many.
Chance = Callable[[Floats, Ints], Floats]


def interval(at_least: Chance, size: int, level: float) -> tuple[Ints, Ints]:
    """The equal-tailed interval of each customer's number of orders: at most (1 − level)/2 lies
    below it, and at most as much above."""
    if not 0 < level < 1:
        raise ValueError("level must lie between 0 and 1")
    tail = (1 - level) / 2
    return _quantile(at_least, size, tail), _quantile(at_least, size, 1 - tail)


def _quantile(at_least: Chance, size: int, probability: float) -> Ints:
    """The smallest n with P(Y ≤ n) ≥ probability, so P(Y ≥ n + 1) ≤ 1 − probability: n is doubled
    until it is enough, then halved in on."""
    above = 1 - probability
    low, high = np.full(size, -1.0), np.zeros(size)  # never enough; enough in the end
    open_ = np.arange(size)
    while len(open_):
        open_ = open_[at_least(high[open_] + 1, open_) > above]
        low[open_] = high[open_]
        high[open_] = 2 * high[open_] + 1
    open_ = np.flatnonzero(high - low > 1)
    while len(open_):
        middle = np.floor((low[open_] + high[open_]) / 2)
        is_enough = at_least(middle + 1, open_) <= above
        high[open_[is_enough]] = middle[is_enough]
        low[open_[~is_enough]] = middle[~is_enough]
        open_ = open_[high[open_] - low[open_] > 1]
    return high.astype(np.int64)
