"""Accounts by the calendar period of their first order, and how many order in each one after.

Periods are numbered from year 0, so that a cohort's age is a difference of whole numbers. The
period that is not over on the as-of day is left out: it would look like a loss.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from zhibi.measures.order_days import OrderDays, order_days
from zhibi.measures.periods import Period, months_before
from zhibi.measures.rows import fetch
from zhibi.measures.sales import net_sales, order_count, to_accounts
from zhibi.tables.calendar import day_number
from zhibi.tables.tables import Tables

MONTHS = {"month": 1, "quarter": 3, "year": 12}
NAMES: dict[str, Callable[[int], str]] = {
    "month": lambda number: f"{number // 12}-{number % 12 + 1:02}",
    "quarter": lambda number: f"{number // 4} Q{number % 4 + 1}",
    "year": str,
}


@dataclass(frozen=True, slots=True)
class Cohort:
    """`active[age]` accounts ordered, and `net[age]` was sold to them, `age` periods after the one
    of their first order; both end with the last whole period. `is_settled` is False where its
    accounts may have bought before the data begins."""

    number: int
    name: str
    accounts: int
    active: tuple[int, ...]
    net: tuple[Decimal, ...]
    is_settled: bool


def cohorts(tables: Tables, *, each: str, settled_from: date, level: str) -> tuple[Cohort, ...]:
    """Every cohort with an account, oldest first. `each` is month, quarter or year."""
    end = end_of_whole_periods(tables.day, each)
    lines = tables.order_lines
    lines = lines.filter(lines.order_date <= end)
    number = (lines.order_date.year() * 12 + lines.order_date.month() - 1).cast("int64")
    lines = lines.mutate(period=number // MONTHS[each])
    per_customer = lines.group_by("customer_key", "period").agg(
        orders=order_count(lines), net=net_sales(lines)
    )
    sums = tables.keep(
        f"cohort sums|{each}|{level}",
        to_accounts(tables, per_customer, level=level, by=("period",)),
    )
    first = sums.filter(sums.orders > 0).group_by("account_key").agg(first=sums.period.min())
    aged = sums.join(first, "account_key")
    aged = aged.mutate(age=aged.period - aged["first"])
    cells = aged.filter(aged.age >= 0).group_by("first", "age")
    found = fetch(cells.agg(active=(aged.orders > 0).sum(), net=aged.net.sum()))
    return _assembled(found, each=each, last=_number(end, each), settled_from=settled_from)


def _assembled(
    cells: list[dict[str, int | Decimal]], *, each: str, last: int, settled_from: date
) -> tuple[Cohort, ...]:
    by_cohort: dict[int, dict[int, tuple[int, Decimal]]] = {}
    for cell in cells:
        ages = by_cohort.setdefault(int(cell["first"]), {})
        ages[int(cell["age"])] = (int(cell["active"]), Decimal(cell["net"]))
    nothing = (0, Decimal(0))
    found = []
    for number, ages in sorted(by_cohort.items()):
        by_age = [ages.get(age, nothing) for age in range(last - number + 1)]
        found.append(
            Cohort(
                number,
                NAMES[each](number),
                accounts=by_age[0][0],
                active=tuple(active for active, _ in by_age),
                net=tuple(net for _, net in by_age),
                is_settled=number >= _number(settled_from, each),
            )
        )
    return tuple(found)


def _number(day: date, each: str) -> int:
    return (day.year * 12 + day.month - 1) // MONTHS[each]


def end_of_whole_periods(day: date, each: str) -> date:
    """The last day up to `day` on which a period ends."""
    after = day + timedelta(days=1)
    first_of_month = after.replace(day=1)
    back = (after.year * 12 + after.month - 1) % MONTHS[each]
    return months_before(first_of_month, back) - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class NewAccounts:
    """Accounts with a first order from a day on. `wait` is the number of days from the first to
    the second order day, -1 where there is none yet; days are since 1970-01-01."""

    first: NDArray[np.int64]
    wait: NDArray[np.int64]
    last: NDArray[np.int64]
    today: int

    def again_within(
        self, days: int, *, since: int = 0, until: int | None = None
    ) -> tuple[int, int]:
        """(how many ordered again within so many days, of how many whose first order, made from
        `since` to before `until`, is at least that long ago)."""
        seen = (self.first + days <= self.today) & (self.first >= since)
        if until is not None:
            seen &= self.first < until
        again = seen & (self.wait >= 0) & (self.wait <= days)
        return int(again.sum()), int(seen.sum())


def new_accounts(tables: Tables, *, since: date, level: str) -> NewAccounts:
    """The accounts whose first order day of all is `since` or later."""
    every = order_days(tables, Period(tables.first_day, tables.day), level=level)
    return _new(every, since=since, today=day_number(tables.day))


def _new(every: OrderDays, *, since: date, today: int) -> NewAccounts:
    begins, ends = every.starts[:-1], every.starts[1:]
    first, last = every.days[begins], every.days[ends - 1]
    has_second = ends - begins > 1
    second = every.days[np.where(has_second, begins + 1, begins)]
    is_new = first >= day_number(since)
    wait = np.where(has_second, second - first, -1)
    return NewAccounts(first[is_new], wait[is_new], last[is_new], today)
