"""Which few customers carry us, and who has slipped from the top of the pyramid?

Accounts are ranked by contribution: margin where cost is known (Zeithaml's tiers are by profit),
else net sales; ties by customer number. Tiers are cut by share of customers, by default 1, 4, 15
and 80 % (Curry): the first ⌈n · 1 %⌉ are VIP, the next up to ⌈n · 5 %⌉ major, up to ⌈n · 20 %⌉
ordinary, the rest small. Rounding up on the running share means the top tier is never empty, and
with few accounts the ones below may be. Who contributes nothing or less is in the lowest tier,
whatever the cut.

A tier says how much an account brought in one period, not how much it could bring, and without
cost to serve a VIP may still cost more than it brings. With few accounts one order moves a tier.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from zhibi.measures.periods import Period, previous, trailing, year_before
from zhibi.measures.rows import fetch, tabulate
from zhibi.measures.sales import accounts
from zhibi.measures.tiers import (
    NO_SALES,
    SAID_OF_ACCOUNTS,
    TIERS,
    Contribution,
    contribution_of,
    sums_of,
    with_tiers,
)
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
    Row,
    Section,
    Sentence,
    Severity,
    Subject,
    Table,
    Unit,
)
from zhibi.tables.tables import LEVELS, Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

TITLE = "Which few customers carry us, and who has slipped?"
TOP = 2  # tiers whose loss is a finding
NAMED = 10  # fallen accounts that get a finding of their own, largest loss first


@dataclass(frozen=True, slots=True)
class Params:
    months: int = param(
        12, unit="months", help="Length of the period that ends on the as-of day.", within=(1, 120)
    )
    by: str = param(
        "auto",
        help="What an account contributes; auto is margin where 95 % of the amounts have a cost.",
        choices=("auto", "margin", "sales"),
    )
    cuts: str = param(
        "1/4/15/80", help="Share of customers in each tier, percent.", choices=tuple(TIERS)
    )
    level: str = param("group", help="Whose sales are added up.", choices=LEVELS)


@dataclass(frozen=True, slots=True)
class CustomerPyramid:
    """`tiers` and `moves` hold every account with sales once; `moved` lists who entered or left
    one of the top two tiers."""

    identity: Identity
    period: Period
    before: Period
    contribution: Contribution
    tiers: Table
    moves: Table
    moved: Table
    accounts: Table
    picture: Chart
    notes: tuple[Note, ...]
    findings: tuple[Finding, ...]
    title: str = TITLE

    def blocks(self) -> tuple[Block, ...]:
        return (
            Section("The pyramid", (self.picture, self.tiers, *self.notes)),
            Section("Moves between tiers", (self.moves, self.moved)),
            Section("Accounts by contribution", (self.accounts,)),
        )


def analyze(tables: Tables, params: Params | None = None) -> CustomerPyramid:
    """Cut accounts into tiers in the period and in the one before, and say who moved."""
    params = params or Params()
    check("customer_pyramid", params)
    period, before = _periods(tables, params)
    if params.by == "margin":
        tables.require("customer_pyramid", "cost")
    sums = tables.keep(
        f"pyramid sums|{params}",
        sums_of(tables, period=period, before=before, level=params.level),
    )
    contribution = contribution_of(sums, asked=params.by)
    named = sums.join(accounts(tables), "account_key")
    ranked = tables.keep(
        f"pyramid|{params}", with_tiers(named, cuts=params.cuts, contribution=contribution)
    )
    cells = fetch(_cells(ranked, contribution))
    names = TIERS[params.cuts]
    tiers = _tiers(cells, names, contribution)
    moved = _moved(ranked, names, contribution)
    return CustomerPyramid(
        identity=tables.identity("customer_pyramid", params, params.level),
        period=period,
        before=before,
        contribution=contribution,
        tiers=tiers,
        moves=_moves(cells, names),
        moved=moved,
        accounts=_accounts(ranked, names, contribution),
        picture=_picture(tiers),
        notes=_notes(contribution, before, tables.first_day),
        findings=_findings(ranked, period, tiers=tiers, names=names, by=contribution),
    )


def _periods(tables: Tables, params: Params) -> tuple[Period, Period]:
    """The period and the one it is compared with: the same months a year before, so that seasons
    compare, unless the two would overlap."""
    period = trailing(tables.day, params.months)
    if params.months <= 12:
        return period, year_before(period)
    return period, previous(period, params.months)


def _cells(ranked: ir.Table, contribution: Contribution) -> ir.Table:
    """Accounts, net and margin by the tiers of both periods: at most 24 rows."""
    figures = ("net", "contribution", *(("margin",) if contribution.has_margin else ()))
    grouped = ranked.group_by("tier", "tier_before").agg(
        accounts=ranked.count(), **{name: ranked[name].sum() for name in figures}
    )
    return grouped.order_by("tier", "tier_before")


def _tiers(cells: list[dict[str, Any]], names: tuple[str, ...], by: Contribution) -> Table:
    """One row a tier, from the top; a share needs a positive total."""
    here = [cell for cell in cells if cell["tier"] is not None]

    def added(figure: str, tier: int | None = None) -> Any:
        return sum(
            (cell[figure] for cell in here if tier is None or cell["tier"] == tier), Decimal(0)
        )

    count, total = int(added("accounts")), added("contribution")
    rows: list[Row] = []
    for tier, name in enumerate(names):
        accounts_of = int(added("accounts", tier))
        net_of, brought = added("net", tier), added("contribution", tier)
        rows.append(
            (
                name,
                accounts_of,
                accounts_of / count if count else None,
                net_of,
                *((added("margin", tier),) if by.has_margin else ()),
                float(brought) / float(total) if total > 0 else None,
                (net_of / accounts_of).quantize(Decimal("0.01")) if accounts_of else None,
            )
        )
    margins = (added("margin"),) if by.has_margin else ()
    return Table(
        key="tiers",
        title="Tiers",
        columns=_without_margin(TIER_COLUMNS, by),
        rows=tuple(rows),
        row_count=len(rows),
        totals=(None, count, None, added("net"), *margins, None, None),
    )


TIER_COLUMNS = (
    Column("tier", "Tier", Unit.TERM),
    Column("accounts", "Customers", Unit.COUNT, total=True),
    Column("share_of_accounts", "Share of customers", Unit.SHARE),
    Column("net", "Sales", Unit.MONEY, total=True),
    Column("margin", "Margin", Unit.MONEY, total=True),
    Column("share", "Share of contribution", Unit.SHARE),
    Column("average", "Sales per customer", Unit.MONEY),
)


def _without_margin(columns: tuple[Column, ...], by: Contribution) -> tuple[Column, ...]:
    return tuple(c for c in columns if by.has_margin or not c.key.startswith("margin"))


def _moves(cells: list[dict[str, Any]], names: tuple[str, ...]) -> Table:
    """Accounts by the tier before (rows) and the tier now (columns)."""
    tiers = (*range(len(names)), None)
    counts = {(cell["tier_before"], cell["tier"]): cell["accounts"] for cell in cells}
    rows: list[Row] = []
    for name, start in zip((*names, NO_SALES), tiers, strict=True):
        ends = [counts.get((start, end), 0) for end in tiers]
        rows.append((name, *ends, sum(ends)))
    columns = (
        Column("tier_before", "Tier before", Unit.TERM),
        *(
            Column(f"tier_{at}", name, Unit.COUNT, total=True)
            for at, name in enumerate((*names, NO_SALES))
        ),
        Column("accounts", "Customers", Unit.COUNT, total=True),
    )
    sums = tuple(sum(column) for column in zip(*(row[1:] for row in rows), strict=True))
    return Table("moves", "Tier before and now", columns, tuple(rows), len(rows), (None, *sums))


def _said_of_accounts(ranked: ir.Table, names: tuple[str, ...]) -> ir.Table:
    """The two tiers in words fit for a page about one account."""
    import ibis

    said = [SAID_OF_ACCOUNTS.get(name, name) for name in names]
    words = {
        column: ibis.cases(
            *((ranked[column] == tier, word) for tier, word in enumerate(said)), else_=NO_SALES
        )
        for column in ("tier", "tier_before")
    }
    return ranked.mutate(**words)


def _accounts(ranked: ir.Table, names: tuple[str, ...], by: Contribution) -> Table:
    here = _said_of_accounts(ranked.filter(ranked.tier.notnull()), names)
    return tabulate(
        here.order_by("rank"),
        "accounts",
        "Accounts by contribution",
        columns=_without_margin(ACCOUNT_COLUMNS, by),
    )


ACCOUNT_COLUMNS = (
    Column("customer_id", "Customer no.", Unit.NAME),
    Column("name", "Customer", Unit.NAME),
    Column("tier", "Tier", Unit.TERM),
    Column("net", "Sales", Unit.MONEY, total=True),
    Column("margin", "Margin", Unit.MONEY, total=True),
    Column("orders", "Orders", Unit.COUNT, total=True),
    Column("tier_before", "Tier before", Unit.TERM),
    Column("net_before", "Sales before", Unit.MONEY, total=True),
    Column("margin_before", "Margin before", Unit.MONEY, total=True),
    Column("owner", "Owner", Unit.NAME),
)


def _moved(ranked: ir.Table, names: tuple[str, ...], by: Contribution) -> Table:
    """Accounts in one of the top tiers now or before, and in another tier then; those that lost
    most first."""
    other = len(names)
    now, then = ranked.tier.fill_null(other), ranked.tier_before.fill_null(other)
    moved = ranked.filter((now != then) & ((now < TOP) | (then < TOP)))
    moved = moved.mutate(change=moved.net - moved.net_before)
    return tabulate(
        _said_of_accounts(moved, names).order_by("change", "customer_id"),
        "moved",
        "Into, out of and within the top two tiers",
        columns=_without_margin(MOVED_COLUMNS, by),
    )


MOVED_COLUMNS = (
    Column("customer_id", "Customer no.", Unit.NAME),
    Column("name", "Customer", Unit.NAME),
    Column("tier_before", "Tier before", Unit.TERM),
    Column("tier", "Tier", Unit.TERM),
    Column("net_before", "Sales before", Unit.MONEY, total=True),
    Column("net", "Sales", Unit.MONEY, total=True),
    Column("change", "Change", Unit.MONEY_CHANGE, total=True),
    Column("margin_before", "Margin before", Unit.MONEY, total=True),
    Column("margin", "Margin", Unit.MONEY, total=True),
    Column("owner", "Owner", Unit.NAME),
)


def _picture(tiers: Table) -> Chart:
    """Each tier's part of the customers beside its part of what they contribute."""
    rows = zip(
        tiers.column("tier"), tiers.column("share_of_accounts"), tiers.column("share"), strict=True
    )
    top = tiers.rows[0]
    return Chart(
        key="pyramid",
        title="Share of customers and of contribution by tier",
        mark=Mark.BAR,
        columns=(
            Column("tier", "Tier", Unit.TERM),
            Column("share_of_accounts", "Share of customers", Unit.SHARE),
            Column("share", "Share of contribution", Unit.SHARE),
        ),
        rows=tuple(rows),
        x="tier",
        y=("share_of_accounts", "share"),
        text=Sentence(
            "The top tier is {part} of customers and {share} of contribution.",
            {
                "part": Figure(top[2], Unit.SHARE),
                "share": Figure(tiers.column("share")[0], Unit.SHARE),
            },
        ),
    )


