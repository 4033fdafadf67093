"""How many orders will each customer place, is it still one, and what will it bring?

Every account's order days are taken as x orders after the first, the last at t_x, watched until
T, and five models of customers who leave without saying so are fitted to them, beside two rules
of thumb. At past days each is asked for the orders of the days that followed; the one that was
least off, account by account, is used, and a rule of thumb unless a model beats both:

    expected sales = expected orders of 365 days × worth of an order
    value = Σ over quarters: expected orders × worth × margin rate ÷ (1 + discount)^years to its end

Sources: `zhibi.stats.lifetimes`; worth of an order Fader & Hardie (2013); holding models against
rules of thumb Wübben & von Wangenheim (2008, J. of Marketing 72:82).

Do not trust it for accounts that grow or shrink, contracts that end, and seasons: all models take
a customer's pace as constant until it leaves. A lifetime value is a scale to compare customers by,
not a budget.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np

from zhibi.errors import ZhibiError
from zhibi.measures.customer_future import Ahead, CustomerFuture, customer_future, money
from zhibi.measures.lifetime_told import method_blocks, record_blocks
from zhibi.measures.order_forecasts import LAST_YEAR
from zhibi.measures.periods import months_before
from zhibi.measures.rhythm import Rule
from zhibi.measures.rhythm_record import Asked, cut_days
from zhibi.measures.rows import SHOWN
from zhibi.measures.stopped import MONEY_STEPS
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
    Value,
)
from zhibi.tables.tables import LEVELS, Tables

TITLE = "How much will each customer still order, and what is it worth?"
UNITS = {"weeks": 7.0, "days": 1.0, "months": 365.25 / 12}
CUTS = 4
DRAWN, FALL_FINDINGS = 20, 5


@dataclass(frozen=True, slots=True)
class Params:
    days_ahead: int = param(
        90, unit="days", help="Orders are expected for so many days.", within=(7, 365)
    )
    value_years: int = param(
        3, help="Lifetime value counts the orders of so many years.", within=(1, 10)
    )
    discount: float = param(
        0.10, unit="share", help="What a year's wait takes off the value of money.", within=(0, 1)
    )
    unit: str = param("weeks", help="Unit of time of the fitted parameters.", choices=tuple(UNITS))
    settle: int = param(
        12, unit="months", within=(0, 120),
        help="Customers first seen in this time after the data begins may be old ones.",
    )  # fmt: skip
    level: str = param("group", help="Whose orders are followed.", choices=LEVELS)


@dataclass(frozen=True, slots=True)
class CustomerLifetime:
    """`customers` by lifetime value, `falls` by the sales that would be missing in a year;
    `future` has every account's figures for who combines results."""

    identity: Identity
    future: CustomerFuture
    summary: tuple[Figure, ...]
    customers: Table
    orders_ahead: Chart
    falls: Table
    notes: tuple[Note, ...]
    findings: tuple[Finding, ...]
    title: str = TITLE

    def blocks(self) -> tuple[Block, ...]:
        return (
            Section(
                "What each customer is likely to bring",
                (*self.summary, self.orders_ahead, self.customers, *self.notes),
            ),
            Section("Who is likely to order much less", self._fewer()),
            Section("How far such estimates were right", record_blocks(self.future)),
            Section("How it was worked out", method_blocks(self.future)),
        )

    def _fewer(self) -> tuple[Block, ...]:
        if self.future.choice.used.name != LAST_YEAR:
            return (self.falls,)
        says = "The estimate is last year's number of orders, so that nobody stands out by it."
        return (Note(Sentence(says)),)


