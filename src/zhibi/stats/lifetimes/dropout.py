"""Numerics of the models in which a customer may leave after each order.

An order takes k stages, each a Poisson event of rate λ ~ gamma(r, α); after an order the customer
leaves with probability p ~ beta(a, b). With d = 1 the customer may also leave right after the
first order, with d = 0 only after a later one:

    k = 1, d = 0   BG/NBD         k = 1, d = 1   MBG/NBD         d = 1   MBG/CNBD-k

With c = b + x + d, ρ = (T − t_x)/(α + T), and (z)_j the rising factorial,

    S = Σ_{j<k} (r + kx)_j/j! · ρ^j          (no k-th stage since t_x; 1 where k = 1)      (1)
    D = a/(c − 1) · ((α + T)/(α + t_x))^{r+kx}            (0 where x + d = 0)              (2)
    L = B(a, c)/B(a, b) · Γ(r + kx)/Γ(r) · α^r/(α + T)^{r+kx} · (S + D)                    (3)
    P(alive) = S/(S + D)                                                                   (4)

Of a customer who still buys, j stages have passed since t_x with chance w_j, the j-th part of
S; then λ ~ gamma(r + kx + j, α + T) and p ~ beta(a, c). The n-th coming order needs nk − j stages
and n − 1 times not leaving, so with I the regularised incomplete beta function

    P(Y(t) ≥ n | alive) = Σ_j w_j · B(a, c + n − 1)/B(a, c) · I_{t/(α+T+t)}(nk − j, r + kx + j)  (5)

and E[Y(t) | alive] is its sum over n. Where k = 1 that sum is E[(1 − e^{−λpt})/p], for which see
`_orders_in_one_stage`. (3) to (5) take k = 1 to the published formulas; all is done in logs, as
(α + T)^x has no floating-point number at a thousand orders.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zhibi.stats.lifetimes.histories import Histories, grouped
from zhibi.stats.lifetimes.likelihood import Objective
from zhibi.stats.lifetimes.predictive import Chance

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NEGLIGIBLE = 1e-15  # of a sum, for the terms of the series
SMALL = 1e-12  # of a sum of chances, whose terms cost more
MOST_TERMS = 1_000_000
LARGE_A = 50.0  # terms of the series grow like (1 − z)^−a; the sum over n is slower, and safe
BLOCK = 8_192  # rows at a time, so that what is computed of them stays in the processor's cache


@dataclass(frozen=True, slots=True)
class Dropout:
    """The model at one set of parameters."""

    r: float
    alpha: float
    a: float
    b: float
    k: int = 1
    d: int = 0

    def log_dead(self, x: Floats, t_x: Floats, T: Floats) -> Floats:
        """log D of equation (2)."""
        coins = x + self.d
        left: Floats = np.log((self.alpha + T) / (self.alpha + t_x)) * (self.r + self.k * x)
        left += np.log(self.a / np.where(coins > 0, self.b + coins - 1, 1.0))
        return np.where(coins > 0, left, -np.inf)

    def parts(self, x: Floats, t_x: Floats, T: Floats) -> list[Floats]:
        """The k terms of S, equation (1)."""
        since = (T - t_x) / (self.alpha + T)
        terms = [np.ones_like(x)]
        for j in range(1, self.k):
            terms.append(terms[-1] * (self.r + self.k * x + j - 1) / j * since)
        return terms

    def p_alive(self, rows: Floats) -> Floats:
        """Equation (4)."""
        from scipy.special import expit

        chances = np.empty(len(rows))
        for at in range(0, len(rows), BLOCK):
            x, t_x, T = np.ascontiguousarray(rows[at : at + BLOCK].T)
            log_alive = np.log(sum(self.parts(x, t_x, T)))
            chances[at : at + BLOCK] = expit(log_alive - self.log_dead(x, t_x, T))
        return chances

    def orders_if_alive(self, rows: Floats, t: float) -> Floats:
        """The sum of (5) over n. Only the stages depend on t_x, so rows are grouped by x and T."""
        groups = grouped(np.ascontiguousarray(rows[:, [0, 2]]))
        x, T = groups.rows.T
        if self.k == 1 and self.a < LARGE_A:
            return self._orders_in_one_stage(x, T, t)[groups.of]
        parts = self.parts(*rows.T)
        whole = sum(parts)
        orders = np.zeros(len(rows))
        for j, part in enumerate(parts):
            orders += part / whole * self._orders_after(j, x, T, t)[groups.of]
        return orders

    def _orders_in_one_stage(self, x: Floats, T: Floats, t: float) -> Floats:
        """E[(1 − e^{−λpt})/p] with s = r + x, c = b + x + d and z = t/(α + T + t): the paper's

            (a + c − 1)/(a − 1) · (1 − (1 − z)^{a−1} · 2F1(a − 1, a + c − 1 − s; a + c − 1; z))

        (Fader, Hardie & Lee 2005, eq. 10, after Euler's transformation, which turns parameters
        that grow with x into ones that do not), its series multiplied out so that a = 1 and
        a + c = 1 are no poles.
        """
        z = t / (self.alpha + T + t)
        whole = self.a + self.b + x + self.d
        other = whole - 1 - (self.r + x)
        log_left, power = np.log1p(-z), self.a - 1
        first = -log_left if power == 0 else -np.expm1(power * log_left) / power
        term = other * z
        total = term.copy()
        open_ = np.arange(len(z))
        for n in range(1, MOST_TERMS):
            grow = (self.a + n - 1) * (other[open_] + n) / ((whole[open_] + n - 1) * (n + 1))
            term = term * grow * z[open_]
            total[open_] += term
            # What follows is at most a geometric series of ratio z.
            is_open = np.abs(term) > NEGLIGIBLE * (1 - z[open_]) * np.abs(total[open_])
            if not is_open.any():
                break
            open_, term = open_[is_open], term[is_open]
        return np.asarray((whole - 1) * first - np.exp(power * log_left) * total)

    def _orders_after(self, j: int, x: Floats, T: Floats, t: float) -> Floats:
        """The sum of (5) over n for those with j stages behind them."""
        open_, total = np.arange(len(x)), np.zeros(len(x))
        for n in range(1, MOST_TERMS):
            term = self._nth(float(n), j, x[open_], T[open_], t)
            total[open_] += term
            open_ = open_[term > SMALL * total[open_]]
            if not len(open_):
                break
        return total

    def _nth(self, n: Floats | float, j: int, x: Floats, T: Floats, t: float) -> Floats:
        """One summand of (5), without w_j."""
        from scipy.special import betainc, betaln

        c = self.b + x + self.d
        reach = t / (self.alpha + T + t)
        stays = np.exp(betaln(self.a, c + n - 1) - betaln(self.a, c))
        nth: Floats = stays * betainc(n * self.k - j, self.r + self.k * x + j, reach)
        return nth

    def at_least(self, rows: Floats, t: float) -> Chance:
        """Equation (5) times the chance that the customer still buys."""
        x, t_x, T = np.ascontiguousarray(rows.T)
        parts = self.parts(x, t_x, T)
        scale = self.p_alive(rows) / sum(parts)

        def chance(n: Floats, which: Ints) -> Floats:
            chances = np.zeros(len(which))
            for j, part in enumerate(parts):
                chances += part[which] * self._nth(n, j, x[which], T[which], t)
            return chances * scale[which]

        return chance


def mean_log_likelihood(known: Histories, *, k: int, d: int) -> Objective:
    """Equation (3) per customer, in logs, with its gradient; of log r, log α, log a, log b.

    What depends on x alone is computed once for each distinct x.
    """
    blocks = list(known.blocks(BLOCK))

    def log_likelihood(at: Floats) -> tuple[float, Floats]:
        r, alpha, a, b = np.exp(at)
        model = Dropout(r, alpha, a, b, k, d)
        total = _of_orders(known, model)
        for block in blocks:
            total += _of_times(block, model)
        return float(total[0] / known.n), total[1:] / known.n * np.exp(at)

    return log_likelihood


def _of_times(known: Histories, model: Dropout) -> Floats:
    """The factors of (3) that depend on t_x and T: log-likelihood, derivatives by r, α, a and b."""
    since, shape = known.T - known.t_x, model.r + model.k * known.x
    inverse, inverse_last = 1 / (model.alpha + known.T), 1 / (model.alpha + known.t_x)
    log_rate, gap = -np.log(inverse), np.log1p(since * inverse_last)
    may_leave = known.x + model.d > 0
    coins = np.where(may_leave, model.b + known.x + model.d - 1, 1.0)
    log_s, by_shape, by_alpha = _stages(shape, since * inverse, inverse, model.k)
    odds = np.where(may_leave, shape * gap + np.log(model.a / coins) - log_s, -np.inf)
    small = np.exp(-np.abs(odds))
    dead = known.weight * np.where(odds > 0, 1.0, small) / (1 + small)
    alive = known.weight - dead
    bracket = log_s + np.maximum(odds, 0) + np.log1p(small)
    return np.array(
        [
            (known.weight * (bracket - shape * log_rate)).sum(),
            (alive * by_shape + dead * gap - known.weight * log_rate).sum(),
            (alive * by_alpha - shape * (alive * inverse + dead * inverse_last)).sum(),
            dead.sum() / model.a,
            -(dead / coins).sum(),
        ]
    )


def _of_orders(known: Histories, model: Dropout) -> Floats:
    """The factors of (3) that depend on x alone: log-likelihood, derivatives by r, α, a and b."""
    from scipy.special import betaln, digamma, gammaln

    x, customers = known.orders
    r, a, b, shape, coins = model.r, model.a, model.b, model.r + model.k * x, model.b + x + model.d
    both = digamma(a + b) - digamma(a + coins)
    terms = (
        gammaln(shape) - gammaln(r) + betaln(a, coins) - betaln(a, b) + r * np.log(model.alpha),
        digamma(shape) - digamma(r) + np.log(model.alpha),
        r / model.alpha,
        both,
        digamma(coins) - digamma(b) + both,
    )
    return np.array([(customers * term).sum() for term in terms])


def _stages(
    shape: Floats, since: Floats, inverse: Floats, k: int
) -> tuple[Floats | float, Floats | float, Floats | float]:
    """log S of equation (1) and its derivatives by the shape r + kx and by α; `since` is ρ and
    `inverse` 1/(α + T)."""
    if k == 1:
        return 0.0, 0.0, 0.0
    total, term = np.ones_like(shape), np.ones_like(shape)
    by_shape, by_alpha, harmonic = (np.zeros_like(shape) for _ in range(3))
    for j in range(1, k):
        term = term * (shape + j - 1) / j * since
        harmonic += 1 / (shape + j - 1)
        total += term
        by_shape += term * harmonic
        by_alpha -= term * j * inverse
    return np.log(total), by_shape / total, by_alpha / total
