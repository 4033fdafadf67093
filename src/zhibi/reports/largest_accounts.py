"""The largest accounts on one page: what they buy, and what else is known of each."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from zhibi.measures.contribution import Account as Left
from zhibi.measures.monthly import growth, monthly_by_account
from zhibi.measures.retention_list import RetentionList
from zhibi.measures.rhythm import STATUSES
from zhibi.measures.rows import fetch, table_of_rows
from zhibi.methods.concentration import Concentration
from zhibi.methods.purchase_rhythm import PurchaseRhythm
from zhibi.methods.receivables import Receivables
from zhibi.methods.satisfaction import Satisfaction
from zhibi.reports.cut import TOP, known
from zhibi.result import Column, Row, Table, Unit
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

MONTHS = 12

BOUGHT = (
    Column("name", "Customer", Unit.NAME),
    Column("industry", "Industry", Unit.NAME),
    Column("kind", "Kind of customer", Unit.NAME),
    Column("class", "Class", Unit.TERM),
    Column("net", "Sales", Unit.MONEY, total=True),
    Column("share", "Share", Unit.SHARE),
    Column("growth", "Growth", Unit.CHANGE),
    Column("months", "By month", Unit.TREND),
    Column("since", "Open days since", Unit.DAYS),
    Column("usual", "Usual interval", Unit.DAYS),
    Column("status", "Rhythm", Unit.TERM),
    Column("stopped", "Stopped buying", Unit.NAMES),
)
STANDING = (
    Column("name", "Customer", Unit.NAME),
    Column("owner", "Owner", Unit.NAME),
    Column("overdue", "Overdue", Unit.MONEY, total=True),
    Column("oldest_days", "Oldest overdue", Unit.DAYS),
    Column("left", "What is left", Unit.MONEY, total=True),
    Column("left_rate", "Left of net sales", Unit.SHARE),
    Column("content", "Content", Unit.SHARE),
    Column("answers", "Answers", Unit.COUNT),
    Column("chance", "Chance to stop", Unit.SHARE),
    Column("at_stake", "At stake", Unit.MONEY, total=True),
)


def records(table: Table) -> list[dict[str, Any]]:
    """All rows of a table, by the keys of its columns."""
    keys = [column.key for column in table.columns]
    return [dict(zip(keys, row, strict=True)) for row in table.all_rows()]


def bought(tables: Tables, held: Concentration, rhythm: PurchaseRhythm) -> Table:
    """The largest accounts, each with its trend, its rhythm and what it stopped buying."""
    top = records(held.ranking)[:TOP]
    watched = {row["customer_id"]: row for row in fetch(_watched(rhythm, top))}
    keys = [watched[row["customer_id"]]["account_key"] for row in top]
    months = monthly_by_account(tables, keys, months=MONTHS, level="group")
    stopped = {row["customer_id"]: row["stopped"] for row in records(rhythm.beyond)}
    rows = []
    for row in top:
        own = watched[row["customer_id"]]
        figures = {
            **row,
            "growth": growth(row["net"], row["net_before"]),
            "months": months[own["account_key"]],
            "since": own["since"],
            "usual": own["usual"],
            "status": None if own["status"] is None else STATUSES[own["status"]],
            "stopped": stopped.get(row["customer_id"]) or None,
        }
        rows.append(tuple(figures[column.key] for column in BOUGHT))
    return Table(
        key="key_accounts",
        title="The largest accounts",
        columns=BOUGHT,
        rows=tuple(rows),
        row_count=len(rows),
        totals=_totals(top),
    )


def _totals(top: list[dict[str, Any]]) -> Row:
    total = sum((row["net"] for row in top), Decimal(0))
    # There are no shares where nothing was sold, as with a year of returns only.
    shares = [Decimal(str(row["share"])) for row in top if row["share"] is not None]
    totals = {"net": total, "share": float(sum(shares)) if shares else None}
    return tuple(totals.get(column.key) for column in BOUGHT)


def _watched(rhythm: PurchaseRhythm, top: list[dict[str, Any]]) -> ir.Table:
    accounts = rhythm.accounts
    return accounts.filter(accounts.customer_id.isin([row["customer_id"] for row in top]))


def standing(
    held: Concentration,
    *,
    owed: Receivables | None,
    left: tuple[Left, ...],
    opinions: Satisfaction | None,
    at_risk: RetentionList | None,
) -> Table | None:
    """The same accounts: what they owe past its day, what they leave, how content they are and
    what could go with them; None when nothing of it is known."""
    debts = {row["customer_id"]: row for row in records(owed.owing)} if owed else {}
    leaves = {one.customer_id: one for one in left}
    answers = {row["customer_id"]: row for row in records(opinions.accounts)} if opinions else {}
    top = records(held.ranking)[:TOP]
    risks = {}
    if at_risk:
        own_rows = at_risk.asked.customer_id.isin([row["customer_id"] for row in top])
        risks = {one.customer_id: one for one in at_risk.rows(own_rows)}
    if not (debts or leaves or answers or risks):
        return None
    rows = []
    for row in top:
        who = row["customer_id"]
        debt, answer = debts.get(who, {}), answers.get(who, {})
        own, risk = leaves.get(who), risks.get(who)
        rows.append(
            {
                "name": row["name"],
                "owner": debt.get("owner") or answer.get("owner") or (own and own.owner),
                "overdue": debt.get("overdue"),
                "oldest_days": debt.get("oldest_days"),
                "left": own and own.contribution,
                "left_rate": own and own.contribution_rate,
                "content": answer.get("content_share"),
                "answers": answer.get("answers"),
                "chance": risk and risk.chance,
                "at_stake": risk and risk.at_stake,
            }
        )
    return known(table_of_rows(rows, "standing", "What else is known of them", STANDING))
