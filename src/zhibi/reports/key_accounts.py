"""The key-account sales review (重要客户销售情况分析, domain 7.1).

What changed and why, who the key accounts are and how each is doing, who is beyond their usual
interval, who moved between classes, what could still be sold; where the data came from at the end.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from zhibi.measures.lines_of import lines_of
from zhibi.measures.monthly import growth, monthly_by_account
from zhibi.measures.periods import Period
from zhibi.measures.rhythm import STATUSES
from zhibi.measures.rows import fetch
from zhibi.methods import concentration, product_preference, purchase_rhythm, sales_trend
from zhibi.reports.document import Report, choose
from zhibi.result import (
    Block,
    Column,
    Figure,
    Finding,
    Note,
    Row,
    Section,
    Sentence,
    Table,
    Unit,
)
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

TITLE = "Key-account sales review"
TOP = 20
MATERIAL = Decimal("0.002")  # of sales: a finding with less at stake is no news for a director
MONTHS = 12


@dataclass(frozen=True, slots=True)
class Parts:
    """The results the review is made of."""

    concentration: concentration.Concentration
    trend: sales_trend.SalesTrend
    rhythm: purchase_rhythm.PurchaseRhythm
    preference: product_preference.ProductPreference | None  # None: the data names no products


def compose(tables: Tables, sources: Section | None = None) -> Report:
    """Run the methods on open tables and put them into one document."""
    level = "group"
    parts = Parts(
        concentration=concentration.analyze(tables),
        trend=sales_trend.analyze(tables),
        rhythm=purchase_rhythm.analyze(tables),
        preference=_preference(tables),
    )
    findings = _findings(parts)
    return Report(
        title=TITLE,
        subtitle=_subtitle(tables, parts),
        identity=tables.identity("key_accounts", NoParams(), level),
        findings=findings,
        sections=_sections(tables, parts, sources),
        evidence=tuple(
            _evidence(tables, parts, finding, at=number)
            for number, finding in enumerate(findings, 1)
        ),
    )


@dataclass(frozen=True, slots=True)
class NoParams:
    """The review uses each method's defaults; its identity says so by having no parameters."""


def _preference(tables: Tables) -> product_preference.ProductPreference | None:
    if not any(map(tables.has, ("category", "product_id", "product_name"))):
        return None
    return product_preference.analyze(tables)


def _subtitle(tables: Tables, parts: Parts) -> Sentence:
    period = parts.trend.period
    orders = parts.trend.totals.rows[0][2]
    return Sentence(
        "{start} to {end} · net of tax, {basis} · {orders:order|orders} of "
        "{customers:customer|customers}, by group · data to {as_of}",
        {
            "start": Figure(period.start, Unit.DATE),
            "end": Figure(period.end, Unit.DATE),
            "basis": Figure(tables.basis, Unit.TERM),
            "orders": Figure(orders, Unit.COUNT),
            "customers": Figure(parts.trend.totals.rows[0][4], Unit.COUNT),
            "as_of": Figure(tables.day, Unit.DATE),
        },
    )


def _findings(parts: Parts) -> tuple[Finding, ...]:
    """The change of the total and the dependence first; then what asks for action."""
    news = [f for f in parts.trend.findings if f.code == "sales_trend.total"]
    news += [f for f in parts.concentration.findings if f.code == "concentration.dependence"]
    others = [
        *parts.trend.findings,
        *parts.concentration.findings,
        *parts.rhythm.findings,
        *(parts.preference.findings if parts.preference else ()),
    ]
    # Who left the head is better told with the cause, where the products show one.
    explained = {f.subject for f in parts.trend.findings if f.code == "sales_trend.fall"}
    others = [
        finding
        for finding in others
        if finding not in news
        and not (finding.code == "concentration.left_head" and finding.subject in explained)
    ]
    chance = [f for f in others if f.code == "product_preference.whitespace"][:1]
    problems = [f for f in others if f not in chance]
    least = parts.concentration.spread.net * MATERIAL
    return choose(news, problems, chance, least=least)


def _sections(tables: Tables, parts: Parts, sources: Section | None) -> tuple[Block, ...]:
    held, trend, rhythm = parts.concentration, parts.trend, parts.rhythm
    chosen = [
        Section("Why sales changed", (trend.bridge_chart, trend.steps)),
        Section("The key accounts", (_known(_key_accounts(tables, parts)), *_key_account_notes())),
        Section("How concentrated sales are", (held.curve, held.classes)),
    ]
    if rhythm.beyond.rows:
        record = (rhythm.record_table,) if rhythm.record_table else ()
        blocks = (rhythm.intervals, _short(rhythm.beyond, BEYOND), *record, *rhythm.notes)
        chosen.append(Section("Who is beyond the usual interval", blocks))
    if held.movers.rows:
        chosen.append(Section("Who moved into or out of the head", (_short(held.movers, MOVERS),)))
    if trend.explained.rows:
        chosen.append(Section("Why accounts fell", (trend.explained,)))
    if parts.preference and parts.preference.breadth.rows:
        chances = _short(parts.preference.breadth, BREADTH)
        chosen.append(Section("What could still be sold", (chances, *parts.preference.notes)))
    chosen.append(Section("Month by month", (trend.month_chart, trend.months)))
    chosen.append(Section("What the figures are", _definitions(parts)))
    return (*chosen, *([sources] if sources else []))


