"""What each account is likely to order and bring, in one place: the orders of the next days, the
sales of the next 365, and the value of the next years, discounted.

Money is rounded to cents, an account at a time, and added up after, so that totals are exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from zhibi.measures.order_days import OrderDays, order_days
from zhibi.measures.order_forecasts import YEAR, Floats, Seen, seen_on
from zhibi.measures.order_holdout import Choice, choose, orders_after, told_range
from zhibi.measures.order_value import (
    OrderValue,
    SalesTrial,
    margin_rates,
    order_value,
    sums_in,
    windows_of,
)
from zhibi.measures.periods import Period, months_before
from zhibi.measures.rows import fetch
from zhibi.measures.sales import accounts
from zhibi.measures.stopped import MONEY_STEPS
from zhibi.result import Estimate
from zhibi.tables.calendar import Days, day_number, day_of
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

CENTS = 100
# The chance to still buy, from → in words.
WORDS = ((0.9, "almost certain"), (0.7, "likely"), (0.4, "hard to say"), (0.1, "unlikely"))
HARDLY = "hardly any chance"


@dataclass(frozen=True, slots=True)
class Ahead:
    """How far is looked: orders in `horizon` days; value over `years` at `discount` a year."""

    horizon: int
    years: int
    discount: float


@dataclass(frozen=True, slots=True)
class CustomerFuture:
    """One element an account with an order, in the order of their keys. `expected` are orders in
    the horizon, `next_year` those in 365 days, `sales` those of 365 days, `value` the discounted
    margin (sales, where `is_margin` is False); money in cents, but `net_year` in money steps.
    `still` is nan where unknown, days are numbers."""

    ahead: Ahead
    seen: Seen
    keys: NDArray[Any]
    last: Days
    today: int
    choice: Choice
    worth: OrderValue
    sales_trials: tuple[SalesTrial, ...]
    expected: Floats
    next_year: Floats
    still: Floats
    sales: Days
    value: Days
    net_year: Days
    is_margin: bool
    orders_year_ago: int | None  # in the same days a year ago, by who was a customer then
    named: ir.Table = field(compare=False, repr=False)  # account_key, at, name …; most value first

    @property
    def total(self) -> Estimate:
        """Orders of all accounts in the horizon; from the least to the most that the forecast was
        met at past cuts, else the range of orders at random."""
        total, trial = float(self.expected.sum()), self.choice.trial
        if trial and trial.met:
            low, high = min(*trial.met, 1.0), max(*trial.met, 1.0)
            return Estimate(total, total * low, total * high, len(self.keys))
        half = 1.2816 * float(np.sqrt(total))  # 80 % of a Poisson count
        return Estimate(total, max(total - half, 0.0), total + half, len(self.keys))

    @property
    def usual(self) -> Floats:
        """Orders in the horizon at the pace of the last 365 days."""
        return np.asarray(self.seen.last_year * (self.ahead.horizon / YEAR))

    def rows(self, named: ir.Table) -> list[dict[str, Any]]:
        """Some of the named accounts, with the ranges of what is expected of them."""
        found = fetch(named)
        at = np.array([row["at"] for row in found], dtype=np.int64)
        if not len(at):
            return []
        some, used = self.seen.only(at), self.choice.used
        low, high = told_range(used, some, self.ahead.horizon)
        least, most = told_range(used, some, YEAR)
        for place, row in enumerate(found):
            i = int(at[place])
            chance = float(self.still[i])
            cents = self.worth.per_order[i] * CENTS
            mean, n = round(float(self.expected[i]), 1), int(self.seen.known.rows[i, 0]) + 1
            row |= {
                "expected": Estimate(mean, float(low[place]), float(high[place]), n),
                "still": None if np.isnan(chance) else chance,
                "word": None if np.isnan(chance) else word_of(chance),
                "last_year": int(self.seen.last_year[i]),
                "usual": float(self.usual[i]),
                "since": int(self.today - self.last[i]),
                "last_on": day_of(int(self.last[i])),
                "net": Decimal(int(self.net_year[i])) / MONEY_STEPS,
                "sales": money(self.sales[i]),
                "sales_low": money(min(round(least[place] * cents), int(self.sales[i]))),
                "sales_high": money(max(round(most[place] * cents), int(self.sales[i]))),
                "value": money(self.value[i]),
                "lost": money(self.lost[i]),
            }
        return found

    def rows_of(self, positions: Days) -> list[dict[str, Any]]:
        """Some accounts, in the order of their positions."""
        found = self.rows(self.named.filter(self.named.at.isin(positions.tolist())))
        by_place = {row["at"]: row for row in found}
        return [by_place[int(at)] for at in positions]

    def falls(self) -> Days:
        """Positions of the accounts of which at most half of last year's orders are to be expected
        in a year, and fewer than usual already in the horizon, beyond the range of chance; the most
        sales lost in a year first."""
        usual, keys = self.usual, np.arange(len(self.keys))
        fallen = keys[(self.next_year <= self.seen.last_year / 2) & (self.lost > 0)]
        if not len(fallen):
            return fallen
        _, high = told_range(self.choice.used, self.seen.only(fallen), self.ahead.horizon)
        fallen = fallen[high < usual[fallen]]
        return fallen[np.argsort(-self.lost[fallen], kind="stable")]

    @property
    def lost(self) -> Days:
        """Cents that are missing in a year against as many orders as last year."""
        fewer = np.maximum(self.seen.last_year - self.next_year, 0.0)
        return np.rint(fewer * self.worth.per_order * CENTS).astype(np.int64)


def money(cents: int | np.int64) -> Decimal:
    return Decimal(int(cents)) / CENTS


def word_of(chance: float) -> str:
    return next((word for least, word in WORDS if chance >= least), HARDLY)


def customer_future(
    tables: Tables,
    ahead: Ahead,
    cuts: Sequence[date],
    *,
    settled_from: date,
    unit: float,
    level: str,
) -> CustomerFuture | None:
    """What is to be expected of every account; None where none has an order."""
    first, day = tables.first_day, tables.day
    days = order_days(tables, Period(first, day), level=level)
    if not len(days.keys):
        return None
    seen = seen_on(days, first, day, settled_from=settled_from, unit=unit)
    choice = choose(
        days, seen, cuts, first_day=first, settled_from=settled_from, horizon=ahead.horizon
    )
    windows = windows_of(tables, choice.cuts, ahead.horizon)
    sums = sums_in(tables, days, windows, level=level)
    worth, trials = order_value(choice, seen, sums, ahead.horizon)
    next_year = choice.used.expected(seen, YEAR)
    rates = margin_rates(sums, seen.known.at)
    discounted = choice.used.discounted(seen, years=ahead.years, discount=ahead.discount)
    value = discounted * worth.per_order * (1.0 if rates is None else rates)
    value_cents = np.rint(value * CENTS).astype(np.int64)
    return CustomerFuture(
        ahead=ahead,
        seen=seen,
        keys=days.keys,
        last=days.known(Period(first, day)).last,
        today=day_number(day),
        choice=choice,
        worth=worth,
        sales_trials=trials,
        expected=choice.used.expected(seen, ahead.horizon),
        next_year=next_year,
        still=_still(choice, seen),
        sales=np.rint(next_year * worth.per_order * CENTS).astype(np.int64),
        value=value_cents,
        net_year=sums["net"][1],
        is_margin=rates is not None,
        orders_year_ago=_year_ago(days, first, day, horizon=ahead.horizon),
        named=_named(tables, days.keys, value_cents),
    )


def _still(choice: Choice, seen: Seen) -> Floats:
    if choice.leaving is None:
        return np.full(len(seen.known.at), np.nan)
    return choice.leaving.still_buying(seen)


def _year_ago(days: OrderDays, first: date, day: date, *, horizon: int) -> int | None:
    cut = months_before(day, 12)
    if cut < first:
        return None
    is_customer = days.known(Period(first, cut)).order_day_count > 0
    return int(orders_after(days, cut, horizon)[is_customer].sum())


def _named(tables: Tables, keys: NDArray[Any], value: Days) -> ir.Table:
    import ibis
    import pyarrow as pa

    rows = pa.table({"account_key": keys, "at": np.arange(len(keys)), "cents": value})
    named = ibis.memtable(rows).join(accounts(tables), "account_key")
    return named.order_by(named.cents.desc(), "customer_id", "account_key")
