"""When it orders: its last order against its usual interval, and the next one expected."""

from __future__ import annotations

from typing import Any

from zhibi.measures.dossier.account import Account
from zhibi.measures.dossier.parts import NO_ORDER, Part, known_figures, unknown
from zhibi.measures.rhythm import AMBER, ON_RHYTHM, RED, STATUSES, Rule
from zhibi.measures.rows import fetch
from zhibi.measures.sales import accounts
from zhibi.measures.silence_told import silence_told
from zhibi.measures.watched import Watched, watch, with_stopped
from zhibi.result import Figure, Finding, Unit

ORDERS = "When it orders"
MONTHS = 36  # history the usual interval is learnt from, as in purchase-rhythm


def ordering(account: Account) -> Part:
    """Its rhythm as purchase-rhythm sees it."""
    if account.order_span is None:
        return unknown(ORDERS, NO_ORDER, "order_lines")
    first, last = account.order_span
    watched = watch(account.tables, Rule(), months=MONTHS, level=account.level)
    row = _row(account, watched)
    if row is None:
        figures = known_figures(
            Figure(first, Unit.DATE, "First order"), Figure(last, Unit.DATE, "Last order")
        )
        return Part(ORDERS, figures)
    is_due = row["status"] == ON_RHYTHM
    figures = known_figures(
        Figure(first, Unit.DATE, "First order"),
        Figure(last, Unit.DATE, "Last order"),
        Figure(row["since"], Unit.DAYS, "Open days since"),
        Figure(row["usual"], Unit.DAYS, "Usual interval"),
        Figure(row["gap_count"], Unit.COUNT, "Earlier gaps"),
        Figure(STATUSES[row["status"]], Unit.TERM, "Rhythm"),
        Figure(row["expected_on"] if is_due else None, Unit.DATE, "Expected on"),
        Figure(row["expected_from"] if is_due else None, Unit.DATE, "Earliest"),
        Figure(row["expected_to"] if is_due else None, Unit.DATE, "Latest"),
    )
    return Part(ORDERS, figures, _silence(account, watched, row))


def _row(account: Account, watched: Watched) -> dict[str, Any] | None:
    rows = watched.accounts
    own = rows.filter((rows.account_key == account.key) & rows.status.notnull())
    found = fetch(own.join(accounts(account.tables), "account_key"))
    return found[0] if found else None


def _silence(account: Account, watched: Watched, row: dict[str, Any]) -> tuple[Finding, ...]:
    """Its silence with what it stopped buying, where it is past its thresholds."""
    if row["status"] not in (AMBER, RED):
        return ()
    rows = watched.accounts
    own = rows.filter(rows.account_key == account.key).join(accounts(account.tables), "account_key")
    told = silence_told(with_stopped(account.tables, watched, own)[0])
    return (told,) if told.stake else ()
