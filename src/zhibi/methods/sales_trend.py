"""How are sales developing, and which customers explain the change?

The period is compared with the same one a year before (and the stretch right before it, shown
beside). The change of the total is split exactly (domain 3.2):

    now = base + new + returning + expansion − contraction − lost
    NRR = (base + expansion − contraction − lost) / base
    GRR = (base − contraction − lost) / base

new: first order in the period; returning: ordered before the base, not in it; lost: no order in
the period. Accounts count as rising or falling beyond ± `steady`. Months are compared with the
same month a year before, January and February together where the Spring Festival moves between
them; the slope over months is Theil–Sen (Sen 1968, doi 10.1080/01621459.1968.10480934).

A trend over fewer than 12 months is not shown, and one account's trend says nothing about why:
see the price, volume and mix of the accounts that fell.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from zhibi.measures.bridge import STEPS, Bridge, bridge_of, compare
from zhibi.measures.fall_told import fall_told, per_order
from zhibi.measures.first_days import begins_inside
from zhibi.measures.monthly import against_year_before, daily_net, growth, sum_over, whole_months
from zhibi.measures.periods import Period, previous, trailing, year_before
from zhibi.measures.price_volume_mix import PriceVolumeMix
from zhibi.measures.product_sales import change_of_accounts
from zhibi.measures.rows import fetch, tabulate
from zhibi.params import check, param
from zhibi.result import (
    Block,
    Chart,
    Column,
    Estimate,
    Figure,
    Finding,
    Identity,
    Mark,
    Note,
    Section,
    Sentence,
    Severity,
    Table,
    Unit,
)
from zhibi.stats.slope import theil_sen
from zhibi.tables.tables import LEVELS, Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

TITLE = "How are sales developing, and who explains the change?"
EXPLAINED = 5  # falling accounts whose price, volume and mix are worked out


@dataclass(frozen=True, slots=True)
class Params:
    months: int = param(
        12, unit="months", help="Length of the period that ends on the as-of day.", within=(1, 60)
    )
    steady: float = param(
        0.10, unit="share", help="An account within ± this change counts as steady.",
        within=(0.0, 1.0),
    )  # fmt: skip
    level: str = param("group", help="Whose sales are added up.", choices=LEVELS)


@dataclass(frozen=True, slots=True)
class Explained:
    """Why one falling account fell."""

    row: dict[str, Any]
    parts: PriceVolumeMix


@dataclass(frozen=True, slots=True)
class SalesTrend:
    """`changes` holds every account with sales in either period, largest change first."""

    identity: Identity
    period: Period
    before: Period
    bridge: Bridge
    previous_net: Decimal
    slope: Estimate | None  # money per month, over the last 24 months
    totals: Table
    steps: Table
    months: Table
    changes: Table
    explained: Table
    bridge_chart: Chart
    month_chart: Chart
    notes: tuple[Note, ...]  # where the year before is not all there
    findings: tuple[Finding, ...]
    title: str = TITLE

    def blocks(self) -> tuple[Block, ...]:
        slope = (
            (Figure(self.slope, Unit.MONEY_CHANGE, "Change per month over 24 months"),)
            if self.slope
            else ()
        )
        why = (Section("Why accounts fell", (self.explained,)),) if self.explained.rows else ()
        return (
            Section(
                "Sales against the year before",
                (self.totals, *self.notes, self.month_chart, *slope),
            ),
            Section("Why sales changed", (self.bridge_chart, self.steps)),
            Section("Whose sales changed", (self.changes,)),
            *why,
            Section("Month by month", (self.months,)),
        )


def analyze(tables: Tables, params: Params | None = None) -> SalesTrend:
    """Compare with the year before, and split the change over accounts."""
    params = params or Params()
    check("sales_trend", params)
    period = trailing(tables.day, params.months)
    before = year_before(period)
    compared = tables.keep(
        f"sales_trend|{params}",
        compare(tables, period=period, before=before, steady=params.steady, level=params.level),
    )
    bridge = bridge_of(compared)
    steps = _steps(compared)
    right_before = previous(period, params.months)
    last_24_months = trailing(tables.day, 24)
    days = daily_net(tables, since=min(right_before.start, before.start, last_24_months.start))
    months = _months(tables, days)
    explained = _explained(tables, compared, params, period=period, before=before)
    previous_net = sum_over(days, right_before)
    notes = begins_inside(before, tables.first_day)
    has_base = bridge.base > 0 and not notes
    return SalesTrend(
        identity=tables.identity("sales_trend", params, params.level),
        period=period,
        before=before,
        bridge=bridge,
        previous_net=previous_net,
        slope=_slope(tables, days),
        totals=_totals(compared, bridge, None if right_before == before else previous_net),
        steps=steps,
        months=months,
        changes=_changes(compared),
        explained=_explained_table(explained),
        bridge_chart=_bridge_chart(bridge),
        month_chart=_month_chart(months),
        notes=notes,
        findings=(
            *_total_finding(period, bridge, compared, notes),
            *(_retention_finding(period, bridge, compared) if has_base else ()),
            *(fall_told(period, item.row, item.parts) for item in explained),
        ),
    )


def _steps(compared: ir.Table) -> Table:
    grouped = compared.group_by("step").agg(
        accounts=compared.count(),
        net_before=compared.net_before.sum(),
        net=compared.net.sum(),
        change=compared.change.sum(),
    )
    return tabulate(
        grouped.order_by(grouped.change.desc(), "step"),
        "steps",
        "Why sales changed",
        columns=(
            Column("step", "Step", Unit.TERM),
            Column("accounts", "Customers", Unit.COUNT, total=True),
            Column("net_before", "Sales a year before", Unit.MONEY, total=True),
            Column("change", "Change", Unit.MONEY_CHANGE, total=True),
            Column("net", "Sales", Unit.MONEY, total=True),
        ),
    )


def _totals(compared: ir.Table, bridge: Bridge, previous_net: Decimal | None) -> Table:
    """Sales, orders, average order and customers: now, a year before, and right before (None:
    the same days as a year before)."""
    sums = fetch(
        compared.agg(
            orders=compared.orders.sum(),
            orders_before=compared.orders_before.sum(),
            buyers=(compared.orders > 0).sum(),
            buyers_before=(compared.orders_before > 0).sum(),
        )
    )[0]
    n, n_before = sums["orders"] or 0, sums["orders_before"] or 0
    known = previous_net is not None
    right_before = (("right before", previous_net, None, None, None),) if known else ()
    return Table(
        key="totals",
        title="This period and the year before",
        columns=(
            Column("period", "Period", Unit.TERM),
            Column("net", "Sales", Unit.MONEY),
            Column("orders", "Orders", Unit.COUNT),
            Column("average", "Average order", Unit.MONEY),
            Column("buyers", "Customers who ordered", Unit.COUNT),
        ),
        rows=(
            ("this period", bridge.now, n, per_order(bridge.now, n), sums["buyers"] or 0),
            (
                "a year before",
                bridge.base,
                n_before,
                per_order(bridge.base, n_before),
                sums["buyers_before"] or 0,
            ),
            *right_before,
        ),
        row_count=2 + len(right_before),
    )


def _changes(compared: ir.Table) -> Table:
    return tabulate(
        compared.order_by(compared.change.abs().desc(), "customer_id"),
        "changes",
        "Change by customer",
        columns=(
            Column("customer_id", "Customer no.", Unit.NAME),
            Column("name", "Customer", Unit.NAME),
            Column("trend", "Trend", Unit.TERM),
            Column("net", "Sales", Unit.MONEY, total=True),
            Column("net_before", "Sales a year before", Unit.MONEY, total=True),
            Column("change", "Change", Unit.MONEY_CHANGE, total=True),
            Column("growth", "Growth", Unit.CHANGE),
            Column("orders", "Orders", Unit.COUNT, total=True),
            Column("orders_before", "Orders a year before", Unit.COUNT, total=True),
        ),
    )


def _months(tables: Tables, days: dict[date, Decimal]) -> Table:
    months = against_year_before(tables, days)
    return Table(
        key="months",
        title="Month by month",
        columns=(
            Column("start", "From", Unit.DATE),
            Column("end", "To", Unit.DATE),
            Column("net", "Sales", Unit.MONEY, total=True),
            Column("net_before", "Sales a year before", Unit.MONEY),
            Column("growth", "Growth", Unit.CHANGE),
        ),
        rows=tuple(
            (month.period.start, month.period.end, month.net, month.net_before, month.growth)
            for month in months
        ),
        row_count=len(months),
        totals=(None, None, sum((month.net for month in months), Decimal(0)), None, None),
    )


def _slope(tables: Tables, days: dict[date, Decimal]) -> Estimate | None:
    """Money per month over the last 24 whole months; None when the history is shorter."""
    months = whole_months(tables.day, 24)
    if months[0].start < tables.first_day:
        return None
    return theil_sen(np.array([float(sum_over(days, month)) for month in months]))


def _explained(
    tables: Tables, compared: ir.Table, params: Params, *, period: Period, before: Period
) -> tuple[Explained, ...]:
    """Price, volume and mix of the accounts that fell most, where quantities are known."""
    if not (tables.has("quantity") and tables.has("product_id")):
        return ()
    falling = compared.filter(compared.trend == "falling")
    rows = fetch(falling.order_by("change", "customer_id").limit(EXPLAINED))
    keys = [row["account_key"] for row in rows]
    parts = change_of_accounts(tables, keys, period=period, before=before, level=params.level)
    return tuple(Explained(row, parts[row["account_key"]]) for row in rows)


def _explained_table(explained: tuple[Explained, ...]) -> Table:
    return Table(
        key="explained",
        title="Price, volume and mix of the accounts that fell",
        columns=(
            Column("customer_id", "Customer no.", Unit.NAME),
            Column("name", "Customer", Unit.NAME),
            Column("orders_before", "Orders a year before", Unit.COUNT),
            Column("orders", "Orders", Unit.COUNT),
            Column("average_before", "Average order a year before", Unit.MONEY),
            Column("average", "Average order", Unit.MONEY),
            Column("change", "Change", Unit.MONEY_CHANGE),
            Column("price", "Price", Unit.MONEY_CHANGE),
            Column("volume", "Volume", Unit.MONEY_CHANGE),
            Column("mix", "Mix", Unit.MONEY_CHANGE),
            Column("new", "New products", Unit.MONEY_CHANGE),
            Column("dropped", "Dropped products", Unit.MONEY_CHANGE),
            Column("unpriced", "Without product or quantity", Unit.MONEY_CHANGE),
        ),
        rows=tuple(
            (
                item.row["customer_id"],
                item.row["name"],
                item.row["orders_before"],
                item.row["orders"],
                per_order(item.row["net_before"], item.row["orders_before"]),
                per_order(item.row["net"], item.row["orders"]),
                item.parts.change,
                item.parts.price,
                item.parts.volume,
                item.parts.mix,
                item.parts.new,
                item.parts.dropped,
                item.parts.unpriced,
            )
            for item in explained
        ),
        row_count=len(explained),
    )


def _bridge_chart(bridge: Bridge) -> Chart:
    steps = [(name, getattr(bridge, name), "change") for name in STEPS]
    rows = [("a year before", bridge.base, "total"), *steps, ("this period", bridge.now, "total")]
    return Chart(
        key="bridge",
        title="From last year's sales to this period's",
        mark=Mark.WATERFALL,
        columns=(
            Column("step", "Step", Unit.TERM),
            Column("amount", "Sales", Unit.MONEY),
            Column("kind", "Kind", Unit.TERM),
        ),
        rows=tuple(rows),
        x="step",
        y=("amount",),
        text=Sentence(
            "{base} a year before, new {new}, returning {returning}, expansion {expansion}, "
            "contraction {contraction}, lost {lost}: {now}.",
            {
                "base": Figure(bridge.base, Unit.MONEY),
                **{step: Figure(getattr(bridge, step), Unit.MONEY_CHANGE) for step in STEPS},
                "now": Figure(bridge.now, Unit.MONEY),
            },
        ),
    )


def _month_chart(months: Table) -> Chart:
    net = [cast("Decimal", value) for value in months.column("net")]
    highest = net.index(max(net))
    return Chart(
        key="months_chart",
        title="Sales by month against the year before",
        mark=Mark.LINE,
        columns=(
            Column("month", "Month", Unit.MONTH),
            Column("series", "Year", Unit.TERM),
            Column("net", "Sales", Unit.MONEY),
        ),
        rows=tuple(
            (row[1], series, row[at])
            for series, at in (("a year before", 3), ("this period", 2))
            for row in months.rows
        ),
        x="month",
        y=("net",),
        series="series",
        highlight=("this period",),
        text=Sentence(
            "{total} in twelve months; the highest ends on {end} with {net}.",
            {
                "total": Figure(sum(net, Decimal(0)), Unit.MONEY),
                "end": Figure(months.rows[highest][1], Unit.DATE),
                "net": Figure(net[highest], Unit.MONEY),
            },
        ),
    )


def _total_finding(
    period: Period, bridge: Bridge, compared: ir.Table, notes: tuple[Note, ...]
) -> tuple[Finding, ...]:
    """The news: how much sales changed, and how much of it is one customer; no news of a change
    where the year before is not all there."""
    change = bridge.now - bridge.base
    if bridge.base <= 0:
        if bridge.now == 0:
            return ()
        says = Sentence(
            "Sales {net}; there are none a year before to compare with.",
            {"net": Figure(bridge.now, Unit.MONEY)},
        )
        return (Finding("sales_trend.total", says, Severity.INFO, period.month_on),)
    if notes:
        says = Sentence(
            "Sales {net}, and {base} in what there is of the year before: the data begins inside "
            "it, so how sales changed cannot be told.",
            {"net": Figure(bridge.now, Unit.MONEY), "base": Figure(bridge.base, Unit.MONEY)},
        )
        action = Sentence("Import the older orders too, and look again.")
        return (Finding("sales_trend.total", says, Severity.INFO, period.month_on, action=action),)
    order = compared.change.desc() if change > 0 else compared.change.asc()
    top, *others = fetch(compared.order_by(order, "customer_id").limit(2))
    figures = {
        "net": Figure(bridge.now, Unit.MONEY),
        "growth": Figure(bridge.change, Unit.CHANGE),
        "change": Figure(change, Unit.MONEY_CHANGE),
        "name": Figure(top["name"], Unit.NAME),
        "one": Figure(top["change"], Unit.MONEY_CHANGE),
        "rest": Figure(growth(bridge.now - top["change"], bridge.base), Unit.CHANGE),
    }
    is_one_customer = change != 0 and others and abs(top["change"]) >= abs(change) * Decimal("0.3")
    template = (
        "Sales {net}, {growth} on the year before ({change}); {one} of it is {name} alone, "
        "without which it is {rest}."
        if is_one_customer
        else "Sales {net}, {growth} on the year before ({change})."
    )
    severity = Severity.GOOD if change > 0 else Severity.SOON
    return (Finding("sales_trend.total", Sentence(template, figures), severity, period.month_on),)


def _retention_finding(period: Period, bridge: Bridge, compared: ir.Table) -> tuple[Finding, ...]:
    lost = compared.filter(compared.step == "lost")
    count = fetch(lost.agg(n=lost.count()))[0]["n"]
    says = Sentence(
        "Last year's customers brought {nrr} of what they brought then ({grr} without what they "
        "bought more); {n:customer|customers} ordered nothing, {lost}."
        if count
        else "Last year's customers brought {nrr} of what they brought then ({grr} without what "
        "they bought more); all of them ordered again.",
        {
            "nrr": Figure(bridge.nrr, Unit.SHARE),
            "grr": Figure(bridge.grr, Unit.SHARE),
            "n": Figure(count, Unit.COUNT),
            "lost": Figure(bridge.lost, Unit.MONEY_CHANGE),
        },
    )
    return (Finding("sales_trend.retention", says, Severity.INFO, period.month_on),)
