"""Segments of customers by one attribute, with what makes each a market worth choosing.

    size, customers      net sales of the period; accounts that ordered in it
    growth               median over accounts of their steady growth (`measures.criteria`)
    loyalty              of those who ordered in the period before, the share that did again
    purchasing power     median annual revenue of all its customers where at least half of all
                         say it, else the median over accounts of their average order
    competition          median of judgements, 10 = fiercest

A small segment is drawn towards the company: loyalty by empirical Bayes (`stats.rate_shrinkage`),
medians by WORTH accounts of the company's added to its n:

    (n·own + WORTH·company) / (n + WORTH)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from zhibi.measures.assessments import TOP, latest
from zhibi.measures.criteria import Reading, Sums, steady_growth
from zhibi.measures.newcomers import customers_seen
from zhibi.result import Estimate
from zhibi.stats.identification import NotIdentifiedError
from zhibi.stats.proportions import wilson
from zhibi.stats.rate_shrinkage import RateShrinkage
from zhibi.stats.weighted_score import Floats, percentile_points
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

WORTH = 5.0  # accounts of the company, in the medians of a segment
CRITERIA = ("size", "customers", "growth", "competition", "purchasing_power", "loyalty")
JUDGED = ("competition", "purchasing_power", "loyalty")


@dataclass(frozen=True)
class Segments:
    """Arrays have an element a segment, in the order of `names` (None: not stated); `loyalty`
    has the plain share that ordered again, with its range."""

    names: list[str | None]
    net: list[Decimal]
    net_before: list[Decimal]
    customers: NDArray[np.int64]
    newcomers: NDArray[np.int64]
    loyalty: list[Estimate | None]
    readings: Mapping[str, Reading]
    power: str  # annual_revenue or average_order


def market_segments(tables: Tables, sums: Sums, *, by: str) -> Segments:
    """The segments by a column of the customers, most sales first; who states none comes last."""
    rows = _accounts(tables, sums, by)
    names, at = _codes(rows["segment"])
    count = len(names)
    ordered = rows["orders"].to_numpy() > 0
    before = rows["orders_before"].to_numpy() > 0
    asked = np.bincount(at[before], minlength=count)
    again = np.bincount(at[before & ordered], minlength=count)
    nets = [_added(rows[column].to_pylist(), at, count) for column in ("net", "net_before")]
    customers = np.bincount(at[ordered], minlength=count)
    power = _power(rows)
    values = {
        "size": np.array([float(net) for net in nets[0]]),
        "customers": customers.astype(np.float64),
        "growth": _drawn(_floats(rows["growth"]), at, count),
        "purchasing_power": np.exp(_drawn(np.log(_floats(rows[power])), at, count)),
    }
    values["loyalty"] = _loyalty(again, asked)
    keys = rows["account_key"].to_pylist()
    judged = {
        name: _drawn(_scores(scores, keys), at, count)
        for name, scores in latest(tables, *JUDGED, level=sums.level).items()
    }
    return Segments(
        names=names,
        net=nets[0],
        net_before=nets[1],
        customers=customers,
        newcomers=np.bincount(at[rows["is_new"].to_numpy(zero_copy_only=False)], minlength=count),
        loyalty=[wilson(int(hits), int(n)) for hits, n in zip(again, asked, strict=True)],
        readings={name: _reading(name, values, judged) for name in CRITERIA},
        power=power,
    )


def _accounts(tables: Tables, sums: Sums, by: str) -> pa.Table:
    """Every account with its segment and what it bought in both periods."""
    import ibis

    now, before = (
        sums.table.filter(sums.table.window == window).select("account_key", "net", "orders")
        for window in (0, 1)
    )
    before = before.rename(net_before="net", orders_before="orders")
    seen = customers_seen(tables, level=sums.level)
    revenue = tables.customers.select("annual_revenue", account_key="customer_key")
    found = seen.select("account_key", "customer_id", "is_new", segment=by)
    for part in (now, before, tables.bring(revenue)):
        found = found.left_join(part, "account_key").drop("account_key_right")
    filled = found.mutate(
        **{name: found[name].fill_null(Decimal(0)) for name in ("net", "net_before")},
        **{name: found[name].fill_null(0) for name in ("orders", "orders_before")},
    )
    average = filled.net.cast("float64") / filled.orders
    shown = filled.mutate(
        segment=filled.segment.nullif(""),
        growth=ibis.ifelse(filled.orders > 0, steady_growth(filled), None),
        average_order=ibis.ifelse((filled.orders > 0) & (filled.net > 0), average, None),
        annual_revenue=_positive(filled.annual_revenue),
    )
    return shown.order_by("customer_id", "account_key").to_pyarrow()


def _positive(money: ir.DecimalColumn) -> ir.FloatingColumn:
    import ibis

    return ibis.ifelse(money > 0, money.cast("float64"), None)


def _codes(segment: pa.ChunkedArray) -> tuple[list[str | None], NDArray[np.int64]]:
    """The names in alphabetical order, then None where anybody states none, and each account's."""
    said = segment.to_pylist()
    names: list[str | None] = sorted({one for one in said if one})
    if None in said:
        names = [*names, None]
    places = {name: at for at, name in enumerate(names)}
    return names, np.array([places[one] for one in said], dtype=np.int64)


def _added(money: list[Decimal], at: NDArray[np.int64], count: int) -> list[Decimal]:
    found = [Decimal(0)] * count
    for one, segment in zip(money, at.tolist(), strict=True):
        found[segment] += one
    return found


def _power(rows: pa.Table) -> str:
    said = rows.num_rows - rows["annual_revenue"].null_count
    return "annual_revenue" if 2 * said >= max(rows.num_rows, 1) else "average_order"


def _floats(column: pa.ChunkedArray) -> Floats:
    found: Floats = column.to_numpy().astype(np.float64)
    return found


def _scores(judged: Mapping[Any, Any], keys: list[Any]) -> Floats:
    scores = {key: one.score for key, one in judged.items()}
    return np.array([scores.get(key) for key in keys], dtype=np.float64)


def _drawn(values: Floats, at: NDArray[np.int64], count: int) -> Floats:
    """The median of each segment, drawn towards that of all by WORTH accounts; nan where nobody of
    the segment has a value."""
    is_known = ~np.isnan(values)
    found = np.full(count, np.nan)
    if not is_known.any():
        return found
    whole = float(np.median(values[is_known]))
    for segment in range(count):
        own = values[is_known & (at == segment)]
        if len(own):
            found[segment] = (len(own) * np.median(own) + WORTH * whole) / (len(own) + WORTH)
    return found


def _loyalty(again: NDArray[np.int64], asked: NDArray[np.int64]) -> Floats:
    """Drawn towards the company's; nan where nobody was asked."""
    rows = np.column_stack([again, asked]).astype(np.float64)
    try:
        drawn = RateShrinkage().fit(rows).predict(rows)
    except NotIdentifiedError:
        return np.full(len(rows), np.nan)
    return np.where(asked > 0, drawn, np.nan)


def _reading(name: str, values: Mapping[str, Floats], judged: Mapping[str, Floats]) -> Reading:
    """Data first, else judgements; fierce competition gives few points."""
    none = np.full(len(values["size"]), np.nan)
    own, said = values.get(name, none), judged.get(name, none)
    is_judged = np.isnan(own) & ~np.isnan(said)
    points = 100 * own if name == "loyalty" else percentile_points(own)
    of_people = 100 / TOP * (TOP - said if name == "competition" else said)
    return Reading(
        np.where(is_judged, said, own), np.where(is_judged, of_people, points), is_judged
    )
