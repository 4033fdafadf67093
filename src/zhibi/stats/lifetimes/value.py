"""What the orders to come are worth today."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zhibi.stats.lifetimes.model import OrderModel

Floats = NDArray[np.float64]


def discounted_lifetime_value(
    model: OrderModel,
    X: ArrayLike,
    value: ArrayLike,
    *,
    periods: int,
    discount: float,
    length: float = 1.0,
) -> Floats:
    """Σ over the next `periods`: expected orders × value / (1 + discount)^period.

    `value` is of an order, one for all customers or one each; a period is `length` units of the
    time in which X is given, `discount` its rate; orders count as placed at the end of their
    period, so this is on the low side. Not the residual value of Fader & Hardie (2005), which has
    no end.
    """
    if periods < 1 or not 0 <= discount < np.inf:
        raise ValueError("periods must be 1 or more, discount not negative")
    before = model.expected_orders(X, 0)
    orders = np.zeros_like(before)
    for t in range(1, periods + 1):
        until = model.expected_orders(X, t * length)
        orders += (until - before) / (1 + discount) ** t
        before = until
    return orders * np.asarray(value, dtype=np.float64)
