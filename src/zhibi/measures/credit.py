"""Credit standing (信用) from 0 to 100: how an account pays, as a seller on credit should see it.

    criterion     weight   100 points            0 points                unknown when
    lateness        40     paid by the due day   90 days late            nothing ever received
    overdue now     30     nothing overdue       all that is due is      nothing ever fell due
    trend           15     30 days sooner        30 days later           < 3 debts paid in a half
    limit used      15     up to 70 %            130 % and more          no credit limit

Lateness is the median of the money received in the last `months`, leaning on the median of the
account's kind as if five more debts had been paid so. Trend is the mean days late of the last
twelve months less that of the months before, so that seasons fall out of it. Points are linear in
between; a criterion that is unknown is left out of the weights, never counted as 0, and an account
with neither lateness nor overdue has no standing.

The scale is about money and time, not about safety: a hospital that pays all it owes after 200
days stands low here. Whether to stop deliveries is asked in `zhibi.measures.debtors`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zhibi.measures.ageing import by_account
from zhibi.measures.lateness import behaviour, paid_late, with_kind
from zhibi.measures.matching import Matching, match
from zhibi.measures.payment import TERMS
from zhibi.measures.periods import months_before, trailing
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

WEIGHTS = {"lateness": 40.0, "overdue": 30.0, "trend": 15.0, "limit": 15.0}
MONTHS, RECENT_MONTHS = 24, 12
WORST_DAYS, WORST_TREND = 90.0, 30.0
FULL_LIMIT, NO_LIMIT = 0.7, 1.3  # share of the limit that still earns, and no longer earns, points
PRIOR, FEWEST = 5.0, 3  # debts


def standing(tables: Tables, *, level: str, terms: int = TERMS, months: int = MONTHS) -> ir.Table:
    """One row an account that owes or has paid: account_key, score (0–100, null where unknown),
    debts (how many were paid in the months), and of each criterion its raw value and points:
    lateness_days, lateness_points, overdue_share, overdue_points, trend_days, trend_points,
    limit_used, limit_points.

    ZhibiError when there are neither receivables nor receipts.
    """
    matching = match(tables, terms=terms, level=level)
    found = _raw(tables, matching, months=months, level=level)
    points = found.mutate(
        lateness_points=_falling(found.lateness_days, 0.0, WORST_DAYS),
        overdue_points=_falling(found.overdue_share, 0.0, 1.0),
        trend_points=_falling(found.trend_days, -WORST_TREND, WORST_TREND),
        limit_points=_falling(found.limit_used, FULL_LIMIT, NO_LIMIT),
    )
    scored = points.mutate(score=_score(points))
    return tables.keep(f"credit|{level}|{terms}|{months}", scored)


def _raw(tables: Tables, matching: Matching, *, months: int, level: str) -> ir.Table:
    """The criteria before they are points."""
    late = paid_late(tables, matching, trailing(tables.day, months))
    aged = by_account(tables, matching, level=level)
    own, kinds = behaviour(late, "account_key"), behaviour(late, "kind")
    everybody = matching.parts.select("account_key").distinct()
    fell_due = matching.parts.filter(matching.parts.due_on < tables.day)
    due = fell_due.select("account_key", has_due=True).distinct()
    joined = (
        with_kind(tables, everybody)
        .left_join(own.select("account_key", "debts", own="median_days"), "account_key")
        .drop("account_key_right")
        .left_join(kinds.select("kind", of_kind="median_days"), "kind")
        .drop("kind_right")
        .left_join(aged.select("account_key", "open", "overdue", "credit_limit"), "account_key")
        .drop("account_key_right")
        .left_join(due, "account_key")
        .drop("account_key_right")
        .left_join(_trend(tables, late), "account_key")
        .drop("account_key_right")
    )
    money = {name: joined[name].fill_null(0).cast("float64") for name in ("open", "overdue")}
    owed = money["open"].nullif(0)
    debts = joined.debts.cast("float64")
    return joined.select(
        "account_key",
        "trend_days",
        debts=joined.debts.fill_null(0),
        lateness_days=(debts * joined.own + PRIOR * joined.of_kind) / (debts + PRIOR),
        overdue_share=joined.has_due.ifelse((money["overdue"] / owed).fill_null(0), None),
        limit_used=money["open"] / joined.credit_limit.cast("float64"),
    )


def _trend(tables: Tables, late: ir.Table) -> ir.Table:
    """Mean days late lately less before, where either has a few debts."""
    cut = months_before(tables.day, RECENT_MONTHS)
    lately = behaviour(late.filter(late.received_on > cut), "account_key")
    before = behaviour(late.filter(late.received_on <= cut), "account_key")
    both = lately.filter(lately.debts >= FEWEST).join(
        before.filter(before.debts >= FEWEST), "account_key"
    )
    return both.select("account_key", trend_days=both.mean_days - both.mean_days_right)


def _falling(value: ir.FloatingColumn, best: float, worst: float) -> ir.FloatingColumn:
    """100 up to `best`, 0 from `worst` on, linear in between."""
    share = (worst - value) / (worst - best)
    return share.clip(0.0, 1.0) * 100


def _score(rows: ir.Table) -> ir.FloatingColumn:
    """The weighted mean of the points there are."""
    import ibis

    points = {name: rows[f"{name}_points"] for name in WEIGHTS}
    weight = sum(
        (points[name].notnull().ifelse(one, 0.0) for name, one in WEIGHTS.items()),
        ibis.literal(0.0),
    )
    total = sum(
        (points[name].fill_null(0) * one for name, one in WEIGHTS.items()), ibis.literal(0.0)
    )
    is_known = points["lateness"].notnull() | points["overdue"].notnull()
    return is_known.ifelse(total / weight, None)
