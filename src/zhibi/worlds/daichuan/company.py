"""Puts the demo company together: accounts, their documents, numbers, receipts, truth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from zhibi.worlds.daichuan import adjustments
from zhibi.worlds.daichuan.accounts import (
    ENDS_ON,
    STARTS_ON,
    Account,
    CustomerFile,
    dealers,
    ordinary_accounts,
)
from zhibi.worlds.daichuan.catalogue import names, products
from zhibi.worlds.daichuan.editions import SIMULATED_IN, in_language
from zhibi.worlds.daichuan.orders import Document, Item, orders_of
from zhibi.worlds.daichuan.receipts import Paying, numbered, payer_of, receipts_of
from zhibi.worlds.daichuan.records import with_records
from zhibi.worlds.daichuan.relations import Sold, relations_of
from zhibi.worlds.daichuan.relations_truth import largest_hospital, stories_of
from zhibi.worlds.daichuan.stories import RENAMED_ON, StoryAccounts, story_accounts
from zhibi.worlds.daichuan.truth import truth_of
from zhibi.worlds.world import Customer, OrderLine, World, split_tax

SEED = 69  # one in which chance tells each story clearly
DOCUMENT_PREFIX = {"sale": "CK", "return": "TH", "rebate": "FL", "red_invoice": "HZ"}


@dataclass(frozen=True, slots=True)
class Books:
    """Everybody who buys and everything written for them, before numbers are given."""

    stories: StoryAccounts
    dealer: Account  # the one that is loaded
    accounts: tuple[Account, ...]
    documents: tuple[Document, ...]
    renamed_to: Customer


@cache
def daichuan(seed: int = SEED, language: str = SIMULATED_IN) -> World:
    """The demo company, 2023-10-01 to 2026-09-30, in Chinese or in English (en). The same seed
    gives the same world, in both languages the same figures."""
    rng = np.random.default_rng([seed, 0])
    file = CustomerFile(rng)
    stories = story_accounts(file)
    trade = dealers(rng, file)
    accounts = (*stories.all(), *trade, *ordinary_accounts(rng, file))
    loaded = next(a for a in trade if a.customer.name == names()["stories"]["overstocked_dealer"])
    documents = [d for place, a in enumerate(accounts) for d in _documents(seed, place, a, stories)]
    documents += adjustments.loads_of(rng, loaded)
    documents += adjustments.dealer_rebates(rng, documents)
    books = Books(
        stories=stories,
        dealer=loaded,
        accounts=accounts,
        documents=tuple(documents),
        renamed_to=_new_record(file, stories.renamed.customer),
    )
    return with_records(in_language(_world(seed, books), language))


def _documents(seed: int, place: int, account: Account, stories: StoryAccounts) -> list[Document]:
    """One account's documents. Each account has its own chance, so that changing one leaves the
    others as they were."""
    rng = np.random.default_rng([seed, 1, place])
    orders = orders_of(rng, account, place=place)
    found = [*orders]
    if account not in stories.all():
        found += adjustments.returns_of(rng, orders)
        found += adjustments.red_invoices_of(rng, orders)
    if account is stories.thin:
        found += adjustments.quarter_rebates(orders)
    return found


def _new_record(file: CustomerFile, old: Customer) -> Customer:
    """⑨ The same legal entity as entered again after its change of name."""
    return replace(
        old,
        customer_id=file.number(old.region),
        name=names()["stories"]["renamed_after"],
        former_name=old.name,
        since=RENAMED_ON,
    )


def _world(seed: int, books: Books) -> World:
    documents = [_under_new_name(books, document) for document in books.documents]
    lines = tuple(
        line for line in _numbered_lines(documents) if STARTS_ON <= line.order_date <= ENDS_ON
    )
    found = {a.customer.customer_id: a.customer for a in books.accounts}
    found[books.renamed_to.customer_id] = books.renamed_to
    customers = tuple(found[key] for key in sorted(found))
    sold = _sold(customers, lines, _paying(seed, documents, books), books)
    relations = relations_of(seed, sold)
    return World(
        name=names()["company"],
        seed=seed,
        starts_on=STARTS_ON,
        ends_on=ENDS_ON,
        customers=customers,
        products=products(),
        order_lines=lines,
        receipts=sold.receipts,
        contracts=relations.owed.contracts,
        receivables=relations.owed.receivables,
        allocations=relations.owed.allocations,
        prospects=relations.prospects,
        touches=relations.touches,
        efforts=relations.efforts,
        judgements=relations.judgements,
        answers=relations.answers,
        truth=truth_of(
            lines,
            stories=books.stories,
            dealer=books.dealer,
            accounts=books.accounts,
            renamed_to=books.renamed_to,
            efforts=relations.efforts,
            told=stories_of(sold, relations),
        ),
    )


def _sold(
    customers: tuple[Customer, ...],
    lines: tuple[OrderLine, ...],
    paying: Mapping[str, Paying],
    books: Books,
) -> Sold:
    receipts = [receipt for own in paying.values() for receipt in own.receipts]
    stops = {a.customer.customer_id: a.stops_on for a in books.accounts if a.stops_on}
    return Sold(
        customers=customers,
        order_lines=lines,
        receipts=numbered(receipts, STARTS_ON, ENDS_ON),
        paying=paying,
        stops=stops,
        stories=books.stories,
        hospital=largest_hospital(customers, lines),
    )


def _under_new_name(books: Books, document: Document) -> Document:
    if document.customer is books.stories.renamed.customer and document.on >= RENAMED_ON:
        return replace(document, customer=books.renamed_to)
    return document


def _numbered_lines(documents: Sequence[Document]) -> list[OrderLine]:
    """Documents in order of day, numbered within the day by kind, as an ERP does."""
    ordered = sorted(documents, key=lambda d: (d.on, d.kind, d.customer.customer_id))
    serials: dict[str, int] = defaultdict(int)
    lines: list[OrderLine] = []
    for document in ordered:
        prefix = f"{DOCUMENT_PREFIX[document.kind]}{document.on:%Y%m%d}"
        serials[prefix] += 1
        order_id = f"{prefix}{serials[prefix]:03d}"
        lines += [
            _line(document, item, order_id, line_no)
            for line_no, item in enumerate(document.items, start=1)
        ]
    return lines


def _line(document: Document, item: Item, order_id: str, line_no: int) -> OrderLine:
    total = item.price_cents * item.quantity if item.quantity else item.price_cents
    net, tax = split_tax(total, item.product.tax_percent)
    return OrderLine(
        order_id=order_id,
        line_no=line_no,
        customer_id=document.customer.customer_id,
        order_date=document.on,
        line_kind=document.kind,
        product_id=item.product.product_id,
        product_name=item.product.name,
        category=item.product.line,
        quantity=item.quantity,
        price_cents=item.price_cents if item.quantity else 0,
        net_cents=net,
        tax_cents=tax,
        tax_percent=item.product.tax_percent,
        cost_cents=item.cost_cents,
        salesperson=document.customer.salesperson,
        team=document.customer.team,
    )


def _paying(seed: int, documents: Sequence[Document], books: Books) -> dict[str, Paying]:
    """By customer: its documents, how it pays, and all it paid since the simulation began."""
    by_customer: dict[str, list[Document]] = defaultdict(list)
    for document in documents:
        by_customer[document.customer.customer_id].append(document)
    thin = books.stories.thin.customer.customer_id
    found = {}
    for place, customer_id in enumerate(sorted(by_customer)):
        rng = np.random.default_rng([seed, 2, place])
        own = by_customer[customer_id]
        payer = payer_of(rng, own[0].customer, is_thin=customer_id == thin)
        receipts = receipts_of(rng, own, payer)
        by_day = sorted(own, key=lambda document: document.on)
        found[customer_id] = Paying(tuple(by_day), payer, tuple(receipts))
    return found
