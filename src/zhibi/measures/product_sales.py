"""What accounts bought of each product in two periods."""

from __future__ import annotations

from collections.abc import Sequence

from zhibi.measures.account_lines import account_lines
from zhibi.measures.periods import Period
from zhibi.measures.price_volume_mix import PriceVolumeMix, ProductSales, price_volume_mix
from zhibi.measures.rows import fetch
from zhibi.measures.sales import net_sales, to_accounts, within
from zhibi.tables.tables import Tables


def change_of_accounts(
    tables: Tables,
    account_keys: Sequence[int | str],
    *,
    period: Period,
    before: Period,
    level: str,
) -> dict[int | str, PriceVolumeMix]:
    """Price, volume and mix of each account. Lines without a product count as one product."""
    lines = account_lines(tables, account_keys, level=level)
    lines = lines.filter(within(lines, period) | within(lines, before))
    by_product = lines.group_by(
        "customer_key", product=lines.product_id.fill_null(""), kind=lines.category.fill_null("")
    ).agg(
        net=net_sales(lines, period),
        net_before=net_sales(lines, before),
        quantity=lines.quantity.sum(where=within(lines, period)).fill_null(0),
        quantity_before=lines.quantity.sum(where=within(lines, before)).fill_null(0),
    )
    found: dict[int | str, list[ProductSales]] = {key: [] for key in account_keys}
    summed = to_accounts(tables, by_product, level=level, by=("product", "kind"))
    for row in fetch(summed.order_by("account_key", "product", "kind")):
        found[row["account_key"]].append(
            ProductSales(
                row["quantity_before"],
                row["net_before"],
                row["quantity"],
                row["net"],
                category=row["kind"] or None,
            )
        )
    return {key: price_volume_mix(products) for key, products in found.items()}
