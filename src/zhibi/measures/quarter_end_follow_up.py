"""What became of loaded quarters: what came back, and what the account bought in the days after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from zhibi.measures.account_lines import account_lines
from zhibi.measures.loaded_quarters import Judged, Loaded
from zhibi.measures.monthly import sum_over
from zhibi.measures.periods import Period, months_before
from zhibi.measures.quarter_ends import QuarterEnd, booked_lines
from zhibi.measures.rows import fetch
from zhibi.measures.sales import accounts, to_accounts
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

ONE_DAY = timedelta(days=1)
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class LoadedQuarter:
    """A loaded quarter with who it was and what became of it. `bought_after` and `usual_after`
    (the account's part in what all customers bought then) are None while the days after run."""

    found: Loaded
    end: QuarterEnd
    account: dict[str, Any]
    back: Decimal
    is_over: bool
    bought_after: Decimal | None
    usual_after: Decimal | None

    @property
    def sustained(self) -> Decimal:
        return self.found.loaded - self.back

    @property
    def share_back(self) -> float:
        return float(self.back / self.found.loaded)


def followed_up(
    tables: Tables,
    ends: Sequence[QuarterEnd],
    *,
    judged: Judged,
    products: ir.Table,
    level: str,
) -> tuple[LoadedQuarter, ...]:
    """The loaded quarters with what became of them; what most came back of first."""
    keys = sorted({one.account_key for one in judged.loaded})
    back = {
        (row["account_key"], row["at"]): row["back"]
        for row in fetch(
            products.filter(products.account_key.isin(keys))
            .group_by("account_key", "at")
            .agg(back=products.back.sum())
        )
    }
    known = accounts(tables)
    who = {row["account_key"]: row for row in fetch(known.filter(known.account_key.isin(keys)))}
    bought = _bought(tables, keys, level=level)
    found = [
        _followed(
            tables,
            one,
            ends[one.at],
            account=who[one.account_key],
            back=back[one.account_key, one.at],
            bought=bought,
        )
        for one in judged.loaded
    ]
    return tuple(sorted(found, key=_most_back_first))


def _most_back_first(one: LoadedQuarter) -> tuple[Any, ...]:
    return (-one.back, -one.found.loaded, one.account["customer_id"], one.end.quarter.end)


Bought = dict[int | str | None, dict[date, Decimal]]


def _followed(
    tables: Tables,
    one: Loaded,
    end: QuarterEnd,
    *,
    account: dict[str, Any],
    back: Decimal,
    bought: Bought,
) -> LoadedQuarter:
    """What the account bought in the days after, beside its part of what all bought then."""
    is_over = end.is_over(tables.day)
    own, every = bought[one.account_key], bought[None]
    year_until = Period(months_before(end.last_days.start, 12), end.last_days.start - ONE_DAY)
    of_all = sum_over(every, year_until)
    part = sum_over(own, year_until) / of_all if of_all else Decimal(0)
    return LoadedQuarter(
        found=one,
        end=end,
        account=account,
        back=back,
        is_over=is_over,
        bought_after=sum_over(own, end.after) if is_over else None,
        usual_after=(part * sum_over(every, end.after)).quantize(CENT) if is_over else None,
    )


def _bought(tables: Tables, keys: Sequence[int | str], *, level: str) -> Bought:
    """What some accounts, and all together (None), booked on each day."""
    if not keys:
        return {}
    every = booked_lines(tables, tables.order_lines)
    of_all = tables.bring(every.group_by("order_date").agg(booked=every.amount.sum()))
    found: Bought = {None: {row["order_date"]: row["booked"] for row in fetch(of_all)}}
    lines = booked_lines(tables, account_lines(tables, keys, level=level))
    daily = lines.group_by("customer_key", "order_date").agg(booked=lines.amount.sum())
    for row in fetch(to_accounts(tables, daily, level=level, by=("order_date",))):
        found.setdefault(row["account_key"], {})[row["order_date"]] = row["booked"]
    return found
