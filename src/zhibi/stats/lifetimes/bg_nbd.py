"""BG/NBD: a customer may leave after each repeat order (Fader, Hardie & Lee 2005, "Counting your
customers the easy way", Marketing Science 24).

While buying, orders are Poisson with rate λ ~ gamma(r, α); after each repeat order the customer
leaves for good with probability p ~ beta(a, b). Likelihood: their eq. 6; expected orders: eq. 9
(new customer) and 10 (known one); P(alive): eq. 7 of their note of 2008. How they are computed
stands in `dropout`.

Nobody can leave before a second order, so P(alive) is 1 for everyone who ordered once: never a
churn score for them (MBG/NBD mends that). Not for regular buyers: see MBG/CNBD-k.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from zhibi.stats.lifetimes.dropout import Dropout, mean_log_likelihood
from zhibi.stats.lifetimes.histories import Histories
from zhibi.stats.lifetimes.likelihood import Objective
from zhibi.stats.lifetimes.model import OrderModel, usual_scale
from zhibi.stats.lifetimes.predictive import Chance

Floats = NDArray[np.float64]


class BGNBD(OrderModel):
    """r, alpha: how order rates vary (alpha in units of time); a, b: how chances to leave do."""

    NAMES = ("r", "alpha", "a", "b")
    MAY_LEAVE_AT_START = 0
    r_: float
    alpha_: float
    a_: float
    b_: float

    def _start(self, known: Histories) -> Floats:
        return np.array([0.0, usual_scale(known), 0.0, 1.0])

    def _mean_log_likelihood(self, known: Histories) -> Objective:
        return mean_log_likelihood(known, k=1, d=self.MAY_LEAVE_AT_START)

    def _dropout(self) -> Dropout:
        return Dropout(self.r_, self.alpha_, self.a_, self.b_, d=self.MAY_LEAVE_AT_START)

    def _p_alive(self, rows: Floats) -> Floats:
        return self._dropout().p_alive(rows)

    def _orders_if_alive(self, rows: Floats, t: float) -> Floats:
        return self._dropout().orders_if_alive(rows, t)

    def _at_least(self, rows: Floats, t: float) -> Chance:
        return self._dropout().at_least(rows, t)
