"""Gamma–gamma: what an order of each customer is worth, when few orders show it.

Fader & Hardie (2013, "The gamma-gamma model of monetary value"; Colombo & Jiang 1999). Values of
one customer's orders are gamma(p, ν), and ν varies between customers as gamma(q, γ). With x orders
of mean value m:

    L(p, q, γ) = Γ(px + q)/(Γ(px)Γ(q)) · γ^q · m^(px−1) · x^(px) / (γ + xm)^(px+q)       (eq. 1a)
    E[M | m, x] = p(γ + xm)/(px + q − 1)                                                 (eq. 5)

eq. 5 is a mean of the customer's own and everybody's, γp/(q − 1). The value of orders must not
depend on how many there are (see the correlation of x and m first), and q must exceed 1 for
everybody's mean to exist.
"""

from __future__ import annotations

from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zhibi.stats.identification import NotIdentifiedError
from zhibi.stats.lifetimes.histories import table, weighted
from zhibi.stats.lifetimes.likelihood import Objective, maximize

Floats = NDArray[np.float64]


class GammaGamma:
    """`X` is (n, 2): how many orders a customer placed, and their mean value, both positive.

    p: how alike one customer's orders are; q, gamma: how customers differ (gamma in money).
    """

    NAMES: ClassVar[tuple[str, ...]] = ("p", "q", "gamma")
    p_: float
    q_: float
    gamma_: float
    std_errors_: dict[str, float]
    log_likelihood_: float
    n_: int

    def fit(self, X: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Learn by maximum likelihood; a row of weight w counts as w equal customers.

        Raises ValueError for rows that cannot be, NotIdentifiedError where they show too little.
        """
        rows = table(X, columns=2)
        if not rows.min() > 0:
            raise ValueError("only customers with an order and a positive mean value tell anything")
        rows, weight = weighted(rows, sample_weight)
        x, mean = rows.T
        if len(rows) == 1 or (mean == mean[0]).all():
            raise NotIdentifiedError("all_alike")
        if not (x > 1).any():
            raise NotIdentifiedError("no_repeat")
        objective = _mean_log_likelihood(x, mean, weight / weight.sum())
        start = np.array([0.0, 1.0, np.log((weight * mean).sum() / weight.sum())])
        found = maximize(objective, start, n=float(weight.sum()))
        self.p_, self.q_, self.gamma_ = found.params
        self.std_errors_ = dict(zip(self.NAMES, found.std_errors, strict=True))
        self.log_likelihood_ = found.log_likelihood
        self.n_ = round(weight.sum())
        return self

    def expected_value(self, X: ArrayLike) -> Floats:
        """The mean value of each customer's orders to come (eq. 5); everybody's for a customer
        with none; nan where q is so small that no mean exists."""
        x, mean = table(X, columns=2).T
        weight = self.p_ * x + self.q_ - 1
        value = self.p_ * (self.gamma_ + x * mean) / np.where(weight > 0, weight, np.nan)
        return np.asarray(value)


def _mean_log_likelihood(x: Floats, mean: Floats, share: Floats) -> Objective:
    """eq. 1a per customer, in logs, with its gradient; of log p, log q, log γ."""
    from scipy.special import digamma, gammaln

    log_total = np.log(x) + np.log(mean)
    constant = float((share * np.log(mean)).sum())

    def log_likelihood(at: Floats) -> tuple[float, Floats]:
        p, q, gamma = np.exp(at)
        shape, rate = p * x, gamma + x * mean
        log_rate, digamma_both = np.log(rate), digamma(shape + q)
        terms = gammaln(shape + q) - gammaln(shape) + shape * log_total - (shape + q) * log_rate
        value = (share * terms).sum() - gammaln(q) + q * np.log(gamma) - constant
        by_p = (share * x * (digamma_both - digamma(shape) + log_total - log_rate)).sum()
        by_q = (share * (digamma_both - log_rate)).sum() - digamma(q) + np.log(gamma)
        by_gamma = q / gamma - (share * (shape + q) / rate).sum()
        return float(value), np.array([by_p * p, by_q * q, by_gamma * gamma])

    return log_likelihood
