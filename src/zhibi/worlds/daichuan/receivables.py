"""What Daichuan is owed: contracts, the amounts due under them, and what the books say was paid.

Machines are sold on contracts of their own and fall due 3-3-3-1: 30 % in advance, 30 % on shipment,
30 % at acceptance, 10 % as a retention after twelve months. Everything else is invoiced by
statement under a frame contract. Amounts are those that `receipts` pays, so that receivables less
receipts are what is really open.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from zhibi.worlds.daichuan.accounts import ENDS_ON, STARTS_ON
from zhibi.worlds.daichuan.orders import Document
from zhibi.worlds.daichuan.receipts import Paying, is_in_milestones, milestone_parts, total_cents
from zhibi.worlds.shutdowns import last_working_day, nearest_working_day
from zhibi.worlds.world import Allocation, Contract, Customer, Receipt, Receivable

SIGNED_BEFORE_SHIPMENT = 30
# Days after shipment on which each part of a machine's price is due by contract.
DUE_DAYS = {"advance": -20, "shipment": 0, "acceptance": 75, "retention": 365}
TERM_DAYS = {"direct": 60, "public": 90, "thin": 180}
STATEMENT_MONTHS = {"key_accounts": 1}  # and of dealers; the others settle by quarters
LATE_INVOICE_SHARE = 0.25  # of statements, invoiced some days into the next month
FRAMES_SIGNED_FROM = date(2023, 1, 3)
FRAMES_END_ON = date(2025, 12, 31)
RENEWED_TO = date(2028, 12, 31)
FRAME_YEARS = 3
ALLOCATED_FROM = date(2025, 10, 1)  # the books match key accounts' receipts from this year on


@dataclass(frozen=True, slots=True)
class Deal:
    """A contract with what falls due under it, before either has a number."""

    contract: Contract
    dues: tuple[Receivable, ...]


def deals_of(rng: np.random.Generator, paying: Paying) -> list[Deal]:
    """One customer's contracts: its frame, the renewed one, and one for each order of machines."""
    machines = [deal for document in paying.documents if (deal := _machines(document, paying))]
    frames = _frames(rng, paying)
    statements = _statements(rng, paying)
    renewed_on = frames[-1].signed_on if len(frames) > 1 else date.max
    earlier = tuple(due for due in statements if due.issued_on < renewed_on)
    later = tuple(due for due in statements if due.issued_on >= renewed_on)
    return [*(Deal(*each) for each in zip(frames, (earlier, later), strict=False)), *machines]


def _machines(document: Document, paying: Paying) -> Deal | None:
    """The contract of an order of machines, paid in four parts."""
    items = [item for item in document.items if is_in_milestones(item, paying.payer)]
    if not items:
        return None
    customer = document.customer
    since = min(customer.since, document.on)
    signed_on = max(document.on - timedelta(days=SIGNED_BEFORE_SHIPMENT), since)
    parts = [milestone_parts(total_cents(item)) for item in items]
    dues = [
        Receivable(
            "", customer.customer_id, "", milestone,
            signed_on if milestone == "advance" else document.on,
            max(document.on + timedelta(days=days), signed_on),
            sum(part[place] for part in parts),
        )
        for place, (milestone, days) in enumerate(DUE_DAYS.items())
    ]  # fmt: skip
    return Deal(
        Contract(
            "", customer.customer_id, "machines", signed_on, dues[-1].due_on,
            sum(due.cents for due in dues), customer.salesperson,
        ),
        tuple(dues),
    )  # fmt: skip


def _frames(rng: np.random.Generator, paying: Paying) -> list[Contract]:
    """The frame contract, and the one that follows it for who still bought in its last months."""
    customer = paying.documents[0].customer
    first, last = paying.documents[0].on, paying.documents[-1].on
    signed_on = nearest_working_day(FRAMES_SIGNED_FROM + timedelta(days=int(rng.integers(0, 80))))
    ends_on = FRAMES_END_ON
    if customer.since > FRAMES_SIGNED_FROM:
        half_way = customer.since + max(first - customer.since, timedelta()) / 2
        signed_on = max(last_working_day(half_way), min(customer.since, first))
        ends_on = signed_on.replace(year=signed_on.year + FRAME_YEARS, day=min(signed_on.day, 28))
    frame = Contract(
        "", customer.customer_id, "frame", signed_on, ends_on, None, customer.salesperson
    )
    renewed_on = nearest_working_day(date(2025, 12, 8) + timedelta(days=int(rng.integers(0, 40))))
    if ends_on > FRAMES_END_ON or last < renewed_on:
        return [frame]
    return [frame, replace(frame, signed_on=renewed_on, ends_on=RENEWED_TO)]


