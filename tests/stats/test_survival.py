"""Survival with censoring and several causes: published curves, an oracle, a simulated truth."""

from __future__ import annotations

import numpy as np
import pytest

from zhibi.stats.survival import LifeTable

# Freireich et al. (1963): weeks in remission of 21 patients on 6-MP, + censored; as in Kalbfleisch
# & Prentice (2002), table 1.2, and Klein & Moeschberger (2003), table 4.1.
ENDED = [6, 6, 6, 7, 10, 13, 16, 22, 23]
WATCHED = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
SIX_MP = np.array([*((t, 1) for t in ENDED), *((t, 0) for t in WATCHED)], dtype=float)


def test_the_published_curve_and_its_errors() -> None:
    fitted = LifeTable().fit(SIX_MP)
    steps = np.array([6, 7, 10, 13, 16, 22, 23])
    assert fitted.survival_[steps - 1] == pytest.approx(
        [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448], abs=0.0006
    )
    assert np.sqrt(fitted.survival_variance_[steps - 1]) == pytest.approx(
        [0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346], abs=0.0001
    )
    assert fitted.at_risk_[steps - 1].tolist() == [21, 17, 15, 12, 11, 7, 6]


def test_by_hand_with_two_causes() -> None:
    """Four at the start: one ends by 1 in step 1; of three, one ends by 2 in step 2, one is
    censored there; the last ends by 1 in step 3. S = 3/4, 1/2, 0; F₁ = 1/4, 1/4, 3/4; F₂ = 0,
    1/4, 1/4."""
    fitted = LifeTable().fit(np.array([[1.0, 1], [2, 2], [2, 0], [3, 1]]))
    assert fitted.survival_ == pytest.approx([0.75, 0.5, 0.0])
    first, second = fitted.incidence_.T
    assert (*first, *second) == pytest.approx((0.25, 0.25, 0.75, 0, 0.25, 0.25))
    assert fitted.predict(np.array([0, 2, 9])) == pytest.approx([1, 0.5, np.nan], nan_ok=True)
    assert fitted.lasting(4) is None
    assert fitted.lasting(2).n == 3  # type: ignore[union-attr]


def some(count: int, seed: int) -> np.ndarray:
    """Two causes with monthly hazards .05 and .03, censored evenly over 30 months."""
    rng = np.random.default_rng(seed)
    first, second = rng.geometric(0.05, count), rng.geometric(0.03 / 0.95, count)
    seen = rng.integers(1, 31, count)
    end = np.minimum(first, second)
    cause = np.where(end > seen, 0, np.where(first <= second, 1, 2))
    return np.column_stack([np.minimum(end, seen), cause]).astype(float)


def naive(X: np.ndarray) -> tuple[list[float], list[list[float]], list[list[float]]]:
    """The formulas of the docstring, one term after the other."""
    causes, last = (1, 2), int(X[:, 0].max())
    lasts, f, h, n, d = [1.0], [[0.0, 0.0]], [], [], []
    for step in range(1, last + 1):
        n.append((X[:, 0] >= step).sum())
        d.append([((X[:, 0] == step) & (X[:, 1] == cause)).sum() for cause in causes])
        h.append([one / n[-1] for one in d[-1]])
        f.append([f[-1][at] + lasts[-1] * h[-1][at] for at in (0, 1)])
        lasts.append(lasts[-1] * (1 - sum(h[-1])))
    variance = []
    for t in range(1, last + 1):
        row = []
        for at in (0, 1):
            total = 0.0
            for j in range(1, t + 1):
                every, own, left = sum(d[j - 1]), d[j - 1][at], n[j - 1]
                gap = f[t][at] - f[j][at]
                total += gap**2 * every / (left * (left - every)) if left > every else 0.0
                total += lasts[j - 1] ** 2 * own * (left - own) / left**3
                total -= 2 * gap * lasts[j - 1] * own / left**2
            row.append(total)
        variance.append(row)
    return lasts[1:], f[1:], variance


def test_agrees_with_the_slow_way() -> None:
    X = some(60, 1)
    fitted = LifeTable().fit(X)
    lasts, incidence, variance = naive(X)
    assert fitted.survival_ == pytest.approx(lasts)
    assert fitted.incidence_ == pytest.approx(np.array(incidence))
    assert fitted.incidence_variance_ == pytest.approx(np.array(variance), abs=1e-12)


def test_what_lasts_and_what_ended_is_everybody() -> None:
    fitted = LifeTable().fit(some(300, 2))
    whole = fitted.survival_ + fitted.incidence_.sum(axis=1)
    assert whole == pytest.approx(np.ones(len(whole)))


def test_one_cause_has_greenwoods_variance() -> None:
    fitted = LifeTable().fit(SIX_MP)
    assert fitted.incidence_variance_[:, 0] == pytest.approx(fitted.survival_variance_)
    lasting, ended = fitted.lasting(10), fitted.ended_by(1, 10)
    assert lasting
    assert ended
    assert (ended.low, ended.high) == pytest.approx((1 - lasting.high, 1 - lasting.low))


def test_intervals_hold_the_simulated_truth() -> None:
    lasts, ended = 0.92**12, 0.05 * (1 - 0.92**12) / 0.08
    found = [LifeTable().fit(some(250, seed)) for seed in range(120)]
    pairs = [(one.lasting(12), one.ended_by(1, 12)) for one in found]
    assert np.mean([a.low <= lasts <= a.high for a, _ in pairs]) == pytest.approx(0.95, abs=0.06)
    assert np.mean([b.low <= ended <= b.high for _, b in pairs]) == pytest.approx(0.95, abs=0.06)
    assert np.mean([b.value for _, b in pairs]) == pytest.approx(ended, abs=0.012)


def test_nobody_ended() -> None:
    fitted = LifeTable().fit(np.array([[3.0, 0], [5, 0]]))
    assert fitted.survival_.tolist() == [1.0] * 5
    assert fitted.lasting(5) is not None
