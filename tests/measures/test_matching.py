"""Matching: by hand, and against money laid down coin by coin."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.methods.given import line, tables_of

from zhibi.errors import ZhibiError
from zhibi.measures.matching import Matching, match
from zhibi.measures.rows import fetch
from zhibi.tables.tables import Tables

DAY = date(2025, 6, 30)
Coin = tuple[str | None, str | None]  # the debt it pays, the payment it is of


def receivable(name: str, customer: str, due_in: int, amount: int, **more: Any) -> dict[str, Any]:
    """An amount due so many days after DAY, issued sixty days before that."""
    due = DAY + timedelta(due_in)
    issued = min(DAY, due - timedelta(60))
    row = {"receivable_id": name, "customer_id": customer, "due_date": due, "issued_on": issued}
    return row | {"amount_due": Decimal(amount)} | more


def receipt(name: str, customer: str, days_ago: int, amount: int, **more: Any) -> dict[str, Any]:
    row = {"receipt_id": name, "customer_id": customer, "amount": Decimal(amount)}
    return row | {"received_on": DAY - timedelta(days_ago)} | more


def allocation(receipt_id: str, receivable_id: str, amount: int) -> dict[str, Any]:
    return {
        "receipt_id": receipt_id,
        "receivable_id": receivable_id,
        "amount": Decimal(amount),
    }


def tables(**further: list[dict[str, Any]]) -> Tables:
    return tables_of([line("A", "1", DAY - timedelta(200), 100)], DAY, **further)


def pieces(matching: Matching) -> dict[Coin, Decimal]:
    """How much of each payment went to each debt."""
    found: dict[Coin, Decimal] = defaultdict(Decimal)
    for row in fetch(matching.parts):
        found[row["debt_id"], row["payment_id"]] += row["amount"]
    return dict(found)


def matched(**further: list[dict[str, Any]]) -> dict[Coin, Decimal]:
    return pieces(match(tables(**further), terms=60, level="group"))


def test_one_payment_covers_many_and_the_last_one_in_part() -> None:
    found = matched(
        receivables=[
            receivable("r2", "A", -30, 200),
            receivable("r1", "A", -60, 100),
            receivable("r3", "A", 10, 50),
        ],
        receipts=[receipt("s1", "A", 5, 240), receipt("s2", "A", 1, 20)],
    )
    assert found == {
        ("r1", "s1"): 100,
        ("r2", "s1"): 140,
        ("r2", "s2"): 20,
        ("r2", None): 40,
        ("r3", None): 50,
    }


def test_money_without_a_debt_stays_unapplied_and_pays_nobody_else() -> None:
    found = matched(
        receivables=[receivable("r1", "B", -10, 100)],
        receipts=[receipt("s1", "A", 5, 70), receipt("s2", "unheard of", 5, 30)],
    )
    assert found == {("r1", None): 100, (None, "s1"): 70, (None, "s2"): 30}


def test_a_prepayment_waits_for_its_invoice() -> None:
    """Paid forty days ago, invoiced ten days ago, due in fifty: not applied until then."""
    given = tables(
        receivables=[receivable("r1", "A", 50, 100)], receipts=[receipt("s1", "A", 40, 120)]
    )
    before = match(given.as_of(DAY - timedelta(11)), terms=60, level="group")
    assert pieces(before) == {(None, "s1"): 120}
    assert pieces(match(given, terms=60, level="group")) == {("r1", "s1"): 100, (None, "s1"): 20}


def test_a_credit_note_reduces_the_oldest_debt() -> None:
    found = matched(
        receivables=[
            receivable("r1", "A", -60, 100),
            receivable("r2", "A", -30, 100),
            receivable("red", "A", -20, -120),
        ],
    )
    assert found == {("r1", "red"): 100, ("r2", "red"): 20, ("r2", None): 80}


def test_a_bill_that_bounced_is_owed_again() -> None:
    found = matched(
        receivables=[receivable("r1", "A", -60, 100)],
        receipts=[receipt("s1", "A", 50, 100), receipt("bounced", "A", 10, -100)],
    )
    assert found == {("r1", "s1"): 100, ("bounced", None): 100}


def test_the_books_decide_where_they_say_it() -> None:
    """s1 is said to pay r2, half of it; what is left of it goes to the oldest."""
    found = matched(
        receivables=[receivable("r1", "A", -60, 100), receivable("r2", "A", -30, 100)],
        receipts=[receipt("s1", "A", 5, 80)],
        allocations=[allocation("s1", "r2", 50)],
    )
    assert found == {("r2", "s1"): 50, ("r1", "s1"): 30, ("r1", None): 70, ("r2", None): 50}


def test_an_allocation_is_cut_to_what_there_is() -> None:
    """s1 holds 80 and is said to pay 90 of r1; r1 is 50; nobody knows s9 or r9."""
    found = matched(
        receivables=[receivable("r1", "A", -60, 50), receivable("r2", "A", -30, 100)],
        receipts=[receipt("s1", "A", 5, 80)],
        allocations=[
            allocation("s1", "r1", 90),
            allocation("s9", "r1", 10),
            allocation("s1", "r9", 10),
        ],
    )
    assert found == {("r1", "s1"): 50, ("r2", "s1"): 30, ("r2", None): 70}


def test_a_sister_company_pays_only_where_the_books_say_so() -> None:
    people = [
        {"customer_id": "A", "name": "A"},
        {"customer_id": "B", "name": "B", "parent_id": "A"},
    ]
    rows = {
        "receivables": [receivable("r1", "A", -60, 100)],
        "receipts": [receipt("s1", "B", 5, 100)],
    }
    lines = [line("A", "1", DAY, 1)]
    alone = match(tables_of(lines, DAY, people, **rows), terms=60, level="group")
    assert pieces(alone) == {("r1", None): 100, (None, "s1"): 100}
    assert len({row["account_key"] for row in fetch(alone.parts)}) == 1
    rows["allocations"] = [allocation("s1", "r1", 60)]
    said = match(tables_of(lines, DAY, people, **rows), terms=60, level="group")
    assert pieces(said) == {("r1", "s1"): 60, ("r1", None): 40, (None, "s1"): 40}


def test_other_currencies_are_left_out_and_counted() -> None:
    given = tables(
        receivables=[
            receivable("r1", "A", -60, 100, currency="USD"),
            receivable("r2", "A", -30, 100, currency="CNY"),
        ],
        receipts=[
            receipt("s1", "A", 5, 80, currency=None),
            receipt("s2", "A", 5, 9, currency="USD"),
        ],
    )
    found = match(given, terms=60, level="group")
    assert pieces(found) == {("r2", "s1"): 80, ("r2", None): 20}
    assert found.books.foreign == 2


def test_what_came_after_the_day_is_not_seen() -> None:
    given = tables(
        receivables=[receivable("r1", "A", -60, 100), receivable("r2", "A", -30, 100)],
        receipts=[receipt("s1", "A", 90, 30), receipt("s2", "A", 5, 80)],
    )
    then = match(given.as_of(DAY - timedelta(88)), terms=60, level="group")
    assert pieces(then) == {("r1", "s1"): 30, ("r1", None): 70, ("r2", None): 100}


def test_debts_are_derived_from_orders_with_tax_where_there_are_only_receipts() -> None:
    """Ordered 200 and 100 days ago, due 60 days later; the first receipt came before anything
    could be due and pays what was owed before."""
    lines = [
        line("A", "1", DAY - timedelta(200), 100, amount_incl_tax=Decimal(113)),
        line("A", "2", DAY - timedelta(100), 200, amount_incl_tax=Decimal(226)),
        line("A", "2", DAY - timedelta(100), -50, amount_incl_tax=Decimal("-56.5")),
    ]
    paid = [receipt("s0", "A", 180, 40), receipt("s1", "A", 90, 120)]
    found = match(tables_of(lines, DAY, receipts=paid), terms=60, level="group")
    first, second = (str(DAY - timedelta(ago)) for ago in (200, 100))
    assert pieces(found) == {
        (first, "s1"): 113,
        (second, "s1"): 7,
        (second, None): Decimal("162.5"),
    }
    assert (found.books.source, found.books.earlier) == ("order lines with tax", 1)
    due = {row["debt_id"]: row["due_on"] for row in fetch(found.parts)}
    assert due[second] == DAY - timedelta(40)


def test_with_and_without_tax_are_never_added() -> None:
    lines = [
        line("A", "1", DAY - timedelta(200), 100, amount_incl_tax=Decimal(113)),
        line("A", "2", DAY - timedelta(100), 200),
    ]
    found = match(
        tables_of(lines, DAY, receipts=[receipt("s", "A", 90, 1)]), terms=60, level="group"
    )
    assert found.books.source == "order lines net of tax"
    assert sum(pieces(found).values()) == 300


def test_with_neither_receivables_nor_receipts_it_says_what_to_import() -> None:
    with pytest.raises(ZhibiError, match="There is no data on receipts yet"):
        match(tables(), terms=60, level="group")


PAYERS = "ABCDEFGHIJKL"

# Against coins ---------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
def test_it_agrees_with_laying_down_coins(seed: int) -> None:
    """Small amounts and few days, so that ends meet and days are equal."""
    draw = random.Random(seed)
    owed = [(draw.choice(PAYERS), draw.randint(-9, 9), draw.randint(-6, 12)) for _ in range(70)]
    paid = [(draw.choice(PAYERS), draw.randint(0, 9), draw.randint(-4, 15)) for _ in range(60)]
    said = [(draw.randrange(65), draw.randrange(75), draw.randint(1, 9)) for _ in range(40)]
    receivables = [receivable(f"r{n}", who, due, x) for n, (who, due, x) in enumerate(owed)]
    receipts = [receipt(f"s{n}", who, ago, x) for n, (who, ago, x) in enumerate(paid)]
    claims = {(f"s{s}", f"r{r}"): x for s, r, x in said}
    allocations = [allocation(s, r, x) for (s, r), x in claims.items()]
    found = matched(receivables=receivables, receipts=receipts, allocations=allocations)
    assert found == coin_by_coin(receivables, receipts, claims)


def coin_by_coin(
    receivables: list[dict], receipts: list[dict], claims: dict[tuple[str, str], int]
) -> dict[Coin, Decimal]:
    """Every debt and payment as coins of one, laid down one after the other."""
    owed = [(r["due_date"], r["issued_on"], r["customer_id"], r["receivable_id"], r["amount_due"])
            for r in receivables]  # fmt: skip
    owed += [(r["received_on"], r["received_on"], r["customer_id"], r["receipt_id"], -r["amount"])
             for r in receipts]  # fmt: skip
    debts = [row for row in sorted(owed) if row[4] > 0]
    paid = [(r["received_on"], r["customer_id"], r["receipt_id"], r["amount"]) for r in receipts]
    paid += [(r["issued_on"], r["customer_id"], r["receivable_id"], -r["amount_due"])
             for r in receivables]  # fmt: skip
    payments = [row for row in sorted(paid) if row[3] > 0]
    owes = {row[3]: int(row[4]) for row in debts}
    holds = {row[2]: int(row[3]) for row in payments}
    found: dict[Coin, Decimal] = defaultdict(Decimal)
    place = {row[3]: at for at, row in enumerate(debts)}
    order = {row[2]: at for at, row in enumerate(payments)}
    known = [(s, r) for s, r in claims if r in place and s in order and s[0] == "s"]
    covered: dict[tuple[str, str], int] = {}
    left = dict(holds)
    for s, r in sorted(known, key=lambda claim: (place[claim[1]], claim)):
        covered[s, r] = min(left[s], claims[s, r])
        left[s] -= covered[s, r]
    for s, r in sorted(known, key=lambda claim: (order[claim[0]], place[claim[1]])):
        coins = min(covered[s, r], owes[r])
        found[r, s] += coins
        owes[r] -= coins
        holds[s] -= coins
    for who in PAYERS:
        mine = [row[3] for row in debts if row[2] == who for _ in range(owes[row[3]])]
        theirs = [row[2] for row in payments if row[1] == who for _ in range(holds[row[2]])]
        for at in range(max(len(mine), len(theirs))):
            debt = mine[at] if at < len(mine) else None
            found[debt, theirs[at] if at < len(theirs) else None] += 1
    return {coin: amount for coin, amount in found.items() if amount}
