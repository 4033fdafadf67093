"""How unevenly a total is spread over its holders.

But for `places`, all take the positive amounts of the holders, largest first, and give None where
nothing is held.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Amounts = NDArray[np.float64]
Steps = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Places:
    """Where each holder stands: `rank` from 1, its `share` of the positive total, and the share
    of all that rank before it; both nan where nothing is held."""

    rank: Steps
    share: Amounts
    share_before: Amounts


def places(amounts: Steps) -> Places:
    """Places by amount, largest first, of equals the first given; amounts in whole steps of
    money, so that sums are exact. Nobody holds less than nothing."""
    order = np.argsort(-amounts, kind="stable")
    held = np.maximum(amounts, 0)
    total = float(held.sum()) or np.nan
    rank, before = np.empty_like(amounts), np.empty_like(amounts)
    rank[order] = np.arange(1, len(amounts) + 1)
    before[order] = np.cumsum(held[order]) - held[order]
    return Places(rank, held / total, before / total)


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
