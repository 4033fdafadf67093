"""Days sales outstanding (DSO) by count-back: how many days of the latest sales are still owed.

From what is open on a day, the sales of the month that ends then are taken off, then those of the
month before, and so on; the days of the months used up are added, the last in proportion. Unlike
balance ÷ sales × days it does not rise when sales fall. Sales are with tax, as money owed is;
where order lines do not say their tax, the amounts of the receivables issued serve instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from zhibi.measures.books import has_tax
from zhibi.measures.matching import Matching
from zhibi.measures.monthly import whole_months
from zhibi.measures.periods import Period
from zhibi.measures.rows import fetch
from zhibi.measures.sales import within
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

SHOWN, BACK = 13, 36  # months in the trend, a year ago included; months a balance may reach back
SALES, ISSUED = "sales with tax", "receivables issued"


@dataclass(frozen=True, slots=True)
class Outstanding:
    """One month end. `days` is None where the balance is larger than all sales known."""

    month: Period
    balance: Decimal
    sales: Decimal
    days: float | None


@dataclass(frozen=True, slots=True)
class DaysOutstanding:
    """The trend, oldest month first, and what was counted back over."""

    months: tuple[Outstanding, ...]
    over: str

    @property
    def latest(self) -> float | None:
        return self.months[-1].days


def days_outstanding(tables: Tables, matching: Matching) -> DaysOutstanding:
    """The thirteen months that end on the as-of day: the first is a year before the last."""
    months = whole_months(tables.day, SHOWN + BACK)
    is_sales = not matching.books.is_derived and has_tax(tables)
    sales = _sales(tables, months) if is_sales else _issued(matching, months)
    balances = _balances(matching, [month.end for month in months[-SHOWN:]])
    found = [
        Outstanding(
            month,
            balance,
            sales[at],
            count_back(balance, list(zip(sales[at::-1], months[at::-1], strict=True))),
        )
        for at, (month, balance) in enumerate(zip(months[-SHOWN:], balances, strict=True), BACK)
    ]
    over = SALES if is_sales or matching.books.source == "order lines with tax" else ISSUED
    return DaysOutstanding(tuple(found), over)


def count_back(balance: Decimal, latest_first: list[tuple[Decimal, Period]]) -> float | None:
    """How many days of sales make the balance; None where all of them do not."""
    days = 0.0
    for sales, month in latest_first:
        if balance <= 0:
            return days
        if sales >= balance:
            return days + month.days * float(balance / sales)
        days += month.days
        balance -= max(sales, Decimal(0))
    return None if balance > 0 else days


def _sales(tables: Tables, months: tuple[Period, ...]) -> list[Decimal]:
    lines = tables.order_lines
    lines = lines.filter(within(lines, Period(months[0].start, months[-1].end)))
    daily = lines.group_by(day="order_date").agg(amount=lines.amount_incl_tax.sum())
    return _by_month(fetch(tables.bring(daily)), months)


def _issued(matching: Matching, months: tuple[Period, ...]) -> list[Decimal]:
    """Debts by the day they came to be known less credit notes, by month."""
    debts, payments = matching.books.debts, matching.books.payments
    owed = debts.filter(~debts.is_paid_back)
    notes = payments.filter(~payments.is_receipt)
    rows = owed.select(day=owed.known_on.fill_null(owed.due_on), amount=owed.amount).union(
        notes.select(day=notes.received_on, amount=(-notes.amount).cast("decimal(18,4)"))
    )
    return _by_month(fetch(rows.group_by("day").agg(amount=rows.amount.sum())), months)


def _by_month(daily: list[dict[str, object]], months: tuple[Period, ...]) -> list[Decimal]:
    found = [Decimal(0)] * len(months)
    places = {month.end: at for at, month in enumerate(months)}
    ends = sorted(places)
    for row in daily:
        day, amount = row["day"], row["amount"]
        assert isinstance(day, date)
        assert isinstance(amount, Decimal)
        if months[0].start <= day <= months[-1].end:
            found[places[next(end for end in ends if day <= end)]] += amount
    return found


def _balances(matching: Matching, days: list[date]) -> list[Decimal]:
    """What was owed at the end of each day, in one pass: known by then, and settled only later."""
    parts = matching.parts.filter(matching.parts.debt_n.notnull())
    known_on = parts.known_on.fill_null(parts.due_on)

    def owed(day: date) -> ir.DecimalScalar:
        is_open = parts.received_on.isnull() | (parts.received_on > day)
        return parts.amount.sum(where=(known_on <= day) & is_open).fill_null(0)

    row = fetch(parts.agg(**{f"day_{at}": owed(day) for at, day in enumerate(days)}))[0]
    return [row[f"day_{at}"] for at in range(len(days))]
