"""Accounts that got late deliveries and then ordered less: a question, since one before the other
proves nothing.

Late is an account whose share of late deliveries in the first half of a period is above that of
all accounts, at least two of them. Slower is one with fewer orders in the second half than in the
first, in proportion to what all accounts together ordered in the two.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from zhibi.measures.deliveries import ON_TIME, UNKNOWN
from zhibi.measures.periods import Period, trailing
from zhibi.measures.rows import fetch
from zhibi.measures.sales import by_account, net_sales, order_count
from zhibi.result import Estimate
from zhibi.stats.proportions import wilson
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

FEWEST_LATE = 2
FEWEST_ORDERS = 3  # in the first half: from fewer nothing can fall
FALL = Decimal("0.5")  # of what was to be expected


@dataclass(frozen=True, slots=True)
class Slowed:
    """An account that waited and then ordered at most half of what was to be expected."""

    account_key: int | str
    deliveries: int
    late: int
    orders_before: int
    orders: int
    expected: Decimal  # orders in the second half, going by all accounts
    net_before: Decimal
    net: Decimal


@dataclass(frozen=True, slots=True)
class SlowedShares:
    """How many ordered at most half of what was to be expected: of those that waited, and of the
    others; None where there are none."""

    waited: Estimate | None
    others: Estimate | None


def halves(period: Period, months: int) -> tuple[Period, Period]:
    """The two halves of a period; the later one is shorter when the months are odd."""
    second = trailing(period.end, months // 2)
    return Period(period.start, second.start - timedelta(days=1)), second


def slowed(
    tables: Tables, found: ir.Table, first: Period, second: Period, *, level: str
) -> tuple[tuple[Slowed, ...], SlowedShares]:
    """`found`: whole deliveries. Those that waited and slowed, most money less first; and how
    common slowing is with and without waiting."""
    lines = tables.order_lines
    figures = {
        "orders_before": order_count(lines, first),
        "orders": order_count(lines, second),
        "net_before": net_sales(lines, first),
        "net": net_sales(lines, second),
    }
    orders = by_account(tables, figures, level=level, over=(first, second))
    sums = fetch(orders.agg(before=orders.orders_before.sum(), now=orders.orders.sum()))[0]
    if not sums["before"]:
        return (), SlowedShares(None, None)
    pace = Decimal(sums["now"]) / Decimal(sums["before"])
    in_first = found.filter(
        found.promised.between(first.start, first.end) & found.state.notnull()
        & (found.state != UNKNOWN)
    )  # fmt: skip
    waits = in_first.group_by("account_key").agg(
        deliveries=in_first.count(), late=(in_first.state != ON_TIME).sum()
    )
    joined = orders.join(waits, "account_key")
    rows = fetch(joined.filter(joined.orders_before >= FEWEST_ORDERS).order_by("account_key"))
    return _split(rows, pace)


def _split(rows: list[dict[str, Any]], pace: Decimal) -> tuple[tuple[Slowed, ...], SlowedShares]:
    due, late = sum(row["deliveries"] for row in rows), sum(row["late"] for row in rows)

    def is_waiting(row: dict[str, Any]) -> bool:
        return bool(row["late"] >= FEWEST_LATE and row["late"] * due > late * row["deliveries"])

    def is_slower(row: dict[str, Any]) -> bool:
        return bool(row["orders"] <= row["orders_before"] * pace * FALL)

    waited = [row for row in rows if is_waiting(row)]
    others = [row for row in rows if not is_waiting(row)]
    told = [
        Slowed(expected=(row["orders_before"] * pace).quantize(Decimal("0.1")), **row)
        for row in waited
        if is_slower(row)
    ]
    told.sort(key=lambda one: (one.net - one.net_before, str(one.account_key)))
    return tuple(told), SlowedShares(
        waited=wilson(len(told), len(waited)),
        others=wilson(sum(map(is_slower, others)), len(others)),
    )
