"""How unevenly a total is spread over its holders.

All take the positive amounts of the holders, largest first, and give None where nothing is held.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Amounts = NDArray[np.float64]


def gini(amounts: Amounts) -> float | None:
    """Gini coefficient, 0 (all equal) … 1 − 1/n (one holds all): Σ (n + 1 − 2i)·xᵢ / (n·Σx)."""
    n, total = len(amounts), float(amounts.sum())
    if total <= 0:
        return None
    weights = n + 1 - 2 * np.arange(1, n + 1)
    return float((weights * amounts).sum()) / (n * total)


def hhi(amounts: Amounts) -> float | None:
    """Herfindahl–Hirschman index: the sum of squared shares, 1/n … 1."""
    total = float(amounts.sum())
    return None if total <= 0 else float(((amounts / total) ** 2).sum())


def share_of_top(amounts: Amounts, part: float) -> float | None:
    """The share of the total that the largest `part` of holders has (at least one holder)."""
    total = float(amounts.sum())
    if total <= 0:
        return None
    top = int(np.ceil(len(amounts) * part - 1e-9))
    return float(amounts[:top].sum()) / total


def part_that_makes(amounts: Amounts, share: float) -> float | None:
    """The smallest part of the holders who together have `share` of the total."""
    total = float(amounts.sum())
    if total <= 0:
        return None
    held = np.cumsum(amounts) / total
    return (int(np.searchsorted(held, share - 1e-12)) + 1) / len(amounts)
