"""What a world holds: its records as they happened, and the truth behind them.

Money is whole cents of a yuan. Net plus tax is the total to the cent on every line, so any sums
add up exactly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

Fact = int | str | date | Decimal


@dataclass(frozen=True, slots=True)
class Product:
    """One product. `list_cents` is the list price of one unit including tax."""

    product_id: str
    name: str
    line: str
    tier: str  # economy or premium where the line has both, else ""
    list_cents: int
    tax_percent: int
    margin: float  # what the line earns on net sales at usual prices


@dataclass(frozen=True, slots=True)
class Customer:
    """One record of the customer file. One legal entity may have two, after a change of name."""

    customer_id: str
    name: str
    credit_code: str
    industry: str
    region: str
    kind: str
    route: str
    salesperson: str
    team: str
    since: date
    parent_id: str | None = None
    former_name: str | None = None


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One line of a document: a sale, or a return, rebate or red invoice with negative amounts."""

    order_id: str
    line_no: int
    customer_id: str
    order_date: date
    line_kind: str
    product_id: str
    product_name: str
    category: str
    quantity: int
    price_cents: int  # per unit, including tax; 0 on lines without a quantity
    net_cents: int
    tax_cents: int
    tax_percent: int
    cost_cents: int
    salesperson: str
    team: str

    @property
    def total_cents(self) -> int:
        return self.net_cents + self.tax_cents

    @property
    def amount(self) -> Decimal:
        return yuan(self.net_cents)


@dataclass(frozen=True, slots=True)
class Receipt:
    """Money received. A bank or trade bill is received now and is cash when it matures."""

    receipt_id: str
    customer_id: str
    received_on: date
    cents: int
    method: str  # transfer, bank_bill, trade_bill
    matures_on: date | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """Something that happened on purpose: to whom, from when, and the figures that show it."""

    code: str
    customer_ids: tuple[str, ...]
    starts_on: date
    facts: Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often a customer truly orders: the mean gap in open days (shutdowns not counted), and
    the day after which it never orders again, when there is one."""

    customer_id: str
    mean_gap_days: float
    stops_on: date | None = None


@dataclass(frozen=True, slots=True)
class Truth:
    stories: tuple[Story, ...]
    rhythms: tuple[Rhythm, ...]

    def story(self, code: str) -> Story:
        return next(story for story in self.stories if story.code == code)


@dataclass(frozen=True, slots=True)
class World:
    """A company over `starts_on` … `ends_on`, both included."""

    name: str
    seed: int
    starts_on: date
    ends_on: date
    customers: tuple[Customer, ...]
    products: tuple[Product, ...]
    order_lines: tuple[OrderLine, ...]
    receipts: tuple[Receipt, ...]
    truth: Truth


def yuan(cents: int) -> Decimal:
    """Cents as an exact amount of yuan with two places."""
    return Decimal(cents).scaleb(-2)


def split_tax(total_cents: int, tax_percent: int) -> tuple[int, int]:
    """Net and tax of a total that includes tax, rounded half up, adding up exactly."""
    sign = -1 if total_cents < 0 else 1
    whole = 100 + tax_percent
    net = sign * ((abs(total_cents) * 200 + whole) // (2 * whole))
    return net, total_cents - net
