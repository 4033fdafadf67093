"""The negative binomial model: nobody ever leaves. The yardstick for the models where some do.

Orders of one customer are Poisson with rate λ, and λ varies between customers as
gamma(r, α) (Ehrenberg 1959). With x orders in (0, T]:

    L(r, α) = Γ(r + x)/Γ(r) · (α/(α + T))^r · (1/(α + T))^x                               (1)
    E[Y(t) | x, T] = (r + x)/(α + T) · t                                                 (2)

the likelihood of x order times, so that it compares with the other models' (Fader, Hardie & Lee
2005, eq. 1, without dropout). Not where customers leave: it expects orders from all of them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from zhibi.stats.lifetimes.histories import Histories
from zhibi.stats.lifetimes.likelihood import Objective
from zhibi.stats.lifetimes.model import OrderModel, usual_scale
from zhibi.stats.lifetimes.predictive import Chance

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class NBD(OrderModel):
    """Purchases without dropout; r (shape) and alpha (rate, in units of time)."""

    NAMES = ("r", "alpha")
    r_: float
    alpha_: float

    def _start(self, known: Histories) -> Floats:
        return np.array([0.0, usual_scale(known)])

    def _mean_log_likelihood(self, known: Histories) -> Objective:
        from scipy.special import digamma, gammaln

        x, weight, (counts, customers) = known.x, known.weight / known.n, known.orders
        customers = customers / known.n

        def log_likelihood(at: Floats) -> tuple[float, Floats]:
            r, alpha = np.exp(at)
            log_rate = np.log(alpha + known.T)
            value = (customers * (gammaln(r + counts) - gammaln(r))).sum() + r * np.log(alpha)
            value -= (weight * (r + x) * log_rate).sum()
            by_r = (customers * (digamma(r + counts) - digamma(r))).sum() + np.log(alpha)
            by_r -= (weight * log_rate).sum()
            by_alpha = r / alpha - (weight * (r + x) / (alpha + known.T)).sum()
            return float(value), np.array([by_r * r, by_alpha * alpha])

        return log_likelihood

    def _p_alive(self, rows: Floats) -> Floats:
        return np.ones(len(rows))

    def _orders_if_alive(self, rows: Floats, t: float) -> Floats:
        x, _, T = rows.T
        orders: Floats = (self.r_ + x) / (self.alpha_ + T) * t
        return orders

    def _at_least(self, rows: Floats, t: float) -> Chance:
        """P(Y ≥ n) of a negative binomial is an incomplete beta function."""
        from scipy.special import betainc

        x, _, T = rows.T

        def chance(n: Floats, which: Ints) -> Floats:
            reach = t / (self.alpha_ + T[which] + t)
            chances: Floats = betainc(n, self.r_ + x[which], reach)
            return chances

        return chance
