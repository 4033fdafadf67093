"""What a customer base is made of: how many customers and how much of sales by industry, size …

An account goes by the attributes on file of the customer at its top, as of today. A customer has
ordered when any order is on file up to the as-of day; who never has is a prospect.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from zhibi.measures.periods import trailing, year_before
from zhibi.measures.rows import fetch, table_of_rows
from zhibi.measures.sales import by_account, first_order_day, net_sales
from zhibi.result import Column, Figure, Note, Sentence, Table, Unit
from zhibi.stats.proportions import wilson
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

MONTHS = 12

NOT_ON_FILE = "not on file"

# What is on file of a customer → its column. Who fills it in may use words of ours.
ATTRIBUTES = {
    "size": Column("size", "Size", Unit.TERM),
    "industry": Column("industry", "Industry", Unit.TERM),
    "kind": Column("kind", "Kind of customer", Unit.TERM),
    "region": Column("region", "Region", Unit.TERM),
    "route": Column("route", "Route", Unit.TERM),
    "source": Column("source", "Source", Unit.TERM),
}


def on_file(tables: Tables, *, level: str) -> ir.Table:
    """One row an account: its attributes, `net` of the last 12 months and of those before, and
    whether it `has_ordered`."""
    lines = tables.order_lines
    period = trailing(tables.day, MONTHS)
    figures = {
        "net": net_sales(lines, period),
        "net_before": net_sales(lines, year_before(period)),
        "first_order_on": first_order_day(lines),
    }
    bought = by_account(tables, figures, level=level)
    customers = tables.customers
    key = customers.group_key if level == "group" else customers.entity_key
    tops = customers.filter(customers.customer_key == key).select(
        "customer_id", "name", "owner", *ATTRIBUTES, account_key="customer_key"
    )
    joined = tables.bring(tops).left_join(bought, "account_key")
    whole = joined.select(
        *tops.columns,
        net=joined.net.fill_null(0),
        net_before=joined.net_before.fill_null(0),
        has_ordered=joined.first_order_on.notnull(),
    )
    return tables.keep(f"on_file|{level}", whole)


def filled(tables: Tables, names: Iterable[str]) -> list[str]:
    """Those of the attributes that any customer has."""
    return [name for name in names if tables.has(name)]


def buyers_by(tables: Tables, attribute: str, *, level: str) -> Table:
    """Who has ordered, by one attribute: how many, and their sales of the last 12 months; parts
    add up to all. The largest sales first."""
    whole = on_file(tables, level=level)
    buyers = whole.filter(whole.has_ordered)
    sums = buyers.group_by(attribute).agg(
        accounts=buyers.count(), net=buyers.net.sum(), net_before=buyers.net_before.sum()
    )
    rows = sorted(fetch(sums), key=lambda row: (-row["net"], row[attribute] or ""))
    accounts = sum(row["accounts"] for row in rows)
    net = sum((row["net"] for row in rows), Decimal(0))
    for row in rows:
        row["share_of_accounts"] = row["accounts"] / accounts
        row["share"] = float(row["net"] / net) if net > 0 else None
        before = row["net_before"]
        row["growth"] = float(row["net"] / before - 1) if before > 0 else None
    columns = (
        ATTRIBUTES[attribute],
        Column("accounts", "Customers", Unit.COUNT, total=True),
        Column("share_of_accounts", "Share of customers", Unit.SHARE),
        Column("net", "Sales", Unit.MONEY, total=True),
        Column("share", "Share", Unit.SHARE),
        Column("growth", "Growth", Unit.CHANGE),
    )
    return _table(rows, f"buyers_by_{attribute}", attribute, columns)


def prospects_by(
    tables: Tables, attribute: str, *, amounts: dict[Any, Decimal], level: str
) -> Table:
    """Who has never ordered, by one attribute: how many, and the amounts expected of them (by
    account_key). The most customers first."""
    whole = on_file(tables, level=level)
    prospects = fetch(whole.filter(~whole.has_ordered).select("account_key", attribute))
    rows: dict[str | None, dict[str, Any]] = {}
    for one in prospects:
        row = rows.setdefault(
            one[attribute],
            {attribute: one[attribute], "accounts": 0, "judged": 0, "expected": Decimal(0)},
        )
        amount = amounts.get(one["account_key"])
        row["accounts"] += 1
        row["judged"] += amount is not None
        row["expected"] += amount or 0
    ranked = sorted(rows.values(), key=lambda row: (-row["accounts"], row[attribute] or ""))
    expected: tuple[Column, ...] = ()
    if amounts:
        expected = (
            Column("judged", "With an expected amount", Unit.COUNT, total=True),
            Column("expected", "Expected amount", Unit.MONEY, total=True),
        )
    for row in ranked:
        row["share_of_accounts"] = row["accounts"] / len(prospects)
    columns = (
        ATTRIBUTES[attribute],
        Column("accounts", "Customers", Unit.COUNT, total=True),
        Column("share_of_accounts", "Share of customers", Unit.SHARE),
        *expected,
    )
    return _table(ranked, f"prospects_by_{attribute}", attribute, columns)


def conversion_by(tables: Tables, attribute: str, *, level: str) -> Table:
    """Of the customers on file with this attribute, how many have ordered, with the range that
    the number of customers allows."""
    whole = on_file(tables, level=level)
    said = whole.filter(whole[attribute].notnull())
    sums = said.group_by(attribute).agg(
        accounts=said.count(), ordered=said.has_ordered.sum(), net=said.net.sum()
    )
    rows = fetch(sums)
    for row in rows:
        row["share"] = wilson(row["ordered"], row["accounts"])
    rows.sort(key=lambda row: (-row["ordered"] / row["accounts"], row[attribute]))
    columns = (
        ATTRIBUTES[attribute],
        Column("accounts", "Customers", Unit.COUNT, total=True),
        Column("ordered", "Have ordered", Unit.COUNT, total=True),
        Column("share", "Of them ordered", Unit.SHARE),
        Column("net", "Sales", Unit.MONEY, total=True),
    )
    return _table(rows, f"conversion_by_{attribute}", attribute, columns)


TITLES = {
    "size": "By size",
    "industry": "By industry",
    "kind": "By kind of customer",
    "region": "By region",
    "route": "By route",
    "source": "By source",
}


def _table(
    rows: list[dict[str, Any]], key: str, attribute: str, columns: tuple[Column, ...]
) -> Table:
    named = [{**row, attribute: row[attribute] or NOT_ON_FILE} for row in rows]
    return table_of_rows(named, key, TITLES[attribute], columns)


def known_of(tables: Tables, attribute: str, *, level: str) -> Note | None:
    """Of how many customers the attribute is on file, unless of all."""
    whole = on_file(tables, level=level)
    (counts,) = fetch(whole.agg(accounts=whole.count(), known=whole[attribute].count()))
    if counts["known"] == counts["accounts"]:
        return None
    return Note(
        Sentence(
            "{what} is on file of {known} of {n:customer|customers}.",
            {
                "what": Figure(ATTRIBUTES[attribute].label, Unit.TERM),
                "known": Figure(counts["known"], Unit.COUNT),
                "n": Figure(counts["accounts"], Unit.COUNT),
            },
        )
    )
