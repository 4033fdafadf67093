"""The key-account sales review (重要客户销售情况分析, domain 7.1).

What changed and why, who the key accounts are, how each is doing and what is at stake with it, who
is beyond their usual interval, who owes, who costs more than they bring, whose quarters were
loaded, what could still be sold; where the data came from at the end.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from zhibi.methods import (
    churn_warning,
    concentration,
    customer_profitability,
    product_preference,
    purchase_rhythm,
    quarter_end_loading,
    receivables,
    sales_trend,
    satisfaction,
)
from zhibi.reports import largest_accounts
from zhibi.reports.asked import Asked
from zhibi.reports.cut import TOP, known, short
from zhibi.reports.document import SALES_ARE, NoParams, Report, best_chance, choose
from zhibi.reports.evidence import evidence
from zhibi.result import (
    Block,
    Figure,
    Finding,
    Note,
    Result,
    Section,
    Sentence,
    Subject,
    Table,
    Unit,
)
from zhibi.tables.tables import Tables

TITLE = "Key-account sales review"
ANSWERS = "What changed, who the key accounts are, and which of them need action now?"
MATERIAL = Decimal("0.002")  # of the whole: a finding with less at stake is no news here
HEAD = "head"

# What is told of one account only when it is a key account, now or a year before.
OF_KEY_ACCOUNTS = frozenset(
    {
        "receivables.late",
        "customer_profitability.loss",
        "quarter_end_loading.loaded",
        "satisfaction.content_but_less",
        "churn_warning.account",
    }
)
# A customer a few days late is no news yet; it stands in its own section.
NO_NEWS = frozenset({"purchase_rhythm.amber"})


@dataclass(frozen=True, slots=True)
class Parts:
    """The results the review is made of; None where the data does not allow one."""

    held: concentration.Concentration
    trend: sales_trend.SalesTrend
    rhythm: purchase_rhythm.PurchaseRhythm
    preference: product_preference.ProductPreference | None
    owed: receivables.Receivables | None
    left: customer_profitability.CustomerProfitability | None
    loading: quarter_end_loading.QuarterEndLoading | None
    opinions: satisfaction.Satisfaction | None
    warning: churn_warning.ChurnWarning | None

    def further(self) -> tuple[Result, ...]:
        """Those whose findings are told of key accounts alone."""
        asked = (self.owed, self.left, self.loading, self.opinions, self.warning)
        return tuple(one for one in asked if one)


def compose(tables: Tables, sources: Section | None = None) -> Report:
    """Run the methods on open tables and put them into one document."""
    asked = Asked(tables)
    parts = _parts(asked)
    findings = _findings(parts)
    return Report(
        title=TITLE,
        subtitle=_subtitle(tables, parts),
        identity=tables.identity("key_accounts", NoParams(), "group"),
        findings=findings,
        sections=(
            *_sections(tables, parts),
            *asked.left_out(),
            *([sources] if sources else []),
        ),
        evidence=evidence(tables, findings, _behind(parts)),
    )


def _parts(asked: Asked) -> Parts:
    tables = asked.tables
    return Parts(
        held=concentration.analyze(tables),
        trend=sales_trend.analyze(tables),
        rhythm=purchase_rhythm.analyze(tables),
        preference=asked.of(product_preference.TITLE, product_preference.analyze),
        owed=asked.of(receivables.TITLE, receivables.analyze),
        left=asked.of(customer_profitability.TITLE, customer_profitability.analyze),
        loading=asked.of(quarter_end_loading.TITLE, quarter_end_loading.analyze),
        opinions=asked.of(satisfaction.TITLE, satisfaction.analyze),
        warning=asked.of(churn_warning.TITLE, churn_warning.analyze),
    )


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
    news += [f for f in parts.held.findings if f.code == "concentration.dependence"]
    preference = parts.preference.findings if parts.preference else ()
    of_all = [*parts.trend.findings, *parts.held.findings, *parts.rhythm.findings, *preference]
    # Who left the head is better told with the cause, where the products show one.
    explained = {f.subject for f in parts.trend.findings if f.code == "sales_trend.fall"}
    others = [
        finding
        for finding in of_all
        if finding not in news
        and finding.code not in NO_NEWS
        and not (finding.code == "concentration.left_head" and finding.subject in explained)
    ]
    open_to = [f for f in others if f.code == "product_preference.whitespace"]
    problems = [f for f in others if f not in open_to] + _of_key_accounts(parts, explained)
    chance = best_chance(open_to, problems)
    return choose(news, problems, chance, is_material=lambda one: _is_material(parts, one))


def _is_material(parts: Parts, finding: Finding) -> bool:
    """Whether its stake counts beside all sales; a loss beside all that is left of them."""
    whole = parts.held.spread.net
    if finding.code == "customer_profitability.loss" and parts.left:
        whole = abs(parts.left.total)
    return finding.stake is None or finding.stake >= whole * MATERIAL


def _of_key_accounts(parts: Parts, explained: Collection[Subject | None]) -> list[Finding]:
    """What the other methods found at the key accounts, and how much is overdue in all."""
    keys = _key_accounts(parts.held)
    found = [
        finding
        for result in parts.further()
        for finding in result.findings
        if finding.code in OF_KEY_ACCOUNTS
        and finding.subject
        and finding.subject.customer_id in keys
        # A fall with its cause says more than that its buyers are content.
        and not (finding.code == "satisfaction.content_but_less" and finding.subject in explained)
    ]
    return found + [
        finding
        for finding in (parts.owed.findings if parts.owed else ())
        if finding.code == "receivables.overdue"
    ]


def _key_accounts(held: concentration.Concentration) -> set[str]:
    return {
        row["customer_id"]
        for row in largest_accounts.records(held.ranking)
        if HEAD in (row["class"], row["class_before"])
    }


def _sections(tables: Tables, parts: Parts) -> tuple[Section, ...]:
    held, trend = parts.held, parts.trend
    chosen = [
        Section("Why sales changed", (trend.bridge_chart, trend.steps)),
        Section("The key accounts", _accounts(tables, parts)),
        Section("How concentrated sales are", (held.curve, held.classes)),
        *_rhythm(parts.rhythm),
    ]
    if held.movers.rows:
        chosen.append(Section("Who moved into or out of the head", (short(held.movers, MOVERS),)))
    if trend.explained.rows:
        chosen.append(Section("Why accounts fell", (trend.explained,)))
    chosen += _money(parts)
    if parts.preference and parts.preference.breadth.rows:
        chances = short(parts.preference.breadth, BREADTH)
        chosen.append(Section("What could still be sold", (chances, *parts.preference.notes)))
    chosen.append(Section("Month by month", (trend.month_chart, trend.months)))
    chosen.append(Section("What the figures are", _definitions(parts)))
    return tuple(chosen)


BEYOND = ("name", "owner", "status", "last_on", "since", "usual", "red", "stopped", "stake", "net")
BREADTH = (
    *("name", "owner", "peers", "peer_count", "categories", "peer_categories"),
    *("open", "net", "potential"),
)
MOVERS = ("name", "owner", "class_before", "class", "net_before", "net", "orders_before", "orders")
OWING = ("name", "owner", "verdict", "overdue", "oldest_days", "open", "days_over_180")
PAYING = (
    "customer_id",
    "name",
    "debts",
    "paid",
    "median_days",
    "p80_days",
    "on_time_share",
    "score",
)
LOADED = ("end", "name", "owner", "loaded", "share", "expected", "back", "sustained")
LOSING = ("name", "owner", "net", "given_back", "margin", "terms", "effort", "contribution")


def _accounts(tables: Tables, parts: Parts) -> tuple[Block, ...]:
    standing = largest_accounts.standing(
        parts.held,
        owed=parts.owed,
        left=parts.left.found.accounts if parts.left else (),
        opinions=parts.opinions,
        at_risk=parts.warning.found if parts.warning else None,
    )
    said = Sentence(
        "Largest {n} by sales; growth against the year before, months oldest first; days "
        "are open days, shutdowns not counted.",
        {"n": Figure(TOP, Unit.COUNT)},
    )
    bought = known(largest_accounts.bought(tables, parts.held, parts.rhythm))
    if standing is None:
        return (bought, Note(said))
    return (bought, Note(said), standing, *_standing_notes(parts))


def _standing_notes(parts: Parts) -> tuple[Note, ...]:
    notes = []
    if parts.left:
        says = Sentence(
            "What is left is the margin after rebates, less the money tied up in its terms and "
            "the cost of efforts, where they are known."
        )
        notes.append(Note(says))
    if parts.warning:
        says = Sentence(
            "The chance to stop is how many customers of the same sign ordered nothing for "
            "{horizon} at past quarter ends; at stake is that chance times a year of {value}.",
            {
                "horizon": Figure(parts.warning.horizon, Unit.DAYS),
                "value": Figure(parts.warning.found.values, Unit.TERM),
            },
        )
        notes.append(Note(says))
    return tuple(notes)


def _rhythm(rhythm: purchase_rhythm.PurchaseRhythm) -> list[Section]:
    if not rhythm.beyond.rows:
        return []
    record = (rhythm.record_table,) if rhythm.record_table else ()
    blocks = (rhythm.intervals, short(rhythm.beyond, BEYOND), *record, *rhythm.notes)
    return [Section("Who is beyond the usual interval", blocks)]


def _money(parts: Parts) -> list[Section]:
    """Who owes, who costs more than they bring, whose quarters were loaded; each if anybody."""
    chosen = []
    if parts.owed and parts.owed.totals.overdue > 0:
        owed = parts.owed
        blocks = (owed.ages, short(owed.owing, OWING), short(owed.paying, PAYING))
        chosen.append(Section("Whose money is overdue", blocks))
    if parts.left and parts.left.losing.rows:
        losing = short(parts.left.losing, LOSING)
        chosen.append(Section("Who costs more than they bring", (losing,)))
    if parts.loading and parts.loading.loaded.rows:
        loaded = short(parts.loading.loaded, LOADED)
        chosen.append(Section("Whose quarters were loaded", (loaded,)))
    return chosen


def _definitions(parts: Parts) -> tuple[Note, ...]:
    spread = parts.held.spread
    said = [
        SALES_ARE,
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


def _behind(parts: Parts) -> dict[str, Table]:
    """By code what a finding was read from; every other one about an account rests on its lines."""
    behind = {
        "sales_trend": parts.trend.changes,
        "concentration": parts.held.ranking,
        "purchase_rhythm": parts.rhythm.beyond,
    }
    if parts.preference:
        behind["product_preference"] = parts.preference.breadth
    if parts.owed:
        behind["receivables.overdue"] = behind["receivables.late"] = parts.owed.owing
    if parts.loading:
        behind["quarter_end_loading.loaded"] = parts.loading.loaded
    if parts.warning:
        behind["churn_warning.account"] = parts.warning.keep
    if parts.opinions:
        behind["satisfaction.content_but_less"] = parts.opinions.accounts
    return behind
