"""Net sales by month, for everybody or for a few accounts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from zhibi.measures.periods import Period, months_before, trailing
from zhibi.measures.rows import fetch
from zhibi.measures.sales import net_sales, to_accounts
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir


def month_ends(day: date, months: int) -> tuple[date, ...]:
    """The last day of each of the `months` months that end on `day`, oldest first."""
    return tuple(months_before(day, back) for back in range(months - 1, -1, -1))


def daily_net(tables: Tables) -> dict[date, Decimal]:
    """Net sales by day, of all customers: some thousand rows, whatever the number of lines."""
    lines = tables.order_lines
    days = lines.group_by("order_date").agg(net=net_sales(lines)).order_by("order_date")
    return {row["order_date"]: row["net"] for row in fetch(tables.bring(days))}


def sum_over(days: dict[date, Decimal], period: Period) -> Decimal:
    """Net sales of a period, from the days."""
    return sum((net for day, net in days.items() if day in period), Decimal(0))


def monthly_by_account(
    tables: Tables, account_keys: Sequence[int | str], *, months: int, level: str
) -> dict[int | str, tuple[float, ...]]:
    """For each account its net sales in the `months` months that end on the as-of day, oldest
    first; for sparklines, hence floats."""
    period = trailing(tables.day, months)
    belong = members(tables, account_keys, level=level)
    lines = tables.order_lines
    lines = lines.filter(
        lines.order_date.between(period.start, period.end), lines.customer_key.isin(belong)
    )
    days = lines.group_by("customer_key", "order_date").agg(net=net_sales(lines))
    ends = month_ends(tables.day, months)
    series = {key: [0.0] * months for key in account_keys}
    summed = to_accounts(tables, days, level=level, by=("order_date",))
    for row in fetch(summed.order_by("account_key", "order_date")):
        at = next(i for i, end in enumerate(ends) if row["order_date"] <= end)
        series[row["account_key"]][at] += float(row["net"])
    return {key: tuple(values) for key, values in series.items()}


def members(tables: Tables, account_keys: Sequence[int | str], *, level: str) -> list[int | str]:
    """The customers that belong to some accounts."""
    if not tables.facts.has_groups:
        return list(account_keys)
    customers = tables.customers
    key = customers["group_key" if level == "group" else "entity_key"]
    found: ir.Table = customers.filter(key.isin(list(account_keys))).select("customer_key")
    return [row["customer_key"] for row in fetch(found.order_by("customer_key"))]


def whole_months(day: date, months: int) -> tuple[Period, ...]:
    """The same months as periods, oldest first."""
    starts = [months_before(day, back) + timedelta(days=1) for back in range(months, 0, -1)]
    return tuple(map(Period, starts, month_ends(day, months)))
