"""What each source of customers brought: how many answered, how many signed, at what cost.

Of accounts seen from their beginning. Answered: touched in two different steps or more before the
first order. Signed: first order within the months asked, of accounts known that long. The cost is
what was spent before the first order on everybody of the source, signed or not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from zhibi.measures.order_days import with_account_key
from zhibi.measures.periods import months_before
from zhibi.measures.prospects import Account
from zhibi.measures.rows import fetch
from zhibi.result import Estimate
from zhibi.stats.proportions import wilson
from zhibi.tables.tables import Tables

MARKETING, SELF_FOUND = "marketing", "self-found"
# Words in the name of a source that say who brought it.
WORDS = {
    MARKETING: ("展会", "网络", "官网", "网站", "广告", "公众号", "市场", "直播", "web", "market",
                "fair", "exhibition", "advert", "campaign", "online"),
    SELF_FOUND: ("陌拜", "自拓", "自主", "拜访", "业务员", "电话", "cold", "self", "visit"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """`followed` were known long enough for `signed` to be counted; `signed_ever` of all."""

    name: str
    known: int
    answered: int | None  # None without a list of touches
    followed: int
    signed: int
    signed_ever: int
    cost: Decimal | None  # None without costs

    @property
    def answer_rate(self) -> Estimate | None:
        return None if self.answered is None else wilson(self.answered, self.known)

    @property
    def signing_rate(self) -> Estimate | None:
        return wilson(self.signed, self.followed)

    @property
    def cost_to_win(self) -> Decimal | None:
        if self.cost is None or not self.signed_ever:
            return None
        return (self.cost / self.signed_ever).quantize(Decimal("0.01"))


@dataclass(frozen=True, slots=True)
class Spent:
    """Before the first order, by account_key; None where no list says it."""

    steps: Mapping[Any, int] | None
    cost: Mapping[Any, Decimal] | None


def sources(
    accounts: Sequence[Account], spent: Spent, *, day: date, months: int, kind: bool = False
) -> list[Source]:
    """One row a source, or who brought it (`kind`), most accounts first; none where no account
    says its source."""
    name: Callable[[str], str | None] = kind_of if kind else str
    groups: dict[str, list[Account]] = defaultdict(list)
    for one in accounts:
        label = name(one.source) if one.source else None
        if label:
            groups[label].append(one)
    found = [_source(label, own, spent, day, months) for label, own in groups.items()]
    return sorted(found, key=lambda one: (-one.known, one.name))


def kind_of(source: str) -> str | None:
    """Marketing or self-found; None for what is neither, as a referral."""
    text = source.casefold()
    return next((kind for kind, words in WORDS.items() if any(w in text for w in words)), None)


def spent_before_order(tables: Tables, accounts: Sequence[Account], *, level: str) -> Spent:
    """What was spent on accounts, and how far they came, before their first order."""
    ended = {one.key: one.first_order_on for one in accounts}
    steps: dict[Any, set[str]] = defaultdict(set)
    cost: dict[Any, Decimal] = defaultdict(Decimal)
    for row in _rows(tables, "touches", "touched_on", "step", level=level):
        if _is_before(row, ended):
            steps[row["account_key"]].add(row["step"])
    for row in _rows(tables, "efforts", "spent_on", "cost", level=level):
        if _is_before(row, ended):
            cost[row["account_key"]] += row["cost"] or Decimal(0)
    return Spent(
        {key: len(found) for key, found in steps.items()} if tables.holds("touches") else None,
        cost if tables.has("cost", "efforts") else None,
    )


def _is_before(row: Mapping[str, Any], ended: Mapping[Any, date | None]) -> bool:
    key = row["account_key"]
    last = ended.get(key)
    return key in ended and (last is None or row["day"] <= last)


def _rows(tables: Tables, name: str, day: str, column: str, *, level: str) -> list[dict[str, Any]]:
    if not tables.holds(name):
        return []
    rows = tables.table(name).select("customer_key", column, day=day)
    return fetch(with_account_key(tables, rows, level=level))


def _source(name: str, accounts: Sequence[Account], spent: Spent, day: date, months: int) -> Source:
    followed = [
        one for one in accounts if one.known_on and months_before(day, months) >= one.known_on
    ]
    return Source(
        name,
        known=len(accounts),
        answered=None
        if spent.steps is None
        else sum(spent.steps.get(one.key, 0) >= 2 for one in accounts),
        followed=len(followed),
        signed=sum(
            bool(one.first_order_on and months_before(one.first_order_on, months) <= one.known_on)
            for one in followed
            if one.known_on
        ),
        signed_ever=sum(one.first_order_on is not None for one in accounts),
        cost=None
        if spent.cost is None
        else sum((spent.cost.get(one.key, Decimal(0)) for one in accounts), Decimal(0)),
    )
