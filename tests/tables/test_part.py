"""Some customers alone: the same as if nothing had been imported of the others."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from tests import usual
from tests.alike import few_of
from tests.methods.given import line, tables_of

from zhibi import run
from zhibi.errors import ZhibiError
from zhibi.measures.rows import fetch
from zhibi.render.json import to_data
from zhibi.tables.tables import Tables

METHODS = (
    *("concentration", "customer_profitability", "man", "product_preference", "purchase_path"),
    *("purchase_rhythm", "receivables", "rfm", "satisfaction"),
)
TYRE = {one["customer_id"] for one in usual.customers() if one["industry"] == "轮胎"}
DAY = date(2024, 6, 30)


@pytest.fixture(scope="module")
def whole() -> Tables:
    return usual.usual()


@pytest.fixture(scope="module")
def part(whole: Tables) -> Tables:
    return whole.only("tyre", lambda customers: customers.industry == "轮胎")


@pytest.fixture(scope="module")
def alone() -> Tables:
    """The company as if it had only ever known these customers."""
    return tables_of(
        [row for row in usual.order_lines() if row["customer_id"] in TYRE],
        usual.DAY,
        [row for row in usual.customers() if row["customer_id"] in TYRE],
        **{
            name: [row for row in rows if row["customer_id"] in TYRE]
            for name, rows in usual.further().items()
        },
    )


@pytest.mark.parametrize("method", few_of(METHODS, "concentration", "man", "receivables"))
def test_a_part_is_what_it_would_be_without_the_others(
    method: str, whole: Tables, part: Tables, alone: Tables
) -> None:
    run.analyze(whole, method)  # what was kept of the whole must not be taken for the part
    assert said(part, method) == said(alone, method)
    assert said(part, method) != said(whole, method)


def said(tables: Tables, method: str) -> dict[str, Any]:
    data = to_data(run.analyze(tables, method), "en")
    del data["identity"]
    return json.loads(json.dumps(data))


def test_a_group_goes_by_the_customer_at_its_top() -> None:
    customers = [
        {"customer_id": "top", "size": "enterprise"},
        {"customer_id": "member", "size": "individual", "parent_id": "top"},
        {"customer_id": "other", "size": "individual"},
    ]
    lines = [line(one["customer_id"], one["customer_id"], DAY, 10) for one in customers]
    tables = tables_of(lines, DAY, customers)
    private = tables.only("private", lambda customers: customers["size"] == "individual")
    business = tables.only("business", lambda customers: customers["size"] != "individual")
    assert ids(private) == {"other"}
    assert ids(business) == {"top", "member"}


def ids(tables: Tables) -> set[str]:
    of_lines = {row["customer_id"] for row in fetch(tables.order_lines.select("customer_id"))}
    assert of_lines == {row["customer_id"] for row in fetch(tables.customers.select("customer_id"))}
    return of_lines


def test_what_nobody_of_the_part_has_is_not_there() -> None:
    customers = [{"customer_id": "a", "region": "north"}, {"customer_id": "b", "industry": "food"}]
    receipt = {"receipt_id": "r", "customer_id": "a", "received_on": DAY, "amount": 5}
    product = {"product_id": "p", "product_name": "p"}
    tables = tables_of(
        [line("a", "1", DAY, 10)], DAY, customers, receipts=[receipt], products=[product]
    )
    part = tables.only("b", lambda customers: customers.customer_id == "b")
    assert tables.holds("receipts")
    assert not part.holds("receipts")
    assert part.holds("products")
    assert part.has("industry")
    assert not part.has("region")
    with pytest.raises(ZhibiError, match="no order lines"):
        _ = part.first_day


def test_allocations_follow_their_receipts() -> None:
    given = [
        {"receipt_id": f"r{one}", "receivable_id": f"d{one}", "amount": 1} for one in ("a", "b")
    ]
    receipts = [
        {"receipt_id": f"r{one}", "customer_id": one, "received_on": DAY, "amount": 1}
        for one in ("a", "b")
    ]
    lines = [line(one, one, DAY, 10) for one in ("a", "b")]
    tables = tables_of(lines, DAY, receipts=receipts, allocations=given)
    part = tables.only("b", lambda customers: customers.customer_id == "b")
    assert [row["receivable_id"] for row in fetch(part.table("allocations"))] == ["db"]


def test_a_part_of_a_part_and_an_earlier_day(whole: Tables, part: Tables) -> None:
    smaller = part.only("few", lambda customers: customers.customer_id < "c05")
    same_name = whole.only("few", lambda customers: customers.customer_id < "c09")
    assert ids_on_file(smaller) == {one for one in TYRE if one < "c05"}
    assert ids_on_file(same_name) == {f"c{n:02}" for n in range(9)}
    earlier = smaller.as_of(date(2024, 3, 31))
    assert fetch(earlier.order_lines.agg(last=earlier.order_lines.order_date.max()))[0]["last"] <= (
        date(2024, 3, 31)
    )
    assert earlier.first_day


def ids_on_file(tables: Tables) -> set[str]:
    return {row["customer_id"] for row in fetch(tables.customers.select("customer_id"))}
