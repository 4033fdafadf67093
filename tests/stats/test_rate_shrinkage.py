"""Rates of small groups: Efron and Morris's batters, an oracle for the likelihood, known truths."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from zhibi.stats.rate_shrinkage import STRONGEST, RateShrinkage

# Efron & Morris (1975), table 1: hits in the first 45 times at bat of 1970, and the average in the
# rest of the season; their Stein estimates.
HITS = [18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7]
REST = [346, 298, 276, 222, 273, 270, 263, 210, 269, 230, 264, 256, 303, 264, 226, 285, 316, 200]
STEIN = [290, 286, 282, 277, 273, 273, 268, 264, 259, 259, 254, 254, 254, 254, 254, 249, 244, 239]
BATTERS = np.array([[hits, 45] for hits in HITS], dtype=float)


def test_batters_are_drawn_to_the_mean_and_better_for_it() -> None:
    """Published: squared error of the averages .077, of Stein's estimates .022."""
    found = RateShrinkage().fit(BATTERS).predict(BATTERS)
    rest = np.array(REST) / 1000
    assert ((BATTERS[:, 0] / 45 - rest) ** 2).sum() == pytest.approx(0.077, abs=0.002)
    assert ((found - rest) ** 2).sum() == pytest.approx(0.022, abs=0.002)
    assert found == pytest.approx(np.array(STEIN) / 1000, abs=0.021)
    assert (np.diff(found) <= 0).all()


def naive_likelihood(X: np.ndarray, rate: float, strength: float) -> float:
    return sum(
        stats.betabinom.logpmf(h, n, rate * strength, (1 - rate) * strength) for h, n in X.tolist()
    )


def test_nothing_nearby_is_likelier() -> None:
    rng = np.random.default_rng(1)
    tries = rng.integers(0, 40, 80)
    X = np.column_stack([rng.binomial(tries, rng.beta(3, 9, 80)), tries]).astype(float)
    fitted = RateShrinkage().fit(X)
    best = naive_likelihood(X, fitted.rate_, fitted.strength_)
    for rate in (0.99, 1.01):
        assert naive_likelihood(X, fitted.rate_ * rate, fitted.strength_) < best
    for strength in (0.97, 1.03):
        assert naive_likelihood(X, fitted.rate_, fitted.strength_ * strength) < best


def test_a_simulated_truth_is_recovered_and_intervals_hold_it() -> None:
    rng = np.random.default_rng(2)
    rates = rng.beta(0.3 * 20, 0.7 * 20, 3000)
    tries = rng.integers(1, 60, 3000)
    X = np.column_stack([rng.binomial(tries, rates), tries]).astype(float)
    fitted = RateShrinkage().fit(X)
    assert fitted.rate_ == pytest.approx(0.3, abs=0.01)
    assert fitted.strength_ == pytest.approx(20, rel=0.15)
    low, high = fitted.interval(X)
    assert np.mean((low <= rates) & (rates <= high)) == pytest.approx(0.95, abs=0.015)
    own = np.abs(X[:, 0] / X[:, 1] - rates).mean()
    assert np.abs(fitted.predict(X) - rates).mean() < 0.7 * own


def test_groups_that_differ_by_chance_alone_get_the_parents_rate() -> None:
    X = np.array([[5.0, 10], [50, 100], [500, 1000]])
    fitted = RateShrinkage().fit(X)
    assert fitted.strength_ == pytest.approx(STRONGEST)
    assert fitted.predict(np.array([[0.0, 10], [0, 0]])) == pytest.approx([0.5, 0.5], abs=1e-4)


def test_never_surer_than_the_tries_allow() -> None:
    fitted = RateShrinkage().fit(np.array([[0.0, 4], [0, 5]]))
    assert fitted.rate_ == pytest.approx(0.05)
