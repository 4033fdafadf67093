"""How much do we depend on how few customers, and who moved in or out of the head?

Accounts are ranked by net sales of the period. The class goes by the share held **before** the
account (domain 2.1): head below `head`, middle below `middle`, tail the rest, so that one who
holds 75 % alone is head. Shares are over accounts with positive net; those at zero or below are
tail and counted apart. Gini and HHI by their textbook definitions over the same shares.

Do not read a trend into one pair of periods: with few accounts, one order moves the shares.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from zhibi.measures.periods import Period, trailing, year_before
from zhibi.measures.rows import fetch, tabulate
from zhibi.measures.sales import accounts, by_account, net_sales, order_count
from zhibi.measures.sales_classes import classified
from zhibi.params import check, param
from zhibi.result import (
    Block,
    Chart,
    Column,
    Figure,
    Finding,
    Identity,
    Mark,
    Note,
    Section,
    Sentence,
    Severity,
    Subject,
    Table,
    Unit,
)
from zhibi.stats.inequality import gini, hhi, part_that_makes, share_of_top
from zhibi.tables.tables import LEVELS, Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

TITLE = "How much of sales depends on how few customers?"
TOLD = 10  # accounts that left the head, largest change first


@dataclass(frozen=True, slots=True)
class Params:
    months: int = param(
        12, unit="months", help="Length of the period that ends on the as-of day.", within=(1, 120)
    )
    head: float = param(
        0.70, unit="share", help="An account is head while the share before it is below this.",
        within=(0.0, 1.0),
    )  # fmt: skip
    middle: float = param(
        0.90, unit="share", help="An account is middle while the share before it is below this.",
        within=(0.0, 1.0),
    )  # fmt: skip
    level: str = param("group", help="Whose sales are added up.", choices=LEVELS)


@dataclass(frozen=True, slots=True)
class Spread:
    """How unevenly one period's positive net sales are spread over accounts."""

    net: Decimal
    account_count: int  # with positive net
    not_positive_count: int
    not_positive_net: Decimal
    top_fifth_share: float | None  # held by the top 20 % of accounts
    share_for_80: float | None  # smallest share of accounts that makes 80 % of sales
    gini: float | None
    hhi: float | None  # 0…1; 1 = one account


@dataclass(frozen=True, slots=True)
class Concentration:
    """`classes`: accounts and net by class; `movers`: who entered or left the head."""

    identity: Identity
    period: Period
    before: Period
    spread: Spread
    spread_before: Spread | None  # None: no sales in the period before
    ranking: Table
    classes: Table
    movers: Table
    curve: Chart
    groups: Table
    findings: tuple[Finding, ...]
    title: str = TITLE

    def blocks(self) -> tuple[Block, ...]:
        return (
            Section(
                "How concentrated sales are",
                (*_spread_figures(self.spread), self.curve, self.classes),
            ),
            Section("Who holds how much", (self.ranking,)),
            Section("Who moved into or out of the head", (self.movers,)),
            *(
                [Section("Groups of several legal entities", (self.groups,))]
                if self.groups.rows
                else []
            ),
            Note(
                Sentence(
                    "Accounts with sales at or below zero ({n}, together {net}) are tail and "
                    "not in the shares.",
                    {
                        "n": Figure(self.spread.not_positive_count, Unit.COUNT),
                        "net": Figure(self.spread.not_positive_net, Unit.MONEY),
                    },
                )
            ),
        )


def analyze(tables: Tables, params: Params | None = None) -> Concentration:
    """Rank accounts by net sales and compare with the same period a year before."""
    params = params or Params()
    check("concentration", params)
    tables.first_day  # noqa: B018 - an error where there are no orders yet
    period = trailing(tables.day, params.months)
    before = year_before(period)
    ranked = tables.keep(
        f"concentration|{params}", _ranked(tables, params, period=period, before=before)
    )
    spread, spread_before = _spread(ranked, ""), _spread(ranked, "_before")
    ranking = _ranking(ranked)
    movers = _movers(ranked if spread_before.account_count else ranked.limit(0))
    groups = _groups(tables, params, period, ranked)
    return Concentration(
        identity=tables.identity("concentration", params, params.level),
        period=period,
        before=before,
        spread=spread,
        spread_before=spread_before if spread_before.account_count else None,
        ranking=ranking,
        classes=_classes(ranked),
        movers=movers,
        curve=_curve(ranked, spread),
        groups=groups,
        findings=(
            *_findings(period, spread, spread_before, movers),
            *_group_finding(period, groups),
        ),
    )


