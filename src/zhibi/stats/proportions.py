"""How sure a share is that was counted."""

from __future__ import annotations

from math import hypot, sqrt

from zhibi.result import Estimate

TWO_SIDED_95 = 1.959963984540054  # standard normal quantile


def wilson(hits: int, n: int) -> Estimate | None:
    """The share hits/n with its 95 % score interval (Wilson 1927); None when n is 0.

    Unlike value ± 2 standard errors it stays within 0…1 and is fair for small n.
    """
    return wilson_share(hits / n, n) if n else None


def wilson_share(share: float, n: int) -> Estimate:
    """The same of a share that need not be a whole number of n, as one of days is not."""
    z2 = TWO_SIDED_95**2
    center = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = TWO_SIDED_95 * sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    # None and all are bounds by themselves, which rounding would miss by a hair.
    low = center - half if share > 0 else 0.0
    high = center + half if share < 1 else 1.0
    return Estimate(share, low, high, n)


def difference(first: Estimate, second: Estimate) -> Estimate:
    """first − second with its 95 % interval, made of the two score intervals (Newcombe 1998,
    method 10); `n` is that of both together."""
    gap = first.value - second.value
    below = hypot(first.value - first.low, second.high - second.value)
    above = hypot(first.high - first.value, second.value - second.low)
    return Estimate(gap, gap - below, gap + above, first.n + second.n)


def apart(first: Estimate, second: Estimate) -> bool:
    """Whether two shares differ beyond chance: 0 lies outside the interval of their difference."""
    gap = difference(first, second)
    return gap.low > 0 or gap.high < 0
