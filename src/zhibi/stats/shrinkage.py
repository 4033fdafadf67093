"""How long until the next order, when every account has too few gaps to say it alone.

An account's own P95 needs 19 gaps; most have three. So its log gaps are taken as normal with
unknown mean and variance, both drawn towards what is usual in its segment, the more so the fewer
gaps there are (parametric empirical Bayes). For account i with nᵢ gaps yᵢⱼ = log(open days):

    yᵢⱼ ~ N(μᵢ, σᵢ²)                                                              (1)
    σᵢ² ~ d₀·s₀² / χ²(d₀)             the segment's variances                     (2)
    μᵢ  ~ N(m₀, τ²)                   the segment's means                         (3)

    ṽᵢ = (d₀·s₀² + Sᵢ) / (d₀ + nᵢ − 1)   with Sᵢ = Σⱼ (yᵢⱼ − ȳᵢ)²                 (4)
    wᵢ = τ² / (τ² + ṽᵢ/nᵢ),   μ̃ᵢ = wᵢ·ȳᵢ + (1 − wᵢ)·m₀                            (5)
    next gap: (y − μ̃ᵢ) / √(ṽᵢ + wᵢ·ṽᵢ/nᵢ) ~ t with d₀ + nᵢ − 1 degrees of freedom (6)

(2) and (4) are the hierarchical model and posterior variance of Smyth (2004, "Linear models and
empirical Bayes methods for assessing differential expression in microarray experiments", Stat.
Appl. Genet. Mol. Biol. 3, §3); d₀ and s₀² maximise the marginal likelihood of the residuals
(Smyth's moments need log Sᵢ, which a perfectly regular customer makes infinite). (3) and (5) are
the normal–normal model of Efron & Morris (1975), with m₀ and τ² by Paule & Mandel (1982), the
moment equation Σ (ȳᵢ − m₀)²/(τ² + ṽᵢ/nᵢ) = k − 1. (6) is the normal model's predictive
distribution (Gelman et al., Bayesian Data Analysis, 3rd ed., §3.2–3.3) with the variance of μ
added at its estimate.

Not for gaps that are a mixture of two habits (weekly parts and yearly machines): one lognormal
then spans both, and its P95 is late.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MIN_SEGMENT = 20  # accounts with two gaps or more; a smaller segment uses everybody's prior
LEARNT_FROM = 20_000  # accounts a prior is learnt from, evenly spaced: more changes no digit shown
WEAKEST_DF, STRONGEST_DF = 0.5, 1000.0
LEAST_VARIANCE = 1e-6  # where all gaps are equal, a spread of nothing is not learnt


@dataclass(frozen=True, slots=True)
class LogGaps:
    """Sufficient statistics, one element an account: the number of gaps, the mean of their logs
    (0 without a gap), the sum of squared deviations from it, and the account's segment."""

    n: Ints
    mean: Floats
    squares: Floats
    segment: Ints

    def take(self, which: NDArray[np.bool_] | Ints) -> LogGaps:
        """The statistics of some accounts."""
        return LogGaps(self.n[which], self.mean[which], self.squares[which], self.segment[which])


@dataclass(frozen=True, slots=True)
class Prior:
    """What is usual in a segment: equations (2) and (3)."""

    df: float  # d₀: how many gaps' worth is known of a variance beforehand
    variance: float  # s₀²
    center: float  # m₀
    between: float  # τ²


@dataclass(frozen=True)
class NextGap:
    """The predictive distribution (6) of each account's next log gap: location + scale·t(df)."""

    location: Floats
    scale: Floats
    df: Floats

    def quantile(self, probability: float) -> Floats:
        """Gaps (not logs) that the next one stays below with this probability."""
        from scipy.special import stdtrit

        distinct, which = self._distinct
        score: Floats = stdtrit(distinct, probability)[which]
        return np.exp(self.location + self.scale * score)

    @cached_property
    def _distinct(self) -> tuple[Floats, NDArray[np.int64]]:
        """Few degrees of freedom are distinct: the inverse is slow, and needed once for each."""
        return np.unique(self.df, return_inverse=True)