def _ranked(tables: Tables, params: Params, *, period: Period, before: Period) -> ir.Table:
    """One row an account with sales in either period: net, share, rank and class in both."""
    lines = tables.order_lines
    figures = {
        "net": net_sales(lines, period),
        "orders": order_count(lines, period),
        "net_before": net_sales(lines, before),
        "orders_before": order_count(lines, before),
    }
    summed = by_account(tables, figures, level=params.level, over=(period, before))
    named = summed.join(accounts(tables), "account_key")
    named = named.filter((named.orders + named.orders_before > 0) | (named.net != 0))
    named = tables.keep(f"concentration sums|{params}", named)
    return classified(named, head=params.head, middle=params.middle)


def _spread(ranked: ir.Table, suffix: str) -> Spread:
    net, orders = ranked[f"net{suffix}"], ranked[f"orders{suffix}"]
    sold = ranked.filter((orders > 0) | (net != 0))
    net = sold[f"net{suffix}"]
    row = fetch(
        sold.agg(
            net=net.sum(),
            positive=(net > 0).sum(),
            rest=(net <= 0).sum(),
            rest_net=net.sum(where=net <= 0),
        )
    )[0]
    held = (
        sold.filter(net > 0)
        .select(amount=net.cast("float64"), rank=f"rank{suffix}")
        .order_by("rank")
        .to_pyarrow()
        .column("amount")
        .to_numpy()
    )
    return Spread(
        net=row["net"] or Decimal(0),
        account_count=row["positive"] or 0,
        not_positive_count=row["rest"] or 0,
        not_positive_net=row["rest_net"] or Decimal(0),
        top_fifth_share=share_of_top(held, 0.2),
        share_for_80=part_that_makes(held, 0.8),
        gini=gini(held),
        hhi=hhi(held),
    )


RANKING = (
    Column("rank", "Rank", Unit.COUNT),
    Column("customer_id", "Customer no.", Unit.NAME),
    Column("name", "Customer", Unit.NAME),
    Column("industry", "Industry", Unit.NAME),
    Column("kind", "Kind of customer", Unit.NAME),
    Column("class", "Class", Unit.TERM),
    Column("net", "Sales", Unit.MONEY, total=True),
    Column("share", "Share", Unit.SHARE),
    Column("orders", "Orders", Unit.COUNT, total=True),
    Column("net_before", "Sales a year before", Unit.MONEY, total=True),
    Column("class_before", "Class a year before", Unit.TERM),
)


def _ranking(ranked: ir.Table) -> Table:
    return tabulate(ranked.order_by("rank"), "ranking", "Accounts by sales", columns=RANKING)


def _classes(ranked: ir.Table) -> Table:
    """Accounts and net by class; adds up to the whole."""
    import ibis

    grouped = ranked.group_by("class").agg(
        accounts=ranked.count(),
        net=ranked.net.sum(),
        positive=ranked.net.sum(where=ranked.net > 0).fill_null(0),
        first_rank=ranked["rank"].min(),
    )
    total = grouped.positive.sum().over(ibis.window()).cast("float64").nullif(0)
    grouped = grouped.mutate(share=grouped.positive.cast("float64") / total)
    return tabulate(
        grouped.order_by("first_rank"),
        "classes",
        "Head, middle and tail",
        columns=(
            Column("class", "Class", Unit.TERM),
            Column("accounts", "Customers", Unit.COUNT, total=True),
            Column("net", "Sales", Unit.MONEY, total=True),
            Column("share", "Share", Unit.SHARE),
        ),
    )


