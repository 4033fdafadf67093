"""What is true about the tables beside shipments, measured on them as they are exported."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeVar

from zhibi.worlds.daichuan.accounts import ENDS_ON
from zhibi.worlds.daichuan.catalogue import names
from zhibi.worlds.daichuan.efforts import MISALLOCATING
from zhibi.worlds.daichuan.prospects import CRM_FROM, LEAVING, LEFT_ON, STAGE_AT, STEPS
from zhibi.worlds.daichuan.relations import Relations, Sold
from zhibi.worlds.daichuan.surveys import ASKED_ON
from zhibi.worlds.daichuan.truth import LAST_YEAR_FROM
from zhibi.worlds.world import (
    Answer,
    Customer,
    Effort,
    Fact,
    Judgement,
    OrderLine,
    Prospect,
    Receipt,
    Receivable,
    Story,
    yuan,
)

Row = TypeVar("Row", Receivable, Receipt)
TARGETS_ON = date(2025, 9, 30)
SIGNED_WITHIN = timedelta(days=182)
CONTENT_FROM = 4  # of five
ORDERS_WITHIN = timedelta(days=180)
MOST_OF_SALES = 80  # percent
SHARE_DIGITS = Decimal("0.0001")


def largest_hospital(customers: Iterable[Customer], lines: Iterable[OrderLine]) -> str:
    """⑦ The hospital that bought most in the last twelve months."""
    hospitals = {one.customer_id for one in customers if one.industry == "hospital"}
    sales = _sales(line for line in lines if line.order_date >= LAST_YEAR_FROM)
    return max(sorted(hospitals), key=lambda customer_id: sales.get(customer_id, 0))


def stories_of(sold: Sold, relations: Relations) -> tuple[Story, ...]:
    return (
        _hospital(sold, relations),
        _handover(sold, relations),
        _open_balance(sold, relations),
        _misallocated(sold, relations),
        _won_by_source(relations),
        _hit_rate(relations),
        _content_but_less(sold, relations.answers),
        _delivery_matters(sold, relations.answers),
    )


def _hospital(sold: Sold, relations: Relations) -> Story:
    """⑦ A fat margin, and how long its money takes from invoice to receipt."""
    own = [
        line
        for line in sold.order_lines
        if line.customer_id == sold.hospital and line.order_date >= LAST_YEAR_FROM
    ]
    sales = sum(line.net_cents for line in own)
    dues = [one for one in relations.owed.receivables if one.customer_id == sold.hospital]
    receipts = [one for one in sold.receipts if one.customer_id == sold.hospital]
    return Story("slow_hospital", (sold.hospital,), LAST_YEAR_FROM, {
        "sales_last_12_months": yuan(sales),
        "margin_last_12_months": yuan(sales - sum(line.cost_cents for line in own)),
        "days_after_shipment": sold.paying[sold.hospital].payer.parts_days,
        "days_from_invoice": mean_days(dues, receipts),
    })  # fmt: skip


def _handover(sold: Sold, relations: Relations) -> Story:
    """⑧ Whom the seller who left kept: customers first, then prospects."""
    customers = [one.customer_id for one in sold.customers if one.salesperson == LEAVING]
    prospects = [
        one.customer.customer_id
        for one in relations.prospects
        if one.customer.salesperson == LEAVING and not one.is_won
    ]
    return Story("handover", (*customers, *prospects), LEFT_ON, {
        "seller": LEAVING, "customers": len(customers), "prospects": len(prospects),
    })  # fmt: skip


def _open_balance(sold: Sold, relations: Relations) -> Story:
    """What is open on the last day, receipts matched oldest first: overdue, not yet due, and of
    that retention; beside it what was received and matches nothing that is due."""
    found: dict[str, int] = defaultdict(int)
    receipts = _by_customer(sold.receipts)
    for customer_id, dues in _by_customer(relations.owed.receivables).items():
        paid = sum(receipt.cents for receipt in receipts.get(customer_id, ()))
        found["unmatched"] += _settle(dues, paid, found)
    return Story("open_balance", (), ENDS_ON, {
        "due_in_all": yuan(sum(one.cents for one in relations.owed.receivables)),
        "open": yuan(found["open"]),
        "overdue": yuan(found["overdue"]),
        "retention_not_due": yuan(found["retention_not_due"]),
        "unmatched": yuan(found["unmatched"]),
    })  # fmt: skip


def _settle(dues: Sequence[Receivable], paid: int, found: dict[str, int]) -> int:
    """Add what one customer owes after its money went to the oldest; what money is left."""
    paid -= sum(due.cents for due in dues if due.cents < 0)
    for due in sorted(dues, key=lambda one: (one.due_on, one.receivable_id)):
        part = min(paid, max(due.cents, 0))
        paid -= part
        rest = max(due.cents, 0) - part
        found["open"] += rest
        if due.due_on < ENDS_ON:
            found["overdue"] += rest
        elif due.milestone == "retention":
            found["retention_not_due"] += rest
    return paid


def mean_days(dues: Iterable[Receivable], receipts: Sequence[Receipt]) -> int:
    """Days from invoice to money, weighted by money, receipts matched oldest first."""
    days = [receipt.received_on for receipt in receipts]
    left = [receipt.cents for receipt in receipts]
    weighted = paid = place = 0
    for due in sorted(dues, key=lambda one: (one.due_on, one.receivable_id)):
        rest = max(due.cents, 0)
        while rest and place < len(left):
            part = min(rest, left[place])
            weighted += (days[place] - due.issued_on).days * part
            paid += part
            rest -= part
            left[place] -= part
            place += not left[place]
    return round(weighted / paid)


def _misallocated(sold: Sold, relations: Relations) -> Story:
    """The share of her days for customers that goes to those who make four fifths of her sales,
    over the last twelve months, and the middle one of the other sellers'."""
    sales = _sales(line for line in sold.order_lines if line.order_date >= LAST_YEAR_FROM)
    sellers = sorted({one.salesperson for one in sold.customers})
    shares = {}
    for seller in sellers:
        own = [one.customer_id for one in sold.customers if one.salesperson == seller]
        shares[seller] = _share_for_most(own, sales, relations.efforts, seller)
    others = sorted(share for seller, share in shares.items() if seller != MISALLOCATING)
    return Story("misallocated_effort", (), LAST_YEAR_FROM, {
        "seller": MISALLOCATING,
        "share_of_days": shares[MISALLOCATING],
        "median_of_others": others[len(others) // 2],
    })  # fmt: skip


def _share_for_most(
    own: Sequence[str], sales: Mapping[str, int], efforts: Iterable[Effort], seller: str
) -> Decimal:
    ranked = sorted(own, key=lambda one: (-sales.get(one, 0), one))
    whole, most, held = sum(max(sales.get(one, 0), 0) for one in own), set(), 0
    for customer_id in ranked:
        if held * 100 >= whole * MOST_OF_SALES:
            break
        most.add(customer_id)
        held += sales.get(customer_id, 0)
    days: dict[bool, int] = defaultdict(int)
    for effort in efforts:
        if effort.person == seller and effort.on >= LAST_YEAR_FROM and effort.customer_id in own:
            days[effort.customer_id in most] += effort.tenths
    return (Decimal(days[True]) / sum(days.values())).quantize(SHARE_DIGITS)


def _won_by_source(relations: Relations) -> Story:
    """How many prospects came by each source, how many were won, and how many took each step."""
    counts: Counter[str] = Counter()
    for prospect in relations.prospects:
        counts[f"from_{prospect.source}"] += 1
        counts[f"won_{prospect.source}"] += prospect.is_won
        for step in STEPS[: STEPS.index(prospect.reached) + 1]:
            counts[f"reached_{step}"] += 1
    return Story("prospects", _won(relations.prospects), CRM_FROM, dict(counts))


def _hit_rate(relations: Relations) -> Story:
    """Of those who stood as target on a day, how many signed within half a year; and the days of
    effort before signature that went to who never became a target, beside those for everybody."""
    stages = _stages(relations.judgements)
    signed = {one: on for one, own in stages.items() for on, stage in own if stage == "signed"}
    targets = [
        one
        for one, own in sorted(stages.items())
        if [stage for on, stage in own if on <= TARGETS_ON][-1:] == ["target"]
    ]
    in_time = [one for one in targets if signed.get(one, date.max) <= TARGETS_ON + SIGNED_WITHIN]
    tenths: Counter[bool] = Counter()
    for effort in relations.efforts:
        own = stages.get(effort.customer_id)
        if own and effort.on <= signed.get(effort.customer_id, date.max):
            tenths["target" in [stage for _, stage in own]] += effort.tenths
    return Story("hit_rate", tuple(targets), TARGETS_ON, {
        "targets": len(targets),
        "signed_within_182_days": len(in_time),
        "days_for_prospects": Decimal(tenths.total()).scaleb(-1),
        "days_without_target": Decimal(tenths[False]).scaleb(-1),
    })  # fmt: skip


def _stages(judgements: Iterable[Judgement]) -> dict[str, list[tuple[date, str]]]:
    """Each prospect's stages by our names, in order of day."""
    ours = {names()["answers"][stage]: stage for stage in STAGE_AT.values()}
    found: dict[str, list[tuple[date, str]]] = defaultdict(list)
    for said in judgements:
        if said.criterion == names()["criteria"]["stage"]:
            found[said.customer_id].append((said.on, ours[said.value]))
    return found


def _won(prospects: Iterable[Prospect]) -> tuple[str, ...]:
    return tuple(sorted(one.customer.customer_id for one in prospects if one.is_won))


def _content_but_less(sold: Sold, answers: Iterable[Answer]) -> Story:
    """③ Content in everything, and how many answered and were asked each time."""
    textile = sold.stories.textile.customer.customer_id
    facts: dict[str, Fact] = {}
    overall = [one for one in answers if one.dimension == "overall"]
    for asked_on in ASKED_ON:
        own = [one for one in overall if asked_on <= one.on < asked_on + timedelta(days=60)]
        facts[f"asked_{asked_on.year}"] = len(own)
        facts[f"answered_{asked_on.year}"] = sum(one.score is not None for one in own)
    facts["lowest_score"] = min(
        one.score for one in answers if one.customer_id == textile and one.score is not None
    )
    return Story("content_but_less", (textile,), ASKED_ON[0], facts)


def _delivery_matters(sold: Sold, answers: Iterable[Answer]) -> Story:
    """By dimension: of those content with it, and of the others, who ordered again in time."""
    orders: dict[str, set[date]] = defaultdict(set)
    for line in sold.order_lines:
        if line.line_kind == "sale":
            orders[line.customer_id].add(line.order_date)
    counts: Counter[str] = Counter()
    for answer in answers:
        until = answer.on + ORDERS_WITHIN
        if answer.score is None or answer.dimension == "recommend" or until > ENDS_ON:
            continue
        group = "content" if answer.score >= CONTENT_FROM else "others"
        again = any(answer.on < on <= until for on in orders[answer.customer_id])
        counts[f"{answer.dimension}_{group}"] += 1
        counts[f"{answer.dimension}_{group}_again"] += again
    return Story("delivery_matters", (), ASKED_ON[0], dict(counts))


def _sales(lines: Iterable[OrderLine]) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for line in lines:
        found[line.customer_id] += line.net_cents
    return found


def _by_customer(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.customer_id].append(row)
    return found
