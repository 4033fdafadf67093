"""How Daichuan is paid: by terms in theory, in round sums at month-end and before Spring Festival
in practice.

Machines are paid 30 % before shipment, 30 % on it, 30 % at acceptance, 10 % after a year; parts
when the customer gets round to it; dealers before the goods leave. A transfer covers whatever is
open, rounded down, so it matches no single invoice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from zhibi.worlds.daichuan.accounts import ENDS_ON, SIMULATED_FROM
from zhibi.worlds.daichuan.catalogue import MACHINES
from zhibi.worlds.daichuan.orders import Document, Item
from zhibi.worlds.daichuan.stories import THIN_PAYMENT_DAYS
from zhibi.worlds.shutdowns import SPRING_FESTIVALS, is_shutdown
from zhibi.worlds.world import Customer, Receipt

MILESTONES = ((-20, 30), (5, 30), (75, 30), (365, 10))  # days after shipment, percent
BANK_BILL_SHARE, TRADE_BILL_SHARE = 0.62, 0.06  # of the transfers of those who use bills
BILL_DAYS = 180
PAID_AHEAD_DAYS = 40  # before the festival, suppliers are paid what falls due soon after it


@dataclass(frozen=True, slots=True)
class Payer:
    """How a customer pays: days for parts, whether by milestones, with bills, how often."""

    parts_days: int
    has_milestones: bool
    uses_bills: bool
    months_between: int
    is_thin: bool = False


@dataclass(frozen=True, slots=True)
class Paying:
    """One customer's documents by day, how it pays, and all it ever paid, without numbers."""

    documents: tuple[Document, ...]
    payer: Payer
    receipts: tuple[Receipt, ...]


def payer_of(rng: np.random.Generator, customer: Customer, *, is_thin: bool) -> Payer:
    if is_thin:
        return Payer(
            THIN_PAYMENT_DAYS,
            has_milestones=False,
            uses_bills=True,
            months_between=1,
            is_thin=True,
        )
    if customer.route == "dealer":
        return Payer(-3, has_milestones=False, uses_bills=False, months_between=1)
    if customer.industry in ("hospital", "government"):
        days = int(rng.integers(120, 241))
        return Payer(days, has_milestones=False, uses_bills=False, months_between=2)
    months = 1 if customer.team == "key_accounts" else int(rng.integers(1, 4))
    days = int(rng.integers(75, 121))
    return Payer(days, has_milestones=True, uses_bills=True, months_between=months)


def receipts_of(
    rng: np.random.Generator, documents: Sequence[Document], payer: Payer
) -> list[Receipt]:
    """One customer's receipts, without numbers yet."""
    due = sorted(_dues(documents, payer))
    found: list[Receipt] = []
    paid = 0
    for day, reach in _pay_days(rng, payer):
        balance = sum(cents for on, cents in due if on <= reach) - paid
        amount = _rounded_down(balance)
        if amount > 0:
            paid += amount
            found.append(_receipt(rng, documents[0].customer, day, amount, payer))
    return found


def numbered(receipts: Iterable[Receipt], first: date, last: date) -> tuple[Receipt, ...]:
    """The receipts of a period in order of day, numbered as the cashier does."""
    kept = sorted(
        (r for r in receipts if first <= r.received_on <= last),
        key=lambda receipt: (receipt.received_on, receipt.customer_id),
    )
    return tuple(
        replace(receipt, receipt_id=f"SK{receipt.received_on:%Y%m}{place:05d}")
        for place, receipt in enumerate(kept, start=1)
    )


def _dues(documents: Iterable[Document], payer: Payer) -> list[tuple[date, int]]:
    dues = []
    for document in documents:
        for item in document.items:
            if is_in_milestones(item, payer):
                parts = milestone_parts(total_cents(item))
                dues += [
                    (document.on + timedelta(days=days), part)
                    for (days, _), part in zip(MILESTONES, parts, strict=True)
                ]
            else:
                dues.append((document.on + timedelta(days=payer.parts_days), total_cents(item)))
    return dues


def is_in_milestones(item: Item, payer: Payer) -> bool:
    return item.product.line in MACHINES and payer.has_milestones and total_cents(item) > 0


def milestone_parts(total: int) -> list[int]:
    """A machine's price in its parts, the last with what rounding leaves."""
    parts = [total * percent // 100 for _, percent in MILESTONES[:-1]]
    return [*parts, total - sum(parts)]


def total_cents(item: Item) -> int:
    """Of the whole line, including tax; a rebate has no quantity."""
    return item.price_cents * (item.quantity or 1)


def _pay_days(rng: np.random.Generator, payer: Payer) -> list[tuple[date, date]]:
    """The days money is sent, each with the day up to which what is due is paid."""
    days = []
    month = int(rng.integers(0, payer.months_between))
    first = SIMULATED_FROM.year * 12 + SIMULATED_FROM.month - 1
    while (first + month) <= ENDS_ON.year * 12 + ENDS_ON.month - 1:
        year, of_year = divmod(first + month, 12)
        day = date(year, of_year + 1, int(rng.integers(24, 29)))
        if not is_shutdown(day):
            days.append((day, day))
        month += payer.months_between
    for festival in SPRING_FESTIVALS:
        day = festival - timedelta(days=int(rng.integers(8, 28)))
        days.append((day, festival + timedelta(days=PAID_AHEAD_DAYS)))
    return sorted(days)


def _rounded_down(cents: int) -> int:
    """Thousands of yuan, ten thousands from half a million; under 2,000 yuan it waits."""
    unit = 1_000_000 if cents >= 50_000_000 else 100_000
    return cents // unit * unit if cents >= 200_000 else 0


def _receipt(
    rng: np.random.Generator, customer: Customer, day: date, cents: int, payer: Payer
) -> Receipt:
    chance = float(rng.random())
    method, matures_on = "transfer", None
    if payer.uses_bills and chance < BANK_BILL_SHARE + TRADE_BILL_SHARE:
        method = "bank_bill" if chance < BANK_BILL_SHARE else "trade_bill"
        matures_on = day + timedelta(days=BILL_DAYS)
    return Receipt("", customer.customer_id, day, cents, method, matures_on)
