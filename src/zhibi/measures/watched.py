"""Every account with its rhythm and its sales: what lists of warnings are made from."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from zhibi.measures.order_days import Known, order_days
from zhibi.measures.periods import Period, trailing
from zhibi.measures.rhythm import AMBER, STATUSES, Rhythm, Rule, rhythm, segments
from zhibi.measures.rows import fetch
from zhibi.measures.sales import accounts, by_account, net_sales
from zhibi.measures.stopped import stopped_products
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

LOOKED_INTO = 200  # accounts, largest first, whose products are looked at


@dataclass(frozen=True, slots=True)
class Watched:
    """`accounts` has one row an account with sales ever: sales of the last twelve months (`net`)
    and of the period, and the rhythm where it has one; the arrays behind it are in `rhythm`."""

    period: Period
    months: int
    level: str
    rule: Rule
    known: Known
    rhythm: Rhythm
    accounts: ir.Table


def watch(tables: Tables, rule: Rule, *, months: int, level: str) -> Watched:
    """The rhythm of every account on the as-of day, from the months before it."""
    period = trailing(tables.day, months)
    days = order_days(tables, period, level=level)
    known = days.known(period)
    now = rhythm(known, period, segments(tables, days.keys), rule)
    lines = tables.order_lines
    sums = {
        "net": net_sales(lines, trailing(tables.day, 12)),
        "net_of_period": net_sales(lines, period),
    }
    summed = by_account(tables, sums, level=level)
    joined = summed.left_join(_as_table(known, now), "account_key").drop("account_key_right")
    kept = tables.keep(f"watched|{rule}|{months}|{level}", joined)
    return Watched(period, months, level, rule, known=known, rhythm=now, accounts=kept)


def _as_table(known: Known, now: Rhythm) -> ir.Table:
    import ibis
    import pyarrow as pa

    def dates(numbers: Any) -> Any:
        return pa.array(numbers.astype("datetime64[D]"))

    calendar = known.order_days.calendar
    crossed = np.where(now.status == AMBER, now.amber, now.red)
    arrays = {
        "account_key": known.order_days.keys,
        "account_at": np.arange(len(known.order_days.keys)),
        "status": now.status,
        "since": now.since,
        "since_calendar": now.since_calendar,
        "usual": now.usual,
        "amber": now.amber,
        "red": now.red,
        "gap_count": now.gap_count,
        "regularity": now.usual / np.maximum(now.amber, now.usual),
        "last_on": dates(now.last),
        "crossed_on": dates(calendar.nth_open_day(now.last, crossed + 1)),
        "expected_on": dates(calendar.nth_open_day(now.last, now.usual)),
        "expected_from": dates(calendar.nth_open_day(now.last, now.early)),
        "expected_to": dates(calendar.nth_open_day(now.last, now.amber)),
    }
    return ibis.memtable(pa.table(arrays))


def of_status(tables: Tables, watched: Watched, *statuses: int) -> ir.Table:
    """Accounts of some statuses with their names, largest sales first."""
    rows = watched.accounts
    found = rows.filter(rows.status.isin(statuses)).join(accounts(tables), "account_key")
    return found.order_by(found.net.desc(), found.net_of_period.desc(), "customer_id")


def by_status(watched: Watched) -> dict[int | None, dict[str, Any]]:
    """Accounts and sales by status; None for accounts without an order in the period."""
    rows = watched.accounts
    grouped = rows.group_by("status").agg(accounts=rows.count(), net=rows.net.sum())
    return {row["status"]: row for row in fetch(grouped)}


def with_stopped(tables: Tables, watched: Watched, flagged: ir.Table) -> list[dict[str, Any]]:
    """The largest of some accounts with what they stopped buying; largest stake first."""
    rows = fetch(flagged.limit(LOOKED_INTO))
    found = stopped_products(
        tables,
        [row["account_key"] for row in rows],
        months=watched.months,
        level=watched.level,
        rule=watched.rule,
    )
    for row in rows:
        own = [one for one in found if one.account_key == row["account_key"]]
        went_first = [one for one in own if one.went_first]
        what = went_first or [one for one in own if one.is_red] or own
        row["stopped"] = tuple(one.product for one in what)
        # Nothing regular is missing by itself: what is in doubt is the whole customer.
        row["stake"] = sum((one.net for one in what), Decimal(0)) if what else row["net"]
        gaps = watched.known.gaps_of(row["account_at"])
        row["longer_count"] = int((gaps > row["since"]).sum())
        row["status"] = STATUSES[row["status"]]
    return sorted(rows, key=lambda row: (-row["stake"], row["customer_id"]))
