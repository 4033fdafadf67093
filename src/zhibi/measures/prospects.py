"""Who is known and has not bought yet, on any day, and what was known of them then.

An account is known from its first touch, effort or judgement, and a prospect from then until its
first order. Its `since` tells only where there is no list of any of these: of customers it is
written down when they buy, so that everybody known by it alone would seem to sign. Only accounts
that came to be known within the data tell of conversion: of the others nobody saw how they began.
What is judged, touched and spent is as of the day looked from; attributes are as of today, since
sources keep no history.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from zhibi.measures.assessments import TOP, Assessment, latest
from zhibi.measures.periods import months_before
from zhibi.measures.rows import fetch
from zhibi.measures.sales import by_account, first_order_day, to_accounts
from zhibi.stats.likeness import Values
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

# `kind` is left out: sources rewrite it when somebody becomes a customer.
ATTRIBUTES = ("industry", "region", "size", "route", "source")
SIZES = ("employees", "annual_revenue")  # by thirds of those who say it
CRITERIA = ("potential", "fit", "growth", "money", "authority", "need", "purchasing_power")
CONTACTS = ("touches", "efforts")
FEATURES = (*ATTRIBUTES, *SIZES, *CRITERIA, *CONTACTS)
IN_WORDS = ("industry", "region", "source", *CONTACTS)  # values are the data's own, or numbers
SAID = {  # the others go by their own names
    "potential": "judged potential",
    "fit": "judged fit",
    "growth": "judged growth",
    "money": "judged money",
    "authority": "judged authority",
    "need": "judged need",
    "purchasing_power": "judged purchasing power",
    "touches": "number of touches",
    "efforts": "number of efforts",
}
STEPS = (0, 1, 3)  # of contacts: none, one, up to three, more
BETWEEN_CUTS = 3  # months
MOST_CUTS = 12


@dataclass(frozen=True, slots=True)
class Account:
    """One account with what does not change from day to day."""

    key: Any
    customer_id: str
    name: str
    owner: str | None
    source: str | None
    revenue: float | None
    known_on: date | None
    since: date | None
    first_order_on: date | None
    fixed: Values  # ATTRIBUTES and SIZES

    def is_prospect(self, day: date) -> bool:
        """Known and without an order on a day."""
        is_known = self.known_on is not None and self.known_on <= day
        return is_known and (self.first_order_on is None or self.first_order_on > day)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The prospects of one past day, what was known of them, and who ordered within the months
    after it."""

    day: date
    prospects: Sequence[Account]
    values: Sequence[Values]
    signed: Sequence[bool]


def all_accounts(tables: Tables, *, level: str) -> list[Account]:
    """Every account, in the order of customer ids."""
    rows = fetch(_joined(tables, level).order_by("customer_id"))
    thirds = {name: _thirds([row[name] for row in rows]) for name in SIZES}
    return [_account(row, thirds) for row in rows]


def observed(accounts: Iterable[Account], first_day: date) -> list[Account]:
    """Those seen from their beginning: known within the data and before their first order."""
    return [
        one
        for one in accounts
        if one.known_on
        and one.known_on >= first_day
        and (one.first_order_on is None or one.known_on < one.first_order_on)
    ]


def values_at(
    tables: Tables, accounts: Sequence[Account], day: date, *, level: str
) -> list[Values]:
    """What was known of each account on a day, in the order of FEATURES."""
    then = tables.as_of(day)
    judged = latest(then, *CRITERIA, level=level)
    contacts = {name: _contact_counts(then, name, level) for name in CONTACTS}
    return [
        (
            *one.fixed,
            *(_level(judged[name].get(one.key)) for name in CRITERIA),
            *(_step(contacts[name], one.key) for name in CONTACTS),
        )
        for one in accounts
    ]


