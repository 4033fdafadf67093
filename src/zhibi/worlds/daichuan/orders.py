"""From a customer's plan to its orders.

Every product line has a running budget that grows with the plan and the season; at each order the
customer buys what its budgets have room for. Sales so follow the plan closely, whatever chance
does to the single order, and a machine comes round when it has been saved for.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from zhibi.worlds.daichuan.accounts import (
    ENDS_ON,
    SIMULATED_FROM,
    USUAL_PRICE,
    Account,
    Phase,
)
from zhibi.worlds.daichuan.catalogue import MARGINS, products_of
from zhibi.worlds.shutdowns import nearest_working_day, open_days_between, renewal_positions
from zhibi.worlds.world import Customer, Product

# Monthly index of sales, January and February as one: their trough is the shutdown's.
SEASON = (1.25 / 2, 1.25 / 2, 1.15, 1.00, 1.00, 1.15, 0.90, 0.95, 1.05, 0.85, 1.10, 1.60)
OPEN_DAYS_A_YEAR = 340
# Share of a month that is open, over the years; Spring Festival's days are in either of the first
# two months.
OPEN_SHARE = (41 / 59, 41 / 59, 1, 1, 1, 1, 1, 1, 1, 24 / 31, 1, 1)
GOLDEN = 0.6180339887498949  # spreads the first budgets evenly, so that big machines do not bunch
MOST_FILTER_LINES = 2
UNITS_A_YEAR = 8  # of one line; who plans less buys the smallest model, who plans more the larger


@dataclass(frozen=True, slots=True)
class Item:
    """What one line of a document is about; `price_cents` per unit including tax."""

    product: Product
    quantity: int
    price_cents: int
    cost_cents: int  # of the whole line


@dataclass(frozen=True, slots=True)
class Document:
    """A shipment, return or red invoice, before it has a number."""

    customer: Customer
    on: date
    kind: str
    items: tuple[Item, ...]


def season_weight(day: date) -> float:
    """How much an open day of this month sells, 1 = average."""
    month = day.month - 1
    return SEASON[month] / OPEN_SHARE[month] * OPEN_DAYS_A_YEAR / 365


def order_days(rng: np.random.Generator, account: Account) -> list[date]:
    """The days on which the account orders: gaps in open days, never a Sunday."""
    first = account.phases[0].starts_on
    last = account.last_order_on or account.stops_on or ENDS_ON
    line = open_days_between(first, last)
    positions = renewal_positions(rng, len(line), mean_gap=account.mean_gap, spread=account.spread)
    if account.last_order_on:  # the same gaps, counted back from the last order
        positions = [len(line) - 1 - (position - positions[0]) for position in positions]
    days = {nearest_working_day(line[position]) for position in positions}
    return sorted(day for day in days if day <= last and _buys_on(account, day))


def _buys_on(account: Account, day: date) -> bool:
    phase = account.phase_on(day)
    return phase is not None and phase.annual > 0


def orders_of(rng: np.random.Generator, account: Account, *, place: int) -> list[Document]:
    """Everything the account orders. `place` is its place among all accounts."""
    open_days = open_days_between(SIMULATED_FROM, ENDS_ON)
    budgets = Budgets(rng, account, place)
    documents: list[Document] = []
    before = account.phases[0].starts_on
    for day in order_days(rng, account):
        since = bisect_left(open_days, day) - bisect_left(open_days, before)
        budgets.grow(day, since or 1)
        documents.append(Document(account.customer, day, "sale", budgets.spend(day)))
        before = day
    return documents


class Budgets:
    """What an account has saved up for each product line, in cents including tax, and which
    product it means to buy next."""

    def __init__(self, rng: np.random.Generator, account: Account, place: int) -> None:
        self._rng, self._account = rng, account
        self._start = (place * GOLDEN) % 1
        self._saved: dict[str, float] = {}
        self._next: dict[str, Product] = {}

    def grow(self, day: date, open_days: int) -> None:
        """Add what the plan gives for the open days since the last order."""
        phase = self._phase(day)
        years = (day - self._account.phases[0].starts_on) / timedelta(days=365)
        pace = np.exp(self._account.growth * years) * season_weight(day)
        for line, share in phase.mix.items():
            product = self._wanted(line, phase)
            taxed = phase.annual * share * 100 * (1 + product.tax_percent / 100)
            start = self._start * self._price(product)
            saved = self._saved.setdefault(line, start if line != "filters_oil" else 0.0)
            self._saved[line] = saved + taxed * pace * open_days / OPEN_DAYS_A_YEAR

    def spend(self, day: date) -> tuple[Item, ...]:
        """Buy what there is room for; when that is nothing, the smallest thing wanted."""
        phase = self._phase(day)
        items: list[Item] = []
        for line in phase.mix:
            most = MOST_FILTER_LINES if line == "filters_oil" else 1
            for lines_left in range(int(self._rng.integers(1, most + 1)), 0, -1):
                items += self._buy(line, phase, share=1 / lines_left)
        if not items:
            items += self._buy(_cheapest(phase), phase, at_least=1)
        return tuple(_merged(items))

    def _buy(self, line: str, phase: Phase, *, share: float = 1, at_least: int = 0) -> list[Item]:
        """One item from a share of what the line has saved, or nothing when it is too little."""
        product = self._wanted(line, phase)
        price = self._price(product)
        quantity = max(int(self._saved[line] * share / price), at_least)
        if quantity == 0:
            return []
        self._saved[line] -= quantity * price
        del self._next[line]
        return [item_of(self._rng, product, quantity, price)]

    def _phase(self, day: date) -> Phase:
        phase = self._account.phase_on(day)
        assert phase is not None, "an account orders only while it has a plan"
        return phase

    def _wanted(self, line: str, phase: Phase) -> Product:
        """The product meant to be bought next: one the year's plan has room for several times."""
        tier = phase.tier if line == "screw" else ""
        choices = products_of(line, tier)
        if line not in self._next or self._next[line] not in choices:
            target = phase.annual * phase.mix[line] * 100 / UNITS_A_YEAR
            if line == "filters_oil":  # a shelf of spares: any of them, the dear ones less often
                target = min(target, 150_000)
            distance = np.array([abs(np.log(p.list_cents / target)) for p in choices])
            weights = np.exp(-1.2 * distance)
            picked = int(self._rng.choice(len(choices), p=weights / weights.sum()))
            self._next[line] = choices[picked]
        return self._next[line]

    def _price(self, product: Product) -> int:
        """This account's price of one unit, in whole yuan."""
        return round(product.list_cents * self._account.price_level / 100) * 100


def item_of(rng: np.random.Generator, product: Product, quantity: int, price: int) -> Item:
    """A line at the account's price, its cost near what the line's usual margin leaves."""
    usual_net = product.list_cents * USUAL_PRICE / (1 + product.tax_percent / 100)
    unit_cost = usual_net * (1 - MARGINS[product.line]) * float(rng.normal(1, 0.02))
    return Item(product, quantity, price, round(unit_cost * quantity))


def _cheapest(phase: Phase) -> str:
    return min(phase.mix, key=lambda line: products_of(line)[0].list_cents)


def _merged(items: list[Item]) -> list[Item]:
    """One line per product: nobody lists the same filter twice on one order."""
    merged: dict[str, Item] = {}
    for item in items:
        there = merged.get(item.product.product_id)
        merged[item.product.product_id] = item if there is None else Item(
            item.product,
            there.quantity + item.quantity,
            item.price_cents,
            there.cost_cents + item.cost_cents,
        )  # fmt: skip
    return list(merged.values())
