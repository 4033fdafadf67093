"""What else happened between Daichuan and its customers: contracts and what is owed, whom it tried
to win, where its effort went, what people thought and what customers answered.

Each table has its own chance, so that one can change without the others or the orders.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import numpy as np

from zhibi.worlds.daichuan import efforts, judgements, prospects, receivables, surveys
from zhibi.worlds.daichuan.receipts import Paying
from zhibi.worlds.daichuan.stories import StoryAccounts
from zhibi.worlds.world import (
    Allocation,
    Answer,
    Contract,
    Customer,
    Effort,
    Judgement,
    OrderLine,
    Prospect,
    Receipt,
    Receivable,
    Touch,
)

KEY_ACCOUNTS = "key_accounts"
Row = TypeVar("Row", Touch, Effort, Judgement, Answer)


@dataclass(frozen=True, slots=True)
class Sold:
    """What is known before: who bought, what, how each pays, and when each stopped."""

    customers: tuple[Customer, ...]
    order_lines: tuple[OrderLine, ...]
    receipts: tuple[Receipt, ...]
    paying: Mapping[str, Paying]  # by customer_id
    stops: Mapping[str, date]
    stories: StoryAccounts
    hospital: str  # ⑦


@dataclass(frozen=True, slots=True)
class Owed:
    contracts: tuple[Contract, ...]
    receivables: tuple[Receivable, ...]
    allocations: tuple[Allocation, ...]


@dataclass(frozen=True, slots=True)
class Relations:
    """Every further table."""

    owed: Owed
    prospects: tuple[Prospect, ...]
    touches: tuple[Touch, ...]
    efforts: tuple[Effort, ...]
    judgements: tuple[Judgement, ...]
    answers: tuple[Answer, ...]


def relations_of(seed: int, sold: Sold) -> Relations:
    owed = _owed(seed, sold)
    ways = prospects.ways_of(
        np.random.default_rng([seed, 4]), sold.customers, _first_signed(owed.contracts)
    )
    by_id = {customer.customer_id: customer for customer in sold.customers}
    rng = np.random.default_rng([seed, 5])
    judged = [one for way in ways for one in prospects.judgements_of(rng, way)]
    rng = np.random.default_rng([seed, 6])
    judged += judgements.judgements_of(rng, by_id, sold.order_lines, sold.stories, sold.hospital)
    rng = np.random.default_rng([seed, 7])
    answers = surveys.answers_of(
        rng, by_id, sold.order_lines, sold.stops, [sold.stories.textile.customer.customer_id]
    )
    return Relations(
        owed=owed,
        prospects=tuple(way.prospect for way in ways),
        touches=_in_order([one for way in ways for one in prospects.touches_of(way)]),
        efforts=_in_order(_efforts(seed, sold, ways)),
        judgements=_in_order(judged),
        answers=_in_order(answers),
    )


def _owed(seed: int, sold: Sold) -> Owed:
    deals = []
    for place, (_, paying) in enumerate(sorted(sold.paying.items())):
        rng = np.random.default_rng([seed, 3, place])
        deals += receivables.deals_of(rng, paying)
    by_customer: dict[str, list[receivables.Deal]] = {key: [] for key in sold.paying}
    for deal in receivables.numbered(deals):
        by_customer[deal.contract.customer_id].append(deal)
    dues = receivables.with_numbers(
        due
        for key, own in by_customer.items()
        for due in receivables.open_from_start(
            [due for deal in own for due in deal.dues], sold.paying[key].receipts
        )
    )
    named = {due.contract_id for due in dues}
    contracts = [
        deal.contract
        for own in by_customer.values()
        for deal in own
        if deal.contract.contract_id in named
    ]
    contracts.sort(key=lambda one: (one.signed_on, one.contract_id))
    return Owed(tuple(contracts), dues, _allocations(sold, dues))


def _allocations(sold: Sold, dues: Sequence[Receivable]) -> tuple[Allocation, ...]:
    """What the books say the key accounts paid."""
    found = []
    for customer in sold.customers:
        if customer.team == KEY_ACCOUNTS:
            own = customer.customer_id
            found += receivables.allocations_of(
                [receipt for receipt in sold.receipts if receipt.customer_id == own],
                [due for due in dues if due.customer_id == own],
            )
    return tuple(sorted(found, key=lambda one: (one.receipt_id, one.receivable_id)))


def _efforts(seed: int, sold: Sold, ways: Sequence[prospects.Way]) -> list[Effort]:
    found = efforts.efforts_for_customers(
        np.random.default_rng([seed, 8]), sold.customers, sold.order_lines, sold.stops
    )
    rng = np.random.default_rng([seed, 9])
    found += [effort for way in ways for effort in efforts.efforts_for_prospect(rng, way)]
    thin = sold.stories.thin.customer
    return found + efforts.service_for_thin(
        np.random.default_rng([seed, 10]), thin, sold.order_lines
    )


def _first_signed(contracts: Sequence[Contract]) -> dict[str, date]:
    found: dict[str, date] = {}
    for contract in contracts:
        found.setdefault(contract.customer_id, contract.signed_on)
    return found


def _in_order(rows: Sequence[Row]) -> tuple[Row, ...]:
    """By day and customer; what is of the same day and customer as it was made."""
    return tuple(sorted(rows, key=lambda row: (row.on, row.customer_id)))
