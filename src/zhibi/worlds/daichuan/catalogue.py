"""What Daichuan sells: product lines with their margins, products with their prices, and what
each industry buys."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from zhibi.worlds.world import Product

Words = Mapping[str, Any]  # of one language

GOODS_TAX = 13
SERVICE_TAX = 6
CONSTRUCTION_TAX = 9

MARGINS = {
    "screw": 0.25,
    "centrifugal": 0.22,
    "drying": 0.32,
    "filters_oil": 0.50,
    "maintenance": 0.40,
    "retrofit": 0.25,
    "medical_air": 0.30,
}
MACHINES = frozenset({"screw", "centrifugal", "medical_air", "retrofit"})  # paid in milestones
PROJECTS = ("centrifugal", "retrofit")  # bought by large accounts only

# product id: line, tier, list price in yuan including tax
PRICES: dict[str, tuple[str, str, int]] = {
    "SC15E": ("screw", "economy", 86_000),
    "SC22E": ("screw", "economy", 98_000),
    "SC37E": ("screw", "economy", 125_000),
    "SC37V": ("screw", "premium", 198_000),
    "SC55V": ("screw", "premium", 246_000),
    "SC75V": ("screw", "premium", 315_000),
    "SC132V": ("screw", "premium", 468_000),
    "SC160W": ("screw", "premium", 598_000),
    "CT350": ("centrifugal", "", 1_280_000),
    "CT560": ("centrifugal", "", 1_860_000),
    "CT900": ("centrifugal", "", 2_650_000),
    "CT1400": ("centrifugal", "", 3_880_000),
    "DR06": ("drying", "", 21_800),
    "DR20": ("drying", "", 46_000),
    "AD30": ("drying", "", 82_000),
    "AD65": ("drying", "", 148_000),
    "AD120": ("drying", "", 236_000),
    "FA10": ("filters_oil", "", 620),
    "FO12": ("filters_oil", "", 860),
    "FP22": ("filters_oil", "", 1_350),
    "FS30": ("filters_oil", "", 2_480),
    "OL20": ("filters_oil", "", 1_980),
    "OL200": ("filters_oil", "", 9_600),
    "KT40": ("filters_oil", "", 5_800),
    "MT01": ("maintenance", "", 31_800),
    "MT02": ("maintenance", "", 96_000),
    "MT03": ("maintenance", "", 286_000),
    "EN01": ("retrofit", "", 520_000),
    "EN02": ("retrofit", "", 1_260_000),
    "EN03": ("retrofit", "", 2_380_000),
    "EN04": ("retrofit", "", 4_600_000),
    "MA01": ("medical_air", "", 238_000),
    "MA02": ("medical_air", "", 456_000),
    "MA03": ("medical_air", "", 920_000),
}
TAX_PERCENT = {"maintenance": SERVICE_TAX, "retrofit": CONSTRUCTION_TAX}
DIAGNOSIS = "EN01"  # a service, unlike the other retrofits

# How an industry spends: shares of a year's purchases by product line.
INDUSTRY_MIX: dict[str, Mapping[str, float]] = {
    "hospital": {"medical_air": 0.42, "drying": 0.12, "filters_oil": 0.22, "maintenance": 0.24},
    "cleanroom": {
        "screw": 0.36, "drying": 0.20, "filters_oil": 0.24, "maintenance": 0.10,
        "centrifugal": 0.05, "retrofit": 0.05,
    },
    "textile": {
        "screw": 0.44, "drying": 0.08, "filters_oil": 0.24, "maintenance": 0.09,
        "centrifugal": 0.08, "retrofit": 0.07,
    },
    "tyre": {
        "screw": 0.40, "drying": 0.10, "filters_oil": 0.20, "maintenance": 0.08,
        "centrifugal": 0.14, "retrofit": 0.08,
    },
    "heavy": {
        "screw": 0.46, "drying": 0.10, "filters_oil": 0.20, "maintenance": 0.08,
        "centrifugal": 0.10, "retrofit": 0.06,
    },
    "food": {
        "screw": 0.36, "drying": 0.16, "filters_oil": 0.26, "maintenance": 0.14,
        "retrofit": 0.08,
    },
    "government": {"screw": 0.44, "drying": 0.16, "filters_oil": 0.26, "maintenance": 0.14},
    "dealer": {"screw": 0.56, "drying": 0.14, "filters_oil": 0.30},
}  # fmt: skip


@cache
def names(language: str = "zh-CN") -> Words:
    """Every name of the company's edition in one language."""
    return _words("names", language)


@cache
def people(language: str) -> Words:
    """Teams, titles, and what people are called."""
    return _words("people", language)


@cache
def sentences(language: str) -> Words:
    """What sellers write down of their talks, and what they set themselves to do."""
    return _words("sentences", language)


def _words(kind: str, language: str) -> Words:
    file = resources.files(__package__) / f"{kind}.{language}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


@cache
def products() -> tuple[Product, ...]:
    return tuple(
        Product(
            product_id=product_id,
            name=names()["products"][product_id],
            line=line,
            tier=tier,
            list_cents=price * 100,
            tax_percent=SERVICE_TAX
            if product_id == DIAGNOSIS
            else TAX_PERCENT.get(line, GOODS_TAX),
            margin=MARGINS[line],
        )
        for product_id, (line, tier, price) in PRICES.items()
    )


@cache
def products_of(line: str, tier: str = "") -> tuple[Product, ...]:
    """The products of a line, cheapest first; of one tier only where one is asked for."""
    chosen = (p for p in products() if p.line == line and tier in ("", p.tier))
    return tuple(sorted(chosen, key=lambda product: product.list_cents))
