"""Do we deliver on the day we promised, to whom not, and what is late now?

A delivery is all that one account was promised for one day and got on one day
(`zhibi.measures.deliveries`). On time = came on the promised day or before; the share is of all
that were due, those still open included, with Wilson's 95 % interval (Wilson 1927). How late is
the median and the 90th percentile of those that came late. The trend over months is Theil–Sen
(Sen 1968). As-of safe: what came after the as-of day is still open on it.

Accounts that got more late deliveries than others in the first half of the period and ordered less
in the second are asked about: that one came before the other proves nothing.

Do not trust it where promised days are moved after the fact, or filled in by default.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from zhibi.measures.deliveries import (
    OPEN,
    Service,
    deliveries,
    rated,
    service_of,
    whole_deliveries,
)
from zhibi.measures.monthly import whole_months
from zhibi.measures.periods import Period, trailing
from zhibi.measures.rows import SHOWN, fetch, tabulate
from zhibi.measures.sales import accounts
from zhibi.measures.slowed import Slowed, SlowedShares, halves, slowed
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
    Row,
    Section,
    Sentence,
    Severity,
    Subject,
    Table,
    Unit,
)
from zhibi.stats.proportions import wilson
from zhibi.stats.slope import theil_sen
from zhibi.tables.tables import LEVELS, Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

TITLE = "Do we deliver on the day we promised?"
Columns = tuple[Column, ...]
ENOUGH_MONTHS = 6  # for a trend
LOOKED_AT = 200  # accounts with the most money late, of which the worst are told
NOTHING_OPEN = Note(Sentence("Nothing that was promised before the as-of day is still open."))
FEWEST_LATE = 3  # deliveries not on time, before an account is told
TOLD = 3  # accounts told as findings, most money late first


@dataclass(frozen=True, slots=True)
class Params:
    months: int = param(
        12, unit="months", help="Length of the period that ends on the as-of day.", within=(2, 60)
    )
    unknown_after: int = param(
        180, unit="days", help="Without a delivery day for longer than this, it is not known.",
        within=(1, 3660),
    )  # fmt: skip
    enough: int = param(
        10, help="With fewer deliveries, a share is marked as a small sample.", within=(1, 1000)
    )
    level: str = param("group", help="Whose deliveries are added up.", choices=LEVELS)


@dataclass(frozen=True, slots=True)
class ServiceLevel:
    """`by_account` has the most money late first, `open` what was due longest first."""

    identity: Identity
    service: Service
    slope: Estimate | None  # share of deliveries on time, a month
    months: Table
    month_chart: Chart
    by_account: Table
    by_category: Table
    open: Table
    slowed: tuple[Slowed, ...]
    asked: Table
    notes: tuple[Note, ...]
    findings: tuple[Finding, ...]
    title: str = TITLE

    def blocks(self) -> tuple[Block, ...]:
        service = self.service
        slope = (Figure(self.slope, Unit.POINTS, "Change per month"),) if self.slope else ()
        chart = (self.month_chart,) if self.month_chart.rows else ()
        categories = (Section("Which products come late", (self.by_category,)),)
        return (
            Section(
                "How many deliveries were on time",
                (
                    Figure(service.share, Unit.SHARE, "Deliveries on time"),
                    Figure(service.median_late, Unit.DAYS, "Days late, the middle one"),
                    Figure(service.p90_late, Unit.DAYS, "Days late, slowest tenth"),
                    *slope,
                    *chart,
                    self.months,
                ),
            ),
            Section("What is late now", (self.open if self.open.rows else NOTHING_OPEN,)),
            Section("Who waits", (self.by_account,)),
            *(categories if self.by_category.rows else ()),
            *([Section("Where to ask", (self.asked,))] if self.asked.rows else []),
            Section("How it was worked out", self.notes),
        )


def analyze(tables: Tables, params: Params | None = None) -> ServiceLevel:
    """Hold what was delivered against what was promised."""
    params = params or Params()
    check("service_level", params)
    for column in ("promised_date", "delivered_date"):
        tables.require("service_level", column)
    period = trailing(tables.day, params.months)
    after = params.unknown_after
    by_category = tables.keep(
        f"service_level|{params}",
        deliveries(tables, period, level=params.level, unknown_after=after),
    )
    found = tables.keep(f"service_level whole|{params}", whole_deliveries(by_category))
    service = service_of(tables, found, period)
    per_account = rated(found, ("account_key",)).join(accounts(tables), "account_key")
    ranked = tables.keep(f"service_level accounts|{params}", per_account)
    late_accounts = ranked.order_by(ranked.amount_late.desc(), ranked.late.desc(), "customer_id")
    months = _months(tables, found, params)
    slow, shares = slowed(tables, found, *halves(period, params.months), level=params.level)
    who = _names(tables, [one.account_key for one in slow])
    waiting = _open(tables, found)
    return ServiceLevel(
        identity=tables.identity("service_level", params, params.level),
        service=service,
        slope=_slope(months),
        months=months,
        month_chart=_month_chart(months),
        by_account=_rated_table(late_accounts, "by_account", params, first=ACCOUNT),
        by_category=_rated_table(_categories(by_category), "by_category", params, first=CATEGORY),
        open=waiting,
        slowed=slow,
        asked=_asked(slow, who),
        notes=_notes(service, shares),
        findings=(
            *_total_finding(period, service),
            *_open_finding(tables, waiting),
            *_trend_finding(period, _slope(months)),
            *_worst_findings(period, late_accounts, service, params),
            *(_question(period, one, who[one.account_key]) for one in slow[:TOLD]),
        ),
    )


RATED = (
    Column("deliveries", "Deliveries due", Unit.COUNT, total=True),
    Column("on_time", "On time", Unit.COUNT, total=True),
    Column("share", "Share on time", Unit.SHARE),
    Column("late", "Came late", Unit.COUNT, total=True),
    Column("open", "Open and late", Unit.COUNT, total=True),
    Column("median_late", "Days late, the middle one", Unit.DAYS),
    Column("p90_late", "Days late, slowest tenth", Unit.DAYS),
    Column("amount_late", "Sales late or open", Unit.MONEY, total=True),
    Column("sample", "Sample", Unit.TERM),
)
ACCOUNT = (
    Column("customer_id", "Customer no.", Unit.NAME),
    Column("name", "Customer", Unit.NAME),
)
CATEGORY = (Column("category", "Category", Unit.NAME),)
MONTH = (Column("end", "Month to", Unit.DATE),)
TITLES = {
    "by_account": "Deliveries by customer",
    "by_category": "Deliveries by category",
    "months": "Deliveries by month they were promised for",
}


def _rated_table(expression: ir.Table, key: str, params: Params, *, first: Columns) -> Table:
    """A table of deliveries with the share on time as an estimate."""
    sums = {column.key: expression[column.key].sum() for column in RATED if column.total}
    summary = fetch(expression.agg(row_count=expression.count(), **sums))[0]

    def rows_of(part: ir.Table) -> tuple[Row, ...]:
        return tuple(_rated_row(row, params, first) for row in fetch(part))

    nothing = {"amount_late": Decimal(0)}
    return Table(
        key=key,
        title=TITLES[key],
        columns=(*first, *RATED),
        rows=rows_of(expression.limit(SHOWN)),
        row_count=summary["row_count"],
        totals=tuple(
            (summary[column.key] or nothing.get(column.key, 0)) if column.total else None
            for column in (*first, *RATED)
        ),
        fetch_all=lambda: rows_of(expression),
    )


def _rated_row(row: Mapping[str, Any], params: Params, first: Columns) -> Row:
    sample = "small sample" if row["deliveries"] < params.enough else None
    found = {**row, "share": wilson(row["on_time"], row["deliveries"]), "sample": sample}
    return tuple(found[column.key] for column in (*first, *RATED))


def _categories(by_category: ir.Table) -> ir.Table:
    named = rated(by_category.filter(by_category.category.notnull()), ("category",))
    return named.order_by(named.amount_late.desc(), "category")


def _months(tables: Tables, found: ir.Table, params: Params) -> Table:
    import ibis

    ends = [
        (found.promised.between(month.start, month.end), ibis.literal(month.end, type="date"))
        for month in whole_months(tables.day, params.months)
    ]
    months = rated(found.mutate(end=ibis.cases(*ends)), ("end",))
    return _rated_table(months.order_by("end"), "months", params, first=MONTH)


def _slope(months: Table) -> Estimate | None:
    shares = [share.value for share in months.column("share") if isinstance(share, Estimate)]
    return theil_sen(np.array(shares)) if len(shares) >= ENOUGH_MONTHS else None


def _month_chart(months: Table) -> Chart:
    known = zip(months.column("end"), months.column("share"), strict=True)
    shares = [(end, one) for end, one in known if isinstance(one, Estimate)]
    lowest = min(shares, key=lambda pair: pair[1].value, default=(None, None))
    return Chart(
        key="months_chart",
        title="Share of deliveries on time, with its range",
        mark=Mark.INTERVAL,
        columns=(
            Column("month", "Month", Unit.NAME),
            Column("share", "Share on time", Unit.SHARE),
            Column("low", "Low", Unit.SHARE),
            Column("high", "High", Unit.SHARE),
        ),
        rows=tuple((f"{end:%Y-%m}", one.value, one.low, one.high) for end, one in shares),
        x="month",
        y=("share", "low", "high"),
        text=Sentence(
            "Lowest was the month to {end} with {share}.",
            {"end": Figure(lowest[0], Unit.DATE), "share": Figure(lowest[1], Unit.SHARE)},
        ),
    )


def _open(tables: Tables, found: ir.Table) -> Table:
    """What was promised before today and has not come, longest first."""
    named = found.filter(found.state == OPEN).join(accounts(tables), "account_key")
    return tabulate(
        named.order_by(named.late.desc(), named.amount.desc(), "customer_id"),
        "open",
        "Promised and not delivered",
        columns=(
            *ACCOUNT,
            Column("promised", "Promised for", Unit.DATE),
            Column("late", "Days late by now", Unit.DAYS),
            Column("amount", "Sales", Unit.MONEY, total=True),
            Column("owner", "Owner", Unit.NAME),
        ),
    )


def _names(tables: Tables, keys: list[int | str]) -> dict[int | str, dict[str, Any]]:
    known = accounts(tables)
    return {row["account_key"]: row for row in fetch(known.filter(known.account_key.isin(keys)))}


def _asked(slow: tuple[Slowed, ...], who: Mapping[int | str, Mapping[str, Any]]) -> Table:
    rows = tuple(
        (
            who[one.account_key]["customer_id"],
            who[one.account_key]["name"],
            one.deliveries,
            one.late,
            one.orders_before,
            one.orders,
            one.expected,
            one.net_before,
            one.net,
        )
        for one in slow
    )
    return Table(
        key="asked",
        title="Waited in the first half, ordered less in the second",
        columns=(
            *ACCOUNT,
            Column("deliveries", "Deliveries due", Unit.COUNT),
            Column("late", "Came late", Unit.COUNT),
            Column("orders_before", "Orders, first half", Unit.COUNT),
            Column("orders", "Orders, second half", Unit.COUNT),
            Column("expected", "Orders to be expected", Unit.QUANTITY),
            Column("net_before", "Sales, first half", Unit.MONEY),
            Column("net", "Sales, second half", Unit.MONEY),
        ),
        rows=rows,
        row_count=len(rows),
    )


def _notes(service: Service, shares: SlowedShares) -> tuple[Note, ...]:
    counted = Sentence(
        "A delivery is all that one customer was promised for one day and got on one day; those "
        "still open count as not on time. Left out: {n:delivery|deliveries} promised long ago "
        "without a day of delivery, and {unpromised} of sales, which have no promised day.",
        {
            "n": Figure(service.unknown, Unit.COUNT),
            "unpromised": Figure(service.unpromised, Unit.SHARE),
        },
    )
    if shares.waited is None or shares.others is None:
        return (Note(counted),)
    compared = Sentence(
        "Of {n:customer|customers} that waited more than others in the first half, {waited} then "
        "ordered at most half of what was to be expected; of the other {m}, {others} did.",
        {
            "n": Figure(shares.waited.n, Unit.COUNT),
            "waited": Figure(shares.waited, Unit.SHARE),
            "m": Figure(shares.others.n, Unit.COUNT),
            "others": Figure(shares.others, Unit.SHARE),
        },
    )
    return (Note(counted), Note(compared))


def _total_finding(period: Period, service: Service) -> tuple[Finding, ...]:
    if service.share is None:
        return ()
    says = Sentence(
        "{share} of {n:delivery|deliveries} came on the promised day or before; late ones by "
        "{median} in the middle, one in ten by more than {p90}."
        if service.late
        else "{share} of {n:delivery|deliveries} came on the promised day or before.",
        {
            "share": Figure(service.share, Unit.SHARE),
            "n": Figure(service.share.n, Unit.COUNT),
            "median": Figure(service.median_late, Unit.DAYS),
            "p90": Figure(service.p90_late, Unit.DAYS),
        },
    )
    return (Finding("service_level.total", says, Severity.INFO, period.month_on),)


def _open_finding(tables: Tables, waiting: Table) -> tuple[Finding, ...]:
    if not waiting.rows or waiting.totals is None:
        return ()
    first = dict(zip((column.key for column in waiting.columns), waiting.rows[0], strict=True))
    amount = cast("Decimal", waiting.totals[4])
    says = Sentence(
        "{n:delivery is|deliveries are} late and still open, {amount}; {name} has waited longest, "
        "{days}.",
        {
            "n": Figure(waiting.row_count, Unit.COUNT),
            "amount": Figure(amount, Unit.MONEY),
            "name": Figure(first["name"], Unit.NAME),
            "days": Figure(first["late"], Unit.DAYS),
        },
    )
    action = Sentence("Give each of these customers a new day, and say today why.")
    return (
        Finding(
            code="service_level.open",
            says=says,
            severity=Severity.NOW,
            cause_on=tables.day,
            action=action,
            stake=amount,
        ),
    )


def _trend_finding(period: Period, slope: Estimate | None) -> tuple[Finding, ...]:
    """Only when the whole range of the slope lies on one side."""
    if slope is None or slope.low <= 0 <= slope.high:
        return ()
    says = Sentence(
        "Fewer deliveries are on time from month to month: {slope} a month."
        if slope.value < 0
        else "More deliveries are on time from month to month: {slope} a month.",
        {"slope": Figure(slope, Unit.POINTS)},
    )
    severity = Severity.SOON if slope.value < 0 else Severity.GOOD
    return (Finding("service_level.trend", says, severity, period.month_on),)


def _worst_findings(
    period: Period, late_accounts: ir.Table, service: Service, params: Params
) -> list[Finding]:
    """Accounts with enough deliveries whose whole range lies below the share of all."""
    if service.share is None:
        return []
    missed = late_accounts.deliveries - late_accounts.on_time
    enough = late_accounts.filter(
        (late_accounts.deliveries >= params.enough) & (missed >= FEWEST_LATE)
    )
    found: list[Finding] = []
    for row in fetch(enough.limit(LOOKED_AT)):
        share = wilson(row["on_time"], row["deliveries"])
        if share and share.high < service.share.value and len(found) < TOLD:
            found.append(_worst(period, row, share, service.share))
    return found


def _worst(period: Period, row: Mapping[str, Any], share: Estimate, of_all: Estimate) -> Finding:
    says = Sentence(
        "{name} got {share} of {n:delivery|deliveries} on time, all customers {of_all}; {amount} "
        "came late or is open.",
        {
            "name": Figure(row["name"], Unit.NAME),
            "share": Figure(share, Unit.SHARE),
            "n": Figure(row["deliveries"], Unit.COUNT),
            "of_all": Figure(of_all.value, Unit.SHARE),
            "amount": Figure(row["amount_late"], Unit.MONEY),
        },
    )
    return Finding(
        code="service_level.account",
        says=says,
        severity=Severity.SOON,
        cause_on=period.month_on,
        subject=Subject(row["customer_id"], row["name"]),
        action=Sentence(
            "Find out with dispatch why this customer waits, and tell it what changes."
        ),
        owner=row["owner"],
        stake=row["amount_late"],
    )


def _question(period: Period, one: Slowed, who: Mapping[str, Any]) -> Finding:
    says = Sentence(
        "{name} got {late} of {n} deliveries late in the first half and then ordered {orders} "
        "times, where {expected} were to be expected: is there a connection?",
        {
            "name": Figure(who["name"], Unit.NAME),
            "late": Figure(one.late, Unit.COUNT),
            "n": Figure(one.deliveries, Unit.COUNT),
            "orders": Figure(one.orders, Unit.COUNT),
            "expected": Figure(one.expected, Unit.QUANTITY),
        },
    )
    return Finding(
        code="service_level.question",
        says=says,
        severity=Severity.INFO,
        cause_on=period.month_on,
        subject=Subject(who["customer_id"], who["name"]),
        action=Sentence("Ask the customer whether waiting made it buy elsewhere."),
        owner=who["owner"],
        stake=max(one.net_before - one.net, Decimal(0)),
    )
