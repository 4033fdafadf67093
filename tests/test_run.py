"""From which day data are looked at when nobody names one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest

from zhibi.errors import ZhibiError
from zhibi.run import default_as_of
from zhibi.tables.facts import Facts, from_arrow


def ordered_on(*days: date) -> Facts:
    n = len(days)
    return from_arrow(
        pa.table(
            {
                "customer_id": ["C1"] * n,
                "order_id": [str(number) for number in range(n)],
                "order_date": list(days),
                "amount": [Decimal(1)] * n,
            }
        )
    )


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2024, 6, 8), date(2024, 6, 8)),  # seven days after the last order
        (date(2024, 6, 9), date(2024, 6, 1)),
        (date(2024, 6, 1), date(2024, 6, 1)),
        (date(2024, 5, 20), date(2024, 5, 1)),  # an order is dated in the future
    ],
)
def test_the_day_is_today_or_that_of_the_last_order(today: date, expected: date) -> None:
    known = ordered_on(date(2024, 5, 1), date(2024, 6, 1))
    assert default_as_of(known, today) == expected


def test_orders_of_the_future_only_are_refused() -> None:
    with pytest.raises(ZhibiError, match="All orders lie after today"):
        default_as_of(ordered_on(date(2024, 6, 1)), date(2024, 5, 1))