def _notes(by: Contribution, before: Period, first_day: date) -> tuple[Note, ...]:
    days = {"start": Figure(before.start, Unit.DATE), "end": Figure(before.end, Unit.DATE)}
    said = [_how_ranked(by), Sentence("Before means {start} to {end}.", days)]
    if first_day > before.start:
        said.append(
            Sentence(
                "The data begin on {day}: moves between tiers rest on a shorter period before.",
                {"day": Figure(first_day, Unit.DATE)},
            )
        )
    return tuple(map(Note, said))


def _how_ranked(by: Contribution) -> Sentence:
    if by.coverage is None:
        return Sentence("Contribution is net sales: no line has a cost.")
    return Sentence(
        "Contribution is margin: {coverage} of the amounts have a cost; the rest brings none."
        if by.by == "margin"
        else "Contribution is net sales: {coverage} of the amounts have a cost.",
        {"coverage": Figure(by.coverage, Unit.SHARE)},
    )


def _findings(
    ranked: ir.Table, period: Period, *, tiers: Table, names: tuple[str, ...], by: Contribution
) -> tuple[Finding, ...]:
    """What the top tier carries; who fell out of the top tiers, by name and together."""
    found = []
    if tiers.rows[0][1] and tiers.column("share")[0] is not None:
        found.append(_top_tier(period, tiers, by))
    left = ranked.filter((ranked.tier_before < TOP) & (ranked.tier.fill_null(TOP) >= TOP))
    # Tiers are relative: who brought more than before was only overtaken.
    brought = "margin" if by.by == "margin" else "net"
    fallen = left.filter(left[brought] < left[f"{brought}_before"])
    fallen = fallen.mutate(lost=fallen.net_before - fallen.net)
    summary = fetch(
        fallen.agg(
            n=fallen.count(),
            net=fallen.net.sum(),
            net_before=fallen.net_before.sum(),
        )
    )[0]
    if summary["n"] > 1:
        found.append(_fallen_together(period, summary))
    worst = _said_of_accounts(fallen, names).order_by(fallen.lost.desc(), "customer_id")
    found.extend(_fallen(period, row, by) for row in fetch(worst.limit(NAMED)))
    return tuple(found)