def analyze(tables: Tables, params: Params | None = None) -> CustomerLifetime:
    """Choose by the past, then tell every customer's future."""
    params = params or Params()
    check("customer_lifetime", params)
    asked = Asked(Rule(), months=0, level=params.level, horizon=params.days_ahead, quarters=CUTS)
    found = customer_future(
        tables,
        Ahead(params.days_ahead, params.value_years, params.discount),
        cut_days(tables, asked),
        settled_from=months_before(tables.first_day, -params.settle),
        unit=UNITS[params.unit],
        level=params.level,
    )
    if found is None:
        raise ZhibiError(
            "customer_lifetime needs orders with sales above zero, and up to {day} there are "
            "none; import orders, or choose a later --as-of.",
            day=tables.day,
        )
    first = found.rows(found.named.limit(SHOWN))
    fallen = _fallen(found)
    return CustomerLifetime(
        identity=tables.identity("customer_lifetime", params, params.level),
        future=found,
        summary=_summary(found),
        customers=_customers(found, first),
        orders_ahead=_orders_ahead(first[:DRAWN], params.days_ahead),
        falls=_falls(found, fallen),
        notes=tuple(map(Note, _notes(found, params))),
        findings=_findings(found, fallen, tables.day),
    )


def _summary(found: CustomerFuture) -> tuple[Figure, ...]:
    return (
        Figure(found.total, Unit.COUNT, "Expected orders of all customers"),
        Figure(money(found.sales.sum()), Unit.MONEY, "Expected sales in 365 days"),
        Figure(money(found.value.sum()), Unit.MONEY, "Lifetime value"),
    )


CUSTOMERS = (
    Column("customer_id", "Customer no.", Unit.NAME),
    Column("name", "Customer", Unit.NAME),
    Column("owner", "Owner", Unit.NAME),
    Column("last_on", "Last order", Unit.DATE),
    Column("word", "Still a customer?", Unit.TERM),
    Column("last_year", "Order days in 12 months", Unit.COUNT, total=True),
    Column("expected", "Orders expected", Unit.COUNT),
    Column("net", "Sales in 12 months", Unit.MONEY, total=True),
    Column("sales_low", "Sales in 365 days, low", Unit.MONEY),
    Column("sales", "Expected sales in 365 days", Unit.MONEY, total=True),
    Column("sales_high", "Sales in 365 days, high", Unit.MONEY),
    Column("value", "Lifetime value", Unit.MONEY, total=True),
)


def _customers(found: CustomerFuture, first: list[dict[str, Any]]) -> Table:
    totals: dict[str, Value] = {
        "last_year": int(found.seen.last_year.sum()),
        "net": Decimal(int(found.net_year.sum())) / MONEY_STEPS,
        "sales": money(found.sales.sum()),
        "value": money(found.value.sum()),
    }
    return Table(
        key="customers",
        title="Customers by lifetime value",
        columns=CUSTOMERS,
        rows=_cells(first, CUSTOMERS),
        row_count=len(found.keys),
        totals=tuple(totals.get(column.key) for column in CUSTOMERS),
        fetch_all=lambda: _cells(found.rows(found.named), CUSTOMERS),
    )


def _cells(rows: list[dict[str, Any]], columns: tuple[Column, ...]) -> tuple[Row, ...]:
    return tuple(tuple(row[column.key] for column in columns) for row in rows)


def _orders_ahead(drawn: list[dict[str, Any]], horizon: int) -> Chart:
    rows = tuple(
        (row["name"], row["expected"].value, row["expected"].low, row["expected"].high)
        for row in drawn
    )
    return Chart(
        key="orders_ahead",
        title="Orders to be expected of the most valuable customers",
        mark=Mark.INTERVAL,
        columns=(
            Column("name", "Customer", Unit.NAME),
            Column("expected", "Orders expected", Unit.QUANTITY),
            Column("low", "Low", Unit.COUNT),
            Column("high", "High", Unit.COUNT),
        ),
        rows=rows,
        x="name",
        y=("expected", "low", "high"),
        text=Sentence(
            "The {n:customer|customers} drawn are likely to place {orders} orders in the next "
            "{horizon:day|days}.",
            {
                "n": Figure(len(rows), Unit.COUNT),
                "orders": Figure(round(sum(row[1] for row in rows)), Unit.COUNT),
                "horizon": Figure(horizon, Unit.COUNT),
            },
        ),
    )


