"""Accounts by whether they say they are content and whether they go on buying."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from zhibi.measures.answers import RECOMMEND, SATISFIED, Answer
from zhibi.measures.periods import trailing, year_before
from zhibi.measures.rows import fetch
from zhibi.measures.sales import accounts, by_account, net_sales
from zhibi.tables.tables import Tables

LOYAL_FROM = Decimal("0.8")  # of the net sales of the year before
BUYING_LESS = "content but buying less"
DISCONTENT = "discontent but loyal"
QUADRANTS = ("content and loyal", BUYING_LESS, DISCONTENT, "discontent and buying less")


@dataclass(frozen=True, slots=True)
class Account:
    """An account that answered. `content_share` is of its last day's answers, over all the
    dimensions it was asked about; loyal needs sales a year before to compare with."""

    customer_id: str
    name: str
    owner: str | None
    answered_on: date
    content_share: float
    answers: int
    net: Decimal
    net_before: Decimal

    @property
    def is_content(self) -> bool:
        return self.content_share >= SATISFIED

    @property
    def is_loyal(self) -> bool:
        return self.net > 0 and self.net >= LOYAL_FROM * self.net_before

    @property
    def quadrant(self) -> str:
        return QUADRANTS[2 * (not self.is_content) + (not self.is_loyal)]


def contentment(tables: Tables, asked: Sequence[Answer], *, level: str) -> tuple[Account, ...]:
    """The accounts with an answer among `asked`, the largest by net sales first. How content is
    by what each said on the last day it answered."""
    said: dict[Any, list[Answer]] = {}
    for one in asked:
        if one.score is not None and one.dimension != RECOMMEND:
            said.setdefault(one.account_key, []).append(one)
    if not said:
        return ()
    period = trailing(tables.day, 12)
    before = year_before(period)
    lines = tables.order_lines
    sums = by_account(
        tables,
        {"net": net_sales(lines, period), "net_before": net_sales(lines, before)},
        level=level,
        over=(period, before),
    )
    sold = {row["account_key"]: row for row in fetch(sums)}
    who = accounts(tables)
    found = [
        _account(row, said[row["account_key"]], sold.get(row["account_key"], {}))
        for row in fetch(who.filter(who.account_key.isin(list(said))))
    ]
    return tuple(sorted(found, key=lambda one: (-one.net, one.customer_id)))


def _account(row: dict[str, Any], said: Sequence[Answer], sold: dict[str, Any]) -> Account:
    last = max(one.answered_on for one in said)
    lately = [one for one in said if one.answered_on == last]
    n = sum(one.times for one in lately)
    return Account(
        customer_id=row["customer_id"],
        name=row["name"],
        owner=row["owner"],
        answered_on=last,
        content_share=sum(one.times for one in lately if one.is_satisfied) / n,
        answers=n,
        net=sold.get("net", Decimal(0)),
        net_before=sold.get("net_before", Decimal(0)),
    )