class GapShrinkage:
    """Learns what is usual in each segment (`fit`), then says each account's next gap (`predict`).

    `priors_` maps a segment that has MIN_SEGMENT accounts to its prior; `pooled_` is everybody's.
    """

    priors_: dict[int, Prior]
    pooled_: Prior

    def fit(self, gaps: LogGaps) -> GapShrinkage:
        """Learn the priors. Accounts without a gap teach nothing."""
        known = gaps.take(gaps.n > 0)
        self.pooled_ = _prior(known)
        spread = known.segment[known.n > 1]
        segments, counts = np.unique(spread, return_counts=True)
        large = segments[counts >= MIN_SEGMENT]
        if len(segments) == 1:
            self.priors_ = {}
        else:
            self.priors_ = {int(one): _prior(known.take(known.segment == one)) for one in large}
        return self

    def predict(self, gaps: LogGaps) -> NextGap:
        """Equations (4) to (6), for every n from 0."""
        df0, variance0, center, between = self._priors_of(gaps.segment)
        df = df0 + np.maximum(gaps.n - 1, 0)
        variance = (df0 * variance0 + gaps.squares) / df
        error = variance / np.maximum(gaps.n, 1)
        # Without a gap nothing is known of μ but (3).
        weight = np.where(gaps.n > 0, between / (between + error), 0.0)
        location = weight * gaps.mean + (1 - weight) * center
        unsure = np.where(gaps.n > 0, weight * error, between)
        return NextGap(location, np.sqrt(variance + unsure), df)

    def _priors_of(self, segment: Ints) -> tuple[Floats, Floats, Floats, Floats]:
        """The prior's four numbers for each account."""
        names = np.array(sorted(self.priors_), dtype=np.int64)
        at = np.searchsorted(names, segment)
        is_own = (at < len(names)) & (np.append(names, -1)[np.minimum(at, len(names))] == segment)
        row = np.where(is_own, at, len(names))
        table = [*(self.priors_[int(name)] for name in names), self.pooled_]
        df, variance, center, between = (
            np.array([getattr(prior, name) for prior in table])[row]
            for name in ("df", "variance", "center", "between")
        )
        return df, variance, center, between


def _prior(gaps: LogGaps) -> Prior:
    """The prior that a set of accounts (all with a gap) shows."""
    step = -(-len(gaps.n) // LEARNT_FROM) or 1
    gaps = gaps.take(np.arange(0, len(gaps.n), step))
    df, variance = _variances(gaps.take(gaps.n > 1))
    posterior = (df * variance + gaps.squares) / (df + gaps.n - 1)
    center, between = _means(gaps.mean, posterior / gaps.n)
    return Prior(df, variance, center, between)


# Of a company whose accounts have no two gaps yet: orders a month apart, half as long or twice.
NOTHING_KNOWN = (4.0, float(np.log(2.0) ** 2))
MONTHLY = (float(np.log(30.0)), 1.0)


def _variances(gaps: LogGaps) -> tuple[float, float]:
    """d₀ and s₀² of (2), by maximum marginal likelihood of the residuals given (4)."""
    from scipy.optimize import minimize_scalar
    from scipy.special import gammaln

    if not len(gaps.n):
        return NOTHING_KNOWN
    own = (gaps.n - 1).astype(np.float64)

    def lost(log_df: float) -> float:
        df = np.exp(log_df)
        variance = _variance(df, own, gaps.squares)
        gain = (
            gammaln((df + own) / 2)
            - gammaln(df / 2)
            + df / 2 * np.log(df * variance)
            - (df + own) / 2 * np.log(df * variance + gaps.squares)
        )
        return -float(gain.mean())

    # One dimension, no linear algebra: its threads would wait for each other on a busy machine.
    bounds = (float(np.log(WEAKEST_DF)), float(np.log(STRONGEST_DF)))
    df = float(np.exp(minimize_scalar(lost, bounds=bounds, method="bounded").x))
    return df, _variance(df, own, gaps.squares)


def _variance(df: float, own: Floats, squares: Floats) -> float:
    """The s₀² that is most likely for a d₀: the root of mean(s₀²/ṽᵢ) = 1, by Newton on its log."""
    variance = max(float(squares.sum() / own.sum()), LEAST_VARIANCE)
    for _ in range(50):
        whole = df * variance + squares
        ratio = (df + own) * variance / whole
        slope = max(float((ratio * squares / whole).mean()), 1e-12)
        step = float(np.clip((1 - ratio.mean()) / slope, -1.0, 1.0))
        variance = max(variance * float(np.exp(step)), LEAST_VARIANCE)
        if abs(step) < 1e-9 or variance == LEAST_VARIANCE:
            break
    return variance


def _means(means: Floats, errors: Floats) -> tuple[float, float]:
    """m₀ and τ² of (3), by the moment equation of Paule & Mandel."""
    from scipy.optimize import brentq

    if len(means) < 2:
        return (float(means[0]) if len(means) else MONTHLY[0]), MONTHLY[1]

    def center(between: float) -> float:
        weights = 1 / (between + errors)
        return float((weights * means).sum() / weights.sum())

    def excess(between: float) -> float:
        apart = (means - center(between)) ** 2 / (between + errors)
        return float(apart.sum()) - (len(means) - 1)

    smallest = 1e-9
    if excess(smallest) <= 0:
        return center(smallest), smallest
    # At ten times the plain variance of the means the equation is surely overshot.
    between = float(brentq(excess, smallest, 10 * float(means.var()) + 1.0))
    return center(between), between
