"""The distinct days on which each account ordered, and the gaps between them in open days.

A rhythm is of days, not of orders: two orders on one day are one decision to buy. Only lines
that open an order give a day (`is_order`), so that a return or a rebate is no sign of life.

Days come to Python as one packed integer each (account, day), are sorted there and never looped
over: on 2 cores 15 M order days take a second. Because the logs of the gaps are kept as running
sums, the gaps up to *any* past day are two look-ups an account, which is what makes a back-test
over many days cost one pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from zhibi.measures.periods import Period
from zhibi.measures.sales import within
from zhibi.stats.shrinkage import LogGaps
from zhibi.tables.calendar import Calendar, Days, day_number
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

DAY_BITS = 16  # 179 years from the first day of the period


@dataclass(frozen=True)
class OrderDays:
    """Order days of a period: those of account `keys[i]` are `days[starts[i]:starts[i + 1]]`,
    ascending and distinct, as days since 1970-01-01."""

    keys: NDArray[Any]
    starts: Days
    days: Days
    calendar: Calendar

    @cached_property
    def gaps(self) -> Days:
        """Open days since the account's order day before; 0 on its first.

        At least 1 on all others: who orders twice inside one shutdown has a gap of a day.
        """
        at = self.calendar.open_index(self.days)
        gaps = np.maximum(np.diff(at, prepend=at[:1]), 1)
        gaps[self.starts[:-1]] = 0
        return gaps

    def known(self, period: Period) -> Known:
        """The order days of a period as they were known on its last day."""
        start, end = day_number(period.start), day_number(period.end)
        return Known(self, self._positions_after(start - 1), self._positions_after(end))

    def next_after(self, day: date) -> Days:
        """Each account's first order day after a day; NEVER where there is none."""
        at = self._positions_after(day_number(day))
        following = self.days[np.minimum(at, max(len(self.days) - 1, 0))]
        return np.where(at < self.starts[1:], following, NEVER)

    def _positions_after(self, day: int) -> Days:
        """Where in `days` each account's days after `day` begin."""
        if not len(self.days) or day < self._origin:
            return self.starts[:-1]
        offset = min(day - self._origin + 1, (1 << DAY_BITS) - 1)
        accounts = np.arange(len(self.keys))
        return np.searchsorted(self._packed, _pack(accounts, np.full_like(accounts, offset)))

    @cached_property
    def _origin(self) -> int:
        return int(self.days.min()) if len(self.days) else 0

    @cached_property
    def _packed(self) -> Days:
        accounts = np.repeat(np.arange(len(self.keys)), np.diff(self.starts))
        return _pack(accounts, self.days - self._origin)

    @cached_property
    def running(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Sums of the gaps' logs, and of their squares, before each position and at the end."""
        logs = np.log(np.maximum(self.gaps, 1))
        return np.append(0.0, np.cumsum(logs)), np.append(0.0, np.cumsum(logs * logs))

    def running_logs(self, unit: float) -> NDArray[np.float64]:
        """The same sums of logs of calendar days, counted in units of so many days."""
        if unit not in self._running_logs:
            gaps = np.diff(self.days, prepend=self.days[:1])
            logs = np.log(np.maximum(gaps, 1) / unit)
            self._running_logs[unit] = np.append(0.0, np.cumsum(logs))
        return self._running_logs[unit]

    @cached_property
    def _running_logs(self) -> dict[float, NDArray[np.float64]]:
        return {}


NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Known:
    """A stretch of order days; arrays have one element for each account of `order_days`, and say
    nothing of accounts with no order day in it."""

    order_days: OrderDays
    begins: Days  # position of the account's first day in the stretch
    ends: Days  # position after its last

    @property
    def order_day_count(self) -> Days:
        return self.ends - self.begins

    @property
    def first(self) -> Days:
        return self.order_days.days[np.minimum(self.begins, len(self.order_days.days) - 1)]

    @property
    def last(self) -> Days:
        return self.order_days.days[np.maximum(self.ends - 1, 0)]

    def log_gaps(self, segment: Days) -> LogGaps:
        """Statistics of the logs of the gaps between the days of the stretch."""
        after_first = np.minimum(self.begins + 1, self.ends)
        sums, squares = (each[self.ends] - each[after_first] for each in self.order_days.running)
        n = self.ends - after_first
        mean = sums / np.maximum(n, 1)
        # Differences of running sums: a spread of nothing may come out as -1e-9.
        spread = np.maximum(squares - n * mean * mean, 0.0)
        return LogGaps(n, mean, np.where(n > 1, spread, 0.0), segment)

    def gaps_of(self, account: int) -> Days:
        """One account's gaps in open days, oldest first."""
        return self.order_days.gaps[self.begins[account] + 1 : self.ends[account]]


def order_days(tables: Tables, period: Period, *, level: str) -> OrderDays:
    """The order days of every account in a period."""
    lines = tables.order_lines
    opened = lines.filter(lines.is_order & within(lines, period))
    keyed = with_account_key(tables, opened.select("customer_key", "order_date"), level=level)
    found = keyed.select("account_key", "order_date").to_pyarrow()
    return from_columns(found["account_key"], found["order_date"], calendar=tables.calendar)


def with_account_key(tables: Tables, rows: ir.Table, *, level: str) -> ir.Table:
    """Rows with a customer_key as rows of their account."""
    rows = tables.bring(rows)
    if not tables.facts.has_groups:
        return rows.rename(account_key="customer_key")
    key = "group_key" if level == "group" else "entity_key"
    links = tables.bring(tables.customers.select("customer_key", account_key=key))
    return rows.join(links, "customer_key").drop("customer_key")


def from_columns(keys: Any, days: Any, *, calendar: Calendar) -> OrderDays:
    """Order days from an Arrow column of account keys and one of dates, in any order."""
    import pyarrow as pa

    keys = keys.combine_chunks()
    numbers = days.combine_chunks().cast(pa.date32()).cast(pa.int32()).to_numpy().astype(np.int64)
    names = None
    if not pa.types.is_integer(keys.type):  # a warehouse may know its accounts by text only
        encoded = keys.dictionary_encode()
        names, codes = np.unique(encoded.dictionary.to_numpy(False), return_inverse=True)
        keys = pa.array(codes[encoded.indices.to_numpy()])
    origin = numbers.min() if len(numbers) else np.int64(0)
    packed = _pack(keys.to_numpy().astype(np.int64), numbers - origin)
    packed.sort()
    packed = packed[np.flatnonzero(np.diff(packed, prepend=-1))]
    accounts = packed >> DAY_BITS
    starts = np.flatnonzero(np.diff(accounts, prepend=-1))
    found = accounts[starts]
    return OrderDays(
        keys=found if names is None else names[found],
        starts=np.append(starts, len(packed)),
        days=(packed & ((1 << DAY_BITS) - 1)) + origin,
        calendar=calendar,
    )


def _pack(accounts: Days, days: Days) -> Days:
    return (accounts << DAY_BITS) | days
