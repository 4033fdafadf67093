"""Why an account's sales changed: price, volume or mix.

Over products bought in both periods: volume = (Q₁ − Q₀)·p̄₀, mix = Σ (q₁ − Q₁·q₀/Q₀)·p₀,
price = Σ q₁·(p₁ − p₀). A product that was replaced by others of its category is mix too, priced at
what the category's dropped products cost on average: mix = Q₁·(p̄₁ − p̄₀), volume = (Q₁ − Q₀)·p̄₀;
otherwise a turn to cheaper models would show as one product lost and another one won. What is left
is new and dropped.

Computed in exact fractions and rounded to cents so that the parts add up to the change exactly
(what rounding leaves goes to the largest part).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class ProductSales:
    """What one account bought of one product in the two periods. Products without a category
    replace nothing."""

    quantity_before: Decimal
    net_before: Decimal
    quantity: Decimal
    net: Decimal
    category: str | None = None


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
    replaced, alone = _replaced(rest)
    split = both + [p for pair in replaced for side in pair for p in side]
    change = sum((p.net - p.net_before for p in split), Decimal(0))
    splits = [_split_both(both), *map(_split_replaced, replaced)]
    volume, mix = (sum((split[i] for split in splits), Fraction(0)) for i in (0, 1))
    price, volume_cents, mix_cents = _rounded(
        [Fraction(change) - volume - mix, volume, mix], change
    )
    changes = [p.net - p.net_before for p in alone]
    new = sum((one for one in changes if one > 0), Decimal(0))
    dropped = sum((one for one in changes if one <= 0), Decimal(0))
    return PriceVolumeMix(
        change=change + new + dropped,
        price=price,
        volume=volume_cents,
        mix=mix_cents,
        new=new,
        dropped=dropped,
    )


Products = list[ProductSales]


def _replaced(rest: Products) -> tuple[list[tuple[Products, Products]], Products]:
    """Per category the dropped and the new products, where there are both; and all others."""
    replaced, alone = [], [p for p in rest if p.category is None]
    for category in dict.fromkeys(p.category for p in rest if p.category is not None):
        own = [p for p in rest if p.category == category]
        dropped, new = [p for p in own if p.quantity_before > 0], [p for p in own if p.quantity > 0]
        if dropped and new:
            replaced.append((dropped, new))
            alone += [p for p in own if p.quantity_before <= 0 and p.quantity <= 0]
        else:
            alone += own
    return replaced, alone


def _split_both(both: Products) -> tuple[Fraction, Fraction]:
    """Volume and mix of products bought in both periods."""
    if not both:
        return Fraction(0), Fraction(0)
    q0, q1 = _total(both, "quantity_before"), _total(both, "quantity")
    mix = Fraction(0)
    for product in both:
        before = Fraction(product.quantity_before)
        price = Fraction(product.net_before) / before
        mix += (Fraction(product.quantity) - q1 * before / q0) * price
    return (q1 - q0) * _total(both, "net_before") / q0, mix


def _split_replaced(pair: tuple[Products, Products]) -> tuple[Fraction, Fraction]:
    """Volume and mix where a category's dropped products made room for new ones. Money without
    a quantity in the other period (a late return) belongs to the mix."""
    dropped, new = pair
    q0, q1 = _total(dropped, "quantity_before"), _total(new, "quantity")
    volume = (q1 - q0) * _total(dropped, "net_before") / q0
    every = dropped + new
    return volume, _total(every, "net") - _total(every, "net_before") - volume


def _total(products: Products, name: str) -> Fraction:
    return sum((Fraction(getattr(product, name)) for product in products), Fraction(0))


def _rounded(parts: list[Fraction], total: Decimal) -> list[Decimal]:
    cents = [Decimal(round(part * 100)) / 100 for part in parts]
    largest = max(range(len(parts)), key=lambda i: abs(parts[i]))
    cents[largest] += total - sum(cents, Decimal(0))
    return cents
