"""Intervals by drawing again: a published example, SciPy's, and the promise they keep."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from zhibi.stats.bootstrap import bca, percentile

# Efron & Tibshirani (1993), table 14.1: spatial test data, A.
SPATIAL = np.fromstring(
    "48 36 20 29 42 42 20 42 22 41 45 14 6 0 33 28 34 4 32 24 47 41 24 26 30 41", sep=" "
)


def variance(X: np.ndarray, weight: np.ndarray) -> float:
    mean = np.average(X, weights=weight)
    return float(np.average((X - mean) ** 2, weights=weight))


def mean(X: np.ndarray, weight: np.ndarray) -> float:
    return float(np.average(X, weights=weight))


def test_the_published_intervals() -> None:
    """Table 14.2, 90 %: percentile 100.8 … 233.9, BCa 115.8 … 259.6, from 2,000 draws of theirs."""
    plain = percentile(SPATIAL, variance, confidence=0.90, draws=8000)
    better = bca(SPATIAL, variance, confidence=0.90, draws=8000)
    assert plain.value == pytest.approx(171.5, abs=0.1)
    assert (plain.low, plain.high) == pytest.approx((100.8, 233.9), abs=4)
    assert (better.low, better.high) == pytest.approx((115.8, 259.6), abs=6)
    assert plain.n == 26


def test_the_same_as_scipy() -> None:
    X = np.random.default_rng(1).gamma(2.0, 3.0, 60)
    ours = bca(X, mean, draws=6000)
    theirs = stats.bootstrap((X,), np.mean, n_resamples=6000, rng=2).confidence_interval
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=0.12)


@pytest.mark.parametrize("interval", [percentile, bca])
def test_nine_of_ten_hold_the_truth(interval: object) -> None:
    rng = np.random.default_rng(3)
    held = 0
    for seed in range(150):
        found = interval(rng.normal(5, 2, 40), mean, confidence=0.90, draws=300, seed=seed)
        held += found.low <= 5 <= found.high
    assert held / 150 == pytest.approx(0.90, abs=0.08)


def test_weights_count_and_rows_of_weight_nothing_do_not() -> None:
    X = np.array([1.0, 2.0, 3.0, 99.0])
    found = percentile(X, mean, sample_weight=np.array([1.0, 1, 2, 0]), draws=200)
    assert (found.value, found.n) == (2.25, 3)
    assert found.high <= 3


def test_the_same_twice_and_nothing_to_vary() -> None:
    assert bca(SPATIAL, mean, draws=200, seed=5) == bca(SPATIAL, mean, draws=200, seed=5)
    flat = bca(np.ones(7), mean, draws=50)
    assert (flat.low, flat.value, flat.high) == (1, 1, 1)


@pytest.mark.parametrize(("X", "weight"), [([], None), ([1.0], [0.0]), ([1.0], [-1.0])])
def test_nothing_to_draw_from_is_refused(X: list, weight: list | None) -> None:
    with pytest.raises(ValueError, match=r"weight"):
        percentile(np.array(X), mean, sample_weight=None if weight is None else np.array(weight))
