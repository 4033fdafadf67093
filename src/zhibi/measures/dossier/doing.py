"""What we do for it: efforts by kind against what it buys, the steps of the sale, the last
contact."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from zhibi.measures.dossier.account import Account
from zhibi.measures.dossier.parts import (
    Part,
    known_figures,
    unknown,
    with_known_columns,
)
from zhibi.measures.efforts import SAID, measure_of, spent
from zhibi.measures.expectations import expectations
from zhibi.measures.rows import fetch, table_of_rows
from zhibi.result import Block, Column, Figure, Finding, Note, Sentence, Severity, Table, Unit

DO, TOUCHED = "What we do for it", "The way to an order, last steps"
SHOWN = 10
QUIET_DAYS = 90  # without a visit or call: told


def doing(account: Account) -> Part:
    """Efforts of twelve months, its share of all of them beside its share of sales."""
    tables = account.tables
    last = _last_contact(account)
    if last is None:
        return unknown(DO, account.why_no_rows("efforts"), "efforts")
    every = spent(tables, level=account.level, period=account.period, by=("kind",))
    own = fetch(
        every.filter(every.account_key == account.key).order_by(every.efforts.desc(), "kind")
    )
    by = measure_of(every)
    whole = fetch(every.agg(whole=every[by].sum().fill_null(0)))[0]["whole"]
    spent_here = sum((row[by] for row in own), Decimal(0))
    share = account.standing["share"] if account.standing else None
    if tables.is_scoped:  # of the reader's own customers it would be no share of ours
        share, whole = None, 0
    figures = known_figures(
        Figure(last["spent_on"], Unit.DATE, "Last contact"),
        Figure(last["kind"], Unit.NAME, "Kind of contact"),
        Figure(last["salesperson"], Unit.NAME, "By whom"),
        Figure(float(spent_here / whole) if whole else None, Unit.SHARE, "Share of our effort"),
        Figure(share, Unit.SHARE, "Share of our sales"),
    )
    blocks: list[Block] = [*figures]
    if own:
        blocks.append(_by_kind(own))
        measured = Figure(SAID[by], Unit.TERM)
        blocks.append(Note(Sentence("Shares of effort are of {measure}.", {"measure": measured})))
    if lately := _lately(account):
        blocks.append(lately)
    return Part(DO, tuple(blocks), _quiet(account, last))


def _last_contact(account: Account) -> dict[str, Any] | None:
    rows = account.rows_of("efforts", "spent_on")
    return rows[-1] if rows else None


def _by_kind(own: list[dict[str, Any]]) -> Table:
    rows = [
        {
            **row,
            "days": row["days"] if row["with_days"] else None,
            "cost": row["cost"] if row["with_cost"] else None,
        }
        for row in own
    ]
    columns = (
        Column("kind", "Kind", Unit.NAME),
        Column("efforts", "Efforts", Unit.COUNT, total=True),
        Column("days", "Days of work", Unit.QUANTITY, total=True),
        Column("cost", "Cost", Unit.MONEY, total=True),
        Column("last_on", "Last time", Unit.DATE),
    )
    return with_known_columns(table_of_rows(rows, "efforts", "What was done in 12 months", columns))


def _lately(account: Account) -> Table | None:
    """The last efforts that say more than that they were."""
    told = [row for row in account.rows_of("efforts", "spent_on") if row["note"]]
    if not told:
        return None
    columns = (
        Column("spent_on", "On", Unit.DATE),
        Column("kind", "Kind", Unit.NAME),
        Column("salesperson", "By whom", Unit.NAME),
        Column("note", "Note", Unit.NAME),
    )
    table = table_of_rows(told[: -SHOWN - 1 : -1], "lately", "What was noted lately", columns)
    return with_known_columns(table)


def touching(account: Account) -> Part:
    """Its last touches, newest first."""
    rows = account.rows_of("touches", "touched_on")
    if not rows:
        return unknown(TOUCHED, account.why_no_rows("touches"), "touches")
    columns = (
        Column("touched_on", "On", Unit.DATE),
        Column("step", "Step taken", Unit.NAME),
        Column("channel", "By way of", Unit.NAME),
        Column("salesperson", "By whom", Unit.NAME),
    )
    table = table_of_rows(rows[: -SHOWN - 1 : -1], "touches", "The last touches", columns)
    return Part(TOUCHED, (with_known_columns(table),))


def _quiet(account: Account, last: dict[str, Any]) -> tuple[Finding, ...]:
    """Nobody has been in touch for long."""
    on: date = last["spent_on"]
    days = (account.tables.day - on).days
    stake = account.net or _expected(account)
    if days <= QUIET_DAYS or not stake or stake <= 0:
        return ()
    figures = {
        "name": Figure(account.name, Unit.NAME),
        "days": Figure(days, Unit.COUNT),
        "kind": Figure(last["kind"] or "–", Unit.NAME),
        "on": Figure(on, Unit.DATE),
        "stake": Figure(stake, Unit.MONEY),
    }
    template = (
        "Nobody has been in touch with {name} for {days:day|days}; the last was {kind} on {on}. "
        "It bought {stake} in the last 12 months."
        if account.net
        else "Nobody has been in touch with {name} for {days:day|days}; the last was {kind} on "
        "{on}. It is expected to buy {stake}."
    )
    return (
        Finding(
            code="account_review.no_contact",
            says=Sentence(template, figures),
            severity=Severity.SOON,
            cause_on=on,
            subject=account.subject,
            action=Sentence("Call {name} this week and agree the day of a visit.", figures),
            owner=account.owner,
            stake=stake,
        ),
    )


def _expected(account: Account) -> Decimal | None:
    said = expectations(account.tables, level=account.level).get(account.key)
    return said.amount if said else None