def _movers(ranked: ir.Table) -> Table:
    """Accounts that are head now or were a year before, but not both; largest change first."""
    changed = ranked.filter(
        ((ranked["class"] == "head") | (ranked.class_before == "head"))
        & (ranked["class"] != ranked.class_before)
    )
    changed = changed.mutate(change=changed.net - changed.net_before)
    return tabulate(
        changed.order_by(changed.change.abs().desc(), "customer_id"),
        "movers",
        "Into or out of the head",
        columns=(
            Column("customer_id", "Customer no.", Unit.NAME),
            Column("name", "Customer", Unit.NAME),
            Column("class_before", "Class a year before", Unit.TERM),
            Column("class", "Class", Unit.TERM),
            Column("net_before", "Sales a year before", Unit.MONEY),
            Column("net", "Sales", Unit.MONEY),
            Column("change", "Change", Unit.MONEY_CHANGE),
            Column("orders_before", "Orders a year before", Unit.COUNT),
            Column("orders", "Orders", Unit.COUNT),
            Column("owner", "Owner", Unit.NAME),
        ),
    )


def _groups(tables: Tables, params: Params, period: Period, ranked: ir.Table) -> Table:
    """Head groups that buy through several legal entities: seen one by one, they look smaller."""
    shown = (
        Column("customer_id", "Customer no.", Unit.NAME),
        Column("name", "Customer", Unit.NAME),
        Column("entities", "Legal entities", Unit.COUNT),
        Column("net", "Sales", Unit.MONEY),
        Column("share", "Share", Unit.SHARE),
        Column("largest", "Largest entity", Unit.MONEY),
        Column("largest_share", "Share of the largest entity", Unit.SHARE),
    )
    if params.level != "group" or not tables.facts.has_groups:
        return Table("groups", "Groups of several legal entities", shown, (), 0)
    net = net_sales(tables.order_lines, period)
    entities = by_account(tables, {"net": net}, level="legal entity", over=(period,))
    links = tables.bring(tables.customers.select("group_key", account_key="customer_key"))
    entities = entities.filter(entities.net > 0).join(links, "account_key")
    grouped = entities.group_by("group_key").agg(
        entities=entities.count(), largest=entities.net.max()
    )
    head = ranked.filter(ranked["class"] == "head")
    found = grouped.filter(grouped.entities > 1).join(head, grouped.group_key == head.account_key)
    found = found.mutate(
        largest_share=found.share * found.largest.cast("float64") / found.net.cast("float64")
    )
    return tabulate(
        found.order_by(found.net.desc(), "customer_id"),
        "groups",
        "Groups of several legal entities",
        columns=shown,
    )


def _group_finding(period: Period, groups: Table) -> tuple[Finding, ...]:
    """The largest group that no single entity gives away."""
    hidden = [row for row in groups.rows if row[6] and row[4] and row[6] < row[4] / 2]  # type: ignore[operator]
    if not hidden:
        return ()
    customer_id, name, entities, net, share, _, largest_share = hidden[0]
    says = Sentence(
        "{name} buys through {n:legal entity|legal entities}, none above {largest} of sales; "
        "together it is {share} ({net}).",
        {
            "name": Figure(name, Unit.NAME),
            "n": Figure(entities, Unit.COUNT),
            "largest": Figure(largest_share, Unit.SHARE),
            "share": Figure(share, Unit.SHARE),
            "net": Figure(net, Unit.MONEY),
        },
    )
    return (
        Finding(
            code="concentration.group",
            says=says,
            severity=Severity.INFO,
            cause_on=period.month_on,
            subject=Subject(str(customer_id), str(name)),
        ),
    )


