"""MBG/CNBD-k: for customers who order at regular intervals, as business customers do.

Reutterer, Platzer & Schröder (2021, "Leveraging purchase regularity for predicting customer
behavior the easy way", Int. J. of Research in Marketing 38, doi 10.1016/j.ijresmar.2020.09.002).
As MBG/NBD, but a gap between two orders is Erlang-k with rate λ: k stages, so that gaps spread
1/√k of their mean. k = 1 is MBG/NBD; the larger k, the sooner silence says that a customer left.
How it is computed stands in `dropout` (d = 1).

k is the one of 1 … 8 with the highest likelihood, which needs the density of the order times:

    ∏ gap^(k−1)/Γ(k)^x                       where Σ log gap is known (fourth column)       (1)
    t_x^(kx−1)/Γ(kx) · Γ(x)/t_x^(x−1)        where it is not: the density of t_x            (2)

(1) is the paper's and tells k from few customers; (2) is what (x, t_x, T) alone tell, relative to
k = 1. The two likelihoods are of different data and must not be compared.

Not for customers whose regularity differs widely: all share one k.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zhibi.stats.identification import NotIdentifiedError
from zhibi.stats.lifetimes.dropout import Dropout, mean_log_likelihood
from zhibi.stats.lifetimes.histories import Histories, histories
from zhibi.stats.lifetimes.likelihood import Maximum
from zhibi.stats.lifetimes.mbg_nbd import MBGNBD
from zhibi.stats.lifetimes.model import maximum

Floats = NDArray[np.float64]


class MBGCNBD(MBGNBD):
    """r, alpha: how the rates of stages vary (alpha in units of time); a, b: how the chances to
    leave do; k: stages an order takes.

    `regularity` fixes k; None chooses it from 1 to `most_regular`. `log_likelihoods_` has the
    likelihood of each k that was tried: it stops where the next is lower.
    """

    k_: int
    log_likelihoods_: dict[int, float]

    def __init__(self, regularity: int | None = None, most_regular: int = 8) -> None:
        self.regularity = regularity
        self.most_regular = most_regular

    def fit(self, X: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Learn by maximum likelihood from rows (x, t_x, T), or (x, t_x, T, Σ log gap) with the
        gaps between a customer's orders, from the first on; in a row that stands for several
        customers, their mean sum. Otherwise as the other models; predictions take three columns.
        """
        rows = np.asarray(X, dtype=np.float64)
        log_gaps = rows[:, 3] if rows.ndim == 2 and rows.shape[1] == 4 else None
        known = histories(rows if log_gaps is None else rows[:, :3], sample_weight)
        whole = None if log_gaps is None else _sum(log_gaps, sample_weight)
        found = dict(self._tried(known, whole))
        if not found:
            raise NotIdentifiedError("flat")
        self.k_ = max(found, key=lambda k: found[k].log_likelihood)
        self.log_likelihoods_ = {k: one.log_likelihood for k, one in found.items()}
        self._learn(known, found[self.k_])
        return self

    def _tried(self, known: Histories, log_gaps: float | None) -> Iterator[tuple[int, Maximum]]:
        """The maximum for each k, as long as they grow; a k that customers contradict so much that
        its parameters have no end (regular ones, k = 1) is left out."""
        most = self.most_regular if self.regularity is None else self.regularity
        first = 1 if self.regularity is None else self.regularity
        if not 1 <= first <= most:
            raise ValueError("regularity and most_regular count from 1")
        before = -np.inf
        for k in range(first, most + 1):
            start = self._start(known) - np.array([0.0, np.log(k), 0.0, 0.0])
            try:
                found = maximum(partial(mean_log_likelihood, k=k, d=1), known, start)
            except NotIdentifiedError:
                continue
            value = found.log_likelihood + _log_density(known, k, log_gaps)
            yield k, replace(found, log_likelihood=value)
            if value <= before:
                break
            before = value

    def _dropout(self) -> Dropout:
        return Dropout(self.r_, self.alpha_, self.a_, self.b_, k=self.k_, d=1)


def _log_density(known: Histories, k: int, log_gaps: float | None) -> float:
    """The part of the likelihood that depends on k alone: (1), or (2) without gaps."""
    from scipy.special import gammaln

    if log_gaps is not None:
        return (k - 1) * log_gaps - float((known.weight * known.x).sum() * gammaln(k))
    some = known.x > 0
    x, t_x, weight = known.x[some], known.t_x[some], known.weight[some]
    logs = (k - 1) * x * np.log(t_x) + gammaln(x) - gammaln(k * x)
    return float((weight * logs).sum())


def _sum(log_gaps: Floats, sample_weight: ArrayLike | None) -> float:
    if not np.isfinite(log_gaps).all():
        raise ValueError("the sum of log gaps (column 3) must be finite; it is 0 without a gap")
    weight = 1.0 if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
    return math.fsum(weight * log_gaps)
