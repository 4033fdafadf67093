"""What accounts contribute, and in which tier of the customer pyramid that puts them.

Contribution is margin where enough of the business carries a cost, else net sales. Tiers are cut
by share of customers, rounding up on the running share; who contributes nothing or less is in the
lowest.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from typing import TYPE_CHECKING

from zhibi.measures.margin import amount_moved, amount_with_cost, margin
from zhibi.measures.periods import Period
from zhibi.measures.rows import fetch
from zhibi.measures.sales import by_account, net_sales, order_count
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

# Share of customers in each tier, percent → names from the top.
TIERS = {
    "1/4/15/80": ("VIP", "major", "ordinary", "small"),
    "20/30/30/20": ("platinum tier", "gold tier", "iron tier", "lead tier"),
}
# In rows and sentences about one account: nobody is told that a customer is lead.
SAID_OF_ACCOUNTS = {"lead tier": "basic tier"}
NO_SALES = "no sales"
ENOUGH = Decimal("0.95")  # of the amounts must carry a cost for margin to be the contribution
SUFFIXES = ("", "_before")


@dataclass(frozen=True, slots=True)
class Contribution:
    """What accounts are ranked by. `coverage` is the share of amounts that carry a cost, in the
    period that has less of it; None when no line has one."""

    by: str  # margin or sales
    has_margin: bool  # margin is known well enough to be shown
    coverage: float | None


def sums_of(tables: Tables, *, period: Period, before: Period, level: str) -> ir.Table:
    """Net, orders and, where there is a cost, margin and its coverage, by account and period."""
    lines = tables.order_lines
    figures = {}
    for days, suffix in zip((period, before), SUFFIXES, strict=True):
        figures[f"net{suffix}"] = net_sales(lines, days)
        figures[f"orders{suffix}"] = order_count(lines, days)
        if tables.has("cost"):
            figures[f"margin{suffix}"] = margin(lines, days)
            figures[f"with_cost{suffix}"] = amount_with_cost(lines, days)
            figures[f"moved{suffix}"] = amount_moved(lines, days)
    return by_account(tables, figures, level=level, over=(period, before))


def contribution_of(sums: ir.Table, *, asked: str) -> Contribution:
    """`asked`: margin, sales, or auto for margin where at least 95 % of the amounts have a cost."""
    if "margin" not in sums.columns:
        return Contribution("sales", has_margin=False, coverage=None)
    names = [f"{figure}{suffix}" for figure in ("with_cost", "moved") for suffix in SUFFIXES]
    row = fetch(sums.agg(**{name: sums[name].sum().fill_null(0) for name in names}))[0]
    parts = [
        row[f"with_cost{suffix}"] / row[f"moved{suffix}"]
        for suffix in SUFFIXES
        if row[f"moved{suffix}"]
    ]
    coverage = min(parts, default=Decimal(0))
    is_enough = coverage >= ENOUGH
    by = ("margin" if is_enough else "sales") if asked == "auto" else asked
    return Contribution(by, is_enough or by == "margin", float(coverage))


def with_tiers(named: ir.Table, *, cuts: str, contribution: Contribution) -> ir.Table:
    """Accounts with sales in either period, with `tier` and `tier_before` counted from 0 at the
    top and null without sales in that period; `rank` by contribution, ties by customer_id."""
    for suffix in SUFFIXES:
        named = _with_tier(named, suffix, cuts, contribution)
    return named.filter(named.tier.notnull() | named.tier_before.notnull())


def _with_tier(named: ir.Table, suffix: str, cuts: str, contribution: Contribution) -> ir.Table:
    import ibis

    brought = named[f"{'margin' if contribution.by == 'margin' else 'net'}{suffix}"]
    is_active = (named[f"orders{suffix}"] > 0) | (named[f"net{suffix}"] != 0)
    if contribution.has_margin:
        is_active |= named[f"margin{suffix}"] != 0
    order = [brought.desc(), named.customer_id.asc()]
    rank = ibis.row_number().over(group_by=is_active, order_by=order) + 1
    count = named.count().over(group_by=is_active)
    *upper, _ = (int(percent) for percent in cuts.split("/"))
    lowest = len(upper)
    branches = [
        (rank <= (count * running + 99) // 100, tier)
        for tier, running in enumerate(accumulate(upper))
    ]
    tier = ibis.cases((brought <= 0, lowest), *branches, else_=lowest)
    return named.mutate(
        **{
            f"contribution{suffix}": brought,
            f"rank{suffix}": ibis.ifelse(is_active, rank, None),
            f"tier{suffix}": ibis.ifelse(is_active, tier, None),
        }
    )
