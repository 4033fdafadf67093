"""Why an account's sales changed: price, volume or mix, over products bought in both periods.

volume = (Q₁ − Q₀)·p̄₀, mix = Σ (q₁ − Q₁·q₀/Q₀)·p₀, price = Σ q₁·(p₁ − p₀); new and dropped
products apart. Computed in exact fractions and rounded to cents so that the parts add up to the
change exactly (what rounding leaves goes to the largest part).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class ProductSales:
    """What one account bought of one product in the two periods."""

    quantity_before: Decimal
    net_before: Decimal
    quantity: Decimal
    net: Decimal


@dataclass(frozen=True, slots=True)
class PriceVolumeMix:
    """The parts of a change of net sales; they add up to `change` exactly."""

    change: Decimal
    price: Decimal
    volume: Decimal
    mix: Decimal
    new: Decimal  # products bought only in the later period
    dropped: Decimal  # products bought only in the earlier one, negative


def price_volume_mix(products: Iterable[ProductSales]) -> PriceVolumeMix:
    """Split the change of one account's sales. Products without a positive quantity in a period
    count as not bought in it: a price needs a quantity."""
    products = list(products)
    both = [p for p in products if p.quantity_before > 0 and p.quantity > 0]
    rest = [p for p in products if not (p.quantity_before > 0 and p.quantity > 0)]
    q0, q1 = (sum((Fraction(getattr(p, name)) for p in both), Fraction(0)) for name in _QUANTITIES)
    n0 = sum((Fraction(p.net_before) for p in both), Fraction(0))
    volume = (q1 - q0) * n0 / q0 if both else Fraction(0)
    mix = sum((_mix(p, q0, q1) for p in both), Fraction(0))
    change_of_both = sum((p.net - p.net_before for p in both), Decimal(0))
    price, volume_cents, mix_cents = _rounded(
        [Fraction(change_of_both) - volume - mix, volume, mix], change_of_both
    )
    new = sum((p.net - p.net_before for p in rest if p.net > p.net_before), Decimal(0))
    dropped = sum((p.net - p.net_before for p in rest if p.net <= p.net_before), Decimal(0))
    return PriceVolumeMix(
        change=change_of_both + new + dropped,
        price=price,
        volume=volume_cents,
        mix=mix_cents,
        new=new,
        dropped=dropped,
    )


_QUANTITIES = ("quantity_before", "quantity")


def _mix(product: ProductSales, q0: Fraction, q1: Fraction) -> Fraction:
    quantity_before = Fraction(product.quantity_before)
    at_old_mix = q1 * quantity_before / q0
    return (
        (Fraction(product.quantity) - at_old_mix) * Fraction(product.net_before) / quantity_before
    )


def _rounded(parts: list[Fraction], total: Decimal) -> list[Decimal]:
    cents = [Decimal(round(part * 100)) / 100 for part in parts]
    largest = max(range(len(parts)), key=lambda i: abs(parts[i]))
    cents[largest] += total - sum(cents, Decimal(0))
    return cents
