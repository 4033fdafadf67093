"""What findings foretell, and whether it came true: one rule for each kind that foretells anything.

A finding that names a danger or a chance says something of days that had not come yet. Here stands
for each code what must happen, and within how many days, for it to have come true; a code that is
not listed states a fact, and nothing can come true of it. `outcome` looks at every account at once,
so that what came of a warning stands beside what came of all such accounts (the base rate): whoever
marks accounts by lot is right that often.

    silent      such accounts ordered within the year before; none of them orders in the days after
    owed        they owed something; some of it is still unpaid in the end, and overdue
    less        they bought something in the same days of the year before; now they buy less
    returned    they bought in the last 30 days of the quarter; goods worth a tenth come back

Nothing is judged before the facts reach to the end of its days. Days count in the calendar, so a
shutdown within them makes more accounts silent: those that were warned of and all others alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from zhibi.measures.matching import match
from zhibi.measures.periods import Period, year_before
from zhibi.measures.sales import by_account, net_sales, order_count, within
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

LEVEL: Final = "legal entity"
TERMS: Final = 60  # of debts that are derived from orders, as in `receivables`
JUST_BOUGHT: Final = 30  # days before a quarter's end


class Event(StrEnum):
    SILENT = "silent"
    OWED = "owed"
    LESS = "less"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Foretold:
    """`days` count from the day it was first said; `from_cause`: from the day of its cause, and
    what is said after those days foretells nothing any more."""

    event: Event
    days: int
    from_cause: bool = False

    def since(self, *, said_on: date, cause_on: date) -> date | None:
        """The day its days count from; None where it was said too late to foretell anything."""
        if not self.from_cause:
            return said_on
        return cause_on if said_on < cause_on + timedelta(days=self.days) else None


FORETOLD: Final[Mapping[str, Foretold]] = {
    "purchase_rhythm.red": Foretold(Event.SILENT, 90),
    "purchase_rhythm.amber": Foretold(Event.SILENT, 90),
    "churn_warning.account": Foretold(Event.SILENT, 90),
    "receivables.late": Foretold(Event.OWED, 90),
    "receivables.hold": Foretold(Event.OWED, 90),
    "satisfaction.discontent": Foretold(Event.LESS, 180),
    "quarter_end_loading.loaded": Foretold(Event.RETURNED, 60, from_cause=True),
}


def outcome(tables: Tables, foretold: Foretold, day: date) -> ir.Table | None:
    """One row an account with anything to go by: account_key, is_such (it could happen to it on
    `day`, so that it counts for the base rate) and happened.

    None where the facts do not reach to the end of the days, or do not hold what is asked.
    """
    if day + timedelta(days=foretold.days) > tables.day:
        return None
    return _LOOKED_AT[foretold.event](tables, day, foretold.days)


def _silent(tables: Tables, day: date, days: int) -> ir.Table:
    before, after = Period(day - timedelta(days=364), day), _after(day, days)
    lines = tables.order_lines
    figures = {"before": order_count(lines, before), "after": order_count(lines, after)}
    found = by_account(tables, figures, level=LEVEL, over=(before, after))
    return found.select("account_key", is_such=found.before > 0, happened=found.after == 0)


def _less(tables: Tables, day: date, days: int) -> ir.Table:
    after, lines = _after(day, days), tables.order_lines
    before = year_before(after)
    figures = {"before": net_sales(lines, before), "after": net_sales(lines, after)}
    found = by_account(tables, figures, level=LEVEL, over=(before, after))
    is_less = found.after < found.before
    return found.select("account_key", is_such=found.before > 0, happened=is_less)


def _returned(tables: Tables, day: date, days: int) -> ir.Table:
    lines, after = tables.order_lines, _after(day, days)
    before = Period(day - timedelta(days=JUST_BOUGHT - 1), day)
    came_back = (lines.amount < 0) & (lines.line_kind == "return") & within(lines, after)
    figures = {
        "before": net_sales(lines, before),
        "back": -lines.amount.sum(where=came_back).fill_null(0),
    }
    found = by_account(tables, figures, level=LEVEL, over=(before, after))
    is_much = (found.before > 0) & (found.back * 10 >= found.before)
    return found.select("account_key", is_such=found.before > 0, happened=is_much)


def _owed(tables: Tables, day: date, days: int) -> ir.Table | None:
    import ibis

    if not tables.holds("receivables"):
        return None
    parts, until = match(tables, terms=TERMS, level=LEVEL).parts, day + timedelta(days=days)
    paid_on = parts.received_on.fill_null(date.max)
    known_on = parts.known_on.fill_null(parts.due_on)
    owed = parts.filter(
        parts.debt_n.notnull() & ~parts.is_paid_back & (known_on <= day) & (paid_on > day)
    )
    still = (owed.due_on < until) & (owed.received_on.isnull() | (owed.received_on > until))
    found = owed.group_by("account_key").agg(happened=still.any())
    return found.mutate(is_such=ibis.literal(True))


def _after(day: date, days: int) -> Period:
    return Period(day + timedelta(days=1), day + timedelta(days=days))


_LOOKED_AT: Final = {
    Event.SILENT: _silent,
    Event.OWED: _owed,
    Event.LESS: _less,
    Event.RETURNED: _returned,
}