FALLS = (
    Column("customer_id", "Customer no.", Unit.NAME),
    Column("name", "Customer", Unit.NAME),
    Column("owner", "Owner", Unit.NAME),
    Column("last_on", "Last order", Unit.DATE),
    Column("since", "Calendar days since", Unit.DAYS),
    Column("usual", "Orders at last year's pace", Unit.QUANTITY),
    Column("expected", "Orders expected", Unit.COUNT),
    Column("word", "Still a customer?", Unit.TERM),
    Column("still", "Chance of it", Unit.SHARE),
    Column("net", "Sales in 12 months", Unit.MONEY, total=True),
    Column("lost", "Sales that would be missing in a year", Unit.MONEY, total=True),
)


@dataclass(frozen=True, slots=True)
class _Fallen:
    """Accounts of which much less is expected, most sales missing first."""

    positions: np.ndarray[Any, np.dtype[np.int64]]
    first: list[dict[str, Any]]


def _fallen(found: CustomerFuture) -> _Fallen:
    positions = found.falls()
    return _Fallen(positions, found.rows_of(positions[:SHOWN]))


def _falls(found: CustomerFuture, fallen: _Fallen) -> Table:
    at = fallen.positions
    totals: dict[str, Value] = {
        "net": Decimal(int(found.net_year[at].sum())) / MONEY_STEPS,
        "lost": money(found.lost[at].sum()),
    }
    return Table(
        key="falls",
        title="Customers expected to order at most half as often as in the last 12 months",
        columns=FALLS,
        rows=_cells(fallen.first, FALLS),
        row_count=len(at),
        totals=tuple(totals.get(column.key) for column in FALLS),
        fetch_all=lambda: _cells(found.rows_of(at), FALLS),
    )


def _notes(found: CustomerFuture, params: Params) -> list[Sentence]:
    """What the figures mean; every estimate is of customers there are, none of new ones."""
    said = [
        Sentence(
            "Expected orders are order days of the next {horizon:day|days}; four in five "
            "customers should stay within their range. Orders of new customers are in no figure.",
            {"horizon": Figure(params.days_ahead, Unit.COUNT)},
        ),
        Sentence(VALUE[found.is_margin], {
            "years": Figure(params.value_years, Unit.COUNT),
            "discount": Figure(params.discount, Unit.SHARE),
        }),
    ]  # fmt: skip
    early = int(found.seen.is_early.sum())
    if early:
        said.append(
            Sentence(
                "{n:customer was|customers were} first seen in the first {months:month|months} of "
                "the data and may be older than they look; where there are enough they are "
                "estimated apart from those who are new for sure.",
                {"n": Figure(early, Unit.COUNT), "months": Figure(params.settle, Unit.COUNT)},
            )
        )
    unknown = int(np.isnan(found.still).sum())
    if unknown:
        said.append(
            Sentence(
                "Of {n:customer|customers} nothing in the data can tell whether they are still "
                "customers.",
                {"n": Figure(unknown, Unit.COUNT)},
            )
        )
    return said


VALUE = {
    True: "Lifetime value is margin of the next {years:year|years}, a year's wait taking off "
    "{discount}; it leaves out what serving a customer costs.",
    False: "Lifetime value is sales of the next {years:year|years}, a year's wait taking off "
    "{discount}: the costs of too many lines are unknown for a margin.",
}


def _findings(found: CustomerFuture, fallen: _Fallen, day: date) -> tuple[Finding, ...]:
    # Who is told must be known to have a pace that much can be missing from.
    told = [row for row in fallen.first if row["still"] is not None and row["usual"] >= 1]
    falls = [_fall(row, found.ahead.horizon) for row in told[:FALL_FINDINGS]]
    concentrated = _concentration(found, day)
    total = [_total(found, day)] if found.total.high else []
    return (*total, *falls, *([concentrated] if concentrated else []))


