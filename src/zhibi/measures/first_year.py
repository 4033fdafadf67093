"""What new customers bought in their first year: the twelve months from their first order.

Of customers seen from their first order on, whose first year is over. The interval of the median is
that of its order statistics (95 %, by the normal approximation of the binomial; the whole range
below six customers).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from math import floor, sqrt
from typing import Any

from zhibi.measures.account_lines import account_lines
from zhibi.measures.order_days import with_account_key
from zhibi.measures.periods import months_before
from zhibi.measures.prospects import ATTRIBUTES, Account
from zhibi.measures.rows import fetch
from zhibi.result import Estimate
from zhibi.tables.tables import Tables

FEWEST = 5  # look-alikes a median is told of
INDUSTRY = ATTRIBUTES.index("industry")


def first_year_sales(
    tables: Tables, accounts: Sequence[Account], *, level: str
) -> Mapping[Any, Decimal]:
    """By account_key, for accounts whose first order came a year into the data or later."""
    begins, ends = months_before(tables.first_day, -12), months_before(tables.day, 12)
    first = {
        one.key: one.first_order_on
        for one in accounts
        if one.first_order_on and begins <= one.first_order_on <= ends
    }
    if not first:
        return {}
    lines = account_lines(tables, sorted(first), level=level)
    daily = lines.group_by("customer_key", "order_date").agg(net=lines.amount.sum())
    sales: dict[Any, Decimal] = defaultdict(Decimal)
    for row in fetch(with_account_key(tables, daily, level=level)):
        start = first[row["account_key"]]
        if start <= row["order_date"] < months_before(start, -12):
            sales[row["account_key"]] += row["net"]
    return sales


def expected_sales(
    accounts: Sequence[Account], sales: Mapping[Any, Decimal]
) -> Mapping[str | None, Estimate]:
    """The median first year by industry, and under None that of all; neither with too few."""
    groups: dict[str | None, list[float]] = defaultdict(list)
    for one in accounts:
        if one.key in sales:
            groups[None].append(float(sales[one.key]))
            if one.fixed[INDUSTRY]:
                groups[one.fixed[INDUSTRY]].append(float(sales[one.key]))
    return {name: median_of(found) for name, found in groups.items() if len(found) >= FEWEST}


def median_of(values: Sequence[float]) -> Estimate:
    """The median with its interval."""
    ordered, n = sorted(values), len(values)
    middle = (ordered[(n - 1) // 2] + ordered[n // 2]) / 2
    beyond = max(floor(n / 2 - 0.98 * sqrt(n)), 0)
    return Estimate(middle, ordered[beyond], ordered[n - 1 - beyond], n)
