"""What is to be said of debts and receipts: the findings, and how the figures were worked out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from zhibi.measures.ageing import Totals
from zhibi.measures.books import Books
from zhibi.measures.days_outstanding import DaysOutstanding
from zhibi.measures.debtors import OVER_LIMIT, SAFE, TOO_LATE
from zhibi.measures.expected_receipts import WEEKS, Expected, Record
from zhibi.measures.lateness import EVERYBODY, FEW
from zhibi.measures.margin import margin, net_of_margin
from zhibi.measures.periods import trailing
from zhibi.measures.receipts_ahead import total_of
from zhibi.measures.rows import fetch
from zhibi.measures.sales import by_account
from zhibi.result import Figure, Finding, Sentence, Severity, Subject, Unit
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

ACCOUNTS_TOLD, HOLDS_TOLD, SAFE_TOLD = 5, 3, 2
SOON_WEEKS = 4
WORTH = Decimal("0.005")  # of all that is overdue: less from one account is left to the table
SLOWER_DAYS = 10.0  # a change of days sales outstanding worth a word


@dataclass(frozen=True, slots=True)
class Told:
    """What the sentences draw on beside the accounts. `ripe`: bills by week, see `maturing`."""

    tables: Tables
    books: Books
    totals: Totals
    outstanding: DaysOutstanding
    expected: Expected | None
    record: Record | None
    ripe: list[Decimal]


def findings_of(
    told: Told, accounts: ir.Table, *, hold_days: int, level: str
) -> tuple[Finding, ...]:
    """What is overdue first, then whom to hold and whom to call, then what will come."""
    overdue = accounts.filter(accounts.overdue > 0)
    worth = overdue.filter(overdue.overdue >= told.totals.overdue * WORTH)
    ordered = worth.order_by(worth.overdue.desc(), "customer_id")
    over = accounts.filter(accounts.verdict == OVER_LIMIT)
    over = over.order_by((over.open.cast("float64") / over.limit_used).desc(), "customer_id")
    late, safe = (ordered.filter(ordered.verdict == word) for word in (TOO_LATE, SAFE))
    others = worth.filter(worth.verdict.isnull())
    # Whoever is later than it usually is comes before who pays as ever.
    is_usual = (others.oldest_days <= others.median_days).fill_null(False)
    others = others.order_by(is_usual, others.overdue.desc(), "customer_id")
    safe_rows = fetch(safe.limit(SAFE_TOLD))
    margins = _margins(told.tables, level) if safe_rows else {}
    return (
        *_summary(told, overdue, ordered),
        *(_over_limit(row, told.tables.day) for row in fetch(over.limit(HOLDS_TOLD))),
        *(_too_late(row, hold_days) for row in fetch(late.limit(HOLDS_TOLD))),
        *map(_overdue, fetch(others.limit(ACCOUNTS_TOLD))),
        *_ahead(told),
        *_slower(told),
        *_maturing(told),
        *(_safe(row, margins.get(row["account_key"])) for row in safe_rows),
        *_unapplied(told, accounts),
    )


def account_told(
    row: dict[str, Any], day: date, *, hold_days: int, margin_rate: float | None
) -> Finding | None:
    """What is most worth saying of one row of `zhibi.measures.debtors`; None where nothing is."""
    if row["verdict"] == OVER_LIMIT:
        return _over_limit(row, day)
    if not row["overdue"]:
        return None
    if row["verdict"] == TOO_LATE:
        return _too_late(row, hold_days)
    return _safe(row, margin_rate) if row["verdict"] == SAFE else _overdue(row)


def _summary(told: Told, overdue: ir.Table, ordered: ir.Table) -> tuple[Finding, ...]:
    first = fetch(ordered.limit(1))
    if not first:
        return ()
    says = Sentence(
        "{overdue} is overdue, {share} of the {open} owed; {n:customer owes|customers owe} four "
        "fifths of it, {name} the most ({most}).",
        {
            "overdue": Figure(told.totals.overdue, Unit.MONEY),
            "share": Figure(float(told.totals.overdue / told.totals.open), Unit.SHARE),
            "open": Figure(told.totals.open, Unit.MONEY),
            "n": Figure(_most_of(overdue), Unit.COUNT),
            "name": Figure(first[0]["name"], Unit.NAME),
            "most": Figure(first[0]["overdue"], Unit.MONEY),
        },
    )
    return (
        Finding(
            "receivables.overdue",
            says,
            Severity.SOON,
            told.tables.day.replace(day=1),
            stake=told.totals.overdue,
        ),
    )


def _most_of(overdue: ir.Table) -> int:
    """How many accounts, largest first, make four fifths of what is overdue."""
    import ibis

    order = [overdue.overdue.desc(), overdue.customer_id]
    before = ibis.window(order_by=order, preceding=None, following=0)
    placed = overdue.select(
        own=overdue.overdue,
        so_far=overdue.overdue.sum().over(before),
        whole=overdue.overdue.sum().over(ibis.window()),
    )
    needed = placed.filter(placed.so_far - placed.own < placed.whole * Decimal("0.8"))
    return int(needed.count().to_pyarrow().as_py())


def _of_account(row: dict[str, Any]) -> dict[str, Figure]:
    """The figures that sentences about one account share."""
    return {
        "name": Figure(row["name"], Unit.NAME),
        "overdue": Figure(row["overdue"], Unit.MONEY),
        "open": Figure(row["open"], Unit.MONEY),
        "days": Figure(row["oldest_days"], Unit.COUNT),
        "usual": Figure(row["median_days"], Unit.COUNT),
        "kind": Figure(row["kind"], Unit.TERM),
        "p90": Figure(row["kind_p90"], Unit.COUNT),
        "collected": Figure(row["kind_collected"], Unit.SHARE),
        "limit": Figure(row["credit_limit"], Unit.MONEY),
    }


def _finding(
    code: str, row: dict[str, Any], severity: Severity, texts: tuple[str, str], **more: Figure
) -> Finding:
    """About one account; `texts` are what is said and what is to be done."""
    figures = _of_account(row) | more
    says, action = texts
    return Finding(
        code=f"receivables.{code}",
        says=Sentence(says, figures),
        severity=severity,
        # The day its oldest overdue money fell due: it stays while the days go on.
        cause_on=row["oldest_due_on"] + timedelta(days=1),
        subject=Subject(row["customer_id"], row["name"]),
        action=Sentence(action, figures) if action else None,
        owner=row["owner"],
        stake=row["overdue"],
    )


def _over_limit(row: dict[str, Any], day: date) -> Finding:
    figures = _of_account(row) | {"excess": Figure(row["open"] - row["credit_limit"], Unit.MONEY)}
    return Finding(
        code="receivables.over_limit",
        says=Sentence(
            "{name} owes {open}, {excess} more than its credit limit of {limit}.", figures
        ),
        severity=Severity.NOW,
        cause_on=day.replace(day=1),
        subject=Subject(row["customer_id"], row["name"]),
        action=Sentence(
            "Deliver no more to {name} on credit until {excess} has come, or have the limit "
            "raised.",
            figures,
        ),
        owner=row["owner"],
        stake=row["open"] - row["credit_limit"],
    )


def _too_late(row: dict[str, Any], hold_days: int) -> Finding:
    says = (
        "{name} has owed {overdue} past its due day for up to {days:day|days}, longer than the "
        "{limit_days:day|days} after which to hold deliveries; nine tenths of the money of its "
        "kind ({kind}) come within {p90:day|days}."
    )
    if row["kind_p90"] is None or row["kind"] == EVERYBODY:
        says = (
            "{name} has owed {overdue} past its due day for up to {days:day|days}, longer than "
            "the {limit_days:day|days} after which to hold deliveries."
        )
    action = "Agree days of payment with {name} before anything more goes out on credit."
    limit_days = Figure(hold_days, Unit.COUNT)
    return _finding("hold", row, Severity.NOW, (says, action), limit_days=limit_days)


def _overdue(row: dict[str, Any]) -> Finding:
    says = "{name} owes {overdue} past its due day, the oldest for {days:day|days}."
    if row["median_days"] is not None and (row["debts"] or 0) >= FEW:
        says = (
            "{name} owes {overdue} past its due day, the oldest for {days:day|days}; its money "
            "usually comes {usual:day|days} late."
            if row["median_days"] > 0
            else "{name} owes {overdue} past its due day, the oldest for {days:day|days}; its "
            "money usually comes on time."
        )
    action = "Call {name} this week and get a day of payment for {overdue}."
    return _finding("late", row, Severity.SOON, (says, action))


def _safe(row: dict[str, Any], margin_rate: float | None) -> Finding:
    says = (
        "{name} owes {overdue} for up to {days:day|days} past its due day: long, but safe. Nine "
        "tenths of the money of its kind ({kind}) come within {p90:day|days}, and {collected} of "
        "what fell due over a year ago has come."
    )
    if margin_rate is not None:
        says = (
            "{name} owes {overdue} for up to {days:day|days} past its due day: long, but safe. "
            "Nine tenths of the money of its kind ({kind}) come within {p90:day|days}, and "
            "{collected} of what fell due over a year ago has come; its margin over 12 months is "
            "{margin}."
        )
    action = "Keep supplying {name}; ask its finance office for the month of payment."
    figure = Figure(margin_rate, Unit.SHARE)
    return _finding("safe", row, Severity.INFO, (says, action), margin=figure)


def _margins(tables: Tables, level: str) -> dict[Any, float]:
    """Margin of the last twelve months where cost is known, by account."""
    if not tables.has("cost"):
        return {}
    lines, period = tables.order_lines, trailing(tables.day, 12)
    sums = {"margin": margin(lines, period), "known": net_of_margin(lines, period)}
    rows = fetch(by_account(tables, sums, level=level, over=(period,)))
    return {
        row["account_key"]: float(row["margin"] / row["known"]) for row in rows if row["known"] > 0
    }


def _ahead(told: Told) -> tuple[Finding, ...]:
    if told.expected is None or not told.totals.open:
        return ()
    soon = float(told.expected.value[:SOON_WEEKS].sum())
    figures = {
        "total": Figure(total_of(told.expected), Unit.MONEY),
        "weeks": Figure(WEEKS, Unit.COUNT),
        "soon": Figure(_cents(soon), Unit.MONEY),
        "soon_weeks": Figure(SOON_WEEKS, Unit.COUNT),
        "due": Figure(_cents(float(told.expected.when_due.sum())), Unit.MONEY),
    }
    says = (
        "Of what is owed, {total} is expected in the next {weeks} weeks, {soon} of it in the next "
        "{soon_weeks}; by due days it would be {due}."
    )
    record = told.record
    if record and record.error_total is not None and record.error_total_when_due is not None:
        says = (
            "Of what is owed, {total} is expected in the next {weeks} weeks, {soon} of it in the "
            "next {soon_weeks}; by due days it would be {due}. At {cuts:past day|past days} such "
            "sums were off by {error} on average, those by due days by {error_due}."
        )
        figures |= {
            "cuts": Figure(len(record.cuts), Unit.COUNT),
            "error": Figure(record.error_total, Unit.SHARE),
            "error_due": Figure(record.error_total_when_due, Unit.SHARE),
        }
    month = told.tables.day.replace(day=1)
    return (Finding("receivables.ahead", Sentence(says, figures), Severity.INFO, month),)


def _slower(told: Told) -> tuple[Finding, ...]:
    now, before = told.outstanding.latest, told.outstanding.months[0].days
    if now is None or before is None or abs(now - before) < SLOWER_DAYS:
        return ()
    is_slower = now > before
    balance = told.outstanding.months[-1].balance
    tied = _cents(float(balance) * (1 - before / now)) if is_slower and now else None
    figures = {
        "now": Figure(round(now), Unit.COUNT),
        "before": Figure(round(before), Unit.COUNT),
        "tied": Figure(tied, Unit.MONEY),
    }
    says = (
        "{now} days of sales are owed, {before} a year ago: {tied} more is tied up."
        if is_slower
        else "{now} days of sales are owed, {before} a year ago."
    )
    return (
        Finding(
            "receivables.days_outstanding",
            Sentence(says, figures),
            Severity.SOON if is_slower else Severity.GOOD,
            told.tables.day.replace(day=1),
            stake=tied,
        ),
    )


def _maturing(told: Told) -> tuple[Finding, ...]:
    ripe, later = sum(told.ripe[:SOON_WEEKS], Decimal(0)), sum(told.ripe[SOON_WEEKS:], Decimal(0))
    if not ripe + later:
        return ()
    says = Sentence(
        "{ripe} of bills mature in the next {weeks} weeks, {later} after that: received, but not "
        "yet cash.",
        {
            "ripe": Figure(ripe, Unit.MONEY),
            "weeks": Figure(SOON_WEEKS, Unit.COUNT),
            "later": Figure(later, Unit.MONEY),
        },
    )
    action = Sentence("Finance: present the bills that mature, and plan cash without the others.")
    month = told.tables.day.replace(day=1)
    return (
        Finding("receivables.bills", says, Severity.INFO, month, action=action, stake=ripe + later),
    )


def _unapplied(told: Told, accounts: ir.Table) -> tuple[Finding, ...]:
    free = accounts.filter(accounts.unapplied > 0)
    first = fetch(free.order_by(free.unapplied.desc(), "customer_id").limit(1))
    if not first:
        return ()
    figures = {
        "unapplied": Figure(told.totals.unapplied, Unit.MONEY),
        "n": Figure(int(free.count().to_pyarrow().as_py()), Unit.COUNT),
        "name": Figure(first[0]["name"], Unit.NAME),
        "most": Figure(first[0]["unapplied"], Unit.MONEY),
    }
    says = Sentence(
        "{unapplied} from {n:customer|customers} pays nothing that is owed, {most} of it from "
        "{name}: prepayments, or receivables that are missing.",
        figures,
    )
    action = Sentence("Finance: ask {name} what its {most} was for.", figures)
    month = told.tables.day.replace(day=1)
    return (
        Finding(
            "receivables.unapplied",
            says,
            Severity.INFO,
            month,
            action=action,
            stake=told.totals.unapplied,
        ),
    )


def notes_of(told: Told) -> list[Sentence]:
    """How the figures were worked out."""
    said = [
        Sentence(
            "A receipt pays what the books say; the rest of it pays the oldest debt of the same "
            "legal entity first, whatever the contract. Credit notes lower the oldest debt; a "
            "receipt below zero is owed again. Due − received = open − not applied."
        ),
        Sentence(
            "Days sales outstanding: what is open, counted back over {over}, month by month.",
            {"over": Figure(told.outstanding.over, Unit.TERM)},
        ),
        Sentence(
            "Days late are weighted by amount, over money received only; what is still open is "
            "not in them. Fewer than {few} debts are marked as a small sample.",
            {"few": Figure(FEW, Unit.COUNT)},
        ),
        Sentence(
            "Credit standing: 40 points for how late money comes (none at 90 days), 30 for what "
            "is overdue now, 15 for the trend of the last twelve months, 15 for the credit limit "
            "used; what is not known is left out of the weights."
        ),
    ]
    if told.expected is None:
        said.append(
            Sentence("Too few debts have been paid so far to say when the open ones will be.")
        )
    else:
        said.append(_model(told.expected))
    return said


def _model(expected: Expected) -> Sentence:
    return Sentence(
        "Expected receipts: the weekly chance of payment by week of lateness, learnt from "
        "{n:paid debt|paid debts} with the open ones counted as not yet paid, each account's drawn "
        "towards its kind's by the weight of five debts. Money received against these chances: "
        "1st–7th of a month {q1} times, 8th–15th {q2}, 16th–23rd {q3}, 24th and later {q4}, four "
        "weeks before the Spring Festival {before}, in it {during} (1 where not known). Ranges "
        "are P10–P90 of 400 seeded draws in which each account pays its debts together.",
        {
            "n": Figure(expected.learnt_from, Unit.COUNT),
            **{
                name: Figure(factor, Unit.RATIO)
                for name, factor in zip(
                    ("q1", "q2", "q3", "q4", "before", "during"), expected.season, strict=True
                )
            },
        },
    )


def _cents(amount: float) -> Decimal:
    return Decimal(amount).quantize(Decimal("0.01"))
