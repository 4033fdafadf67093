"""The account that is looked at: who belongs to it, and what it bought in two years beside all
others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from zhibi.errors import ZhibiError
from zhibi.measures.account_lines import account_key, account_lines
from zhibi.measures.dossier.parts import NO_LIST, NO_ORDER, NO_ORDER_LATELY, NOT_IN_LIST
from zhibi.measures.margin import margin, net_of_margin
from zhibi.measures.periods import Period, trailing, year_before
from zhibi.measures.rows import fetch
from zhibi.measures.sales import (
    accounts,
    by_account,
    first_order_day,
    last_order_day,
    net_sales,
    order_count,
    within,
)
from zhibi.measures.sales_classes import classified
from zhibi.result import Subject
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

HEAD, MIDDLE = 0.70, 0.90  # shares of sales up to which accounts are head and middle


@dataclass(frozen=True)
class Account:
    """`members` are the customers that belong to it, the one at its top first. `standing` is its
    row among all accounts (see `ranked`), None for one without sales in either year."""

    tables: Tables
    level: str
    key: int | str
    members: tuple[Mapping[str, Any], ...]
    standing: Mapping[str, Any] | None

    @property
    def who(self) -> Mapping[str, Any]:
        return self.members[0]

    @property
    def name(self) -> str:
        return str(self.who["name"])

    @property
    def owner(self) -> str | None:
        owner: str | None = self.who["owner"]
        return owner

    @property
    def subject(self) -> Subject:
        return Subject(str(self.who["customer_id"]), self.name)

    @property
    def period(self) -> Period:
        return trailing(self.tables.day, 12)

    @property
    def before(self) -> Period:
        return year_before(self.period)

    @property
    def net(self) -> Decimal:
        """Net sales of the last twelve months."""
        return self.standing["net"] if self.standing else Decimal(0)

    @property
    def net_before(self) -> Decimal:
        return self.standing["net_before"] if self.standing else Decimal(0)

    @cached_property
    def lines(self) -> ir.Table:
        return account_lines(self.tables, [self.key], level=self.level)

    @cached_property
    def order_span(self) -> tuple[date, date] | None:
        """The days of its first and last order; None for who never ordered."""
        lines = self.lines
        days = lines.agg(first=first_order_day(lines), last=last_order_day(lines))
        row = fetch(days)[0]
        return (row["first"], row["last"]) if row["last"] else None

    @property
    def why_no_sales(self) -> str:
        """Why nothing that follows from orders is known, where that is so."""
        return NO_ORDER_LATELY if self.order_span else NO_ORDER

    @cached_property
    def entities(self) -> tuple[Mapping[str, Any], ...]:
        """Its legal entities with what each bought, the largest first."""
        lines = self.lines.filter(within(self.lines, self.period) | within(self.lines, self.before))
        sums = {"net": net_sales(lines, self.period), "net_before": net_sales(lines, self.before)}
        bought = fetch(self.tables.bring(lines.group_by("customer_key").agg(**sums)))
        entity_of = {one["customer_key"]: one["entity_key"] for one in self.members}
        found = {
            one["customer_key"]: {**one, "net": Decimal(0), "net_before": Decimal(0)}
            for one in self.members
            if one["customer_key"] == one["entity_key"]
        }
        for row in bought:
            entity = found[entity_of[row["customer_key"]]]
            entity["net"] += row["net"]
            entity["net_before"] += row["net_before"]
        rows = sorted(found.values(), key=lambda row: (-row["net"], row["customer_id"]))
        return tuple({**row, "change": row["net"] - row["net_before"]} for row in rows)

    def why_no_rows(self, name: str) -> str:
        """Why a further table says nothing of it."""
        return NOT_IN_LIST if self.tables.holds(name) else NO_LIST

    def rows_of(self, name: str, order: str) -> list[dict[str, Any]]:
        """Its rows of a further table, by a column; none where there is no such table."""
        if not self.tables.holds(name):
            return []
        rows = self.tables.table(name)
        own = rows.filter(rows.customer_key.isin([one["customer_key"] for one in self.members]))
        by = [order, *(column for column in rows.columns if column != order)]
        return fetch(own.order_by(by))


def account_of(tables: Tables, customer_id: str, *, level: str) -> Account:
    """The account a customer belongs to; without one the largest by net sales of twelve months.
    ZhibiError for an unknown customer, and where nobody bought anything."""
    everybody = ranked(tables, level)
    if customer_id:
        key = account_key(tables, customer_id, level=level)
        found = fetch(everybody.filter(everybody.account_key == key))
    else:
        found = fetch(everybody.filter(everybody["rank"] == 1))
        if not found:
            raise ZhibiError(
                "Nobody ordered in the 24 months up to {day}; import orders, name a customer with "
                "--customer-id, or choose another --as-of.",
                day=tables.day,
            )
        key = found[0]["account_key"]
    return Account(tables, level, key, _members(tables, key, level), found[0] if found else None)


def _members(tables: Tables, key: int | str, level: str) -> tuple[Mapping[str, Any], ...]:
    customers = tables.customers
    belongs = customers["group_key" if level == "group" else "entity_key"] == key
    rows = fetch(customers.filter(belongs).order_by("customer_id"))
    return tuple(sorted(rows, key=lambda row: row["customer_key"] != key))


def ranked(tables: Tables, level: str) -> ir.Table:
    """Accounts with sales in the last twelve months or those before, with rank, share and class in
    both: net, orders, margin, net_of_margin (sales whose margin is known), each also …_before."""
    period = trailing(tables.day, 12)
    before = year_before(period)
    lines = tables.order_lines
    figures = {
        f"{name}{suffix}": value
        for suffix, days in (("", period), ("_before", before))
        for name, value in (
            ("net", net_sales(lines, days)),
            ("orders", order_count(lines, days)),
            ("margin", margin(lines, days)),
            ("net_of_margin", net_of_margin(lines, days)),
        )
    }
    summed = by_account(tables, figures, level=level, over=(period, before))
    named = summed.join(accounts(tables), "account_key")
    is_seen = (named.orders + named.orders_before > 0) | (named.net != 0)
    named = tables.keep(f"dossier sums|{level}", named.filter(is_seen))
    return tables.keep(f"dossier|{level}", classified(named, head=HEAD, middle=MIDDLE))