def _curve(ranked: ir.Table, spread: Spread) -> Chart:
    """The share held by the largest 1 %, 2 %, … 100 % of accounts."""
    n = max(spread.account_count, 1)
    part = ((ranked["rank"] * 100).cast("float64") / n).ceil().cast("int64")
    points = ranked.filter(ranked.net > 0).mutate(part=part)
    by_part = points.group_by("part").agg(net=points.net.sum()).order_by("part")
    held, rows = Decimal(0), [(0.0, 0.0)]
    for point in fetch(by_part):
        held += point["net"]
        total = spread.net - spread.not_positive_net
        rows.append((point["part"] / 100, float(held / total)))
    return Chart(
        key="concentration_curve",
        title="Share of sales held by the largest customers",
        mark=Mark.AREA,
        columns=(
            Column("part", "Share of customers", Unit.SHARE),
            Column("held", "Share of sales", Unit.SHARE),
        ),
        rows=tuple(rows),
        x="part",
        y=("held",),
        text=Sentence(
            "The top 20 % of customers hold {share} of sales.",
            {"share": Figure(spread.top_fifth_share, Unit.SHARE)},
        ),
    )


def _findings(
    period: Period, spread: Spread, spread_before: Spread, movers: Table
) -> tuple[Finding, ...]:
    if not spread.account_count:
        return ()
    found = [_dependence(period, spread, spread_before)]
    keys = [column.key for column in movers.columns]
    left = [
        mover
        for mover in (dict[str, Any](zip(keys, row, strict=True)) for row in movers.rows)
        if mover["class_before"] == "head"
        and mover["class"] != "head"
        and mover["net"] < mover["net_before"]  # not who grew and was only overtaken
    ]
    return (*found, *(_left_head(period, mover) for mover in left[:TOLD]))


def _dependence(period: Period, spread: Spread, before: Spread) -> Finding:
    figures = {
        "share": Figure(spread.top_fifth_share, Unit.SHARE),
        "n": Figure(math.ceil(spread.account_count * 0.2 - 1e-9), Unit.COUNT),
        "few": Figure(spread.share_for_80, Unit.SHARE),
        "before": Figure(before.top_fifth_share, Unit.SHARE),
    }
    template = (
        "The top 20 % of customers ({n}) hold {share} of sales; {few} of customers make 80 %."
        if before.top_fifth_share is None
        else "The top 20 % of customers ({n}) hold {share} of sales ({before} a year before); "
        "{few} of customers make 80 %."
    )
    return Finding(
        "concentration.dependence", Sentence(template, figures), Severity.INFO, period.month_on
    )


LEFT_HEAD = (
    "{name} fell from head to {class}: {net} after {before}, "
    "{orders:order|orders} after {orders_before}."
)
LEFT_ALTOGETHER = (
    "{name} was a head customer with {before} and {orders_before:order|orders} a year before, "
    "and has ordered nothing since."
)
ASK_WHAT = "Find out before the next offer whether it buys elsewhere, less or cheaper."
ASK_WHO = "Visit it, find out who supplies it now, and decide whether to win it back."


def _left_head(period: Period, mover: dict[str, Any]) -> Finding:
    figures = {
        "name": Figure(mover["name"], Unit.NAME),
        "class": Figure(mover["class"], Unit.TERM),
        "before": Figure(mover["net_before"], Unit.MONEY),
        "net": Figure(mover["net"], Unit.MONEY),
        "orders_before": Figure(mover["orders_before"], Unit.COUNT),
        "orders": Figure(mover["orders"], Unit.COUNT),
    }
    return Finding(
        code="concentration.left_head",
        says=Sentence(LEFT_HEAD if mover["orders"] else LEFT_ALTOGETHER, figures),
        severity=Severity.SOON,
        cause_on=period.month_on,
        subject=Subject(mover["customer_id"], mover["name"]),
        action=Sentence(ASK_WHAT if mover["orders"] else ASK_WHO),
        owner=mover["owner"],
        stake=mover["net_before"] - mover["net"],
    )


def _spread_figures(spread: Spread) -> tuple[Figure, ...]:
    return (
        Figure(spread.net, Unit.MONEY, "Net sales"),
        Figure(spread.account_count, Unit.COUNT, "Customers with sales"),
        Figure(spread.top_fifth_share, Unit.SHARE, "Held by the top 20 %"),
        Figure(spread.share_for_80, Unit.SHARE, "Customers who make 80 %"),
        Figure(spread.gini, Unit.RATIO, "Gini coefficient"),
        Figure(spread.hhi, Unit.RATIO, "Herfindahl index"),
    )
