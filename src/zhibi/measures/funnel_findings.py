"""What the customer funnel has to say: who should have signed, who fell back, what is wasted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from zhibi.measures.efforts import SAID
from zhibi.measures.life_stages import SIGNED, STAGES, TARGET
from zhibi.measures.rows import fetch
from zhibi.measures.target_list import Cohort
from zhibi.measures.wasted_effort import NOBODY
from zhibi.result import Column, Figure, Finding, Sentence, Severity, Subject, Table, Unit

if TYPE_CHECKING:
    import ibis.expr.types as ir

FEW = 10  # customers on a list; with fewer nothing is said against it
TOLD = 5  # customers of one kind, largest first


@dataclass(frozen=True, slots=True)
class Seen:
    """What the findings are about; `measure` says what shares of effort are taken of."""

    day: date
    period_months: int
    signing_months: int
    review_days: int
    accounts: ir.Table
    moves: Sequence[dict[str, Any]]
    compared_with: date
    targets: Cohort
    potentials: Cohort
    wasted: Table | None
    measure: str


def findings(seen: Seen) -> tuple[Finding, ...]:
    """Money first: late targets, open first payments, who fell back, then the lists themselves."""
    return (
        *_late(seen),
        *_unpaid(seen),
        *_fell_back(seen),
        *_due_for_review(seen),
        *_wasted(seen),
        *_hit_rate(seen),
        *_signed(seen),
    )


def _late(seen: Seen) -> Iterator[Finding]:
    """Targets whose expected month is past; those with a contract wait for money instead."""
    this_month = seen.day.replace(day=1)
    rows = seen.accounts
    targets = rows.filter((rows.stage == TARGET) & rows.contract_on.isnull())
    late = fetch(
        targets.filter(targets.expected_month < this_month).order_by(
            targets.expected_amount.fill_null(0).desc(), "customer_id"
        )
    )
    if not late:
        return
    first, amount = late[0], _expected(late)
    figures = {
        "n": Figure(len(late), Unit.COUNT),
        "targets": Figure(fetch(targets.agg(n=targets.count()))[0]["n"], Unit.COUNT),
        "amount": Figure(amount, Unit.MONEY),
        "name": Figure(first["name"], Unit.NAME),
        "own": Figure(first["expected_amount"], Unit.MONEY),
        "month": Figure(first["expected_month"], Unit.MONTH),
    }
    template = (
        "{n} of {targets} target customers without a contract were expected to sign by last month "
        "and have not, together {amount}; the largest is {name} with {own}, expected in {month}."
        if len(late) > 1
        else "{name} was expected to sign in {month} and has not; {own} depends on it."
    )
    yield Finding(
        code="customer_funnel.late",
        says=Sentence(template, figures),
        severity=Severity.NOW,
        cause_on=this_month,
        subject=_subject(first) if len(late) == 1 else None,
        action=Sentence(
            "Ask {name} this week what is missing and by when, or take it off the list.",
            {"name": figures["name"]},
        ),
        owner=first["owner"],
        stake=amount,
    )


def _unpaid(seen: Seen) -> Iterator[Finding]:
    """Contracts whose first payment is not in: not signed customers yet."""
    rows = seen.accounts
    waiting = rows.filter(rows.contract_on.notnull() & rows.signed_on.isnull())
    ordered = waiting.order_by(waiting.contract_amount.fill_null(0).desc(), "customer_id")
    for row in fetch(ordered.limit(TOLD)):
        figures = {
            "name": Figure(row["name"], Unit.NAME),
            "on": Figure(row["contract_on"], Unit.DATE),
            "days": Figure((seen.day - row["contract_on"]).days, Unit.COUNT),
            "contract": Figure(row["contract_amount"], Unit.MONEY),
        }
        template = (
            "{name} signed on {on}; {days:day|days} later the first payment is not in full."
            if row["contract_amount"] is None
            else "{name} signed for {contract} on {on}; {days:day|days} later the first payment "
            "is not in full."
        )
        yield Finding(
            code="customer_funnel.first_payment",
            says=Sentence(template, figures),
            severity=Severity.SOON,
            cause_on=row["contract_on"],
            subject=_subject(row),
            action=Sentence(
                "Ask {name} for the first payment before anything else is delivered.",
                {"name": figures["name"]},
            ),
            owner=row["owner"],
            stake=row["contract_amount"] or row["expected_amount"],
        )


def _fell_back(seen: Seen) -> Iterator[Finding]:
    """Who was a target, or nearer, and is not any more."""
    ranks = {name: at for at, name in enumerate(STAGES)}
    fell = [
        row
        for row in seen.moves
        if row["before"] in ranks and ranks[row["before"]] > ranks[row["stage"]]
    ]
    fell.sort(key=lambda row: (-(row["expected_amount"] or 0), row["customer_id"]))
    for row in fell[:TOLD]:
        figures = {
            "name": Figure(row["name"], Unit.NAME),
            "before": Figure(row["before"], Unit.TERM),
            "stage": Figure(row["stage"], Unit.TERM),
            "on": Figure(row["stage_on"], Unit.DATE),
            "amount": Figure(row["expected_amount"], Unit.MONEY),
        }
        yield Finding(
            code="customer_funnel.fell_back",
            says=Sentence(
                "{name} fell from {before} to {stage} on {on}; {amount} was expected of it."
                if row["expected_amount"]
                else "{name} fell from {before} to {stage} on {on}.",
                figures,
            ),
            severity=Severity.SOON,
            cause_on=row["stage_on"],
            subject=_subject(row),
            action=Sentence(
                "Write down what stopped {name}, and the day to ask again.",
                {"name": figures["name"]},
            ),
            owner=row["owner"],
            stake=row["expected_amount"],
        )


def _due_for_review(seen: Seen) -> Iterator[Finding]:
    rows = seen.accounts
    limit = seen.day - timedelta(days=seen.review_days)
    due = fetch(
        rows.filter((rows.stage < SIGNED) & (rows.reviewed_on < limit)).order_by(
            "reviewed_on", rows.expected_amount.fill_null(0).desc(), "customer_id"
        )
    )
    listed = fetch(rows.agg(n=(rows.stage < SIGNED).sum().fill_null(0)))[0]["n"]
    if not due:
        return
    first, amount = due[0], _expected(due)
    figures = {
        "n": Figure(len(due), Unit.COUNT),
        "listed": Figure(listed, Unit.COUNT),
        "days": Figure(seen.review_days, Unit.COUNT),
        "amount": Figure(amount, Unit.MONEY),
        "name": Figure(first["name"], Unit.NAME),
        "on": Figure(first["reviewed_on"], Unit.DATE),
    }
    yield Finding(
        code="customer_funnel.review",
        says=Sentence(
            "{n} of {listed:listed customer|listed customers} have not been judged again for more "
            "than {days:day|days}; {amount} is expected of them. {name} has waited longest, since "
            "{on}."
            if amount
            else "{n} of {listed:listed customer|listed customers} have not been judged again for "
            "more than {days:day|days}; {name} has waited longest, since {on}.",
            figures,
        ),
        severity=Severity.SOON,
        cause_on=first["reviewed_on"],
        action=Sentence("Judge each again this week: promote it, keep it with a date, or drop it."),
        owner=_only_owner(due),
        stake=amount or None,
    )


def _wasted(seen: Seen) -> Iterator[Finding]:
    if not seen.wasted or not seen.wasted.row_count:
        return
    keys = [column.key for column in seen.wasted.columns]
    people: list[dict[str, Any]] = [
        dict(zip(keys, row, strict=True)) for row in seen.wasted.all_rows()
    ]
    never, reached = (sum(row[key] for row in people) for key in ("never", "reached"))
    if not never:
        return
    unit = _column(seen.wasted, "never").unit
    first = people[0]
    figures = {
        "share": Figure(float(never) / float(never + reached), Unit.SHARE),
        "what": Figure(SAID[seen.measure], Unit.TERM),
        "never": Figure(never, unit),
        "whole": Figure(never + reached, unit),
        "months": Figure(seen.period_months, Unit.COUNT),
        "who": Figure(first["salesperson"], Unit.NAME),
        "own": Figure(first["share"], Unit.SHARE),
        "n": Figure(first["never_accounts"], Unit.COUNT),
    }
    template = (
        "{share} of the {what} of the last {months:month|months} ({never} of {whole}) went to "
        "customers who never became a target."
    )
    action = "Decide for each of these customers: judge it a target, or stop."
    if len(people) > 1 and first["salesperson"] != NOBODY:
        template = (
            "{share} of the {what} of the last {months:month|months} ({never} of {whole}) went to "
            "customers who never became a target; with {who} it is {own}, on "
            "{n:customer|customers}."
        )
    yield Finding(
        code="customer_funnel.wasted",
        says=Sentence(template, figures),
        severity=Severity.SOON,
        cause_on=seen.day.replace(day=1),
        action=Sentence(action),
        owner=first["salesperson"] or None,
        stake=never if unit is Unit.MONEY else None,
    )


def _hit_rate(seen: Seen) -> Iterator[Finding]:
    rate, base = seen.targets.hit_rate, seen.potentials.hit_rate
    if rate is None:
        return
    figures = {
        "n": Figure(seen.targets.followed, Unit.COUNT),
        "share": Figure(rate, Unit.SHARE),
        "months": Figure(seen.signing_months, Unit.COUNT),
        "base": Figure(base, Unit.SHARE),
        "others": Figure(seen.potentials.followed, Unit.COUNT),
    }
    is_beaten = base is not None and min(rate.n, base.n) >= FEW and rate.value <= base.value
    template = (
        "Of {n:customer|customers} listed as target, {share} signed within {months:month|months}."
    )
    if base is not None:
        template = (
            "Of {n:customer|customers} listed as target, {share} signed within "
            "{months:month|months}; of {others} listed as potential only, {base}."
        )
    if is_beaten:
        template = (
            "The list of targets does not pick who signs: {share} of {n:customer|customers} on it "
            "signed within {months:month|months}, of "
            "{others:potential customer|potential customers} {base}."
        )
    yield Finding(
        code="customer_funnel.hit_rate",
        says=Sentence(template, figures),
        severity=Severity.SOON if is_beaten else Severity.INFO,
        cause_on=seen.day.replace(day=1),
        action=Sentence("List as target only who wants it, can pay for it and decides soon.")
        if is_beaten
        else None,
    )


def _signed(seen: Seen) -> Iterator[Finding]:
    """Who signed lately out of the list, which is what the list is for."""
    signed = [row for row in seen.moves if row["stage"] == STAGES[SIGNED]]
    targets = [row for row in signed if row["before"] == STAGES[TARGET]]
    if not targets:
        return
    first = max(targets, key=lambda row: (row["net"] or 0, row["customer_id"]))
    figures = {
        "n": Figure(len(targets), Unit.COUNT),
        "since": Figure(seen.compared_with, Unit.DATE),
        "net": Figure(sum((row["net"] or Decimal(0) for row in targets), Decimal(0)), Unit.MONEY),
        "name": Figure(first["name"], Unit.NAME),
    }
    yield Finding(
        code="customer_funnel.signed",
        says=Sentence(
            "{n:target customer has|target customers have} signed since {since} and bought {net} "
            "so far, {name} the most.",
            figures,
        ),
        severity=Severity.GOOD,
        cause_on=seen.day.replace(day=1),
    )


def _expected(rows: Sequence[dict[str, Any]]) -> Decimal:
    return sum((row["expected_amount"] or Decimal(0) for row in rows), Decimal(0))


def _only_owner(rows: Sequence[dict[str, Any]]) -> str | None:
    """Who owns all of them; nobody when several do."""
    owners = {row["owner"] for row in rows}
    return owners.pop() if len(owners) == 1 else None


def _subject(row: dict[str, Any]) -> Subject:
    return Subject(row["customer_id"], row["name"])


def _column(table: Table, key: str) -> Column:
    return next(column for column in table.columns if column.key == key)