def _top_tier(period: Period, tiers: Table, by: Contribution) -> Finding:
    figures = {
        "n": Figure(tiers.column("accounts")[0], Unit.COUNT),
        "tier": Figure(tiers.column("tier")[0], Unit.TERM),
        "part": Figure(tiers.column("share_of_accounts")[0], Unit.SHARE),
        "share": Figure(tiers.column("share")[0], Unit.SHARE),
    }
    template = (
        "The top tier, {tier} ({n:customer|customers}, {part}), brings {share} of the margin."
        if by.by == "margin"
        else "The top tier, {tier} ({n:customer|customers}, {part}), brings {share} of sales."
    )
    return Finding(
        "customer_pyramid.top_tier", Sentence(template, figures), Severity.INFO, period.month_on
    )


def _fallen_together(period: Period, summary: dict[str, Any]) -> Finding:
    return Finding(
        code="customer_pyramid.fallen_together",
        says=Sentence(
            "{n:customer|customers} fell out of the top two tiers: {net} after {net_before}.",
            {
                "n": Figure(summary["n"], Unit.COUNT),
                "net": Figure(summary["net"], Unit.MONEY),
                "net_before": Figure(summary["net_before"], Unit.MONEY),
            },
        ),
        severity=Severity.INFO,
        cause_on=period.month_on,
    )


def _fallen(period: Period, row: dict[str, Any], by: Contribution) -> Finding:
    figures = {
        "name": Figure(row["name"], Unit.NAME),
        "before": Figure(row["tier_before"], Unit.TERM),
        "tier": Figure(row["tier"], Unit.TERM),
        "net": Figure(row["net"], Unit.MONEY),
        "net_before": Figure(row["net_before"], Unit.MONEY),
    }
    template = "{name} fell from {before} to {tier}: sales {net} after {net_before}."
    if by.by == "margin":
        template = (
            "{name} fell from {before} to {tier}: margin {margin} after {margin_before}, "
            "sales {net} after {net_before}."
        )
        figures["margin"] = Figure(row["margin"], Unit.MONEY)
        figures["margin_before"] = Figure(row["margin_before"], Unit.MONEY)
    return Finding(
        code="customer_pyramid.fell",
        says=Sentence(template, figures),
        severity=Severity.SOON,
        cause_on=period.month_on,
        subject=Subject(row["customer_id"], row["name"]),
        action=Sentence(
            "Ask {name} before the next offer which purchases ended, and who has them now.",
            {"name": Figure(row["name"], Unit.NAME)},
        ),
        owner=row["owner"],
        stake=max(row["lost"], Decimal(0)),
    )
