"""What it owes, how late it pays, and what of it will come in."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from zhibi.measures.ages_shown import ages_chart
from zhibi.measures.debtors import debtors
from zhibi.measures.debts_told import account_told
from zhibi.measures.dossier.account import Account
from zhibi.measures.dossier.parts import NO_LIST, NOT_IN_LIST, Part, known_figures, unknown
from zhibi.measures.expected_receipts import expect_of
from zhibi.measures.matching import match
from zhibi.measures.payment import TERMS
from zhibi.measures.rows import fetch
from zhibi.measures.signing import has_payments
from zhibi.result import Block, Figure, Finding, Note, Sentence, Severity, Unit

OWES = "What it owes and how it pays"
MONTHS, HOLD_DAYS = 24, 90  # as in receivables


def owing(account: Account) -> Part:
    """Open and overdue money, its habit of payment and the next thirteen weeks."""
    tables = account.tables
    if not has_payments(tables):
        return unknown(OWES, NO_LIST, "receivables")
    matching = match(tables, terms=TERMS, level=account.level)
    everybody = debtors(tables, matching, months=MONTHS, hold_days=HOLD_DAYS, level=account.level)
    found = fetch(everybody.filter(everybody.account_key == account.key))
    if not found:
        return unknown(OWES, NOT_IN_LIST, "receivables")
    (row,) = found
    expected = expect_of(tables, matching, account.key, months=MONTHS)
    figures = known_figures(
        Figure(row["open"], Unit.MONEY, "Still owed"),
        Figure(row["overdue"], Unit.MONEY, "Overdue"),
        Figure(row["oldest_days"], Unit.DAYS, "Oldest overdue"),
        Figure(row["median_days"], Unit.DAYS, "Usually late by"),
        Figure(row["on_time_share"], Unit.SHARE, "Paid on time"),
        Figure(row["score"], Unit.SCORE, "Credit standing"),
        Figure(row["credit_limit"], Unit.MONEY, "Credit limit"),
        Figure(expected, Unit.MONEY, "Expected in 13 weeks"),
    )
    blocks: list[Block] = [*figures]
    if row["open"]:
        blocks.append(ages_chart(row))
    if expected:
        blocks.append(
            Note(
                Sentence(
                    "Expected is what habits of payment let hope for, 8 times in 10 within the "
                    "range; receivables shows how such expectations fared."
                )
            )
        )
    if matching.books.is_derived:
        blocks.append(
            Note(
                Sentence(
                    "There are no receivables in the data: what is owed is derived from orders, "
                    "due {terms:day|days} after each.",
                    {"terms": Figure(TERMS, Unit.COUNT)},
                )
            )
        )
    told = account_told(row, tables.day, hold_days=HOLD_DAYS, margin_rate=_margin_rate(account))
    return Part(OWES, tuple(blocks), (_as_usual(told, row),) if told else ())


def _as_usual(told: Finding, row: dict[str, Any]) -> Finding:
    """Whoever is no later than it usually is is no news."""
    if told.code != "receivables.late" or row["median_days"] is None:
        return told
    is_usual = row["oldest_days"] <= row["median_days"]
    return replace(told, severity=Severity.INFO) if is_usual else told


def _margin_rate(account: Account) -> float | None:
    standing = account.standing
    if standing is None or not account.tables.has("cost") or not standing["net_of_margin"]:
        return None
    return float(standing["margin"] / standing["net_of_margin"])
