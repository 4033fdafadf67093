"""What was booked in the last days of each quarter, and what of it came back.

Booked are lines above zero, back are lines below; rebates and allowances are neither, since they
lower sales without sending goods anywhere. What came back is matched by product: never more than
was booked of the product in those last days. Lines without a product are matched among themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from zhibi.measures.periods import Period, months_before
from zhibi.measures.sales import to_accounts, within
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

NO_GOODS = ("rebate", "allowance")


@dataclass(frozen=True, slots=True)
class QuarterEnd:
    """A quarter, its last days and the days after them in which goods may come back."""

    quarter: Period
    last_days: Period
    after: Period

    def is_over(self, day: date) -> bool:
        """Whether all that can come back in time has come back by a day."""
        return self.after.end <= day


def quarter_ends(day: date, count: int, *, days: int, after: int) -> tuple[QuarterEnd, ...]:
    """The last `count` calendar quarters that ended by a day, oldest first."""
    first = date(day.year, day.month - (day.month - 1) % 3, 1)
    next_day = day + timedelta(days=1)
    begins = first if (next_day.month - 1) % 3 or next_day.day > 1 else next_day
    starts = [months_before(begins, 3 * back) for back in range(count, -1, -1)]
    return tuple(
        QuarterEnd(
            Period(start, end),
            Period(end - timedelta(days=days - 1), end),
            Period(end + timedelta(days=1), end + timedelta(days=after)),
        )
        for start, end in zip(
            starts[:-1], (start - timedelta(days=1) for start in starts[1:]), strict=True
        )
    )


def booked_by_quarter(tables: Tables, ends: Sequence[QuarterEnd], *, level: str) -> ir.Table:
    """For each account and quarter (its place in `ends`): booked, booked in the last days, and
    the sum of the squares of its days, by which lumpy buyers are told."""
    lines = booked_lines(tables, tables.order_lines)
    lines = lines.filter(within(lines, Period(ends[0].quarter.start, ends[-1].quarter.end)))
    daily = lines.group_by("customer_key", "order_date").agg(booked=lines.amount.sum())
    days = to_accounts(tables, daily, level=level, by=("order_date",))
    days = days.mutate(
        at=_place(days, [end.quarter for end in ends]),
        is_last=_place(days, [end.last_days for end in ends]).notnull(),
        size=days.booked.cast("float64"),
    )
    # Whole numbers, since the sums of floats depend on the order they are added in.
    square = (days["size"] * days["size"]).round().cast("decimal(38, 0)")
    days = days.mutate(square=square)
    return days.group_by("account_key", "at").agg(
        booked=days.booked.sum(),
        loaded=days.booked.sum(where=days.is_last).fill_null(0),
        squares=days.square.sum(),
    )


def came_back_by_product(tables: Tables, ends: Sequence[QuarterEnd], *, level: str) -> ir.Table:
    """For each account, quarter and product: booked in the last days (`loaded`), and how much of
    it came `back` in the days after."""
    import ibis

    lines = _with_goods(tables, tables.order_lines)
    product = lines.product_id if tables.has("product_id") else ibis.literal("")
    loaded_at = _place(lines, [end.last_days for end in ends])
    back_at = _place(lines, [end.after for end in ends])
    moved = lines.mutate(
        at=ibis.cases((lines.amount > 0, loaded_at), (lines.amount < 0, back_at)),
        product=product.fill_null(""),
    )
    moved = moved.filter(moved["at"].notnull())
    sums = moved.group_by("customer_key", "at", "product").agg(
        loaded=moved.amount.sum(where=moved.amount > 0).fill_null(0),
        taken_back=(-moved.amount).sum(where=moved.amount < 0).fill_null(0),
    )
    found = to_accounts(tables, sums, level=level, by=("at", "product"))
    return found.mutate(back=ibis.least(found.loaded, found.taken_back)).drop("taken_back")


def booked_lines(tables: Tables, lines: ir.Table) -> ir.Table:
    """Those of some lines that book goods."""
    lines = _with_goods(tables, lines)
    return lines.filter(lines.amount > 0)


def _with_goods(tables: Tables, lines: ir.Table) -> ir.Table:
    if not tables.has("line_kind"):
        return lines
    return lines.filter(~lines.line_kind.fill_null("sale").isin(NO_GOODS))


def _place(lines: ir.Table, periods: Sequence[Period]) -> ir.IntegerColumn:
    """Which of some periods a line falls into; null for none."""
    import ibis

    return ibis.cases(*((within(lines, period), at) for at, period in enumerate(periods)))
