"""The customer funnel: by hand, and against a slow reading of every row."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.methods.given import line, tables_of

from zhibi.errors import ZhibiError
from zhibi.methods.customer_funnel import CustomerFunnel, Params, analyze
from zhibi.result import Table

DAY = date(2025, 12, 31)


def judged(who: str, on: date, value: str, criterion: str = "stage", by: str = "王敏") -> dict:
    return {
        "customer_id": who,
        "criterion": criterion,
        "value": value,
        "assessed_on": on,
        "assessed_by": by,
    }


def contract(who: str, on: date, amount: int = 1000) -> dict:
    number = f"k-{who}"
    return {
        "contract_id": number,
        "customer_id": who,
        "signed_on": on,
        "amount": Decimal(amount),
    }


def due(who: str, on: date, amount: int) -> dict:
    return {
        "receivable_id": f"{who}-{on}",
        "customer_id": who,
        "contract_id": f"k-{who}",
        "due_date": on,
        "amount_due": Decimal(amount),
    }


def received(who: str, on: date, amount: int) -> dict:
    return {
        "receipt_id": f"{who}-{on}",
        "customer_id": who,
        "received_on": on,
        "amount": Decimal(amount),
    }


def effort(who: str, on: date, cost: int, by: str = "王敏") -> dict:
    return {
        "customer_id": who,
        "spent_on": on,
        "kind": "visit",
        "salesperson": by,
        "cost": Decimal(cost),
    }


def records(table: Table) -> list[dict[str, Any]]:
    keys = [column.key for column in table.columns]
    return [dict(zip(keys, row, strict=True)) for row in table.all_rows()]


def codes(found: CustomerFunnel) -> dict[str, Any]:
    return {one.code.removeprefix("customer_funnel."): one for one in found.findings}


# By hand: the worked example of docs/methods/customer_funnel.md ---------------------------------

PEOPLE = [
    {"customer_id": who, "name": who.title(), "owner": "王敏" if who < "d" else "李强"}
    for who in ("ann", "bob", "cat", "dan", "eve", "fay", "gus")
]
JUDGED = [
    judged("ann", date(2024, 10, 1), "目标"),
    judged("bob", date(2024, 11, 1), "潜在"),
    judged("bob", date(2025, 11, 1), "目标"),
    judged("bob", date(2025, 11, 1), "50万", "expected_amount"),
    judged("bob", date(2025, 11, 1), "2025-11", "expected_month"),
    judged("bob", date(2025, 11, 1), "高", "expected_profit"),
    judged("cat", date(2024, 12, 1), "目标"),
    judged("cat", date(2025, 12, 1), "潜在"),
    judged("dan", date(2025, 2, 1), "目标"),
    judged("eve", date(2024, 5, 1), "目标市场"),
    judged("fay", date(2025, 12, 1), "签约"),
]
CONTRACTS = [contract("ann", date(2025, 3, 1)), contract("dan", date(2025, 6, 1), 4000)]
DUE = [
    due("ann", date(2025, 4, 1), 300),
    due("ann", date(2025, 9, 1), 700),
    due("dan", date(2025, 7, 1), 800),
]
RECEIVED = [received("ann", date(2025, 4, 10), 300), received("dan", date(2025, 7, 1), 500)]
EFFORTS = [
    effort("ann", date(2025, 1, 10), 300),
    effort("eve", date(2025, 1, 10), 100),
    effort("eve", date(2025, 5, 10), 100, by="李强"),
    effort("gus", date(2025, 5, 10), 50),
]  # fmt: skip


@pytest.fixture(scope="module")
def example() -> CustomerFunnel:
    return analyze(
        tables_of(
            [line("ann", "1", date(2025, 5, 1), 900)],
            DAY,
            PEOPLE,
            assessments=JUDGED,
            contracts=CONTRACTS,
            receivables=DUE,
            receipts=RECEIVED,
            efforts=EFFORTS,
        )
    )


def test_worked_example_stages(example: CustomerFunnel) -> None:
    # dan has paid 500 of a first payment of 800, fay is judged signed without any paper: both
    # are targets still. Nobody judged gus.
    assert {row["customer_id"]: row["stage"] for row in records(example.open)} == {
        "bob": "target customer",
        "dan": "target customer",
        "fay": "target customer",
        "cat": "potential customer",
        "eve": "target market",
        "gus": "not judged",
    }
    assert example.funnel.rows == (
        ("target market", 1),
        ("potential customer", 1),
        ("target customer", 3),
        ("signed", 1),
    )
    # ann paid her first 300; 700 of September are overdue.
    assert example.standing is not None
    assert example.standing.rows == (("overdue", 1, Decimal(900)),)


def test_worked_example_matrix(example: CustomerFunnel) -> None:
    assert [row[:6] for row in example.matrix.rows] == [
        ("signed", "unknown", 1, None, 900, ("王敏",)),
        ("target customer", "high", 1, 500_000, 0, ("王敏",)),
        ("target customer", "unknown", 2, None, 0, ("李强",)),
        ("potential customer", "unknown", 1, None, 0, ("王敏",)),
        ("target market", "unknown", 1, None, 0, ("李强",)),
        ("not judged", "unknown", 1, None, 0, ("李强",)),
    ]
    assert example.matrix.totals == (None, None, 7, 500_000, 900, None, None, 1)


def test_worked_example_moves(example: CustomerFunnel) -> None:
    moves = records(example.moves)
    assert [(row["move"], row["customer_id"], row["stage_on"]) for row in moves] == [
        ("moved down", "cat", date(2025, 12, 1)),
        ("newly listed", "fay", date(2025, 12, 1)),
        ("promoted", "bob", date(2025, 11, 1)),
    ]  # fmt: skip
    assert [row["customer_id"] for row in records(example.review)] == ["eve", "dan"]


def test_worked_example_hit_rate(example: CustomerFunnel) -> None:
    # Listed a year ago or longer: ann (signed after 6 months), cat (dropped). dan, bob and fay
    # are not a year on the list yet.
    assert [
        (row["quarter"], row["listed"], row["followed"], row["signed"], row["dropped"])
        for row in records(example.cohorts)
    ] == [
        (date(2024, 10, 1), 2, 2, 1, 1),
        (date(2025, 1, 1), 1, 0, 0, 0),
        (date(2025, 10, 1), 2, 0, 0, 0),
    ]
    assert example.hit_rate.hit_rate is not None
    assert (example.hit_rate.hit_rate.value, example.hit_rate.hit_rate.n) == (0.5, 2)
    assert example.hit_rate.undecided == 3
    assert example.hit_rate_of_potential.followed == 1  # bob; cat came down from target


def test_worked_example_wasted(example: CustomerFunnel) -> None:
    # 200 of 500 with a known end went to eve; nobody judged gus.
    assert example.wasted is not None
    found = {row["salesperson"]: row for row in records(example.wasted)}
    assert {who: (row["reached"], row["never"], row["unknown"]) for who, row in found.items()} == {
        "王敏": (300, 100, 50),
        "李强": (0, 100, 0),
    }
    assert (found["王敏"]["share"], found["李强"]["share"]) == (0.25, 1.0)
    assert codes(example)["wasted"].stake == 200


def test_worked_example_findings(example: CustomerFunnel) -> None:
    found = codes(example)
    assert (found["late"].subject.name, found["late"].stake) == ("Bob", 500_000)
    assert (found["first_payment"].subject.name, found["first_payment"].stake) == ("Dan", 4000)
    assert found["fell_back"].subject.name == "Cat"
    assert found["review"].owner == "李强"


# What makes a signed customer -------------------------------------------------------------------


def stages(**given_tables: Any) -> dict[str, str]:
    people = [{"customer_id": who, "name": who} for who in ("ann", "bob", "cat")]
    lines = given_tables.pop("lines", [line("zoe", "z", date(2025, 1, 1), 1)])
    found = analyze(tables_of(lines, DAY, people, **given_tables))
    opened = {row["customer_id"]: row["stage"] for row in records(found.open)}
    return {who: opened.get(who, "signed") for who in ("ann", "bob", "cat")}


def test_without_contracts_an_order_signs_and_it_is_said() -> None:
    lines = [line("ann", "1", date(2025, 1, 1), 5)]
    assert stages(lines=lines) == {"ann": "signed", "bob": "not judged", "cat": "not judged"}
    found = analyze(tables_of(lines, DAY))
    assert any("No contracts are known" in note.says.template for note in found.notes)


def test_an_order_after_the_contract_does_not_replace_the_first_payment() -> None:
    given_tables = {
        "contracts": [contract("ann", date(2025, 1, 1)), contract("bob", date(2025, 1, 1))],
        "receivables": [due(who, date(2025, 2, 1), 50) for who in ("ann", "bob")],
        "receipts": [received("ann", date(2025, 2, 1), 49), received("bob", date(2025, 2, 1), 50)],
    }
    before, after = date(2024, 1, 1), date(2025, 3, 1)
    lines = [line("ann", "1", after, 5), line("cat", "2", before, 5)]
    assert stages(lines=lines, **given_tables) == {
        "ann": "not judged",  # a contract, 49 of 50 paid, and nobody judged it
        "bob": "signed",
        "cat": "signed",
    }
    assert stages(lines=[line("ann", "1", before, 5)], **given_tables)["ann"] == "signed"


def test_receipts_pay_the_oldest_first() -> None:
    given_tables = {
        "contracts": [contract("ann", date(2025, 5, 1))],
        "receivables": [
            {**due("ann", date(2025, 2, 1), 100), "contract_id": "older"},
            due("ann", date(2025, 6, 1), 50),
        ],
    }
    assert (
        stages(**given_tables, receipts=[received("ann", date(2025, 6, 1), 149)])["ann"] != "signed"
    )
    assert (
        stages(**given_tables, receipts=[received("ann", date(2025, 6, 1), 150)])["ann"] == "signed"
    )


def test_without_receipts_the_contract_stands_alone() -> None:
    assert stages(contracts=[contract("ann", date(2025, 5, 1))])["ann"] == "signed"


def test_nothing_at_all_is_an_error() -> None:
    with pytest.raises(ZhibiError, match="neither orders nor contracts"):
        analyze(tables_of([line("ann", "1", DAY, -5)], DAY))


def test_a_list_that_does_not_pick_is_called_so() -> None:
    """Potential customers sign as often as targets do: the list selects nobody."""
    start = date(2023, 1, 1)
    assessments = [
        judged(f"{stage}{n}", start + timedelta(n), stage)
        for stage in ("target", "potential")
        for n in range(20)
    ]
    lines = [
        line(f"{stage}{n}", f"{stage}{n}", start + timedelta(100), 10)
        for stage in ("target", "potential")
        for n in range(0, 20, 2)
    ]
    found = codes(analyze(tables_of(lines, DAY, assessments=assessments)))
    assert "does not pick" in found["hit_rate"].says.template
    fewer = [row for row in lines if row["customer_id"] != "potential0"]
    found = codes(analyze(tables_of(fewer, DAY, assessments=assessments)))
    assert "does not pick" not in found["hit_rate"].says.template


# Against a slow reading -------------------------------------------------------------------------

WHO = "abcdefghijklmno"
WORDS = ("target market", "potential", "target", "signed", "unknown", "什么")
RANK = {"target market": 0, "potential": 1, "target": 2, "signed": 2}
days = st.integers(0, 12).map(lambda n: DAY - timedelta(days=73 * n))  # few, so that some are equal
judgements = st.lists(
    st.tuples(st.sampled_from(WHO), days, st.sampled_from(WORDS)), min_size=25, max_size=60
)
orders = st.lists(st.tuples(st.sampled_from(WHO), days), min_size=5, max_size=12)
papers = st.lists(st.tuples(st.sampled_from(WHO), days), max_size=9, unique_by=lambda one: one[0])


def slow_stage(
    who: str, on: date, said: Iterable, bought: Iterable, signed: Iterable
) -> int | None:
    """A contract (no receipts are kept) signs, or an order from before it; else the last word."""
    contracts = [day for one, day in signed if one == who]
    ordered = [day for one, day in bought if one == who]
    start = min(contracts, default=None)
    if ordered and (start is None or min(ordered) < start):
        start = min(ordered)
    if start and start <= on:
        return 3
    words = [
        (day, at)
        for day, one, at in sorted((d, w, v) for w, d, v in said)
        if one == who and day <= on and at in RANK
    ]
    return RANK[words[-1][1]] if words else None


@settings(max_examples=8, deadline=None)
@given(judgements, orders, papers)
def test_against_a_slow_reading(said: list, bought: list, signed: list) -> None:
    said = [(who, day, value) for (who, day), value in {(w, d): v for w, d, v in said}.items()]
    then, ago = date(2025, 9, 30), timedelta(days=365)
    found = analyze(
        tables_of(
            [line(who, f"{at}", day, 10) for at, (who, day) in enumerate(bought)],
            DAY,
            assessments=[judged(who, day, value) for who, day, value in said],
            contracts=[contract(who, day) for who, day in signed],
        )
    )
    everybody = {one[0] for one in (*said, *bought, *signed)}
    names = ("target market", "potential customer", "target customer", "signed")
    now = {who: slow_stage(who, DAY, said, bought, signed) for who in everybody}
    before = {who: slow_stage(who, then, said, bought, signed) for who in everybody}
    assert dict(found.funnel.rows) == {
        name: sum(stage == at for stage in now.values()) for at, name in enumerate(names)
    }
    # An account that nobody judged at either day and has signed since is newly listed, too.
    assert {row["customer_id"] for row in records(found.moves)} == {
        who for who in everybody if now[who] is not None and now[who] != before[who]
    }
    hits = followed = 0
    for who in everybody:
        firsts = [d for w, d, v in said if w == who and RANK.get(v, -1) == 2]
        start = min(firsts, default=None)
        if start is None or slow_stage(who, start, said, bought, signed) == 3:
            continue
        if start <= DAY - ago:
            followed += 1
            hits += any(
                slow_stage(who, start + timedelta(n), said, bought, signed) == 3
                for n in range(1, 367)
                if months_later(start, start + timedelta(n))
            )
    assert (found.hit_rate.signed, found.hit_rate.followed) == (hits, followed)


def months_later(start: date, day: date) -> bool:
    """Whether a day is within a year of another, by the calendar."""
    return (day.year - start.year, day.month, day.day) <= (1, start.month, start.day)


def test_parameters_are_checked() -> None:
    with pytest.raises(ZhibiError, match="signing_months is 0"):
        analyze(tables_of([line("a", "1", DAY, 1)], DAY), Params(signing_months=0))
