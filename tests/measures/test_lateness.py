"""Days late, weighted by amount, against a list of coins."""

from __future__ import annotations

import math
import random
from collections import defaultdict
from typing import Any

import pytest
from tests.measures.test_matching import DAY, receipt, receivable, tables
from tests.methods.given import line, tables_of

from zhibi.measures.lateness import behaviour, collected, paid_late
from zhibi.measures.matching import match
from zhibi.measures.periods import trailing
from zhibi.measures.rows import fetch
from zhibi.tables.tables import Tables


def of(given: Tables, by: str = "account_key") -> dict[Any, dict[str, Any]]:
    late = paid_late(given, match(given, terms=60, level="group"), trailing(DAY, 24))
    return {row[by]: row for row in fetch(behaviour(late, by))}


def test_the_worked_example_of_the_docs() -> None:
    """100 came 55 days late, 140 came 25, 20 came 29: half of 260 by day 25, 208 by day 55."""
    found = of(
        tables(
            receivables=[
                receivable("r1", "A", -60, 100),
                receivable("r2", "A", -30, 200),
                receivable("r3", "A", 10, 50),
            ],
            receipts=[receipt("s1", "A", 5, 240), receipt("s2", "A", 1, 20)],
        )
    )[1]
    assert (found["median_days"], found["p80_days"], found["on_time_share"]) == (25, 55, 0)
    assert (found["debts"], found["paid"]) == (2, 260)


def test_credit_notes_and_money_paid_back_are_no_habit() -> None:
    found = of(
        tables(
            receivables=[receivable("r1", "A", -60, 100), receivable("red", "A", -10, -100)],
            receipts=[receipt("s1", "B", 20, -50), receipt("s2", "B", 10, 50)],
        )
    )
    assert found == {}


@pytest.mark.parametrize("seed", range(3))
def test_it_agrees_with_counting_coins(seed: int) -> None:
    """Each debt is paid by one receipt that the books allocate to it."""
    draw = random.Random(seed)
    paid = [
        (draw.choice("ABCDEFGH"), draw.randint(-100, 200), draw.randint(1, 9)) for _ in range(40)
    ]
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    coins: dict[str, list[int]] = defaultdict(list)
    for n, (who, late, amount) in enumerate(paid):
        rows["receivables"].append(receivable(f"r{n}", who, -210, amount))
        rows["receipts"].append(receipt(f"s{n}", who, 210 - late, amount))
        claim = {"receipt_id": f"s{n}", "receivable_id": f"r{n}", "amount": amount}
        rows["allocations"].append(claim)
        coins[who] += [late] * amount
    names = sorted({"A", *coins})
    for key, found in of(tables(**rows)).items():
        mine = sorted(coins[names[key - 1]])
        assert found["median_days"] == mine[math.ceil(len(mine) * 0.5) - 1]
        assert found["p80_days"] == mine[-(-len(mine) * 8 // 10) - 1]
        assert found["mean_days"] == pytest.approx(sum(mine) / len(mine))
        assert found["on_time_share"] == pytest.approx(sum(x <= 0 for x in mine) / len(mine))


def test_kinds_share_a_habit_and_what_they_paid_in_the_end() -> None:
    people = [
        {"customer_id": "H1", "name": "H1", "industry": "医院"},
        {"customer_id": "H2", "name": "H2", "industry": "医院"},
        {"customer_id": "T", "name": "T", "industry": "轮胎"},
    ]
    given = tables_of(
        [line("T", "1", DAY, 1)],
        DAY,
        people,
        receivables=[
            receivable("a", "H1", -500, 100),
            receivable("b", "H2", -400, 100),
            receivable("c", "T", -400, 100),
            receivable("d", "T", -100, 50),
        ],
        receipts=[receipt("s", "H1", 300, 100), receipt("t", "H2", 190, 90)],
    )
    found = of(given, "kind")
    assert found["医院"]["median_days"] == 200
    assert "轮胎" not in found
    kept = {
        row["kind"]: row for row in fetch(collected(given, match(given, terms=60, level="group")))
    }
    assert kept["医院"]["collected"] == pytest.approx(0.95)
    assert (kept["轮胎"]["collected"], kept["轮胎"]["old_debts"]) == (0, 1)
