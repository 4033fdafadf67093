"""The predictive distribution of the next gap: by hand, against known truth, and calibrated."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from zhibi.stats.shrinkage import GapShrinkage, LogGaps, Prior


def log_gaps(rows: list[list[float]], segment: list[int] | None = None) -> LogGaps:
    """Statistics of accounts given by their log gaps."""
    return LogGaps(
        n=np.array([len(row) for row in rows]),
        mean=np.array([np.mean(row) if row else 0.0 for row in rows]),
        squares=np.array([np.sum((row - np.mean(row)) ** 2) if row else 0.0 for row in rows]),
        segment=np.array(segment or [0] * len(rows)),
    )


def simulated(count: int, gaps: np.ndarray, seed: int = 1) -> tuple[LogGaps, np.ndarray]:
    """Accounts with means N(3, 0.8²) and variances 6·0.25/χ²(6), and each one's next log gap."""
    rng = np.random.default_rng(seed)
    mu = rng.normal(3.0, 0.8, count)
    sigma = np.sqrt(6 * 0.25 / rng.chisquare(6, count))
    rows = [list(rng.normal(m, s, n)) for m, s, n in zip(mu, sigma, gaps, strict=True)]
    return log_gaps(rows), rng.normal(mu, sigma)


def test_a_prior_and_two_gaps_by_hand() -> None:
    """d₀ = 4, s₀² = .25, m₀ = 3, τ² = .5; gaps with logs 2 and 3: S = .5, so ṽ = 1.5/5 = .3,
    w = .5/(.5 + .15) = 10/13, μ̃ = 2.5·10/13 + 3·3/13 = 34/13, and the scale
    √(.3 + .15·10/13) with 5 degrees of freedom."""
    model = GapShrinkage()
    model.pooled_, model.priors_ = Prior(4, 0.25, 3, 0.5), {}
    following = model.predict(log_gaps([[2.0, 3.0], []]))
    assert following.location == pytest.approx([34 / 13, 3.0])
    assert following.scale == pytest.approx([np.sqrt(0.3 + 1.5 / 13), np.sqrt(0.75)])
    assert following.df.tolist() == [5, 4]
    by_table = np.exp(34 / 13 + np.sqrt(0.3 + 1.5 / 13) * 2.015048)  # t(5) at 95 %
    assert following.quantile(0.95)[0] == pytest.approx(by_table, rel=1e-5)


def test_a_simulated_truth_is_recovered() -> None:
    gaps, _ = simulated(4000, np.full(4000, 8))
    prior = GapShrinkage().fit(gaps).pooled_
    assert prior.center == pytest.approx(3.0, abs=0.05)
    assert np.sqrt(prior.between) == pytest.approx(0.8, abs=0.04)
    assert prior.variance == pytest.approx(0.25, abs=0.02)
    assert prior.df == pytest.approx(6, abs=1.2)


@pytest.mark.parametrize("n", [1, 2, 4, 12, 40])
def test_thresholds_keep_their_promise_for_every_n(n: int) -> None:
    """Of next gaps, 20 % lie beyond P80 and 5 % beyond P95, whether few or many are known."""
    counts = np.where(np.arange(8000) < 4000, n, 6)
    gaps, following = simulated(8000, counts, seed=n)
    predicted = GapShrinkage().fit(gaps).predict(gaps)
    asked = slice(0, 4000)
    for level in (0.80, 0.95):
        beyond = following[asked] > np.log(predicted.quantile(level))[asked]
        error = 3 * np.sqrt(level * (1 - level) / 4000)
        assert beyond.mean() == pytest.approx(1 - level, abs=error + 0.004)


def test_own_quantiles_would_break_the_promise() -> None:
    """Why shrink at all: each account's own t from three gaps alone is far wider than needed."""
    gaps, _ = simulated(3000, np.full(3000, 3))
    shrunk = GapShrinkage().fit(gaps).predict(gaps).quantile(0.95)
    alone = np.exp(gaps.mean + np.sqrt(gaps.squares / 2 * (4 / 3)) * stats.t.ppf(0.95, 2))
    assert np.log(alone).std() > 1.1 * np.log(shrunk).std()


def test_many_gaps_outweigh_the_segment() -> None:
    rng = np.random.default_rng(3)
    rows = [list(rng.normal(2.0, 0.5, 4)) for _ in range(200)]
    rows.append(list(rng.normal(5.0, 0.1, 400)))
    gaps = log_gaps(rows)
    last = GapShrinkage().fit(gaps).predict(gaps)
    assert last.location[-1] == pytest.approx(5.0, abs=0.03)
    assert last.quantile(0.95)[-1] == pytest.approx(np.exp(5 + 1.65 * 0.1), rel=0.05)


def test_segments_differ_and_small_ones_lean_on_everybody() -> None:
    rng = np.random.default_rng(4)
    rows = [list(rng.normal(2.0, 0.3, 5)) for _ in range(60)]
    rows += [list(rng.normal(4.0, 0.3, 5)) for _ in range(60)]
    rows += [list(rng.normal(4.0, 0.3, 5)) for _ in range(5)]
    gaps = log_gaps(rows, [1] * 60 + [2] * 60 + [7] * 5)
    model = GapShrinkage().fit(gaps)
    assert sorted(model.priors_) == [1, 2]
    nobody = LogGaps(*(np.array(v) for v in ([0, 0, 0], [0.0] * 3, [0.0] * 3, [1, 2, 7])))
    assert model.predict(nobody).location == pytest.approx([2, 4, model.pooled_.center], abs=0.1)


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [[]],
        [[3.0]],
        [[3.4, 3.4, 3.4]],
        [[3.4] * 5] * 40,
        [[0.0, 9.8]],
    ],
)
def test_odd_companies_get_finite_thresholds(rows: list[list[float]]) -> None:
    """None, one account, one gap, gaps all equal, and a 50-year gap."""
    gaps = (
        log_gaps(rows)
        if rows
        else LogGaps(*(np.array([], dtype=t) for t in (int, float, float, int)))
    )
    predicted = GapShrinkage().fit(gaps).predict(gaps)
    low, high = predicted.quantile(0.80), predicted.quantile(0.95)
    assert np.isfinite(high).all()
    assert (low <= high).all()
