"""What accounts bought of each product in two periods, and why it changed."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from zhibi.measures.account_lines import account_lines
from zhibi.measures.order_days import with_account_key
from zhibi.measures.periods import Period
from zhibi.measures.price_volume_mix import PARTS, PriceVolumeMix, price_volume_mix
from zhibi.measures.rows import fetch
from zhibi.measures.sales import net_sales, to_accounts, within
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

SUMS = ("net", "net_before", "quantity", "quantity_before")


def product_changes(
    tables: Tables, lines: ir.Table, *, period: Period, before: Period, level: str
) -> ir.Table:
    """Price, volume and mix of some lines, by account and product."""
    sold = _sold(lines, "customer_key", period=period, before=before)
    return price_volume_mix(to_accounts(tables, sold, level=level, by=("product", "category")))


def product_changes_of_parts(
    tables: Tables, parts: ir.Table, *, period: Period, before: Period, level: str
) -> ir.Table:
    """The same of accounts taken together. `parts` says of each account_key which one stands for
    its part (`part_key`), and whether the part's products are told apart (`is_split`)."""
    parts = parts.select("account_key", "part_key", "is_split")
    customers = tables.customers.select("customer_key", own_key="customer_key")
    links = with_account_key(tables, customers, level=level).join(parts, "account_key")
    links = links.select("part_key", "is_split", customer_key="own_key")
    lines = tables.order_lines
    if tables.facts.engine.is_local:
        joined = lines.join(links, "customer_key")
        joined = joined.mutate(product_id=_where(joined.is_split, joined.product_id))
        sold = _sold(joined, "part_key", period=period, before=before)
    else:  # a warehouse is not sent a list of all its customers
        brought = tables.bring(_sold(lines, "customer_key", period=period, before=before))
        joined = brought.join(links, "customer_key")
        joined = joined.mutate(product=_where(joined.is_split, joined["product"]))
        sums = {name: joined[name].sum() for name in SUMS}
        sold = joined.group_by("part_key", "product", "category").agg(**sums)
    return price_volume_mix(sold.rename(account_key="part_key"))


def _sold(lines: ir.Table, key: str, *, period: Period, before: Period) -> ir.Table:
    """Money and quantity of each product in both periods, by the column `key`."""
    lines = lines.filter(within(lines, period) | within(lines, before))
    # Without a quantity it has no price, whatever the product.
    product = _where(lines.quantity.notnull(), lines.product_id)
    return lines.group_by(key, product=product, category=lines.category).agg(
        net=net_sales(lines, period),
        net_before=net_sales(lines, before),
        quantity=lines.quantity.sum(where=within(lines, period)).fill_null(0),
        quantity_before=lines.quantity.sum(where=within(lines, before)).fill_null(0),
    )


def _where(condition: ir.BooleanValue, text: ir.StringValue) -> ir.StringValue:
    """The text where a condition holds, else null."""
    import ibis

    return ibis.ifelse(condition, text, ibis.null("string"))


def change_of_accounts(
    tables: Tables,
    account_keys: Sequence[int | str],
    *,
    period: Period,
    before: Period,
    level: str,
) -> dict[int | str, PriceVolumeMix]:
    """Price, volume and mix of each account."""
    lines = account_lines(tables, account_keys, level=level)
    changes = product_changes(tables, lines, period=period, before=before, level=level)
    sums = {name: changes[name].sum() for name in ("change", *PARTS)}
    found = {
        row.pop("account_key"): PriceVolumeMix(**row)
        for row in fetch(changes.group_by("account_key").agg(**sums))
    }
    nothing = PriceVolumeMix(*[Decimal(0)] * (len(PARTS) + 1))
    return {key: found.get(key, nothing) for key in account_keys}
