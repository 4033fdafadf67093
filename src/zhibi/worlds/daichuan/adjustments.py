"""What takes sales back: returns, January's red invoices, rebates, and the dealer who is loaded in
the last week of a quarter and returns it the month after."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from zhibi.worlds.daichuan.accounts import ENDS_ON, Account
from zhibi.worlds.daichuan.catalogue import GOODS_TAX, names, products_of
from zhibi.worlds.daichuan.orders import Document, Item, item_of
from zhibi.worlds.daichuan.stories import THIN_REBATE_PERCENT
from zhibi.worlds.shutdowns import last_working_day, nearest_working_day
from zhibi.worlds.world import Customer, Product

RETURN_CHANCE = 0.012
RED_INVOICE_CHANCE = 0.03
LOADED_QUARTERS = (date(2025, 12, 31), date(2026, 6, 30))  # ⑤
LOAD_PLAN = (("SC37E", 14), ("SC22E", 8), ("DR20", 10), ("KT40", 60))
RETURNED_SHARE = 0.6
REBATE_ID = "FL01"


def returns_of(rng: np.random.Generator, documents: Iterable[Document]) -> list[Document]:
    """Now and then a filter or dryer comes back some weeks later."""
    found = []
    for document in documents:
        light = [i for i in document.items if i.product.line in ("filters_oil", "drying")]
        if not light or rng.random() >= RETURN_CHANCE:
            continue
        back_on = nearest_working_day(document.on + timedelta(days=int(rng.integers(8, 40))))
        if back_on <= ENDS_ON:
            item = light[0]
            part = max(1, item.quantity // 2)
            found.append(Document(document.customer, back_on, "return", (taken_back(item, part),)))
    return found


def red_invoices_of(rng: np.random.Generator, documents: Iterable[Document]) -> list[Document]:
    """In January some of December's small documents are taken back whole."""
    found = []
    for document in documents:
        small = sum(item.price_cents * item.quantity for item in document.items) < 10_000_000
        if document.on.month != 12 or not small or rng.random() >= RED_INVOICE_CHANCE:
            continue
        day = date(document.on.year + 1, 1, int(rng.integers(5, 16)))
        items = tuple(taken_back(item, item.quantity) for item in document.items)
        found.append(Document(document.customer, nearest_working_day(day), "red_invoice", items))
    return found


def taken_back(item: Item, quantity: int) -> Item:
    """The item with `quantity` of it negative, and its cost in proportion."""
    cost = item.cost_cents * quantity // item.quantity
    return replace(item, quantity=-quantity, cost_cents=-cost)


def loads_of(rng: np.random.Generator, dealer: Account) -> list[Document]:
    """⑤ Documents of the last week of a quarter, and what comes back in the month after."""
    catalogue = {
        p.product_id: p for line in ("screw", "drying", "filters_oil") for p in products_of(line)
    }
    found = []
    for quarter_end in LOADED_QUARTERS:
        for place, (product_id, quantity) in enumerate(LOAD_PLAN):
            product = catalogue[product_id]
            price = round(product.list_cents * dealer.price_level / 100) * 100
            item = item_of(rng, product, quantity, price)
            shipped = nearest_working_day(quarter_end - timedelta(days=6 - place))
            back = nearest_working_day(quarter_end + timedelta(days=8 + 3 * place))
            part = round(quantity * RETURNED_SHARE)
            found.append(Document(dealer.customer, shipped, "sale", (item,)))
            found.append(Document(dealer.customer, back, "return", (taken_back(item, part),)))
    return found  # fmt: skip


def dealer_rebates(rng: np.random.Generator, documents: Iterable[Document]) -> list[Document]:
    """Each dealer gets 2–4 % of a calendar year's shipments back in the January after."""
    years: dict[Customer, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for document in documents:
        if document.customer.route == "dealer":
            years[document.customer][document.on.year] += total_cents(document)
    return [
        rebate(customer, date(year + 1, 1, 15), -total * float(rng.uniform(0.02, 0.04)))
        for customer, by_year in years.items()
        for year, total in sorted(by_year.items())
        if date(year + 1, 1, 15) <= ENDS_ON
    ]


def quarter_rebates(documents: Iterable[Document]) -> list[Document]:
    """⑥ A fixed rebate on each quarter's shipments, on the quarter's last working days."""
    quarters: dict[tuple[int, int], int] = defaultdict(int)
    documents = list(documents)
    for document in documents:
        quarters[document.on.year, (document.on.month + 2) // 3] += total_cents(document)
    return [
        rebate(
            documents[0].customer,
            date(year, quarter * 3, 28),
            -total * THIN_REBATE_PERCENT / 100,
            name=names()["quarter_rebate"],
        )
        for (year, quarter), total in sorted(quarters.items())
    ]


def rebate(customer: Customer, on: date, cents: float, *, name: str = "") -> Document:
    """A rebate in whole yuan, tax included, on no product and without a quantity."""
    product = Product(REBATE_ID, name or names()["rebate"], "", "", 0, GOODS_TAX, 0.0)
    item = Item(product, 0, round(cents / 100) * 100, 0)
    return Document(customer, last_working_day(on), "rebate", (item,))


def total_cents(document: Document) -> int:
    return sum(item.price_cents * item.quantity for item in document.items)
