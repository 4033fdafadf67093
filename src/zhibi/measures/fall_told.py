"""What is said of an account that bought less than a year before, and why by its products."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from zhibi.measures.periods import Period
from zhibi.measures.price_volume_mix import PriceVolumeMix
from zhibi.result import Figure, Finding, Sentence, Severity, Subject, Unit


def fall_told(period: Period, row: Mapping[str, Any], parts: PriceVolumeMix) -> Finding:
    """One account with the cause that the products show, or none where they show none. `row` is
    one of `zhibi.measures.bridge.compare`."""
    figures = {
        "name": Figure(row["name"], Unit.NAME),
        "net": Figure(row["net"], Unit.MONEY),
        "change": Figure(row["change"], Unit.MONEY_CHANGE),
        "growth": Figure(row["growth"], Unit.CHANGE),
        "orders": Figure(row["orders"], Unit.COUNT),
        "orders_before": Figure(row["orders_before"], Unit.COUNT),
        "average": Figure(per_order(row["net"], row["orders"]), Unit.MONEY),
        "average_before": Figure(per_order(row["net_before"], row["orders_before"]), Unit.MONEY),
        "part": Figure(min(parts.price, parts.volume, parts.mix, parts.dropped), Unit.MONEY_CHANGE),
    }
    template, action = FALLS[_largest_part(parts)]
    return Finding(
        code="sales_trend.fall",
        says=Sentence(template, figures),
        severity=Severity.SOON,
        cause_on=period.month_on,
        subject=Subject(row["customer_id"], row["name"]),
        action=Sentence(action),
        owner=row["owner"],
        stake=-row["change"],
    )


def _largest_part(parts: PriceVolumeMix) -> str:
    """The part that explains at least half of a fall, else none."""
    named = {name: getattr(parts, name) for name in ("price", "volume", "mix", "dropped")}
    name = min(named, key=lambda key: named[key])
    return name if named[name] <= parts.change / 2 else "none"


FALLS = {
    "mix": (
        "{name} is at {net}, {growth} on the year before ({change}): {orders:order|orders} after "
        "{orders_before}, an order of {average} instead of {average_before}. It turned to cheaper "
        "products ({part}).",
        "Find out before the next framework talks whether budget or quality made it trade down.",
    ),
    "price": (
        "{name} is at {net}, {growth} on the year before ({change}): {orders:order|orders} after "
        "{orders_before}. Lower prices for the same products explain {part}.",
        "Check which prices were granted, by whom, and what was promised in return.",
    ),
    "volume": (
        "{name} is at {net}, {growth} on the year before ({change}): {orders:order|orders} after "
        "{orders_before}. It bought fewer of the same products ({part}).",
        "Ask what it expects to need this year and who else supplies it.",
    ),
    "dropped": (
        "{name} is at {net}, {growth} on the year before ({change}): {orders:order|orders} after "
        "{orders_before}. Products it no longer buys explain {part}.",
        "Ask for each product it dropped who supplies it now.",
    ),
    "none": (
        "{name} is at {net}, {growth} on the year before ({change}): {orders:order|orders} after "
        "{orders_before}, an order of {average} instead of {average_before}.",
        "Go through last year's orders with the customer and note what changed.",
    ),
}


def per_order(total: Decimal, n: int) -> Decimal | None:
    return (total / n).quantize(Decimal("0.01")) if n else None
