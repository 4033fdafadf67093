"""The integral over the moment of leaving in the Pareto/NBD likelihood, stable for any count.

With m = min(α, β), M = max(α, β), v = log((m + u)/(m + t_x)) and κ = (m + t_x)/(M + t_x) ≤ 1,

    ∫ (m + u)^−e (M + u)^−f du
        = (m + t_x)^(1−e) (M + t_x)^−f ∫ exp(−(e − 1)v − f·log(1 + κ(e^v − 1))) dv

whose integrand has no singularity nearer than π to the axis, so that Gauss–Legendre nodes serve
from one order to many thousands; it is cut where it has fallen by e^−40. The derivatives of the
likelihood are means over the same nodes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

NODES, SHARES = np.polynomial.legendre.leggauss(24)
FALL = 40.0
BLOCK = 2_048  # rows at a time, so that their nodes stay in the processor's cache


@dataclass(frozen=True, slots=True)
class Departure:
    """Of customers who left between t_x and T: the log of s·A (module `pareto_nbd`, equation 2;
    −inf where t_x = T), and the means, weighted by its integrand, of log(α + u), log(β + u) and
    their inverses."""

    log_weight: Floats
    log_a: Floats
    log_b: Floats
    inverse_a: Floats
    inverse_b: Floats


def mean_departure(
    params: tuple[float, float, float, float], x: Floats, t_x: Floats, T: Floats
) -> Departure:
    """For histories x, t_x, T and (r, α, s, β)."""
    r, alpha, s, beta = params
    found = np.empty((5, len(x)))
    for at in range(0, len(x), BLOCK):
        rows = slice(at, at + BLOCK)
        e, f = r + x[rows], np.full(len(x[rows]), s + 1)
        if alpha <= beta:
            found[:, rows] = _means(alpha, beta, (e, f), t_x[rows], T[rows])
        else:
            found[:, rows] = _means(beta, alpha, (f, e), t_x[rows], T[rows])[[0, 2, 1, 4, 3]]
    found[0] += np.log(s)
    return Departure(*found)


def _means(m: float, M: float, exponents: tuple[Floats, Floats], t_x: Floats, T: Floats) -> Floats:
    """Log of the integral; means of log(m + u), log(M + u), 1/(m + u), 1/(M + u)."""
    e, f = exponents
    near, far = m + t_x, M + t_x
    kappa = near / far
    length = np.log((m + T) / near)
    falls = e - 1 + f * kappa  # the rate at t_x; it only grows
    length = np.where(falls * length > FALL, FALL / np.where(falls > 0, falls, 1.0), length)
    v = length[:, None] * ((NODES + 1) / 2)
    grown = kappa[:, None] * np.expm1(v)
    log_far = np.log1p(grown)
    log_height = -(e - 1)[:, None] * v - f[:, None] * log_far
    top = log_height.max(axis=1)
    height = np.exp(log_height - top[:, None]) * (SHARES / 2)
    total = height.sum(axis=1)
    with np.errstate(divide="ignore"):  # nobody leaves in no time
        log_whole = np.log(length * total) + top
    share = height / total[:, None]
    return np.stack(
        [
            log_whole + (1 - e) * np.log(near) - f * np.log(far),
            (share * v).sum(axis=1) + np.log(near),
            (share * log_far).sum(axis=1) + np.log(far),
            (share * np.exp(-v)).sum(axis=1) / near,
            (share / (1 + grown)).sum(axis=1) / far,
        ]
    )
