"""How healthy the relation with each account is: a score of 0…100 from what the data shows.

    score = Σ weight × points ÷ Σ weight      over the measures that are known of the account

    measure        100 points                    0 points                      unknown when
    rhythm         within its usual interval     past red (amber: 60)          too few orders
    trend          as much as a year before      half or less                  no sales then
    breadth        as many categories as before  none                          no sales then
    payment        nothing overdue               all that is owed is overdue   nothing fell due
    satisfaction   full marks                    no marks                      no answer
    contact        within its usual gap          three times as long           under 3 contacts
    returns        none                          a tenth of sales              none on any list
    relationship   judged 10 of 10               judged 0                      not judged

Linear in between; twelve months against the twelve before. What is unknown is left out of the
weights, never 0: a score that rests on little says so by the share of the weights that is known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from zhibi.measures.behaviour_features import RETURNED
from zhibi.measures.credit import standing
from zhibi.measures.criteria import LABELS as CRITERIA
from zhibi.measures.criteria import Criteria, compared, read_criteria, sums_of
from zhibi.measures.efforts import spent
from zhibi.measures.order_days import OrderDays, order_days
from zhibi.measures.periods import Period, trailing
from zhibi.measures.rhythm import AMBER, ON_RHYTHM, TOO_FEW, Rhythm, segments
from zhibi.measures.rhythm_record import Asked, rhythm_at
from zhibi.measures.rows import fetch
from zhibi.measures.sales import net_sales, to_accounts, within
from zhibi.measures.stopped import product_column
from zhibi.measures.windows import by_account_and_window, span_of
from zhibi.stats.weighted_score import Floats, Scores, weighted_scores
from zhibi.tables.tables import Tables

MONTHS = 12
LABELS = {
    "rhythm": "order rhythm",
    "trend": "sales trend",
    "breadth": "breadth of purchases",
    "payment": "payment discipline",
    "satisfaction": CRITERIA["satisfaction"],
    "contact": "contact",
    "returns": "returned goods",
    "relationship": CRITERIA["relationship"],
}
JUDGED = ("growth", "satisfaction", "relationship")
AMBER_POINTS = 60.0  # so that it alone is yellow
WORST_FALL = 0.5  # of the year before
WORST_RETURNS = 0.1  # of sales
LONGEST_GAP, SHORTEST_GAP = 3.0, 14  # times the usual gap between contacts; days
FEWEST_CONTACTS, CONTACT_MONTHS = 3, 24

Values = Mapping[Any, float]  # by account_key


@dataclass(frozen=True, slots=True)
class Health:
    """The health of every account with an order in the twelve months up to a day, largest sales
    first: account_key, customer_id, name, owner, orders and net are in `accounts`."""

    day: date
    accounts: pa.Table
    points: Mapping[str, Floats]  # nan where unknown
    scores: Scores
    weights: Mapping[str, float]

    @property
    def tenths(self) -> dict[Any, int]:
        """account_key → score, in tenths; only where anything is known."""
        keys = self.accounts["account_key"].to_pylist()
        return {
            key: int(score)
            for key, score, known in zip(keys, self.scores.score, self.scores.known, strict=True)
            if known > 0
        }

    def cause(self, at: int) -> str | None:
        """The measure that costs an account the most points; None where none costs any."""
        lost = {
            name: weight * (100 - self.points[name][at])
            for name, weight in self.weights.items()
            if self.points[name][at] < 100
        }
        return max(lost, key=lost.__getitem__) if lost else None


@dataclass(frozen=True, slots=True)
class Rhythms:
    """The order days behind the rhythm, and the rhythm on each of the days asked for."""

    days: OrderDays
    each: tuple[Rhythm, ...]


def health_on(
    tables: Tables, on: Sequence[date], weights: Mapping[str, float], asked: Asked
) -> tuple[tuple[Health, ...], Rhythms]:
    """The health on each of some days, oldest first, by what was known on it. A fixed number of
    passes over the lines, however many days."""
    level = asked.level
    whole = Period(trailing(on[0], asked.months).start, tables.day)
    days = order_days(tables, whole, level=level)
    segment = segments(tables, days.keys)
    rhythms = tuple(rhythm_at(days, day, segment, asked=asked) for day in on)
    sums = sums_of(tables, JUDGED, days=on, months=MONTHS, level=level)
    breadths = _breadths(tables, on, level)
    returns = _returned(tables, on, level)
    found = []
    for at, day in enumerate(on):
        then = tables.as_of(day)
        criteria = read_criteria(then, JUDGED, sums, at=at).ordering()
        values: dict[str, Values] = {
            "rhythm": _of_rhythm(days, rhythms[at]),
            "breadth": breadths[at],
            "payment": _payment(then, level),
            "contact": _contact(then, level),
            "returns": returns[at],
        }
        found.append(_health(day, criteria, values, weights))
    return tuple(found), Rhythms(days, rhythms)


def _health(
    day: date, criteria: Criteria, values: Mapping[str, Values], weights: Mapping[str, float]
) -> Health:
    keys = criteria.accounts["account_key"].to_pylist()
    growth = criteria.readings["growth"]
    points = {
        "trend": np.where(
            growth.is_judged,
            growth.points,
            100 * np.clip(1 + growth.values / WORST_FALL, 0.0, 1.0),
        ),
        "satisfaction": criteria.readings["satisfaction"].points,
        "relationship": criteria.readings["relationship"].points,
    }
    for name, known in values.items():
        points[name] = np.array([known.get(key, np.nan) for key in keys], dtype=np.float64)
    kept = {name: points[name] for name in weights}
    scores = weighted_scores(np.stack(list(kept.values())), np.array(list(weights.values())))
    return Health(day, criteria.accounts, kept, scores, weights)


def _of_rhythm(days: OrderDays, then: Rhythm) -> dict[Any, float]:
    points = np.select([then.status == ON_RHYTHM, then.status == AMBER], [100.0, AMBER_POINTS], 0.0)
    return {
        key: float(one)
        for key, one, status in zip(days.keys.tolist(), points, then.status, strict=True)
        if status != TOO_FEW
    }


def _breadths(tables: Tables, on: Sequence[date], level: str) -> list[dict[Any, float]]:
    """Categories (else products) with sales above zero, against the twelve months before."""
    column = product_column(tables)
    if column is None:
        return [{} for _ in on]
    windows = [window for day in on for window in compared(day, MONTHS)]
    lines = tables.order_lines
    lines = lines.filter(within(lines, span_of(windows)), lines[column].notnull())
    nets = {f"net_{at}": net_sales(lines, window) for at, window in enumerate(windows)}
    grouped = lines.group_by("customer_key", category=lines[column]).agg(**nets)
    summed = to_accounts(tables, grouped, level=level, by=("category",))
    counts = {f"count_{at}": (summed[f"net_{at}"] > 0).sum() for at in range(len(windows))}
    rows = fetch(summed.group_by("account_key").agg(**counts))
    return [
        {
            row["account_key"]: 100 * min(row[f"count_{now}"] / row[f"count_{now + 1}"], 1.0)
            for row in rows
            if row[f"count_{now + 1}"]
        }
        for now in range(0, len(windows), 2)
    ]


def _returned(tables: Tables, on: Sequence[date], level: str) -> list[dict[Any, float]]:
    """Goods returned as a share of sales; nothing where no line says it is a return."""
    if not tables.has("line_kind"):
        return [{} for _ in on]
    lines = tables.order_lines
    figures = {
        "sold": lines.amount.sum(where=lines.amount > 0).fill_null(0),
        "returned": -lines.amount.sum(where=lines.line_kind.isin(RETURNED)).fill_null(0),
    }
    windows = [trailing(day, MONTHS) for day in on]
    rows = fetch(by_account_and_window(tables, figures, windows, level=level))
    found: list[dict[Any, float]] = [{} for _ in on]
    for row in rows:
        if row["sold"] > 0:
            share = float(row["returned"] / row["sold"])
            found[row["window"]][row["account_key"]] = _falling(share, 0.0, WORST_RETURNS)
    has_returns = [any(row["window"] == at and row["returned"] > 0 for row in rows)
                   for at in range(len(on))]  # fmt: skip
    return [each if has else {} for each, has in zip(found, has_returns, strict=True)]


def _payment(tables: Tables, level: str) -> dict[Any, float]:
    if not tables.holds("receivables") and not tables.holds("receipts"):
        return {}
    rows = standing(tables, level=level).select("account_key", "overdue_points")
    return {
        row["account_key"]: row["overdue_points"]
        for row in fetch(rows)
        if row["overdue_points"] is not None
    }


def _contact(tables: Tables, level: str) -> dict[Any, float]:
    """Days since the last effort against the account's own mean gap between efforts."""
    if not tables.holds("efforts"):
        return {}
    rows = fetch(spent(tables, level=level, period=trailing(tables.day, CONTACT_MONTHS)))
    found = {}
    for row in rows:
        if row["efforts"] >= FEWEST_CONTACTS:
            usual = (row["last_on"] - row["first_on"]).days / (row["efforts"] - 1)
            usual = max(usual, SHORTEST_GAP)
            since = (tables.day - row["last_on"]).days
            found[row["account_key"]] = _falling(since, usual, LONGEST_GAP * usual)
    return found


def _falling(value: float, best: float, worst: float) -> float:
    """100 up to `best`, 0 from `worst` on, linear in between."""
    return 100 * min(max((worst - value) / (worst - best), 0.0), 1.0)