def snapshots(
    tables: Tables, accounts: Sequence[Account], *, months: int, level: str
) -> list[Snapshot]:
    """Past days three months apart whose months after them are over, oldest first."""
    begun = min((one.known_on for one in accounts if one.known_on), default=tables.day)
    cuts = [months_before(tables.day, months + BETWEEN_CUTS * n) for n in range(MOST_CUTS)]
    found = []
    for cut in sorted(cut for cut in cuts if cut >= begun):
        there = [one for one in accounts if one.is_prospect(cut)]
        signed = [
            bool(one.first_order_on and months_before(one.first_order_on, months) <= cut)
            for one in there
        ]
        found.append(Snapshot(cut, there, values_at(tables, there, cut, level=level), signed))
    return found


def _joined(tables: Tables, level: str) -> ir.Table:
    customers = tables.customers
    key = customers["group_key" if level == "group" else "entity_key"]
    columns = ("customer_id", "name", "owner", "since", *ATTRIBUTES, *SIZES)
    tops = customers.filter(key == customers.customer_key)
    joined = tables.bring(tops.select(*columns, account_key="customer_key"))
    parts = [
        by_account(tables, {"first_order_on": first_order_day(tables.order_lines)}, level=level)
    ]
    days = {"touches": "touched_on", "efforts": "spent_on", "assessments": "assessed_on"}
    for name, day in days.items():
        if tables.holds(name):
            rows = tables.table(name)
            firsts = rows.group_by("customer_key").agg(**{f"first_{name}": rows[day].min()})
            parts.append(to_accounts(tables, firsts, level=level))
    for part in parts:
        joined = joined.left_join(part, "account_key").drop("account_key_right")
    late = joined.since > tables.day
    return joined.mutate(since=late.ifelse(None, joined.since))


def _account(row: Mapping[str, Any], thirds: Mapping[str, tuple[float, float] | None]) -> Account:
    traces = [name for name in ("touches", "efforts", "assessments") if f"first_{name}" in row]
    names = [f"first_{name}" for name in traces] or ["since"]
    revenue = row["annual_revenue"]
    return Account(
        key=row["account_key"],
        customer_id=row["customer_id"],
        name=row["name"],
        owner=row["owner"],
        source=row["source"],
        revenue=float(revenue) if revenue is not None else None,
        known_on=min((row[name] for name in names if row[name]), default=None),
        since=row["since"],
        first_order_on=row["first_order_on"],
        fixed=(
            *(row[name] for name in ATTRIBUTES),
            *(_third(row[name], thirds[name]) for name in SIZES),
        ),
    )


def _thirds(values: Sequence[Any]) -> tuple[float, float] | None:
    known = [float(value) for value in values if value is not None]
    if len(known) < 3:
        return None
    low, high = np.quantile(known, [1 / 3, 2 / 3])
    return float(low), float(high)


def _third(value: Any, cuts: tuple[float, float] | None) -> str | None:
    if value is None or cuts is None:
        return None
    return "low" if float(value) <= cuts[0] else "mid" if float(value) <= cuts[1] else "high"


def _level(judged: Assessment | None) -> str | None:
    """High from the middle of the scale on; a yes counts as high, a no as low."""
    if judged is None or (judged.is_met is None and judged.score is None):
        return None
    is_high = judged.is_met if judged.score is None else judged.score > TOP / 2
    return "high" if is_high else "low"


def _contact_counts(then: Tables, name: str, level: str) -> dict[Any, int] | None:
    if not then.holds(name):
        return None
    rows = then.table(name)
    counted = rows.group_by("customer_key").agg(n=rows.count())
    found = fetch(to_accounts(then, counted, level=level))
    return {row["account_key"]: int(row["n"]) for row in found}


def _step(counts: Mapping[Any, int] | None, key: Any) -> str | None:
    """Into which of the STEPS a number of contacts falls, as its upper end."""
    if counts is None:
        return None
    count = counts.get(key, 0)
    return next((f"≤{step}" for step in STEPS if count <= step), f">{STEPS[-1]}")
