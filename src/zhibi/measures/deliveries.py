"""What was promised for a day, and when it came.

A delivery is all that one account was promised for one day and got on one day; lines above zero
only, so that a return is no delivery. It is on time when it came on the promised day or before,
late when it came after, and open when it has not come though the day is over. What was promised
longer than `unknown_after` days ago and has no day of delivery is unknown: nobody waits that long,
the day was not entered.

As-of safe: a delivery after the as-of day has not come yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from zhibi.measures.periods import Period
from zhibi.measures.rows import fetch
from zhibi.measures.sales import to_accounts, within
from zhibi.result import Estimate
from zhibi.stats.proportions import wilson
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

ON_TIME, LATE, OPEN, UNKNOWN = "on time", "late", "open and late", "unknown"
GRAIN = ("promised", "delivered", "category")


@dataclass(frozen=True, slots=True)
class Service:
    """Everything delivered or due in a period. `share` is None when nothing was."""

    share: Estimate | None  # on time
    late: int
    median_late: float | None
    p90_late: float | None
    unknown: int  # promised long ago, without a day of delivery
    unpromised: float  # share of sales without a promised day


def deliveries(tables: Tables, period: Period, *, level: str, unknown_after: int) -> ir.Table:
    """Deliveries promised for a period, by account and category: `promised`, `delivered` (null
    where not yet), `amount`, `state` and the days late (`late`, up to now where open)."""
    import ibis

    lines = tables.order_lines
    lines = lines.filter(lines.promised_date.between(period.start, period.end) & (lines.amount > 0))
    has_come = lines.delivered_date <= tables.day
    lines = lines.mutate(
        promised=lines.promised_date,
        delivered=ibis.ifelse(has_come, lines.delivered_date, ibis.null("date")),
    )
    sums = lines.group_by("customer_key", *GRAIN).agg(amount=lines.amount.sum())
    found = to_accounts(tables, sums, level=level, by=GRAIN)
    return _judged(found, tables, unknown_after)


def _judged(found: ir.Table, tables: Tables, unknown_after: int) -> ir.Table:
    import ibis

    today = ibis.literal(tables.day, type="date")
    came = found.delivered.fill_null(today)
    found = found.mutate(late=ibis.greatest(came.delta(found.promised, unit="day"), 0))
    has_come = found.delivered.notnull()
    state = ibis.cases(
        (has_come & (found.late == 0), ON_TIME),
        (has_come, LATE),
        (found.late > unknown_after, UNKNOWN),
        (found.late > 0, OPEN),
    )  # promised for today and not there yet: no state
    return found.mutate(state=state)


def whole_deliveries(found: ir.Table) -> ir.Table:
    """The same with all categories of a delivery as one."""
    return found.group_by("account_key", "promised", "delivered", "late", "state").agg(
        amount=found.amount.sum()
    )


def rated(found: ir.Table, by: tuple[str, ...]) -> ir.Table:
    """Deliveries by some columns: how many were judged, on time, late and open, and how late (the
    median and the 90th percentile of the days of those that came late)."""
    judged = found.filter(found.state.isin([ON_TIME, LATE, OPEN]))
    is_late = judged.state == LATE
    days = judged.late.cast("float64")
    return judged.group_by(*by).agg(
        deliveries=judged.count(),
        on_time=(judged.state == ON_TIME).sum(),
        late=is_late.sum(),
        open=(judged.state == OPEN).sum(),
        median_late=days.quantile(0.5, where=is_late),
        p90_late=days.quantile(0.9, where=is_late),
        amount_late=judged.amount.sum(where=judged.state != ON_TIME).fill_null(0),
    )


def service_of(tables: Tables, found: ir.Table, period: Period) -> Service:
    """The same over all accounts; `found`: whole deliveries."""
    unknown = fetch(found.agg(n=(found.state == UNKNOWN).sum().fill_null(0)))[0]["n"]
    lines = tables.order_lines
    lines = lines.filter(within(lines, period) & (lines.amount > 0))
    promised = lines.amount.sum(where=lines.promised_date.notnull()).fill_null(0)
    sums = lines.agg(every=lines.amount.sum().fill_null(0), promised=promised)
    sales = fetch(tables.bring(sums))[0]
    unpromised = float(1 - sales["promised"] / sales["every"]) if sales["every"] else 0.0
    for row in fetch(rated(found.mutate(every=0), ("every",))):
        return Service(
            share=wilson(row["on_time"], row["deliveries"]),
            late=row["late"],
            median_late=row["median_late"],
            p90_late=row["p90_late"],
            unknown=unknown,
            unpromised=unpromised,
        )
    return Service(None, 0, None, None, unknown, unpromised)
