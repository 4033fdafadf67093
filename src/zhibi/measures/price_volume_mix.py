"""Why sales of what was bought changed: price, volume or mix.

Over the products of one category that an account bought in both periods: volume = (Q₁ − Q₀)·p̄₀,
mix = Σ (q₁ − Q₁·q₀/Q₀)·p₀, price = Σ q₁·(p₁ − p₀). Quantities are added up within a category only:
a compressor and a filter are not two of anything. Products without a category are one category.

A product that was replaced by others of its category is mix too, priced at what the category's
dropped products cost on average: mix = Q₁·(p̄₁ − p̄₀), volume = (Q₁ − Q₀)·p̄₀; otherwise a turn to
cheaper models would show as one product lost and another one won. What is left is new and dropped.

Money without a product, without a quantity, or of products that only came back has no price: it
is a part of its own. Each product's parts are rounded to cents, the last one being what is left,
so that any sum of them is the change exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir

PARTS = ("price", "volume", "mix", "new", "dropped", "unpriced")
MONEY = "decimal(38, 4)"


@dataclass(frozen=True, slots=True)
class PriceVolumeMix:
    """The parts of a change of net sales; they add up to `change` exactly."""

    change: Decimal
    price: Decimal
    volume: Decimal
    mix: Decimal
    new: Decimal  # products bought only in the later period
    dropped: Decimal  # products bought only in the earlier one
    unpriced: Decimal  # no product, no quantity, or only returned


def price_volume_mix(sold: ir.Table) -> ir.Table:
    """Each row of `sold` with its `change` and the parts of it.

    `sold` has one row for what an account (account_key) bought of a product, with `category` and
    `product` (null where unknown), `quantity`, `quantity_before`, `net` and `net_before`.
    """
    known = _with_fate(sold)
    pooled = known.join(_pools(known), ["account_key", "pool"])
    parts = _parts(pooled)
    shown = [parts[name] for name in (*sold.columns, "change")]
    return parts.select(
        *shown,
        price=_where(parts.is_both, parts.change - parts.by_quantity),
        volume=parts.volume,
        mix=_where(parts.is_both, parts.by_quantity - parts.volume)
        + _where(parts.is_replaced, parts.change - parts.volume),
        new=_where((parts.fate == "new") & ~parts.is_replaced, parts.change),
        dropped=_where((parts.fate == "dropped") & ~parts.is_replaced, parts.change),
        unpriced=_where(parts.fate == "unpriced", parts.change),
    )


def _with_fate(sold: ir.Table) -> ir.Table:
    """What became of each product at its account, and the category it is added up in."""
    import ibis

    was_bought = sold.product.notnull() & (sold.quantity_before > 0)
    is_bought = sold.product.notnull() & (sold.quantity > 0)
    return sold.mutate(
        change=sold.net - sold.net_before,
        pool=sold.category.fill_null(""),
        fate=ibis.cases(
            (was_bought & is_bought, "both"),
            (was_bought, "dropped"),
            (is_bought, "new"),
            else_="unpriced",
        ),
    )


def _pools(known: ir.Table) -> ir.Table:
    """Quantities by account and category, of the products in both periods and of the others."""
    sums = {
        "both_before": known.quantity_before.sum(where=known.fate == "both"),
        "both_now": known.quantity.sum(where=known.fate == "both"),
        "dropped": known.quantity_before.sum(where=known.fate == "dropped"),
        "new": known.quantity.sum(where=known.fate == "new"),
    }
    none_is_zero = {name: total.fill_null(0) for name, total in sums.items()}
    return known.group_by("account_key", "pool").agg(**none_is_zero)


def _parts(pooled: ir.Table) -> ir.Table:
    is_both = pooled.fate == "both"
    is_replaced = (
        pooled.fate.isin(["new", "dropped"])
        & (pooled.pool != "")
        & (pooled.new > 0)
        & (pooled.dropped > 0)
    )
    before = pooled.net_before
    own = _at_old_price(before, pooled.quantity, pooled.quantity_before)
    bought = _at_old_price(before, pooled.both_now, pooled.both_before)
    replacing = _at_old_price(before, pooled.new, pooled.dropped)
    return pooled.mutate(
        is_both=is_both,
        is_replaced=is_replaced,
        by_quantity=_where(is_both, own),
        volume=_where(is_both, bought)
        + _where(is_replaced & (pooled.fate == "dropped"), replacing),
    )


def _at_old_price(before: ir.Value, quantity: ir.Value, quantity_before: ir.Value) -> ir.Value:
    """What `before` would have changed by with the quantity alone, in whole cents."""
    grown = (quantity - quantity_before).cast("float64")
    ratio = grown / quantity_before.cast("float64").nullif(0)
    return (before.cast("float64") * ratio).round(2).cast(MONEY)


def _where(condition: ir.BooleanValue, amount: ir.Value) -> ir.Value:
    """The amount where a condition holds, else nothing."""
    import ibis

    return ibis.ifelse(condition, amount, ibis.literal(0).cast(MONEY)).cast(MONEY)
