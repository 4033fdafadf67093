"""How late money comes: days from the due day to the receipt, weighted by amount.

Of the money received in a period: the median and P80 of its days late (before the due day is
below zero) and the share that came by its due day. Money still open is not in it, so that an
account that has stopped paying looks better than it is: read the overdue beside it. Cleared by
credit notes is not paid.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from zhibi.measures.compared import alike_by
from zhibi.measures.matching import Matching
from zhibi.measures.periods import Period, months_before
from zhibi.measures.sales import accounts
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

FEW = 5  # debts; below, an account's habit is hardly known
QUANTILES = {"median_days": Decimal("0.5"), "p80_days": Decimal("0.8"), "p90_days": Decimal("0.9")}
EVERYBODY = "all customers"


def paid_late(tables: Tables, matching: Matching, period: Period) -> ir.Table:
    """The money received in a period for debts: account_key, debt_n, received_on,
    days_late, amount, kind."""
    paid = matching.paid
    paid = paid.filter(~paid.is_paid_back & paid.received_on.between(period.start, period.end))
    rows = paid.select(
        "account_key",
        "debt_n",
        "received_on",
        "amount",
        days_late=paid.received_on.delta(paid.due_on, unit="day").cast("int64"),
    )
    return tables.keep(f"paid_late|{period}|{matching.key}", with_kind(tables, rows))


def with_kind(tables: Tables, rows: ir.Table) -> ir.Table:
    """Rows with the kind of customer payment habits are shared in: its industry where the data
    has one, else its kind, else all customers."""
    import ibis

    column = alike_by(tables, "auto")
    if column is None:
        return rows.mutate(kind=ibis.literal(EVERYBODY))
    known = tables.keep("kinds_of_accounts", accounts(tables).select("account_key", kind=column))
    joined = rows.left_join(known, "account_key").drop("account_key_right")
    return joined.mutate(kind=joined.kind.fill_null(EVERYBODY))


def behaviour(late: ir.Table, by: str) -> ir.Table:
    """By account_key or kind: debts (how many were paid, in part or whole), paid, on_time_share,
    mean_days, median_days, p80_days, p90_days."""
    import ibis

    days = late.group_by(by, "days_late").agg(amount=late.amount.sum().cast("decimal(38,4)"))
    so_far = ibis.window(group_by=by, order_by="days_late", preceding=None, following=0)
    whole = ibis.window(group_by=by)
    placed = days.mutate(so_far=days.amount.sum().over(so_far), whole=days.amount.sum().over(whole))
    found = placed.group_by(by).agg(
        paid=placed.amount.sum(),
        on_time=placed.amount.sum(where=placed.days_late <= 0).fill_null(0),
        day_money=(placed.amount * placed.days_late).sum(),
        **{name: _at(placed, level) for name, level in QUANTILES.items()},
    )
    counted = late.group_by(by).agg(debts=late.debt_n.nunique())
    joined = found.join(counted, by)
    paid = joined.paid.cast("float64")
    return joined.mutate(
        on_time_share=joined.on_time.cast("float64") / paid,
        mean_days=joined.day_money.cast("float64") / paid,
    ).drop("on_time", "day_money")


def _at(placed: ir.Table, level: Decimal) -> ir.IntegerScalar:
    """The fewest days late that so much of the money stays within."""
    share = placed.whole * level
    return placed.days_late.min(where=placed.so_far >= share)


def collected(tables: Tables, matching: Matching) -> ir.Table:
    """By kind, of the money that fell due more than a year ago: kind, asked, share (received or
    credited since), debts."""
    parts = matching.parts
    old = parts.filter(parts.debt_n.notnull() & (parts.due_on <= months_before(tables.day, 12)))
    rows = with_kind(tables, old)
    found = rows.group_by("kind").agg(
        old_debts=rows.debt_n.nunique(),
        asked=rows.amount.sum(),
        came=rows.amount.sum(where=rows.payment_n.notnull()).fill_null(0),
    )
    return found.mutate(collected=found.came.cast("float64") / found.asked.cast("float64"))
