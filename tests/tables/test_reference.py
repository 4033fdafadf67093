"""What one reader sees: their own customers whole, and of the others nothing that is one's own."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from tests import usual
from tests.alike import few_of
from tests.methods.given import line, tables_of

from zhibi import run
from zhibi.errors import ZhibiError
from zhibi.measures.peers import NONE, groups
from zhibi.measures.rows import fetch
from zhibi.render.json import to_data
from zhibi.tables import facts
from zhibi.tables.reference import gives_nobody_away
from zhibi.tables.settings import Settings
from zhibi.tables.tables import Tables

OWN = ("concentration", "customer_profitability", "man", "purchase_rhythm", "receivables", "rfm")
COMPARED = ("account_review", "peer_group", "product_preference")
DAY = date(2024, 6, 30)
TYRE = {one["customer_id"] for one in usual.customers() if one["industry"] == "轮胎"}


def said(tables: Tables, method: str, **params: Any) -> Any:
    asked = run.methods.load(method).Params(**params)
    data = to_data(run.analyze(tables, method, asked), "en")
    del data["identity"]
    return json.loads(json.dumps(data))


@pytest.mark.parametrize("method", few_of(OWN, "concentration", "man"))
def test_a_reader_is_told_of_their_own_customers_alone(method: str) -> None:
    whole = usual.usual()
    run.analyze(whole, method)
    reader = whole.of_accounts("王", [("", customer_id) for customer_id in TYRE])
    part = whole.only("tyre", lambda customers: customers.industry == "轮胎")
    assert said(reader, method) == said(part, method) != said(whole, method)


def test_a_group_may_be_torn() -> None:
    """The reader sees two plants of four, not the head: these two are one account."""
    customers = [
        {"customer_id": who, "name": who, "parent_id": above}
        for who, above in (("head", None), ("p1", "head"), ("p2", "head"), ("p3", "head"))
    ]
    lines = [line(one["customer_id"], f"o{n}", DAY, 10**n) for n, one in enumerate(customers)]
    tables = tables_of(lines, DAY, customers)
    reader = tables.of_accounts("a", [("", "p3"), ("", "p1")])
    assert names_and_groups(reader) == {"p1": "p1", "p3": "p1"}
    assert names_and_groups(reader.reference) == {
        "head": "head", "p1": "p1", "p2": "head", "p3": "p1",
    }  # fmt: skip
    above = tables.of_accounts("b", [("", "p2"), ("", "head")])
    assert names_and_groups(above) == {"head": "head", "p2": "head"}
    assert fetch(reader.order_lines.agg(net=reader.order_lines.amount.sum()))[0]["net"] == 1010


def names_and_groups(tables: Tables) -> dict[str, str]:
    rows = fetch(tables.customers)
    ids = {row["customer_key"]: row["customer_id"] for row in fetch(tables.reference.customers)}
    return {row["customer_id"]: ids[row["group_key"]] for row in rows}


def test_any_customer_of_a_legal_entity_stands_for_it() -> None:
    lines = [line(who, who, DAY, 10) for who in "ABC"]
    people = pa.table({"customer_id": list("ABC"), "entity_key": [1, 1, 3], "group_key": [1, 1, 3]})
    given = facts.from_arrow(pa.Table.from_pylist(lines), people)
    tables = Tables(given, Settings(), DAY, "ordered")
    for ids in ([("", "B")], pa.table({"source_system": [""], "customer_id": ["A"]})):
        reader = tables.of_accounts(str(ids), ids)
        assert {row["customer_id"] for row in fetch(reader.customers)} == {"A", "B"}


def test_a_reader_who_sees_nobody() -> None:
    whole = usual.usual()
    for ids in ([], [("", "nobody")], [("other system", "c01")]):
        reader = whole.of_accounts(str(ids), ids)
        assert fetch(reader.customers) == []
        assert fetch(reader.order_lines) == []
        assert not reader.holds("receivables")
        with pytest.raises(ZhibiError, match="no order lines"):
            _ = reader.first_day
    with pytest.raises(ZhibiError, match="No customer has the number c02"):
        said(reader, "account_review", customer_id="c02")


def test_the_data_begins_when_it_does_for_everybody() -> None:
    lines = [line("old", "1", DAY - timedelta(900), 5), line("new", "2", DAY, 5)]
    reader = tables_of(lines, DAY).of_accounts("n", [("", "new")])
    assert reader.first_day == DAY - timedelta(900)


def test_the_rule() -> None:
    assert gives_nobody_away(np.array([], dtype=np.int64))
    assert gives_nobody_away(np.array([4, 1, 1, 1, 2]))
    assert not gives_nobody_away(np.array([5, 1, 1, 1, 2]))  # one holds half
    assert not gives_nobody_away(np.array([1, 1, 1, 1]))


def test_all_less_the_groups_gives_nobody_away() -> None:
    """The reader has one account in each industry: industry B has four more, so that B is
    compared with nobody, since all less A would be B."""
    own = np.array([0] * 8 + [1] * 5)
    size = np.full(13, 100)
    hidden = np.ones(13, dtype=bool)
    hidden[[0, 8]] = False
    found = groups(["A", "B"], own, size, hidden=hidden)
    assert found.names[found.group[0]] == "A"
    assert found.group[8] == NONE
    hidden[0] = True  # without one in A, all are no group less another
    found = groups(["A", "B"], own, size, hidden=hidden)
    assert found.names[found.group[8]] == ""


def company(*amounts: int, seed: int = 0) -> Tables:
    """The reader's three customers and others who buy these amounts."""
    lines = []
    for n, amount in enumerate((500, 400, 300, *amounts)):
        bought = ("a", "b", "c") if n > 1 else ("a", "b")
        for step in range(1, 14):
            day = DAY - timedelta(days=step * (25 + (n + seed * (n > 2)) % 7))
            lines += [
                line(f"c{n:02}", f"o{n}-{step}-{what}", day, amount, category=what,
                     cost=Decimal(amount) * (5 + (n * (1 + seed * (n > 2))) % 4) / 10)
                for what in bought
            ]  # fmt: skip
    people = [{"customer_id": f"c{n:02}", "name": f"n{n}"} for n in range(3 + len(amounts))]
    return tables_of(lines, DAY, [one | {"industry": "轮胎"} for one in people])


