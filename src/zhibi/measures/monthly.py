"""Net sales by month, for everybody or for a few accounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from zhibi.measures.account_lines import account_lines
from zhibi.measures.periods import Period, months_before, trailing, year_before
from zhibi.measures.rows import fetch
from zhibi.measures.sales import net_sales, to_accounts, within
from zhibi.tables.tables import Tables


def month_ends(day: date, months: int) -> tuple[date, ...]:
    """The last day of each of the `months` months that end on `day`, oldest first."""
    return tuple(months_before(day, back) for back in range(months - 1, -1, -1))


def daily_net(tables: Tables, *, since: date) -> dict[date, Decimal]:
    """Net sales by day, of all customers: some hundred rows, whatever the number of lines."""
    lines = tables.order_lines
    lines = lines.filter(lines.order_date >= since)
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
    lines = account_lines(tables, account_keys, level=level)
    lines = lines.filter(within(lines, period))
    days = lines.group_by("customer_key", "order_date").agg(net=net_sales(lines))
    ends = month_ends(tables.day, months)
    series = {key: [0.0] * months for key in account_keys}
    summed = to_accounts(tables, days, level=level, by=("order_date",))
    for row in fetch(summed.order_by("account_key", "order_date")):
        at = next(i for i, end in enumerate(ends) if row["order_date"] <= end)
        series[row["account_key"]][at] += float(row["net"])
    return {key: tuple(values) for key, values in series.items()}


def whole_months(day: date, months: int) -> tuple[Period, ...]:
    """The same months as periods, oldest first."""
    starts = [months_before(day, back) + timedelta(days=1) for back in range(months, 0, -1)]
    return tuple(map(Period, starts, month_ends(day, months)))


@dataclass(frozen=True, slots=True)
class MonthSales:
    """One month (or January and February together) against a year before.

    `net_before` is None where the data does not reach back that far.
    """

    period: Period
    net: Decimal
    net_before: Decimal | None

    @property
    def growth(self) -> float | None:
        return None if self.net_before is None else growth(self.net, self.net_before)


def growth(now: Decimal, before: Decimal) -> float | None:
    """Relative change; None where there was nothing, or less, to grow from."""
    return float((now - before) / before) if before > 0 else None


def against_year_before(tables: Tables, days: dict[date, Decimal]) -> tuple[MonthSales, ...]:
    """The twelve months that end on the as-of day, oldest first."""
    months = []
    for month in _joined_january(whole_months(tables.day, 12)):
        before = year_before(month)
        known = before.end >= tables.first_day
        net_before = sum_over(days, before) if known else None
        months.append(MonthSales(month, sum_over(days, month), net_before))
    return tuple(months)


def _joined_january(months: tuple[Period, ...]) -> list[Period]:
    """January and February as one period: the Spring Festival moves between them, so that
    neither can be compared alone. Only for calendar months; others are left as they are."""
    joined: list[Period] = []
    for month in months:
        months_met = joined and (joined[-1].start.month, month.start.month) == (1, 2)
        if months_met and month.start.day == 1:
            joined[-1] = Period(joined[-1].start, month.end)
        else:
            joined.append(month)
    return joined
