"""What it buys: two years side by side, quarter by quarter, and why it changed."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from zhibi.measures.change_effects import change_effects, effects_by_account
from zhibi.measures.dossier.account import Account
from zhibi.measures.dossier.loading import loaded_quarters, loaded_table, loading_told
from zhibi.measures.dossier.parts import Part, unknown, with_known_columns
from zhibi.measures.effects_shown import effects_of, waterfall
from zhibi.measures.fall_told import fall_told, per_order
from zhibi.measures.monthly import growth, sum_over
from zhibi.measures.periods import Period, months_before
from zhibi.measures.price_volume_mix import PARTS, PriceVolumeMix
from zhibi.measures.product_sales import change_of_accounts
from zhibi.measures.rows import fetch, table_of_rows
from zhibi.measures.sales import net_sales
from zhibi.result import (
    Block,
    Chart,
    Column,
    Figure,
    Finding,
    Mark,
    Sentence,
    Severity,
    Table,
    Unit,
)

BUYS = "What it buys"
STEADY = 0.10  # within ± this change it is steady
ONE_ENTITY = Decimal("0.3")  # of the change: one legal entity that explains as much is named
QUARTERS = 12

TWO_YEARS = (
    Column("period", "Period", Unit.TERM),
    Column("net", "Sales", Unit.MONEY),
    Column("orders", "Orders", Unit.COUNT),
    Column("average", "Average order", Unit.MONEY),
    Column("margin_rate", "Margin rate", Unit.SHARE),
    Column("share", "Share of our sales", Unit.SHARE),
    Column("rank", "Rank", Unit.COUNT),
    Column("class", "Class", Unit.TERM),
)


def buying(account: Account) -> Part:
    """Sales of twelve months against the year before, and what changed them."""
    if account.standing is None:
        return unknown(BUYS, account.why_no_sales, "order_lines")
    blocks: list[Block] = [with_known_columns(_two_years(account))]
    if chart := _quarters(account):
        blocks.append(chart)
    is_priced = account.tables.has("quantity") and account.tables.has("product_id")
    if is_priced and account.net_before:
        blocks.append(_why(account))
    loaded = loaded_quarters(account)
    if loaded:
        blocks.append(loaded_table(loaded))
    told = (*_change(account, is_priced=is_priced), *loading_told(loaded))
    return Part(BUYS, tuple(blocks), told)


def _two_years(account: Account) -> Table:
    """Its place among all customers is told to who sees all of them."""
    standing: Any = account.standing
    rows = []
    for said, suffix in (("this period", ""), ("a year before", "_before")):
        net, orders, known = (
            standing[f"{name}{suffix}"] for name in ("net", "orders", "net_of_margin")
        )
        is_placed = bool(orders or net) and not account.tables.is_scoped
        rows.append(
            {
                "period": said,
                "net": net,
                "orders": orders,
                "average": per_order(net, orders),
                "margin_rate": _rate(standing[f"margin{suffix}"], known),
                "share": standing[f"share{suffix}"] if is_placed else None,
                "rank": standing[f"rank{suffix}"] if is_placed else None,
                "class": standing[f"class{suffix}"] if is_placed else None,
            }
        )
    return table_of_rows(rows, "two_years", "This period and the year before", TWO_YEARS)


def _rate(margin: Decimal, known: Decimal | None) -> float | None:
    return float(margin / known) if known and known > 0 else None


def _quarters(account: Account) -> Chart | None:
    """Net sales of each three months that end on the as-of day, from its first
    order on, where the data goes back so far."""
    tables, day = account.tables, account.tables.day
    ends = [months_before(day, 3 * back) for back in range(QUARTERS, -1, -1)]
    quarters = [Period(end + timedelta(days=1), last) for end, last in pairwise(ends)]
    known_from, first = tables.first_day.replace(day=1), (account.order_span or (day, day))[0]
    quarters = [one for one in quarters if one.start >= known_from and one.end >= first]
    if len(quarters) < 2:
        return None
    lines = account.lines.filter(account.lines.order_date >= quarters[0].start)
    days = lines.group_by("order_date").agg(net=net_sales(lines))
    daily = {row["order_date"]: row["net"] for row in fetch(tables.bring(days))}
    rows = [(one.month_on, sum_over(daily, one)) for one in quarters]
    highest = max(rows, key=lambda row: (row[1], row[0]))
    return Chart(
        key="quarters",
        title="Sales by three months",
        mark=Mark.LINE,
        columns=(
            Column("quarter", "Three months to", Unit.MONTH),
            Column("net", "Sales", Unit.MONEY),
        ),
        rows=tuple(rows),
        x="quarter",
        y=("net",),
        text=Sentence(
            "{last} in the last three months; most were the three to {end} with {most}.",
            {
                "last": Figure(rows[-1][1], Unit.MONEY),
                "end": Figure(highest[0], Unit.MONTH),
                "most": Figure(highest[1], Unit.MONEY),
            },
        ),
    )


def _why(account: Account) -> Chart:
    effects = change_effects(
        account.tables,
        period=account.period,
        before=account.before,
        level=account.level,
        only=account.key,
    )
    return waterfall(effects_of(effects_by_account(account.tables, effects)))


def _change(account: Account, *, is_priced: bool) -> tuple[Finding, ...]:
    """How much it buys against the year before: with the cause of a fall, and the legal entity
    behind a rise."""
    if account.net_before <= 0:
        return (_first_year(account),) if account.net else ()
    assert account.standing
    change = growth(account.net, account.net_before)
    assert change is not None
    if not account.standing["orders"]:
        return (_nothing(account),)
    if change < -STEADY:
        row = {**account.standing, "change": account.net - account.net_before, "growth": change}
        return (fall_told(account.period, row, _parts(account, is_priced)),)
    return (_rise(account, change),)


def _parts(account: Account, is_priced: bool) -> PriceVolumeMix:
    if not is_priced:
        return PriceVolumeMix(*[Decimal(0)] * (len(PARTS) + 1))
    found = change_of_accounts(
        account.tables,
        [account.key],
        period=account.period,
        before=account.before,
        level=account.level,
    )
    return found[account.key]


def _first_year(account: Account) -> Finding:
    says = Sentence(
        "Sales {net}; there are none a year before to compare with.",
        {"net": Figure(account.net, Unit.MONEY)},
    )
    return _news(account, "first_year", says, Severity.INFO)


def _nothing(account: Account) -> Finding:
    assert account.standing
    figures = {
        "name": Figure(account.name, Unit.NAME),
        "before": Figure(account.net_before, Unit.MONEY),
        "orders": Figure(account.standing["orders_before"], Unit.COUNT),
    }
    return Finding(
        code="account_review.no_order",
        says=Sentence(
            "{name} has ordered nothing for 12 months, after {before} and {orders:order|orders} in "
            "the year before.",
            figures,
        ),
        severity=Severity.SOON,
        cause_on=account.period.month_on,
        subject=account.subject,
        action=Sentence(
            "Ask {name} from whom it buys now, and write down what would bring it back.", figures
        ),
        owner=account.owner,
        stake=account.net_before,
    )


def _rise(account: Account, change: float) -> Finding:
    moved = account.net - account.net_before
    one = max(account.entities, key=lambda entity: (abs(entity["change"]), entity["customer_id"]))
    figures = {
        "net": Figure(account.net, Unit.MONEY),
        "growth": Figure(change, Unit.CHANGE),
        "change": Figure(moved, Unit.MONEY_CHANGE),
        "name": Figure(one["name"], Unit.NAME),
        "one": Figure(one["change"], Unit.MONEY_CHANGE),
        "rest": Figure(growth(account.net - one["change"], account.net_before), Unit.CHANGE),
    }
    is_one = len(account.entities) > 1 and moved * one["change"] > 0
    is_one = is_one and abs(one["change"]) >= abs(moved) * ONE_ENTITY
    template = (
        "Sales {net}, {growth} on the year before ({change}); {one} of it is {name} alone, "
        "without which it is {rest}."
        if is_one
        else "Sales {net}, {growth} on the year before ({change})."
    )
    severity = Severity.GOOD if change > STEADY else Severity.INFO
    return _news(account, "change", Sentence(template, figures), severity)


def _news(account: Account, code: str, says: Sentence, severity: Severity) -> Finding:
    return Finding(
        f"account_review.{code}",
        says,
        severity,
        account.period.month_on,
        subject=account.subject,
        action=Sentence(
            "Ask what it plans to buy in the next 12 months, and put the figure into its plan."
        ),
        owner=account.owner,
        stake=abs(account.net - account.net_before),
    )
