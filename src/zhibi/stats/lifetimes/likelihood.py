"""Maximum likelihood over the logs of positive parameters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zhibi.stats.identification import NotIdentifiedError

Floats = NDArray[np.float64]

# Logs of parameters → mean log-likelihood per customer, and its gradient.
Objective = Callable[[Floats], tuple[float, Floats]]

REACH = 14.0  # a parameter a million times larger or smaller than the first guess has no end
LONGEST = 2.0  # step of a log parameter
MOST_STEPS = 200
GAIN = 1e-13  # of mean log-likelihood: with less left to climb, this is the top
CLOSE = 1e-8  # with more left than this where no higher place was found, it is not
APART = 1e-6  # log parameters between the gradients that give second derivatives
LEAST_CURVATURE = 0.01  # a log parameter known no better than ± 10 is not known


@dataclass(frozen=True, slots=True)
class Maximum:
    """Where the likelihood is highest, with standard errors of the parameters (not their logs)."""

    params: tuple[float, ...]
    std_errors: tuple[float, ...]
    log_likelihood: float


def maximize(mean_log_likelihood: Objective, start: Floats, *, n: float) -> Maximum:
    """The maximum for `n` customers, by Newton's method.

    Second derivatives are differences of the exact gradient; where the surface bends upwards, its
    slope is followed as if it bent down. Standard errors of θ are θ times those of log θ, from the
    inverse of the negative Hessian (the delta method).
    """
    at = start
    value, gradient = mean_log_likelihood(at)
    for _ in range(MOST_STEPS):
        sizes, directions = np.linalg.eigh(-_hessian(mean_log_likelihood, at, gradient))
        bends = np.maximum(np.abs(sizes), 1e-12)
        step = directions @ ((directions.T @ gradient) / bends)
        step *= min(1.0, LONGEST / max(float(np.abs(step).max()), 1e-300))
        higher = _higher(mean_log_likelihood, at, value, step)
        if higher is None:
            break
        at, value, gradient = higher
        if (np.abs(at - start) > REACH).any():
            raise NotIdentifiedError("flat")
        if _left(gradient, directions, bends) < GAIN:
            break
    if _left(gradient, directions, bends) > CLOSE or sizes[0] * n < LEAST_CURVATURE:
        raise NotIdentifiedError("flat")
    errors = np.sqrt((directions**2 / sizes).sum(axis=1) / n)
    params = np.exp(at)
    return Maximum(tuple(params.tolist()), tuple((params * errors).tolist()), value * n)


def _left(gradient: Floats, directions: Floats, bends: Floats) -> float:
    """About twice what is left to climb."""
    return float(((directions.T @ gradient) ** 2 / bends).sum())


def _higher(
    mean_log_likelihood: Objective, at: Floats, value: float, step: Floats
) -> tuple[Floats, float, Floats] | None:
    """The first higher place along the step, halved as often as needed; None on the top."""
    for _ in range(30):
        there = at + step
        found, gradient = mean_log_likelihood(there)
        if found > value:
            return there, found, gradient
        step = step / 2
    return None


def _hessian(mean_log_likelihood: Objective, at: Floats, gradient: Floats) -> Floats:
    rows = [mean_log_likelihood(at + one)[1] - gradient for one in APART * np.eye(len(at))]
    hessian = np.array(rows) / APART
    return (hessian + hessian.T) / 2
