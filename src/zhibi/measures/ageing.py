"""What is open, since when it is due, and what of it is overdue.

Due on or after the day is not overdue; retention (质保金) that is not due yet stands apart from
both. Each open amount is in exactly one bucket, so that buckets add up to what is open.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from zhibi.measures.matching import Matching
from zhibi.measures.rows import fetch
from zhibi.measures.sales import to_accounts
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

# Bucket → the most days overdue that fall into it.
BUCKETS = {"days_1_30": 30, "days_31_60": 60, "days_61_90": 90, "days_91_180": 180}
LATE_BUCKETS = (*BUCKETS, "days_over_180")
ALL_BUCKETS = ("retention", "not_due", *LATE_BUCKETS)
MONEY = "decimal(38,4)"
# Of the overdue money of an account the oldest part that is no news: transfers in round sums leave
# a few hundred open for years.
CRUMBS = Decimal("0.05")


@dataclass(frozen=True, slots=True)
class Totals:
    """Money of all customers. `due` − `received` = `open` − `unapplied`, exactly; `received`
    counts bills, `cash` counts them from the day they mature."""

    due: Decimal
    received: Decimal
    cash: Decimal
    open: Decimal
    overdue: Decimal
    retention: Decimal
    unapplied: Decimal


def totals(tables: Tables, matching: Matching) -> Totals:
    """Credit notes lower what is due, money paid back lowers what was received."""
    debts, payments = matching.books.debts, matching.books.payments
    back = debts.filter(debts.is_paid_back)
    owed = debts.filter(~debts.is_paid_back)
    notes = payments.filter(~payments.is_receipt)
    receipts = payments.filter(payments.is_receipt)
    ripe = receipts.filter(receipts.cash_on <= tables.day)
    opened, late = matching.open, overdue_parts(tables, matching)
    held = opened.filter(opened.is_retention & (opened.due_on >= tables.day))
    returned = _sum(back)
    return Totals(
        due=_sum(owed) - _sum(notes),
        received=_sum(receipts) - returned,
        cash=_sum(ripe) - returned,
        open=_sum(opened),
        overdue=_sum(late),
        retention=_sum(held),
        unapplied=_sum(matching.unapplied),
    )


def _sum(rows: ir.Table) -> Decimal:
    found: Decimal = fetch(rows.agg(total=rows.amount.sum().fill_null(0).cast(MONEY)))[0]["total"]
    return found


def overdue_parts(tables: Tables, matching: Matching) -> ir.Table:
    """Open parts whose due day has passed."""
    return matching.open.filter(matching.open.due_on < tables.day)


def by_account(tables: Tables, matching: Matching, *, level: str) -> ir.Table:
    """One row an account with anything open or not applied: account_key, customer_id (one of
    its), open, overdue, each bucket, unapplied, oldest_due_on (of what is overdue, without
    CRUMBS), credit_limit."""
    opened, free = matching.open, matching.unapplied
    aged = opened.group_by("account_key").agg(
        any_id=opened.customer_id.min(),
        open=opened.amount.sum(),
        overdue=_money(opened, opened.due_on < tables.day),
        **_buckets(opened, tables.day),
    )
    rest = free.group_by("account_key").agg(
        free_id=free.customer_id.min(), unapplied=free.amount.sum()
    )
    aged = aged.left_join(_oldest(tables, matching), "account_key").drop("account_key_right")
    joined = aged.outer_join(rest, "account_key")
    limited = joined.mutate(
        account_key=joined.account_key.fill_null(joined.account_key_right),
        any_id=joined.any_id.fill_null(joined.free_id),
    ).drop("account_key_right", "free_id")
    limits = credit_limits(tables, level=level)
    found = limited.left_join(limits, "account_key").drop("account_key_right")
    sums = ("open", "overdue", "unapplied", *ALL_BUCKETS)
    whole = found.mutate(**{name: found[name].fill_null(0).cast(MONEY) for name in sums})
    return tables.keep(f"aged|{matching.key}", whole)


def _oldest(tables: Tables, matching: Matching) -> ir.Table:
    """Since when the overdue money of an account is due, crumbs left aside: account_key,
    oldest_due_on."""
    import ibis

    late = overdue_parts(tables, matching)
    days = late.group_by("account_key", "due_on").agg(amount=late.amount.sum().cast(MONEY))
    until = ibis.window(group_by="account_key", order_by="due_on", preceding=None, following=0)
    placed = days.mutate(
        so_far=days.amount.sum().over(until),
        whole=days.amount.sum().over(ibis.window(group_by="account_key")),
    )
    found = placed.filter(placed.so_far > placed.whole * CRUMBS)
    return found.group_by("account_key").agg(oldest_due_on=found.due_on.min())


def by_milestone(tables: Tables, matching: Matching) -> ir.Table:
    """One row a milestone: milestone (null where none is said), debts, open, overdue, buckets."""
    opened = matching.open
    return opened.group_by("milestone").agg(
        debts=opened.debt_n.nunique(),
        open=opened.amount.sum(),
        overdue=_money(opened, opened.due_on < tables.day),
        **_buckets(opened, tables.day),
    )


def bills(tables: Tables, matching: Matching) -> ir.Table:
    """Bills in hand that mature after the day, next first: customer_key, customer_id, payment_id,
    cash_on, amount."""
    payments = matching.books.payments
    return payments.filter(payments.is_receipt & (payments.cash_on > tables.day))


def credit_limits(tables: Tables, *, level: str) -> ir.Table:
    """What each account may owe: account_key, credit_limit; without those who have no limit."""
    customers = tables.customers
    known = customers.filter(customers.credit_limit > 0)
    return to_accounts(tables, known.select("customer_key", "credit_limit"), level=level)


def _buckets(opened: ir.Table, day: date) -> dict[str, ir.Scalar]:
    held = opened.is_retention & (opened.due_on >= day)
    found = {
        "retention": _money(opened, held),
        "not_due": _money(opened, ~held & (opened.due_on >= day)),
    }
    start = 0
    for name, days in BUCKETS.items():
        since, until = day - timedelta(days=days), day - timedelta(days=start + 1)
        found[name] = _money(opened, opened.due_on.between(since, until))
        start = days
    found["days_over_180"] = _money(opened, opened.due_on < day - timedelta(days=start))
    return found


def _money(rows: ir.Table, where: ir.BooleanValue) -> ir.DecimalScalar:
    return rows.amount.sum(where=where).fill_null(0).cast(MONEY)
