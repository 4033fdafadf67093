"""Why an account has its grade: each criterion's raw value, points, weight and contribution."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from zhibi.measures.criteria import LABELS, UNITS
from zhibi.measures.grading import Graded
from zhibi.result import Column, Row, Table, Unit

EXPLAINED = 7  # accounts on the page; an export has all

EXPLANATION = (
    Column("customer_id", "Customer no.", Unit.NAME),
    Column("name", "Customer", Unit.NAME),
    Column("criterion", "Criterion", Unit.TERM),
    Column("amount", "Amount", Unit.MONEY),
    Column("change", "Change", Unit.CHANGE),
    Column("marks", "Marks", Unit.SCORE),
    Column("out_of", "Out of", Unit.COUNT),
    Column("points", "Points", Unit.SCORE),
    Column("weight", "Weight", Unit.SCORE),
    Column("contribution", "Part of the score", Unit.SCORE),
    Column("score", "Score", Unit.SCORE),
)


def explanation(now: Graded) -> Table:
    """A row an account and criterion; the contributions of an account add up to its score."""
    criteria, weights = now.criteria, now.rules.weights

    def rows_of(count: int) -> tuple[Row, ...]:
        return tuple(row for at in range(count) for row in _explained(now, at))

    count = criteria.accounts.num_rows
    return Table(
        "explanation", "Each criterion's part of the score", EXPLANATION,
        rows_of(min(count, EXPLAINED)), count * len(weights), fetch_all=lambda: rows_of(count),
    )  # fmt: skip


def _explained(now: Graded, account: int) -> Iterator[Row]:
    """Each criterion of one account: raw value, points, weight and contribution. What is missing
    has none of them but its weight."""
    told = now.criteria.accounts.slice(account, 1).to_pylist()[0]
    score = int(now.scores.score[account]) / 10
    for at, (name, weight) in enumerate(now.rules.weights.items()):
        reading = now.criteria.readings[name]
        head = (told["customer_id"], told["name"], LABELS[name])
        if np.isnan(reading.points[account]):
            yield (*head, None, None, None, None, None, weight, None, score)
            continue
        value, points = float(reading.values[account]), float(reading.points[account])
        raw: tuple[Any, ...] = (None, None, value, 10 if reading.is_judged[account] else 100)
        if not reading.is_judged[account] and UNITS[name] is Unit.MONEY:
            raw = (told["net" if name == "volume" else "margin"], None, None, None)
        elif not reading.is_judged[account] and UNITS[name] is Unit.CHANGE:
            raw = (None, value, None, None)
        contribution = int(now.scores.contributions[at, account]) / 10
        yield (*head, *raw, round(points, 1), weight, contribution, score)
