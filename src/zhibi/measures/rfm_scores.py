"""Recency, frequency and monetary scores of accounts, and what each combination is called.

A score is one plus the share of accounts that are strictly worse, in fifths, rounded down: 1–5,
5 best, and equal values always get the same score, however the rows lie.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from zhibi.measures.rows import fetch

if TYPE_CHECKING:
    import ibis.expr.types as ir

BUCKETS = 5

# Recency, frequency, monetary: H above the cut, L not above. Recency is high when recent.
SEGMENTS = {
    "HHH": "key value",
    "HLH": "key develop",
    "LHH": "key retain",
    "LLH": "key win back",
    "HHL": "general value",
    "HLL": "general develop",
    "LHL": "general retain",
    "LLL": "general win back",
}

# Recency score → names for the mean of frequency and monetary score (halves up), 1 to 5.
GRID = {
    5: ("new", "potential loyalist", "potential loyalist", "champions", "champions"),
    4: ("promising", "potential loyalist", "potential loyalist", "loyal", "loyal"),
    3: ("about to sleep", "about to sleep", "need attention", "loyal", "loyal"),
    2: ("hibernating", "hibernating", "at risk", "at risk", "can't lose"),
    1: ("hibernating", "hibernating", "at risk", "at risk", "can't lose"),
}
GRID_NAMES = (
    *("champions", "loyal", "potential loyalist", "new", "promising"),
    *("need attention", "about to sleep", "at risk", "can't lose", "hibernating"),
)


@dataclass(frozen=True, slots=True)
class Cell:
    """The accounts that have these three scores: how many, their net sales and days since their
    last order, added up."""

    r: int
    f: int
    m: int
    accounts: int = 0
    net: Decimal = Decimal(0)
    days: int = 0

    @property
    def grid_name(self) -> str:
        return GRID[self.r][(self.f + self.m + 1) // 2 - 1]


@dataclass(frozen=True, slots=True)
class Cuts:
    """The score above which each letter is H."""

    recency: float
    frequency: float
    monetary: float

    def segment(self, cell: Cell) -> str:
        letters = (
            "H" if score > cut else "L"
            for score, cut in (
                (cell.r, self.recency),
                (cell.f, self.frequency),
                (cell.m, self.monetary),
            )
        )
        return SEGMENTS["".join(letters)]


def scored(summed: ir.Table, day: date) -> ir.Table:
    """Accounts with orders: `days` since `last_on`, and r, f, m scored from `last_on`, `orders`
    and `net`."""
    import ibis

    bought = summed.filter(summed.orders > 0)
    return bought.mutate(
        days=ibis.literal(day).delta(bought.last_on, unit="day"),
        r=_score(bought, bought.last_on),
        f=_score(bought, bought.orders),
        m=_score(bought, bought.net),
    )


def _score(bought: ir.Table, value: ir.Column) -> ir.IntegerColumn:
    import ibis

    worse = ibis.rank().over(order_by=value)  # Ibis ranks start at 0
    return 1 + (BUCKETS * worse) // bought.count().over(ibis.window())


def cells(accounts: ir.Table) -> tuple[Cell, ...]:
    """Scored accounts by their scores: at most 125 cells, whatever the number of accounts."""
    grouped = accounts.group_by("r", "f", "m").agg(
        accounts=accounts.count(), net=accounts.net.sum(), days=accounts.days.sum()
    )
    return tuple(Cell(**row) for row in fetch(grouped.order_by("r", "f", "m")))


def cuts(found: tuple[Cell, ...], *, by: str) -> Cuts:
    """The mean or the median of the accounts' scores."""
    accounts = [cell.accounts for cell in found]
    middle = []
    for score in "rfm":
        scores = np.repeat([getattr(cell, score) for cell in found], accounts)
        middle.append(float(np.median(scores) if by == "median" else scores.sum() / len(scores)))
    return Cuts(*middle)
