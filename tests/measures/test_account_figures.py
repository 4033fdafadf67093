"""The figures of an account list, by hand, against a slow oracle, and where nothing is known."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pytest
from tests import usual
from tests.methods.given import line, tables_of

from zhibi import run
from zhibi.measures.account_figures import account_figures
from zhibi.measures.periods import months_before
from zhibi.tables import facts
from zhibi.tables.settings import Settings
from zhibi.tables.tables import Tables

DAY = date(2024, 12, 31)


def of(tables: Tables) -> dict[str, dict[str, Any]]:
    return {row["customer_id"]: row for row in account_figures(tables).to_pylist()}


def test_by_hand() -> None:
    """An account with two orders a year apart, its plant, and a prospect."""
    lines = [
        line("A", "1", date(2022, 12, 1), 7),
        line("A", "2", date(2023, 6, 30), "100.10", cost=Decimal(60)),
        line("A", "3", date(2024, 1, 1), 40, cost=Decimal(10)),
        line("A", "4", date(2024, 12, 31), 60),
        line("A", "4r", date(2024, 12, 31), -5, line_kind="return"),
        line("B", "5", date(2024, 2, 29), "0.0001"),
    ]
    people = [
        {"customer_id": "A", "name": "甲", "industry": "轮胎", "owner": "王敏"},
        {"customer_id": "B", "name": "乙", "parent_id": "A"},
        {"customer_id": "P", "name": "丙"},
    ]
    owed = [
        {"receivable_id": "r1", "customer_id": "A", "due_date": date(2024, 12, 30),
         "amount_due": Decimal("11.5")},
        {"receivable_id": "r2", "customer_id": "A", "due_date": DAY, "amount_due": Decimal(2)},
        {"receivable_id": "r3", "customer_id": "A", "due_date": DAY, "amount_due": Decimal(9),
         "issued_on": date(2025, 1, 1)},
    ]  # fmt: skip
    found = of(tables_of(lines, DAY, people, receivables=owed))
    a, b, p = found["A"], found["B"], found["P"]
    assert (a["net"], a["net_before"], a["order_count"]) == (95, Decimal("100.10"), 2)
    assert (a["first_on"], a["last_on"]) == (date(2022, 12, 1), DAY)
    assert a["monthly"] == [40, *[0] * 10, 55]
    assert (a["margin"], a["net_of_margin"]) == (30, 40)
    assert (a["open"], a["overdue"], a["oldest_due_on"]) == (
        Decimal("13.5"),
        Decimal("11.5"),
        date(2024, 12, 30),
    )
    assert (a["name"], a["industry"], a["owner"]) == ("甲", "轮胎", "王敏")
    assert b["monthly"] == [0, Decimal("0.0001"), *[0] * 10]
    assert (b["group_customer_id"], p["group_customer_id"]) == ("A", "P")
    assert (b["margin"], b["open"], b["rhythm"]) == (None, 0, "too few orders")
    assert (b["usual"], b["expected_on"]) == (None, None)
    assert (p["net"], p["net_before"], p["order_count"], p["first_on"]) == (0, 0, 0, None)
    assert (p["monthly"], p["rhythm"]) == ([0] * 12, None)


def test_merged_customers_are_one_row() -> None:
    """B was merged into A: A's name, the sales of both."""
    lines = pa.table(
        {
            "customer_id": ["A", "B", "C"],
            "order_id": ["1", "2", "3"],
            "order_date": [date(2024, 5, 1), date(2024, 6, 1), date(2024, 7, 1)],
            "amount": [Decimal(3), Decimal(4), Decimal(5)],
        }
    )
    people = pa.table(
        {"customer_id": ["A", "B", "C"], "entity_key": [1, 1, 3], "group_key": [1] * 3}
    )
    found = of(Tables(facts.from_arrow(lines, people), Settings(), DAY, "ordered"))
    assert {name: row["net"] for name, row in found.items()} == {"A": 7, "C": 5}
    assert found["A"]["order_count"] == 2
    assert found["C"]["group_customer_id"] == "A"


def test_what_is_not_known_is_null() -> None:
    """A year of orders is no year before; without receivables nobody is known to owe nothing."""
    found = of(tables_of([line("A", "1", date(2024, 3, 1), 7)], DAY, [{"customer_id": "P"}]))
    for row in found.values():
        unknown = ("net_before", "open", "overdue", "unapplied", "margin", "net_of_margin")
        assert all(row[name] is None for name in unknown)
    assert found["A"]["net"] == 7


def test_without_any_order() -> None:
    tables = tables_of([line("A", "1", DAY + timedelta(1), 7)], DAY, [{"customer_id": "P"}])
    found = of(tables)
    assert [row["net"] for row in found.values()] == [0, 0]
    assert [row["last_on"] for row in found.values()] == [None, None]


def test_says_what_the_methods_say() -> None:
    """The same debts, rhythm and sales as the pages behind the list."""
    tables = usual.usual()
    found = of(tables)
    owing = run.analyze(tables, "receivables").owing
    at = {column.key: place for place, column in enumerate(owing.columns)}
    shown = {row[at["customer_id"]]: row for row in owing.fetch_all()}
    for customer_id, row in found.items():
        for name in ("open", "overdue", "unapplied"):
            given = shown[customer_id][at[name]] if customer_id in shown else 0
            assert row[name] == given, (customer_id, name)
    watched = run.analyze(tables, "purchase_rhythm").accounts.to_pyarrow().to_pylist()
    for row in watched:
        same = found[row["customer_id"]]
        assert (same["net"], same["last_on"]) == (row["net"], row["last_on"])
    assert {row["rhythm"] for row in found.values()} > {None}


@pytest.mark.parametrize("seed", range(2))
def test_against_a_slow_oracle(seed: int) -> None:
    draw = random.Random(seed)
    day = draw.choice([date(2024, 2, 29), date(2024, 7, 17)])
    people = [{"customer_id": f"c{n}", "name": f"n{n}"} for n in range(8)]
    lines = [
        line(
            f"c{draw.randrange(7)}", f"o{n}", day - timedelta(draw.randint(-40, 900)),
            Decimal(draw.randint(-5000, 90000)) / 100,
            cost=Decimal(draw.randint(1, 900)) if draw.random() < 0.7 else None,
        )
        for n in range(400)
    ]  # fmt: skip
    found = of(tables_of(lines, day, people))
    ends = [months_before(day, back) for back in range(24, -1, -1)]
    for customer_id, row in found.items():
        own = [one for one in lines if one["customer_id"] == customer_id]
        months = [
            sum(one["amount"] for one in own if start < one["order_date"] <= end)
            for start, end in pairwise(ends)
        ]
        assert row["monthly"] == months[12:]
        assert (row["net"], row["net_before"]) == (sum(months[12:]), sum(months[:12]))
        known = [
            one["amount"] - one["cost"]
            for one in own
            if one.get("cost") is not None and ends[12] < one["order_date"] <= day
        ]
        assert row["margin"] == (sum(known) if known else None)
        orders = [one["order_date"] for one in own if one["amount"] > 0]
        seen = [on for on in orders if on <= day]
        assert row["first_on"] == min(seen, default=None)
        assert row["last_on"] == max(seen, default=None)
        assert row["order_count"] == sum(on > ends[12] for on in seen)
