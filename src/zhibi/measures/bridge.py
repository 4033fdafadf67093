"""Who explains the change of sales between two periods: new, returning, lost, more or less.

new: first order in the period; returning: ordered before the base, not in it; lost: no order in
the period; the rest expanded or contracted. The parts add up to the change exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from zhibi.measures.periods import Period
from zhibi.measures.rows import fetch
from zhibi.measures.sales import accounts, by_account, first_order_day, net_sales, order_count
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

STEPS = ("new", "returning", "expansion", "contraction", "lost")


@dataclass(frozen=True, slots=True)
class Bridge:
    """The change from `base` to `now` by kind of customer; the parts add up exactly."""

    base: Decimal
    new: Decimal
    returning: Decimal
    expansion: Decimal
    contraction: Decimal  # ≤ 0
    lost: Decimal  # ≤ 0
    now: Decimal

    @property
    def change(self) -> float | None:
        return float((self.now - self.base) / self.base) if self.base > 0 else None

    @property
    def nrr(self) -> float | None:
        """Net revenue retention of last year's customers; None without a base."""
        kept = self.base + self.expansion + self.contraction + self.lost
        return float(kept / self.base) if self.base > 0 else None

    @property
    def grr(self) -> float | None:
        """The same without expansion."""
        kept = self.base + self.contraction + self.lost
        return float(kept / self.base) if self.base > 0 else None


def compare(
    tables: Tables, *, period: Period, before: Period, steady: float, level: str
) -> ir.Table:
    """One row an account with sales in either period, with the kind of its change."""
    import ibis

    lines = tables.order_lines
    figures = {
        "net": net_sales(lines, period),
        "orders": order_count(lines, period),
        "net_before": net_sales(lines, before),
        "orders_before": order_count(lines, before),
        "first_day": first_order_day(lines),
    }
    table = by_account(tables, figures, level=level)
    table = table.filter(
        (table.orders > 0) | (table.net != 0) | (table.orders_before > 0) | (table.net_before != 0)
    )
    table = table.mutate(change=table.net - table.net_before)
    bought, bought_before = table.orders > 0, table.orders_before > 0
    # Without an order before: only lines such as a late rebate fell into the base, so the whole
    # change belongs to the kind the account is now.
    table = table.mutate(
        step=ibis.cases(
            (bought & ~bought_before & (table.first_day >= period.start), "new"),
            (bought & ~bought_before, "returning"),
            (~bought & bought_before, "lost"),
            (table.change >= 0, "expansion"),
            else_="contraction",
        ),
        growth=table.change.cast("float64")
        / ibis.greatest(table.net_before, 0).cast("float64").nullif(0),
    )
    table = table.mutate(
        trend=ibis.cases(
            (table.step.isin(["new", "returning", "lost"]), table.step),
            (table.growth > steady, "rising"),
            (table.growth < -steady, "falling"),
            else_="steady",
        )
    )
    return table.join(accounts(tables), "account_key")


def bridge_of(compared: ir.Table) -> Bridge:
    sums = compared.agg(
        base=compared.net_before.sum(),
        now=compared.net.sum(),
        **{step: compared.change.sum(where=compared.step == step) for step in STEPS},
    )
    return Bridge(**{name: value or Decimal(0) for name, value in fetch(sums)[0].items()})
