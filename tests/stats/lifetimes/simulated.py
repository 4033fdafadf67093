"""Customers drawn from the models' own assumptions, with known truth; one customer after another,
as slow and plain as the papers describe them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Truth:
    """How customers behave. Leaving: "never", "after_repeat" (BG), "after_any" (MBG) with chances
    beta(a, b); or "any_time" (Pareto) at rates gamma(a, b). An order takes k stages."""

    r: float
    alpha: float
    a: float = 1.0
    b: float = 1.0
    leaving: str = "after_repeat"
    k: int = 1


def orders(truth: Truth, until: float, rng: np.random.Generator) -> list[float]:
    """The times of one customer's orders after the first, up to `until`."""
    rate = rng.gamma(truth.r, 1 / truth.alpha)
    chance = rng.beta(truth.a, truth.b)
    if truth.leaving == "any_time":
        until = min(until, rng.exponential(1 / rng.gamma(truth.a, 1 / truth.b)))
    if truth.leaving == "after_any" and rng.random() < chance:
        return []
    times: list[float] = []
    now = 0.0
    while (now := now + rng.gamma(truth.k, 1 / rate)) <= until:
        times.append(now)
        if truth.leaving in ("after_repeat", "after_any") and rng.random() < chance:
            break
    return times


def customers(
    truth: Truth,
    n: int,
    *,
    seed: int,
    watched: tuple[float, float] = (40.0, 80.0),
    ahead: float = 0,
) -> tuple[np.ndarray, np.ndarray]:
    """(x, t_x, T, Σ log gap) of n customers, and how many orders each placed in `ahead` after T."""
    rng = np.random.default_rng(seed)
    rows, later = np.zeros((n, 4)), np.zeros(n)
    for row in range(n):
        T = rng.uniform(*watched)
        times = orders(truth, T + ahead, rng)
        known = [time for time in times if time <= T]
        gaps = np.diff([0.0, *known])
        rows[row] = len(known), known[-1] if known else 0.0, T, np.log(gaps).sum()
        later[row] = len(times) - len(known)
    return rows, later


def histories(n: int, *, seed: int) -> np.ndarray:
    """Whole days of usual customers, in weeks, some of them equal."""
    X = customers(Truth(0.8, 6.0, 0.9, 2.5, "after_any"), n, seed=seed)[0][:, :3]
    days = np.ceil(X * 7)
    return np.column_stack([X[:, 0], days[:, 1] / 7, days[:, 2] / 7])


def order_values(n: int, *, seed: int, p: float = 6.0, q: float = 4.0, gamma: float = 15.0):
    """(orders, mean value) of gamma–gamma customers."""
    rng = np.random.default_rng(seed)
    x = rng.geometric(0.3, n).astype(float)
    return np.column_stack([x, rng.gamma(p * x, 1 / (rng.gamma(q, 1 / gamma, n) * x))])
