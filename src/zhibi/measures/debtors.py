"""Everything about what an account owes and how it pays, in one row; and whether to stop supplying.

A hold is suggested when an account owes more than its credit limit, or when its oldest overdue
money is later than `hold_days`. Late but safe is who is past those days, yet within the days by
which 90 % of the money of its kind has come, where that kind in the end paid 98 % of what fell due
more than a year ago (30 debts at least on either count): hospitals take 210 days and pay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zhibi.measures.ageing import by_account
from zhibi.measures.credit import standing
from zhibi.measures.lateness import FEW, behaviour, collected, paid_late, with_kind
from zhibi.measures.matching import Matching
from zhibi.measures.periods import trailing
from zhibi.measures.sales import accounts
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

OVER_LIMIT, TOO_LATE, SAFE = "over the credit limit", "overdue too long", "late but safe"
SAFE_SHARE, SAFE_DEBTS = 0.98, 30
SMALL = "few debts"


def debtors(
    tables: Tables, matching: Matching, *, months: int, hold_days: int, level: str
) -> ir.Table:
    """One row an account that owes, has paid, or has money not applied."""
    late = paid_late(tables, matching, trailing(tables.day, months))
    aged = by_account(tables, matching, level=level)
    credit = standing(tables, level=level, terms=matching.books.terms, months=months)
    known = accounts(tables).select("account_key", "customer_id", "name", "owner")
    own = behaviour(late, "account_key").drop("p90_days")
    named = matching.parts.group_by("account_key").agg(any_id=matching.parts.customer_id.min())
    rows = with_kind(tables, named)
    for other in (known, aged.drop("any_id"), own, credit.drop("debts")):
        rows = rows.left_join(other, "account_key").drop("account_key_right")
    found = rows.left_join(kinds(tables, matching, late), "kind").drop("kind_right")
    found = found.mutate(
        customer_id=found.customer_id.fill_null(found.any_id),
        name=found.name.fill_null(found.any_id),
        oldest_days=_days_since(tables, found),
        sample=(found.debts < FEW).ifelse(SMALL, None),
    )
    sums = [name for name, kind in found.schema().items() if kind.is_decimal()]
    sums.remove("credit_limit")
    found = found.mutate(**{name: found[name].fill_null(0) for name in sums})
    key = f"debtors|{matching.books.terms}|{months}|{hold_days}|{level}"
    return tables.keep(key, found.mutate(verdict=_verdict(found, hold_days)))


def kinds(tables: Tables, matching: Matching, late: ir.Table) -> ir.Table:
    """How each kind of customer pays: kind, kind_debts, kind_paid, kind_median, kind_p80,
    kind_p90, kind_on_time, kind_old_debts, kind_collected (of what fell due over a year ago)."""
    pays = behaviour(late, "kind")
    whole = collected(tables, matching).rename(old_kind="kind")
    joined = pays.left_join(whole, pays.kind == whole.old_kind)
    return joined.select(
        "kind",
        kind_debts="debts",
        kind_paid="paid",
        kind_median="median_days",
        kind_p80="p80_days",
        kind_p90="p90_days",
        kind_on_time="on_time_share",
        kind_old_debts="old_debts",
        kind_collected="collected",
    )


def _days_since(tables: Tables, rows: ir.Table) -> ir.IntegerColumn:
    import ibis

    return ibis.literal(tables.day).delta(rows.oldest_due_on, unit="day").cast("int64")


def _verdict(rows: ir.Table, hold_days: int) -> ir.StringColumn:
    import ibis

    is_late = rows.oldest_days > hold_days
    is_usual = (
        (rows.oldest_days <= rows.kind_p90)
        & (rows.kind_debts >= SAFE_DEBTS)
        & (rows.kind_old_debts >= SAFE_DEBTS)
        & (rows.kind_collected >= SAFE_SHARE)
    )
    return ibis.cases(
        (rows.open > rows.credit_limit, OVER_LIMIT),
        (is_late & is_usual.fill_null(False), SAFE),
        (is_late, TOO_LATE),
        else_=None,
    )