BEYOND = ("name", "owner", "status", "last_on", "since", "usual", "red", "stopped", "stake", "net")
BREADTH = (
    *("name", "owner", "peers", "peer_count", "categories", "peer_categories"),
    *("open", "net", "potential"),
)
MOVERS = ("name", "owner", "class_before", "class", "net_before", "net", "orders_before", "orders")


def _short(table: Table, keys: tuple[str, ...]) -> Table:
    """The columns and rows a reader needs; the method's own page and the workbook have the rest."""
    at = [i for i, column in enumerate(table.columns) if column.key in keys]

    def cut(row: Row) -> Row:
        return tuple(row[i] for i in at)

    return _known(
        replace(
            table,
            columns=tuple(table.columns[i] for i in at),
            rows=tuple(map(cut, table.rows[:TOP])),
            totals=cut(table.totals) if table.totals else None,
            fetch_all=lambda: tuple(map(cut, table.all_rows())),
        )
    )


def _known(table: Table) -> Table:
    """Without the columns of which the data knows nothing."""
    kept = [i for i, column in enumerate(table.columns) if any(table.column(column.key))]
    if len(kept) == len(table.columns):
        return table
    names = tuple(table.columns[i].key for i in kept)
    return _short(table, names)


KEY_ACCOUNTS = (
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


def _key_accounts(tables: Tables, parts: Parts) -> Table:
    """The largest accounts, each with its trend, its rhythm and what it stopped buying."""
    ranking = parts.concentration.ranking
    names = [column.key for column in ranking.columns]
    top: list[dict[str, Any]] = [dict(zip(names, row, strict=True)) for row in ranking.rows[:TOP]]
    known = {row["customer_id"]: row for row in fetch(_rhythms(parts, top))}
    keys = [known[row["customer_id"]]["account_key"] for row in top]
    months = monthly_by_account(tables, keys, months=MONTHS, level="group")
    stopped = dict(
        zip(
            parts.rhythm.beyond.column("customer_id"),
            parts.rhythm.beyond.column("stopped"),
            strict=True,
        )
    )
    rows = []
    for row in top:
        own = known[row["customer_id"]]
        figures = {
            **row,
            "growth": growth(row["net"], row["net_before"]),
            "months": months[own["account_key"]],
            "since": own["since"],
            "usual": own["usual"],
            "status": None if own["status"] is None else STATUSES[own["status"]],
            "stopped": stopped.get(row["customer_id"]) or None,
        }
        rows.append(tuple(figures[column.key] for column in KEY_ACCOUNTS))
    total = sum((row["net"] for row in top), Decimal(0))
    # There are no shares where nothing was sold, as with a year of returns only.
    shares = [Decimal(str(row["share"])) for row in top if row["share"] is not None]
    totals = {"net": total, "share": float(sum(shares)) if shares else None}
    return Table(
        key="key_accounts",
        title="The largest accounts",
        columns=KEY_ACCOUNTS,
        rows=tuple(rows),
        row_count=len(rows),
        totals=tuple(totals.get(column.key) for column in KEY_ACCOUNTS),
    )


def _rhythms(parts: Parts, top: list[dict[str, Any]]) -> ir.Table:
    watched = parts.rhythm.accounts
    return watched.filter(watched.customer_id.isin([row["customer_id"] for row in top]))


def _key_account_notes() -> tuple[Note, ...]:
    return (
        Note(
            Sentence(
                "Largest {n} by sales; growth against the year before, months oldest first; days "
                "are open days, shutdowns not counted.",
                {"n": Figure(TOP, Unit.COUNT)},
            )
        ),
    )


def _definitions(parts: Parts) -> tuple[Note, ...]:
    spread = parts.concentration.spread
    said = [
        Sentence(
            "Sales are net of tax: returns, rebates, allowances and red invoices count at their "
            "sign; samples and cancelled orders do not count. Customers are added up to their "
            "groups; attributes are as of today."
        ),
        Sentence(
            "Accounts with sales at or below zero ({n}, together {net}) are tail and not in the "
            "shares.",
            {
                "n": Figure(spread.not_positive_count, Unit.COUNT),
                "net": Figure(spread.not_positive_net, Unit.MONEY),
            },
        ),
        Sentence("January and February are compared together, since the Spring Festival moves."),
    ]
    return tuple(map(Note, said))


def _evidence(tables: Tables, parts: Parts, finding: Finding, *, at: int) -> Table:
    """The order lines of the account, or for a finding about all of them the table it sums up."""
    if finding.subject:
        both = Period(parts.trend.before.start, parts.trend.period.end)
        lines = lines_of(tables, finding.subject, period=both, level="group")
        return replace(lines, number=at)
    behind = {
        "concentration.dependence": parts.concentration.ranking,
        "purchase_rhythm.summary": parts.rhythm.beyond,
    }
    table = behind.get(finding.code, parts.trend.changes)
    return replace(table, key=f"{at}_{table.key}", number=at)
