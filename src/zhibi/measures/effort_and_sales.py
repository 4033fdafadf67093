"""What was spent on accounts beside what they brought, and how far effort goes to the few who make
most of the sales.

What is not recorded was not spent: an account with orders and no effort on record counts with 0,
which is as true as the record is complete. Customers who have never ordered cannot bring sales
yet: they are kept apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from zhibi.measures.assessments import TOP, latest
from zhibi.measures.criteria import Criteria, Reading, known_margin, sums_of
from zhibi.measures.efforts import measure_of, spent
from zhibi.measures.newcomers import customers_seen
from zhibi.measures.periods import Period
from zhibi.measures.rows import fetch
from zhibi.measures.sales import by_account
from zhibi.stats.inequality import places
from zhibi.stats.weighted_score import percentile_points
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

MOST = 0.8  # of sales, that the few make
STEPS = 10_000  # of one unit of money, as DECIMAL(18,4)
FEW, OTHERS, NEW = "few", "others", "new"


@dataclass(frozen=True)
class EffortAndSales:
    """`rows`: one an account with an order or an effort in the period: account_key, who it is, net,
    orders, of_profit, efforts, days, cost, discount and `part`: FEW for those who make 80 % of
    sales, NEW for those who have never ordered, else OTHERS. `measure` is what shares of effort
    are taken of: cost, days or efforts."""

    rows: ir.Table
    by_person: ir.Table  # account_key, salesperson, part, efforts, days, cost
    measure: str
    period: Period

    def criteria(self, tables: Tables, names: Iterable[str], *, level: str) -> Criteria:
        """Points of some criteria of all but the newcomers, by sales; all ranked, influence as
        judged."""
        old = self.rows.filter(self.rows.part != NEW)
        ordered = old.order_by(old.net.desc(), "customer_id", "account_key").to_pyarrow()
        keys = ordered["account_key"].to_pylist()
        readings = {}
        for name in names:
            if name == "influence":
                judged = latest(tables, name, level=level)[name]
                scores = {key: one.score for key, one in judged.items()}
                values = np.array([scores.get(key) for key in keys], dtype=np.float64)
                points, is_judged = 100 / TOP * values, ~np.isnan(values)
            else:
                values = ordered[f"of_{name}"].to_numpy().astype(np.float64)
                points, is_judged = percentile_points(values), np.zeros(len(keys), dtype=bool)
            readings[name] = Reading(values, points, is_judged)
        return Criteria(ordered, readings)


def effort_and_sales(tables: Tables, *, months: int, level: str) -> EffortAndSales:
    """ZhibiError when no efforts were imported."""
    tables.table("efforts")
    sums = sums_of(tables, ("profit",), days=(tables.day,), months=months, level=level)
    period = sums.windows[0]
    now = sums.table.filter(sums.table.window == 0).drop("window")
    effort = spent(tables, level=level, period=period)
    found = customers_seen(tables, level=level).select(
        "account_key", "customer_id", "name", "industry", "owner", "is_new"
    )
    parts = [now, effort.drop("first_on", "last_on", "with_cost", "with_days")]
    if tables.has("discount"):
        lines = tables.order_lines
        given = {"discount": lines.discount.sum().fill_null(0)}
        parts.append(by_account(tables, given, level=level, over=(period,)))
    for part in parts:
        found = found.left_join(part, "account_key").drop("account_key_right")
    active = found.filter((found.orders > 0) | (found.efforts > 0))
    money = ["net", "cost", "days", *(["discount"] if "discount" in active.columns else [])]
    filled = active.mutate(
        **{name: active[name].fill_null(Decimal(0)) for name in money},
        **{name: active[name].fill_null(0) for name in ("orders", "efforts")},
    )
    kept = tables.keep(f"effort and sales|{months}|{level}", _readings(filled, effort))
    rows = tables.keep(f"effort and sales parts|{months}|{level}", _with_part(kept))
    people = spent(tables, level=level, period=period, by=("salesperson",))
    people = people.join(rows.select("account_key", "part"), "account_key")
    return EffortAndSales(rows, people, measure_of(effort), period)


def _readings(rows: ir.Table, effort: ir.Table) -> ir.Table:
    """With a column `of_…` for each criterion, null where it is not known. Days and cost are
    known when any effort says them: then the others had none."""
    import ibis

    said = fetch(effort.agg(days=effort.with_days.sum(), cost=effort.with_cost.sum()))[0]
    unknown = ibis.null().cast("float64")
    discount = rows.discount.cast("float64") if "discount" in rows.columns else unknown
    return rows.mutate(
        of_volume=rows.net.cast("float64"),
        of_profit=known_margin(rows) if "with_cost" in rows.columns else unknown,
        of_efforts=rows.efforts.cast("float64"),
        of_days=rows.days.cast("float64") if said["days"] else unknown,
        of_cost=rows.cost.cast("float64") if said["cost"] else unknown,
        of_discount=discount,
    )


def _with_part(rows: ir.Table) -> ir.Table:
    import ibis
    import pyarrow as pa

    ordered = rows.order_by(rows.net.desc(), "customer_id", "account_key")
    steps = (ordered.net * STEPS).cast("int64")
    found = ordered.select("account_key", "is_new", steps=steps).to_pyarrow()
    net = found["steps"].to_numpy()
    is_few = (net > 0) & (np.nan_to_num(places(net).share_before) < MOST)
    is_new = found["is_new"].to_numpy()
    part = np.select([is_new, is_few], [NEW, FEW], OTHERS)
    parts = pa.table({"account_key": found["account_key"], "part": pa.array(part.tolist())})
    return rows.join(ibis.memtable(parts), "account_key").drop("is_new")