def _statements(rng: np.random.Generator, paying: Paying) -> list[Receivable]:
    """One amount for every period in which something was shipped or taken back."""
    customer, payer = paying.documents[0].customer, paying.payer
    months = STATEMENT_MONTHS.get(customer.team, 3) if customer.route != "dealer" else 1
    amounts: dict[int, int] = defaultdict(int)
    last: dict[int, date] = {}
    for document in sorted(paying.documents, key=lambda one: one.on):
        items = [item for item in document.items if not is_in_milestones(item, payer)]
        if items:
            period = (document.on.year * 12 + document.on.month - 1) // months
            amounts[period] += sum(total_cents(item) for item in items)
            last[period] = document.on
    found = []
    for period, cents in amounts.items():
        is_late = rng.random() < LATE_INVOICE_SHARE and customer.route != "dealer"
        days = int(rng.integers(3, 12)) if is_late else 0
        issued_on = last[period] + timedelta(days=days)
        milestone = "statement" if cents > 0 else "credit"
        due_on = issued_on if cents < 0 else _due_on(customer, issued_on, payer.is_thin)
        if cents:
            found.append(
                Receivable("", customer.customer_id, "", milestone, issued_on, due_on, cents)
            )
    return found


def _due_on(customer: Customer, issued_on: date, is_thin: bool) -> date:
    """Dealers settle by the end of the next month, the others so many days after the invoice."""
    if customer.route == "dealer":
        return (issued_on.replace(day=1) + timedelta(days=62)).replace(day=1) - timedelta(days=1)
    is_public = customer.industry in ("hospital", "government")
    term = TERM_DAYS["thin" if is_thin else "public" if is_public else "direct"]
    return issued_on + timedelta(days=term)


def numbered(deals: Iterable[Deal]) -> list[Deal]:
    """The deals with numbers, contracts in order of signature and dues in order of issue."""
    serials: dict[str, int] = defaultdict(int)
    found = []
    for deal in sorted(deals, key=_by_signature):
        prefix = f"{'KJ' if deal.contract.kind == 'frame' else 'HT'}{deal.contract.signed_on:%Y}"
        serials[prefix] += 1
        contract = replace(deal.contract, contract_id=f"{prefix}-{serials[prefix]:04d}")
        dues = tuple(replace(due, contract_id=contract.contract_id) for due in deal.dues)
        found.append(Deal(contract, dues))
    return found


def _by_signature(deal: Deal) -> tuple[date, str, int]:
    first = deal.dues[0].cents if deal.dues else 0
    return deal.contract.signed_on, deal.contract.customer_id, first


def open_from_start(dues: Iterable[Receivable], receipts: Iterable[Receipt]) -> list[Receivable]:
    """One customer's amounts due as the list of the exported years shows them: what was paid
    before it begins is gone, oldest first, and a part that was left is the opening balance."""
    known = [due for due in dues if due.issued_on <= ENDS_ON]
    credits_before = [due for due in known if due.cents < 0 and due.issued_on < STARTS_ON]
    paid = sum(receipt.cents for receipt in receipts if receipt.received_on < STARTS_ON)
    paid -= sum(due.cents for due in credits_before)
    found = [due for due in known if due.cents < 0 and due.issued_on >= STARTS_ON]
    owed = [due for due in known if due.cents > 0]
    for due in sorted(owed, key=lambda one: (one.due_on, one.issued_on, one.cents)):
        settled = min(paid, due.cents)
        paid -= settled
        if settled < due.cents:
            found.append(replace(due, cents=due.cents - settled))
    return found


def with_numbers(dues: Iterable[Receivable]) -> tuple[Receivable, ...]:
    ordered = sorted(dues, key=lambda one: (one.issued_on, one.customer_id, one.due_on, one.cents))
    return tuple(
        replace(due, receivable_id=f"YS{due.issued_on:%y%m}{place:05d}")
        for place, due in enumerate(ordered, start=1)
    )


def allocations_of(
    receipts: Sequence[Receipt], receivables: Sequence[Receivable]
) -> list[Allocation]:
    """What one customer's receipts paid, oldest due first; kept from the day on which the books
    began to say so, the earlier ones are for whoever reads them to match."""
    dues = sorted(receivables, key=lambda one: (one.due_on, one.receivable_id))
    left = [due.cents for due in dues]
    found, place = [], 0
    for receipt in receipts:
        money = receipt.cents
        while money and place < len(dues):
            part = min(money, left[place])
            left[place] -= part
            money -= part
            if receipt.received_on >= ALLOCATED_FROM and part:
                found.append(Allocation(receipt.receipt_id, dues[place].receivable_id, part))
            if not left[place]:
                place += 1
    return found
