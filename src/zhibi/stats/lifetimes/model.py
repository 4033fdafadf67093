"""What all models of orders share: learning from histories, and what can be asked of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zhibi.stats.identification import NotIdentifiedError
from zhibi.stats.lifetimes import predictive
from zhibi.stats.lifetimes.histories import Histories, checked, grouped, histories, period
from zhibi.stats.lifetimes.likelihood import Maximum, Objective, maximize

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FIRST_LOOK = 10_000  # distinct histories among which the maximum is first looked for


class OrderModel(ABC):
    """A model of when customers order. `X` is always (n, 3): x orders after the first, the last of
    them at t_x, watched until T, times counted from the first order in one unit.

    After `fit`: the parameters under the paper's names with an underscore, `std_errors_` by those
    names, `log_likelihood_` (natural log, sum over customers) and `n_` customers.
    """

    NAMES: ClassVar[tuple[str, ...]]
    std_errors_: dict[str, float]
    log_likelihood_: float
    n_: int

    def fit(self, X: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Learn by maximum likelihood; a row of weight w counts as w equal customers.

        Raises ValueError for rows that cannot be, NotIdentifiedError where they show too little.
        """
        known = histories(X, sample_weight)
        self._learn(known, maximum(self._mean_log_likelihood, known, self._start(known)))
        return self

    def p_alive(self, X: ArrayLike) -> Floats:
        """The chance that each customer still buys, at T."""
        return self._p_alive(checked(X))

    def expected_orders(self, X: ArrayLike, t: float) -> Floats:
        """The mean number of orders of each customer in the t after T."""
        rows = checked(X)
        return self._p_alive(rows) * self._orders_if_alive(rows, period(t))

    def expected_orders_new(self, t: float) -> float:
        """The mean number of orders that follow a first order within t."""
        return float(self.expected_orders(np.zeros((1, 3)), t)[0])

    def expected_orders_interval(
        self, X: ArrayLike, t: float, level: float = 0.8
    ) -> tuple[Ints, Ints]:
        """Between which numbers of orders each customer stays in the t after T, with probability
        `level` or more: quantiles of the model's exact predictive distribution, without drawing
        random numbers. The parameters are taken as known, so with few customers it is too narrow.
        """
        groups = grouped(checked(X))
        at_least = self._at_least(groups.rows, period(t))
        low, high = predictive.interval(at_least, len(groups.rows), level)
        return low[groups.of], high[groups.of]

    def _learn(self, known: Histories, found: Maximum) -> None:
        for name, value in zip(self.NAMES, found.params, strict=True):
            setattr(self, f"{name}_", value)
        self.std_errors_ = dict(zip(self.NAMES, found.std_errors, strict=True))
        self.log_likelihood_ = found.log_likelihood
        self.n_ = round(known.n)

    @abstractmethod
    def _start(self, known: Histories) -> Floats:
        """First guesses of the logs of the parameters."""

    @abstractmethod
    def _mean_log_likelihood(self, known: Histories) -> Objective:
        """The log-likelihood per customer with its gradient, of logs of parameters."""

    @abstractmethod
    def _p_alive(self, rows: Floats) -> Floats: ...

    @abstractmethod
    def _orders_if_alive(self, rows: Floats, t: float) -> Floats:
        """The mean number of orders in t of those who still buy."""

    @abstractmethod
    def _at_least(self, rows: Floats, t: float) -> predictive.Chance:
        """The chance of n orders or more in t, n ≥ 1; not given that the customer still buys."""


def usual_scale(known: Histories) -> float:
    """The log of the time from one order to the next, over all customers."""
    return float(np.log((known.weight * known.T).sum() / (known.weight * known.x).sum()))


def maximum(
    mean_log_likelihood: Callable[[Histories], Objective], known: Histories, start: Floats
) -> Maximum:
    """Where the likelihood of some histories is highest. Most of the way is gone on a sample of
    them, where each step is cheap."""
    step = -(-len(known.x) // FIRST_LOOK)
    if step > 1:
        some = known.every(step)
        with suppress(NotIdentifiedError):  # the sample's trouble need not be everybody's
            start = np.log(maximize(mean_log_likelihood(some), start, n=some.n).params)
    return maximize(mean_log_likelihood(known), start, n=known.n)
