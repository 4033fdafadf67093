"""Which products it buys, which it stopped buying, and which customers like it buy and it does
not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from zhibi.measures.compared import Compared, alike_by, compare
from zhibi.measures.dossier.account import Account
from zhibi.measures.dossier.parts import Part, unknown
from zhibi.measures.periods import previous, trailing
from zhibi.measures.product_mix import product_mix
from zhibi.measures.rhythm import Rule
from zhibi.measures.rows import fetch, table_of_rows
from zhibi.measures.sales import net_sales, within
from zhibi.measures.stopped import Stopped, product_column, stopped_products
from zhibi.measures.whitespace_told import whitespace_told
from zhibi.result import (
    Block,
    Column,
    Estimate,
    Figure,
    Finding,
    Note,
    Sentence,
    Severity,
    Table,
    Unit,
)

PRODUCTS = "Which products"
NO_PRODUCT = "lines name no product"
MONTHS, QUIET_MONTHS = 36, 6  # as in purchase-rhythm and product-preference


def products(account: Account) -> Part:
    """This year against last by category (else product), stopped products and open ones."""
    column = product_column(account.tables)
    if column is None:
        return unknown(PRODUCTS, NO_PRODUCT, "order_lines")
    if account.standing is None:
        return unknown(PRODUCTS, account.why_no_sales, "order_lines")
    stopped = stopped_products(
        account.tables, [account.key], months=MONTHS, level=account.level, rule=Rule()
    )
    compared = _compared(account, column)
    at = _place(account, compared)
    found: list[Finding] = [*_stopped_told(account, stopped)]
    bought = _by_product(account, column)
    blocks: list[Block] = [bought, *_nameless(bought)]
    if stopped:
        blocks.append(_stopped_table(stopped))
    if at is not None and (open_to := compared.space.open_to([at])[at]):
        blocks.append(_open_table(compared, at, open_to))
        found.append(_open_told(account, compared, at, open_to))
    return Part(PRODUCTS, tuple(blocks), tuple(found))


def _by_product(account: Account, column: str) -> Table:
    period, before = account.period, account.before
    lines = account.lines.filter(within(account.lines, period) | within(account.lines, before))
    sums = {"net": net_sales(lines, period), "net_before": net_sales(lines, before)}
    grouped = account.tables.bring(lines.group_by(product=lines[column]).agg(**sums))
    whole = account.net
    rows = [
        {
            **row,
            "share": float(row["net"] / whole) if whole > 0 else None,
            "change": row["net"] - row["net_before"],
        }
        for row in fetch(grouped.order_by(grouped.net.desc(), "product"))
    ]
    columns = (
        Column("product", "Category" if column == "category" else "Product", Unit.NAME),
        Column("net", "Sales in 12 months", Unit.MONEY, total=True),
        Column("share", "Share of its purchases", Unit.SHARE),
        Column("net_before", "Sales a year before", Unit.MONEY, total=True),
        Column("change", "Change", Unit.MONEY_CHANGE, total=True),
    )
    return table_of_rows(rows, "products", "What it bought, this year and last", columns)


def _nameless(bought: Table) -> tuple[Note, ...]:
    """What of the sales has no name in the table."""
    net = [row[1] for row in bought.rows if row[0] is None]
    if not net:
        return ()
    says = Sentence(
        "The row without a name holds lines that name no product, such as rebates: {net}.",
        {"net": Figure(net[0], Unit.MONEY)},
    )
    return (Note(says),)


def _stopped_table(stopped: Sequence[Stopped]) -> Table:
    columns = (
        Column("product", "Product", Unit.NAME),
        Column("net", "Sales in 12 months", Unit.MONEY),
        Column("last_on", "Last order", Unit.DATE),
        Column("since", "Open days since", Unit.DAYS),
        Column("usual", "Usual interval", Unit.DAYS),
        Column("first", "While it bought other things", Unit.TERM),
    )
    rows = [
        {
            "product": one.product,
            "net": one.net,
            "last_on": one.last_on,
            "since": one.since,
            "usual": one.usual,
            "first": "yes" if one.went_first else "no",
        }
        for one in sorted(stopped, key=lambda one: (not one.went_first, -one.net, one.product))
    ]
    return table_of_rows(rows, "stopped", "Not bought for longer than usual", columns)


def _stopped_told(account: Account, stopped: Sequence[Stopped]) -> list[Finding]:
    """What it stopped while it went on with other things: that it buys elsewhere."""
    gone = [one for one in stopped if one.went_first]
    if not gone:
        return []
    first = gone[0]
    figures = {
        "name": Figure(account.name, Unit.NAME),
        "what": Figure(first.product, Unit.NAME),
        "days": Figure(first.since, Unit.COUNT),
        "usual": Figure(first.usual, Unit.COUNT),
        "net": Figure(first.net, Unit.MONEY),
    }
    says = Sentence(
        "{name} has bought no {what} for {days:day|days}, usually every {usual:day|days}, and went "
        "on with other things: {net} in the last 12 months.",
        figures,
    )
    return [
        Finding(
            code="account_review.stopped",
            says=says,
            severity=Severity.SOON,
            cause_on=first.last_on,
            subject=account.subject,
            action=Sentence("Ask {name} this week who supplies {what} now, and why.", figures),
            owner=account.owner,
            stake=first.net,
        )
    ]


def _compared(account: Account, column: str) -> Compared:
    tables = account.tables
    recent = trailing(tables.day, QUIET_MONTHS)
    mix = product_mix(
        tables,
        column,
        period=account.period,
        recent=recent,
        before=previous(recent, 12),
        level=account.level,
    )
    return compare(tables, mix, attribute=alike_by(tables, "auto"), by_share=True)


def _place(account: Account, compared: Compared) -> int | None:
    """Its position in the product mix; None when it bought nothing in the period."""
    keys = compared.mix.account_keys
    found = np.flatnonzero(keys == account.key)
    return int(found[0]) if len(found) and compared.mix.size[found[0]] > 0 else None


def _potential(compared: Compared, at: int, category: int) -> Estimate:
    low, middle, high = (round(one, 2) for one in compared.space.cell(at, category).potential)
    return Estimate(middle, low, high, compared.peer_count(at))


def _open_table(compared: Compared, at: int, open_to: Sequence[int]) -> Table:
    group, peers = compared.groups.group[at], compared.peer_count(at)
    rows = [
        {
            "category": compared.mix.categories[category],
            "buyers": int(compared.reference.buyers[group, category]) / peers,
            "peers": peers,
            "potential": _potential(compared, at, category),
        }
        for category in open_to
    ]
    columns = (
        Column("category", "Category", Unit.NAME),
        Column("buyers", "Peers who buy it", Unit.SHARE),
        Column("peers", "Peers", Unit.COUNT),
        Column("potential", "Potential", Unit.MONEY),
    )
    return table_of_rows(rows, "open", "What customers like it buy and it does not", columns)


def _open_told(account: Account, compared: Compared, at: int, open_to: Sequence[int]) -> Finding:
    parts = [_potential(compared, at, category) for category in open_to]
    value, low, high = (
        sum(getattr(part, name) for part in parts) for name in ("value", "low", "high")
    )
    row: dict[str, Any] = {
        **account.who,
        "categories": int(compared.mix.category_count[at]),
        "peer_categories": compared.peer_categories(at),
        "peer_count": compared.peer_count(at),
        "potential": Estimate(round(value, 2), round(low, 2), round(high, 2), parts[0].n),
        "open": tuple(compared.mix.categories[category] for category in open_to),
    }
    return whitespace_told(row, account.period)
