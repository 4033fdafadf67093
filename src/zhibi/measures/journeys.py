"""Touches put together to journeys: what led to an order, and what led nowhere.

A journey is an account's touches one after another, with no pause longer than `patience` days and
no order between them. It ends with the order that follows within `patience` days of its last
touch, or without one when that long has passed; until then it is open. A step repeated at once
counts as one. Orders nobody was touched before are no journey.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from zhibi.measures.account_lines import account_lines
from zhibi.measures.order_days import with_account_key
from zhibi.measures.rows import fetch
from zhibi.tables.tables import Tables

ORDERED, ENDED, OPEN = "ended in an order", "ended without an order", "still open"


@dataclass(frozen=True, slots=True)
class Journey:
    """Steps with the days they were first taken on; `ordered_on` is None without an order."""

    account_key: Any
    steps: tuple[str, ...]
    days: tuple[date, ...]
    channel: str | None  # of the first touch
    last_touch: date
    ordered_on: date | None
    outcome: str


def journeys(tables: Tables, *, patience: int, level: str) -> list[Journey]:
    """Every journey up to the as-of day, by account and day."""
    touched = _touches(tables, level)
    orders = _order_days(tables, sorted(touched, key=str), level)
    return [
        _journey(account, stretch, orders.get(account, []), tables.day, patience)
        for account, touches in touched.items()
        for stretch in _stretches(touches, orders.get(account, []), patience)
    ]


_Touch = tuple[date, str, str | None]


def _touches(tables: Tables, level: str) -> dict[Any, list[_Touch]]:
    """Each account's touches, oldest first; those of one day in the order of their names."""
    said = tables.table("touches").select("customer_key", "touched_on", "step", "channel")
    rows = with_account_key(tables, said, level=level)
    by_account: dict[Any, list[_Touch]] = {}
    for row in fetch(rows.order_by("account_key", "touched_on", "step", "channel")):
        touch = (row["touched_on"], row["step"], row["channel"])
        by_account.setdefault(row["account_key"], []).append(touch)
    return by_account


def _order_days(tables: Tables, accounts: Sequence[Any], level: str) -> dict[Any, list[date]]:
    if not accounts:
        return {}
    lines = account_lines(tables, accounts, level=level)
    opened = lines.filter(lines.is_order).select("customer_key", "order_date").distinct()
    rows = with_account_key(tables, opened, level=level)
    days: dict[Any, list[date]] = {}
    for row in fetch(rows.order_by("account_key", "order_date")):
        days.setdefault(row["account_key"], []).append(row["order_date"])
    return days


def _stretches(
    touches: Sequence[_Touch], orders: Sequence[date], patience: int
) -> Iterator[list[_Touch]]:
    """Cut where the pause is too long, or an order lies between. An order on the day of a touch
    comes after it."""
    stretch = [touches[0]]
    for before, after in pairwise(touches):
        is_long = (after[0] - before[0]).days > patience
        if is_long or any(before[0] <= day < after[0] for day in orders):
            yield stretch
            stretch = []
        stretch.append(after)
    yield stretch


def _journey(
    account: Any, stretch: Sequence[_Touch], orders: Sequence[date], day: date, patience: int
) -> Journey:
    steps: list[str] = []
    days: list[date] = []
    for touched_on, step, _ in stretch:
        if not steps or steps[-1] != step:
            steps.append(step)
            days.append(touched_on)
    last = stretch[-1][0]
    until = last + timedelta(days=patience)
    ordered_on = next((one for one in orders if last <= one <= until), None)
    outcome = ORDERED if ordered_on else ENDED if until < day else OPEN
    return Journey(account, tuple(steps), tuple(days), stretch[0][2], last, ordered_on, outcome)
