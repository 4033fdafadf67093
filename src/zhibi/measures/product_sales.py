"""What accounts bought of each product in two periods, and why it changed."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from zhibi.measures.account_lines import account_lines
from zhibi.measures.periods import Period
from zhibi.measures.price_volume_mix import PARTS, PriceVolumeMix, price_volume_mix
from zhibi.measures.rows import fetch
from zhibi.measures.sales import net_sales, to_accounts, within
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir


def product_changes(
    tables: Tables, lines: ir.Table, *, period: Period, before: Period, level: str
) -> ir.Table:
    """Price, volume and mix of some lines, by account and product."""
    import ibis

    lines = lines.filter(within(lines, period) | within(lines, before))
    # Without a quantity it has no price, whatever the product.
    product = ibis.ifelse(lines.quantity.notnull(), lines.product_id, ibis.null("string"))
    by_product = lines.group_by("customer_key", product=product, category=lines.category).agg(
        net=net_sales(lines, period),
        net_before=net_sales(lines, before),
        quantity=lines.quantity.sum(where=within(lines, period)).fill_null(0),
        quantity_before=lines.quantity.sum(where=within(lines, before)).fill_null(0),
    )
    return price_volume_mix(
        to_accounts(tables, by_product, level=level, by=("product", "category"))
    )


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
