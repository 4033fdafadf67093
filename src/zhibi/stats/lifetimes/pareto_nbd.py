"""Pareto/NBD: a customer may leave at any moment (Schmittlein, Morrison & Colombo 1987, "Counting
your customers: who are they and what will they do next?", Management Science 33).

While buying, orders are Poisson with rate λ ~ gamma(r, α); the time until the customer leaves is
exponential with rate μ ~ gamma(s, β). In the notation of Fader & Hardie (2005, "A note on deriving
the Pareto/NBD model and related expressions"):

    L = Γ(r + x)/Γ(r) · α^r β^s · { (α + T)^−(r+x) · (β + T)^−s + s·A }                       (1)
    A = ∫ from t_x to T of (α + u)^−(r+x) · (β + u)^−(s+1) du                                 (2)
    P(alive) = 1 / (1 + s·A · (α + T)^(r+x) · (β + T)^s)                                      (3)
    E[Y(t) | alive] = (r + x)(β + T)/((α + T)(s − 1)) · (1 − ((β + T)/(β + T + t))^(s−1))     (4)

(2) is s/(r + s + x)·A₀ of the note before it is written as a difference of two Gauss
hypergeometric functions; at some hundred orders that difference has no correct digit left, while
the integral is of a positive function that only falls (see `departure`).

Not for regular buyers, as orders are Poisson: see MBG/CNBD-k.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from zhibi.stats.lifetimes.departure import mean_departure
from zhibi.stats.lifetimes.histories import Histories, grouped
from zhibi.stats.lifetimes.likelihood import Objective
from zhibi.stats.lifetimes.model import OrderModel, usual_scale
from zhibi.stats.lifetimes.predictive import Chance

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LEAVING_TIMES = 48  # nodes over the time of leaving: quantiles to three digits and more


class ParetoNBD(OrderModel):
    """r, alpha: how order rates vary; s, beta: how the rates of leaving do (alpha and beta in
    units of time)."""

    NAMES = ("r", "alpha", "s", "beta")
    r_: float
    alpha_: float
    s_: float
    beta_: float

    def _start(self, known: Histories) -> Floats:
        scale = usual_scale(known)
        return np.array([0.0, scale, 0.0, scale])

    def _mean_log_likelihood(self, known: Histories) -> Objective:
        from scipy.special import digamma, gammaln

        weight, (counts, customers) = known.weight / known.n, known.orders
        customers = customers / known.n

        def log_likelihood(at: Floats) -> tuple[float, Floats]:
            r, alpha, s, beta = np.exp(at)
            gone = mean_departure((r, alpha, s, beta), known.x, known.t_x, known.T)
            log_a, log_b = np.log(alpha + known.T), np.log(beta + known.T)
            shape = r + known.x
            here = -shape * log_a - s * log_b
            both = np.logaddexp(here, gone.log_weight)
            dead = weight * np.exp(gone.log_weight - both)
            alive = weight - dead
            value = (weight * both).sum() + r * np.log(alpha) + s * np.log(beta)
            value += (customers * (gammaln(r + counts) - gammaln(r))).sum()
            by_r = (customers * (digamma(r + counts) - digamma(r))).sum() + np.log(alpha)
            by_r -= (alive * log_a + dead * gone.log_a).sum()
            by_alpha = r / alpha
            by_alpha -= (shape * (alive / (alpha + known.T) + dead * gone.inverse_a)).sum()
            by_s = np.log(beta) - (alive * log_b + dead * (gone.log_b - 1 / s)).sum()
            by_beta = s / beta - (alive * s / (beta + known.T)).sum()
            by_beta -= (dead * (s + 1) * gone.inverse_b).sum()
            return float(value), np.array([by_r, by_alpha, by_s, by_beta]) * np.exp(at)

        return log_likelihood

    def _p_alive(self, rows: Floats) -> Floats:
        from scipy.special import expit

        groups = grouped(rows)
        x, t_x, T = np.ascontiguousarray(groups.rows.T)
        gone = mean_departure((self.r_, self.alpha_, self.s_, self.beta_), x, t_x, T)
        here = -(self.r_ + x) * np.log(self.alpha_ + T) - self.s_ * np.log(self.beta_ + T)
        chances: Floats = expit(here - gone.log_weight)
        return chances[groups.of]

    def _orders_if_alive(self, rows: Floats, t: float) -> Floats:
        x, _, T = rows.T
        left, power = -np.log1p(t / (self.beta_ + T)), self.s_ - 1
        time = -left if power == 0 else -np.expm1(power * left) / power
        orders: Floats = (self.r_ + x) / (self.alpha_ + T) * (self.beta_ + T) * time
        return orders

    def _at_least(self, rows: Floats, t: float) -> Chance:
        """P(Y ≥ n): mean over the time of leaving of the negative binomial's chance until then."""
        from scipy.special import betainc

        x, _, T = rows.T
        alive, rate = self._p_alive(rows), self.beta_ + T
        stays = (rate / (rate + t)) ** self.s_
        nodes, parts = np.polynomial.legendre.leggauss(LEAVING_TIMES)
        # Of those who leave within t, at these quantiles of the time of leaving.
        until = [rate * np.expm1(-np.log1p((stays - 1) * (1 + u) / 2) / self.s_) for u in nodes]

        def chance(n: Floats, which: Ints) -> Floats:
            shape, scale = self.r_ + x[which], self.alpha_ + T[which]
            whole = stays[which] * betainc(n, shape, t / (scale + t))
            for part, time in zip(parts, until, strict=True):
                left = time[which]
                reached = betainc(n, shape, left / (scale + left))
                whole += (1 - stays[which]) * part / 2 * reached
            chances: Floats = alive[which] * whole
            return chances

        return chance
