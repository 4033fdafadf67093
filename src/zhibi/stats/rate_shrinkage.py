"""The rate of a small group, drawn towards that of its parent the more the smaller it is.

Group i has hᵢ hits in nᵢ tries, at a rate of its own that is drawn from the parent's (empirical
Bayes, beta–binomial; Skellam 1948, Efron & Morris 1975 for the idea):

    hᵢ ~ Binomial(nᵢ, pᵢ),  pᵢ ~ Beta(m·s, (1 − m)·s)                                    (1)
    E[pᵢ | hᵢ] = (hᵢ + m·s) / (nᵢ + s)                                                   (2)

m, the parent's rate, and s, how many tries' worth it counts, are the likeliest; 2.5 to 97.5 % of
the posterior Beta(hᵢ + m·s, nᵢ − hᵢ + (1 − m)·s) is the interval. Where groups differ no more than
chance would make them, s is STRONGEST and all get the parent's rate.

Its sibling for the gaps between orders is `zhibi.stats.shrinkage`; the two share the idea, but no
equation. With a handful of groups s is badly known, and the interval, which takes it as given, too
short. Not for groups that fall into two kinds.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from zhibi.stats.identification import NotIdentifiedError
from zhibi.stats.weights import checked_weight

Floats = NDArray[np.float64]

WEAKEST, STRONGEST = 0.1, 1e6  # tries


class RateShrinkage:
    """`fit` takes rows [hits, tries] of the parent's groups and learns m (`rate_`) and s
    (`strength_`)."""

    rate_: float
    strength_: float

    def fit(self, X: Floats, sample_weight: Floats | None = None) -> RateShrinkage:
        """Learn the parent's rate; groups without a try teach nothing."""
        _check(X)
        weight = checked_weight(X, sample_weight)
        known = (X[:, 1] > 0) & (weight > 0)
        if not known.any():
            raise NotIdentifiedError("no_time")
        # Equal rows once, in one order: whatever order they come in, the bytes are the same.
        rows, which = np.unique(X[known], axis=0, return_inverse=True)
        counts = np.bincount(which.ravel(), weight[known]).astype(np.float64)
        self.rate_, self.strength_ = _likeliest(rows[:, 0], rows[:, 1], counts)
        return self

    def predict(self, X: Floats) -> Floats:
        """Equation (2) for rows [hits, tries]; the parent's rate for no tries."""
        return (X[:, 0] + self.rate_ * self.strength_) / (X[:, 1] + self.strength_)

    def interval(self, X: Floats, *, confidence: float = 0.95) -> tuple[Floats, Floats]:
        """Low and high of each group's rate."""
        from scipy.special import betaincinv

        hits = X[:, 0] + self.rate_ * self.strength_
        misses = X[:, 1] - X[:, 0] + (1 - self.rate_) * self.strength_
        tail = (1 - confidence) / 2
        return betaincinv(hits, misses, tail), betaincinv(hits, misses, 1 - tail)


def _check(X: Floats) -> None:
    if X.ndim != 2 or X.shape[1] != 2 or not len(X):
        raise ValueError("no rows of hits and tries")
    if not np.isfinite(X).all() or (X < 0).any() or (X[:, 0] > X[:, 1]).any():
        raise ValueError("hits must be at least 0 and at most the tries")


def _likeliest(hits: Floats, tries: Floats, counts: Floats) -> tuple[float, float]:
    """m and s of (1) by maximum likelihood, over the logit of m and the log of s."""
    from scipy.optimize import minimize
    from scipy.special import betaln, expit, logit, psi

    total = float(counts @ tries)
    # Never surer of 0 or 1 than half a hit in all tries would make us.
    least = 0.5 / (total + 1)

    def lost(at: Floats) -> tuple[float, Floats]:
        mean, strength = expit(at[0]), np.exp(at[1])
        a, b = mean * strength, (1 - mean) * strength
        gain = counts @ (betaln(hits + a, tries - hits + b) - betaln(a, b))
        whole = psi(strength) - psi(tries + strength)
        by_a = counts @ (psi(hits + a) - psi(a) + whole)
        by_b = counts @ (psi(tries - hits + b) - psi(b) + whole)
        by_mean = (by_a - by_b) * strength * mean * (1 - mean)
        by_strength = by_a * a + by_b * b
        return -float(gain) / total, np.array([-by_mean, -by_strength]) / total

    pooled = float(np.clip(counts @ hits / total, least, 1 - least))
    bounds = [(logit(least), logit(1 - least)), (np.log(WEAKEST), np.log(STRONGEST))]
    starts = [np.array([logit(pooled), np.log(strength)]) for strength in (3.0, 100.0, 10_000.0)]
    options = {"ftol": 1e-15, "gtol": 1e-10}
    tried = [
        minimize(lost, x0=one, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
        for one in starts
    ]
    best = min(tried, key=lambda found: float(found.fun))
    return float(expit(best.x[0])), float(np.exp(best.x[1]))