def seen(tables: Tables) -> Tables:
    return tables.of_accounts("reader", [("", f"c{n:02}") for n in range(3)])


@pytest.mark.parametrize("method", COMPARED)
def test_nothing_shows_of_fewer_than_five_or_of_one_that_holds_half(method: str) -> None:
    """However the others' business changes, the reader is told the same."""
    few = [said(seen(company(*amounts)), method) for amounts in ((900, 10, 20, 30), (1, 2, 3, 4))]
    assert few[0] == few[1]
    large = [
        said(seen(company(*amounts, seed=seed)), method)
        for seed, amounts in enumerate(((900, 10, 20, 30, 40, 50), (700, 300, 20, 300, 4, 5)))
    ]
    assert large[0] == large[1]


def test_a_feature_few_have_is_not_compared() -> None:
    """Six others, of two of whom the cost is known: no margin of theirs is told."""

    def lines(cost: int) -> list[dict[str, Any]]:
        return [
            line(f"c{n:02}", f"o{n}", DAY, 100 + n, cost=Decimal(cost if n > 2 else 50))
            for n in range(5)
        ] + [line(f"c{n:02}", f"o{n}", DAY, 100 + n) for n in range(5, 9)]

    first, second = (said(seen(tables_of(lines(cost), DAY)), "peer_group") for cost in (60, 30))
    assert first == second


def test_a_category_few_have_left_is_not_told() -> None:
    """Nine bought d the year before and all but the reader's first still do, six of them others;
    of four others nothing is told."""

    def dropped(others: int) -> Any:
        lines = [
            line(f"c{n:02}", f"{n}-{ago}", DAY - timedelta(ago), 100, category=what)
            for n in range(9)
            for what, ago in (("a", 10), ("d", 20), ("d", 300))
            if what == "a" or (n < 3 + others and (n or ago > 100))
        ]
        reader = seen(tables_of(lines, DAY))
        blocks = run.analyze(reader, "product_preference")
        return blocks.dropped.rows

    assert [row[:3] for row in dropped(6)] == [("c00", "c00", "d")]
    assert dropped(4) == ()


@pytest.mark.parametrize("method", COMPARED)
def test_five_others_are_a_reference(method: str) -> None:
    found = [
        said(seen(company(*amounts, seed=seed)), method)
        for seed, amounts in enumerate(((300, 200, 300, 400, 250, 350), (40, 50, 60, 70, 80, 90)))
    ]
    assert found[0] != found[1]
    text = json.dumps(found)
    assert not any(f'"n{n}"' in text or f"c{n:02}" in text for n in range(3, 9))


@pytest.mark.parametrize("method", COMPARED)
def test_who_sees_everybody_is_told_as_without_a_scope(method: str) -> None:
    tables = company(300, 200, 300, 400, 250, 350)
    everybody = tables.of_accounts("all", [("", f"c{n:02}") for n in range(9)])
    if method == "account_review":  # its place among all customers is for who is not scoped
        assert said(everybody, method)["findings"] == said(tables, method)["findings"]
    else:
        assert said(everybody, method) == said(tables, method)