TOTAL = (
    "{expected} orders are to be expected of today's customers in the next {horizon:day|days}; in "
    "the same days a year ago those who were customers then placed {before}."
)


def _total(found: CustomerFuture, day: date) -> Finding:
    expected, before = found.total, found.orders_year_ago
    figures = {
        "expected": Figure(expected, Unit.COUNT),
        "horizon": Figure(found.ahead.horizon, Unit.COUNT),
    }
    if before is None:
        says = Sentence(
            "{expected} orders are to be expected of today's customers in the next "
            "{horizon:day|days}.",
            figures,
        )
        return Finding("customer_lifetime.orders", says, Severity.INFO, day.replace(day=1))
    is_less, is_more = expected.high < before, expected.low > before
    severity = Severity.SOON if is_less else Severity.GOOD if is_more else Severity.INFO
    action = Sentence(
        "Sales manager: plan the quarter on this figure, and win the difference with new customers "
        "or with those who order less."
    )
    says = Sentence(TOTAL, {**figures, "before": Figure(before, Unit.COUNT)})
    return Finding(
        "customer_lifetime.orders",
        says,
        severity,
        day.replace(day=1),
        action=action if is_less else None,
    )


def _fall(row: dict[str, Any], horizon: int) -> Finding:
    chance: float | None = row["still"]
    figures = {
        "name": Figure(row["name"], Unit.NAME),
        "horizon": Figure(horizon, Unit.COUNT),
        "usual": Figure(row["usual"], Unit.QUANTITY),
        "since": Figure(row["since"], Unit.COUNT),
        "lost": Figure(row["lost"], Unit.MONEY),
        "still": Figure(chance, Unit.SHARE),
    }
    says = NOTHING
    if row["expected"].high:
        figures["expected"] = Figure(row["expected"], Unit.COUNT)
        says = FALL
    return Finding(
        "customer_lifetime.fall",
        Sentence(says, figures),
        Severity.NOW if chance is not None and chance < 0.5 else Severity.SOON,
        row["last_on"],
        subject=Subject(row["customer_id"], row["name"]),
        action=Sentence("Call this week: ask what has changed, and when the next order is due."),
        owner=row["owner"],
        stake=row["lost"],
    )


FALL = (
    "Of {name} only {expected} orders are to be expected in the next {horizon:day|days}; at last "
    "year's pace it would be {usual}. Its last order was {since:day|days} ago, and the chance that "
    "it is still a customer is {still}; a year like this would miss {lost}."
)
NOTHING = (
    "Of {name} no order is to be expected in the next {horizon:day|days}; at last year's pace it "
    "would be {usual}. Its last order was {since:day|days} ago, and the chance that it is still a "
    "customer is {still}; a year like this would miss {lost}."
)


def _concentration(found: CustomerFuture, day: date) -> Finding | None:
    """How few will bring half of the sales, beside how few brought half of last year's."""
    ahead, before = _half(found.sales), _half(found.net_year)
    if not ahead or not before:
        return None
    says = Sentence(
        "Half of the sales to be expected in 365 days, {half}, comes from "
        "{ahead:customer|customers} of today; half of the last 12 months' sales came from "
        "{before}.",
        {
            "half": Figure(money(int(found.sales.sum()) // 2), Unit.MONEY),
            "ahead": Figure(ahead, Unit.COUNT),
            "before": Figure(before, Unit.COUNT),
        },
    )
    return Finding(
        "customer_lifetime.concentration",
        says,
        Severity.INFO,
        day.replace(day=1),
        action=Sentence(
            "Sales manager: see that each of them has an owner and a plan for the year."
        ),
        stake=money(int(found.sales.sum()) // 2),
    )


def _half(amounts: np.ndarray[Any, np.dtype[np.int64]]) -> int:
    """The smallest number of customers who hold half of what is above zero; 0 where nothing is."""
    held = np.cumsum(np.sort(np.maximum(amounts, 0))[::-1])
    if not len(held) or not held[-1]:
        return 0
    return int(np.searchsorted(held * 2, held[-1])) + 1
