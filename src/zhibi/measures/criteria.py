"""What customers are scored by: each criterion from data where there is data, else as people
judged it, in points of 0…100.

What lies on a scale keeps it (a judgement of 7 of 10 is 70 points, 85 % delivered on time 85);
what does not (money, growth, margin) is ranked among the accounts for whom it is known
(`zhibi.stats.weighted_score`). What nobody knows is missing, never 0 and never the middle.

Growth adds one order of the account's own average size to both years: two orders after one are
+50 %, not +100 %, while a hundred after fifty stay near +100 %. Who bought nothing the year
before has no growth yet. A margin needs a cost behind 95 % of the account's amounts. What an
account buys elsewhere is not in any order list, so that our share of it can only be judged.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from zhibi.errors import ZhibiError
from zhibi.measures.answers import answers
from zhibi.measures.assessments import TOP, latest
from zhibi.measures.credit import standing
from zhibi.measures.deliveries import deliveries, rated, whole_deliveries
from zhibi.measures.margin import amount_moved, amount_with_cost, has_margin, margin
from zhibi.measures.periods import Period, previous, trailing, year_before
from zhibi.measures.rows import fetch
from zhibi.measures.sales import accounts, net_sales, order_count
from zhibi.measures.tiers import ENOUGH
from zhibi.measures.windows import by_account_and_window, span_of
from zhibi.result import Column, Row, Unit
from zhibi.stats.weighted_score import Floats, percentile_points
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

# Criterion → what people call it.
LABELS = {
    "volume": "purchase volume",
    "growth": "growth of purchases",
    "margin": "margin rate",
    "profit": "profit contribution",
    "credit": "credit standing",
    "potential": "buying potential",
    "influence": "influence in its industry",
    "prospects": "business prospects",
    "strategic_value": "strategic value",
    "share_of_wallet": "our share of its purchases",
    "relationship": "relationship",
    "satisfaction": "satisfaction with us",
    "fit": "fit with what we sell",
    "delivery": "delivery as promised",
    "efforts": "number of efforts",
    "days": "days of work",
    "cost": "cost of effort",
    "discount": "discounts given",
    "size": "our sales",
    "customers": "number of customers",
    "competition": "little competition",
    "purchasing_power": "purchasing power",
    "loyalty": "loyalty",
}
# Units of what the data says; a judgement is a score of 0…10.
UNITS = {
    "volume": Unit.MONEY,
    "profit": Unit.MONEY,
    "growth": Unit.CHANGE,
    "margin": Unit.SHARE,
    "satisfaction": Unit.SHARE,
    "delivery": Unit.SHARE,
    "credit": Unit.SCORE,
}
# Points of one unit of what lies on a scale already.
ON_A_SCALE = {"satisfaction": 100.0, "delivery": 100.0, "credit": 1.0}
UNKNOWN_AFTER = 180  # days after which a missing day of delivery was not entered
PART = re.compile(r"(\w+)\s*[=:：]\s*(\d+(?:\.\d+)?)")


SOURCES = (
    Column("criterion", "Criterion", Unit.TERM),
    Column("weight", "Weight", Unit.SCORE),
    Column("data", "From data", Unit.COUNT),
    Column("judged", "Judged", Unit.COUNT),
    Column("missing", "Missing", Unit.COUNT),
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known of one criterion, an element an account; nan where it is not. `values` are in
    the unit of the data, or scores of 0…10 where `is_judged`."""

    values: Floats
    points: Floats
    is_judged: NDArray[np.bool_]

    @property
    def known_count(self) -> int:
        return int((~np.isnan(self.points)).sum())


@dataclass(frozen=True, slots=True)
class Criteria:
    """`accounts` has a row for each account that ordered in the period or was judged, largest net
    sales first: account_key, customer_id, name, industry, owner, orders, net and, where a criterion
    needs it, margin (null without a line)."""

    accounts: pa.Table
    readings: Mapping[str, Reading]

    def ordering(self) -> Criteria:
        """Only the accounts with an order in the period, which stand before the others."""
        count = self.accounts.num_rows - self.accounts["orders"].null_count
        return Criteria(
            self.accounts.slice(0, count),
            {
                name: Reading(one.values[:count], one.points[:count], one.is_judged[:count])
                for name, one in self.readings.items()
            },
        )

    def points(self, names: Iterable[str]) -> Floats:
        """[criterion, account], nan for unknown."""
        return np.stack([self.readings[name].points for name in names])


def source_rows(readings: Mapping[str, Reading], weights: Mapping[str, float]) -> list[Row]:
    """Rows for the columns SOURCES: for how many each criterion is known."""
    rows: list[Row] = []
    for name, weight in weights.items():
        reading = readings[name]
        judged = int(reading.is_judged.sum())
        missing = len(reading.points) - reading.known_count
        rows.append((LABELS[name], weight, reading.known_count - judged, judged, missing))
    return rows


def costs_most(readings: Mapping[str, Reading], weights: Mapping[str, float], at: int) -> str:
    """The known criterion that costs one account the most points; one must be known."""
    lost = {
        name: weight * (100 - readings[name].points[at])
        for name, weight in weights.items()
        if not np.isnan(readings[name].points[at])
    }
    return max(lost, key=lost.__getitem__)


def weights_of(method: str, name: str, text: str, known: Sequence[str]) -> dict[str, float]:
    """Weights as a person writes them, `volume=30, growth=15`; those of 0 are left out.
    ZhibiError for what is none."""
    parts = [part.strip() for part in re.split("[,，;；]", text) if part.strip()]
    found = {}
    for part in parts:
        match = PART.fullmatch(part)
        if not match or match[1] not in known:
            raise ZhibiError(
                "{method}: {part} in {name} is no weight of a criterion; write for example "
                "{example}, with any of {known}.",
                method=method,
                part=part,
                name=name,
                example=f"{known[0]}=30",
                known=", ".join(known),
            )
        found[match[1]] = float(match[2])
    positive = {criterion: weight for criterion, weight in found.items() if weight > 0}
    if not positive:
        raise ZhibiError(
            "{method}: {name} gives no criterion a weight above 0; write for example {example}.",
            method=method,
            name=name,
            example=f"{known[0]}=30",
        )
    return positive


@dataclass(frozen=True, slots=True)
class Sums:
    """What the criteria of some days are made from, by account_key and window: `windows` has the
    period that ends on each day, and after it the one it is compared with."""

    table: ir.Table
    windows: tuple[Period, ...]
    level: str


def sums_of(
    tables: Tables, names: Iterable[str], *, days: Sequence[date], months: int, level: str
) -> Sums:
    """In one pass over the lines, however many days are asked for."""
    windows = [window for day in days for window in compared(day, months)]
    lines, span, wanted = tables.order_lines, span_of(windows), set(names)
    figures = {"net": net_sales(lines), "orders": order_count(lines)}
    if tables.has("cost") and wanted & {"margin", "profit"}:
        figures["margin"] = margin(lines, span)
        figures["with_cost"] = amount_with_cost(lines, span)
        figures["moved"] = amount_moved(lines, span)
        figures["net_with_cost"] = lines.amount.sum(where=has_margin(lines)).fill_null(0)
    summed = by_account_and_window(tables, figures, windows, level=level)
    key = f"criteria|{sorted(figures)}|{windows}|{level}"
    return Sums(tables.keep(key, summed), tuple(windows), level)


def compared(day: date, months: int) -> tuple[Period, Period]:
    """The months that end on a day, and those they are compared with: a year before, so that
    seasons meet, unless the two would overlap."""
    period = trailing(day, months)
    return period, year_before(period) if months <= 12 else previous(period, months)


def read_criteria(tables: Tables, names: Sequence[str], sums: Sums, *, at: int = 0) -> Criteria:
    """The criteria on one of the days of the sums, which must be that of the tables."""
    judged = latest(tables, *names, level=sums.level)
    found = _rows(tables, sums.table, (2 * at, 2 * at + 1), judged)
    keys = found["account_key"].to_pylist()
    readings = {}
    for name in names:
        if f"of_{name}" in found.column_names:
            values = found[f"of_{name}"].to_numpy().astype(np.float64)
        else:
            whole = Period(sums.windows[2 * at + 1].start, sums.windows[2 * at].end)
            values = _array(_of_accounts(tables, name, whole, sums.level), keys)
        scores = {key: one.score for key, one in judged[name].items() if one.score is not None}
        readings[name] = _reading(name, values, _array(scores, keys))
    made = [name for name in found.column_names if name.startswith("of_")]
    return Criteria(found.drop_columns(made), readings)


def _array(values: Mapping[Any, float], keys: Sequence[Any]) -> Floats:
    """The value of each account, nan where there is none."""
    if not values:
        return np.full(len(keys), np.nan)
    return np.array([values.get(key, np.nan) for key in keys], dtype=np.float64)


def _of_accounts(tables: Tables, name: str, period: Period, level: str) -> dict[Any, float]:
    """What is no sum of order lines: over both years, as it is rarer than orders are."""
    if name == "satisfaction" and tables.holds("surveys"):
        return _marks(tables, period.start, level)
    if name == "delivery" and tables.has("promised_date") and tables.has("delivered_date"):
        found = deliveries(tables, period, level=level, unknown_after=UNKNOWN_AFTER)
        shares = fetch(rated(whole_deliveries(found), ("account_key",)))
        return {row["account_key"]: row["on_time"] / row["deliveries"] for row in shares}
    if name == "credit" and (tables.holds("receivables") or tables.holds("receipts")):
        rows = fetch(standing(tables, level=level).select("account_key", "score"))
        return {row["account_key"]: row["score"] for row in rows if row["score"] is not None}
    return {}


def _reading(name: str, values: Floats, scores: Floats) -> Reading:
    """The data's word where it has one, else the people's."""
    is_judged = np.isnan(values) & ~np.isnan(scores)
    scale = ON_A_SCALE.get(name)
    points = percentile_points(values) if scale is None else scale * values
    return Reading(
        np.where(is_judged, scores, values),
        np.where(is_judged, 100 / TOP * scores, points),
        is_judged,
    )


def _rows(
    tables: Tables, sums: ir.Table, windows: tuple[int, int], judged: Mapping[str, Any]
) -> pa.Table:
    """Accounts with an order in the period or a judgement, and what the data says of them."""
    import ibis
    import pyarrow as pa

    now, before = (sums.filter(sums.window == window).drop("window") for window in windows)
    before = before.select("account_key", net_before="net", orders_before="orders")
    summed = now.left_join(before, "account_key").drop("account_key_right")
    active = summed.filter(summed.orders > 0)
    of_data = active.mutate(
        **{
            f"of_{name}": value(active)
            for name, (value, needs) in FROM_SUMS.items()
            if needs in active.columns
        }
    )
    own = accounts(tables)
    # The key's own type, which a warehouse decides.
    keys = pa.array(sorted({key for found in judged.values() for key in found}))
    keys = keys.cast(own.select("account_key").schema().to_pyarrow().field(0).type)
    said = ibis.memtable(pa.table({"judged_key": keys}))
    found = own.left_join(of_data, "account_key").drop("account_key_right")
    found = found.left_join(said, found.account_key == said.judged_key)
    found = found.filter((found.orders > 0) | found.judged_key.notnull())
    ordered = found.order_by(found.net.desc(nulls_first=False), "customer_id", "account_key")
    made = [f"of_{name}" for name in FROM_SUMS if f"of_{name}" in found.columns]
    money = [name for name in ("net", "margin") if name in found.columns]
    shown = ("account_key", "customer_id", "name", "industry", "owner", "orders", *money)
    return ordered.select(*shown, *made).to_pyarrow()


def steady_growth(rows: ir.Table) -> ir.FloatingColumn:
    """Growth on the year before with one average order added to both; null without a year before.
    Needs net, orders, net_before and orders_before."""
    import ibis

    now, then = (rows[name].cast("float64") for name in ("net", "net_before"))
    one = (now + then).clip(lower=0) / (rows.orders + rows.orders_before)
    has_base = (rows.orders_before > 0) & (then > 0)
    return ibis.ifelse(has_base, (now - then) / (then + one), None)


def known_margin(rows: ir.Table) -> ir.FloatingColumn:
    """Margin as a float; null where too little of the amounts has a cost."""
    import ibis

    is_enough = (rows.moved > 0) & (rows.with_cost >= rows.moved * ENOUGH)
    return ibis.ifelse(is_enough, rows.margin.cast("float64"), None)


# Criterion → how the sums give it, and a sum it needs.
FROM_SUMS: dict[str, tuple[Callable[[ir.Table], Any], str]] = {
    "volume": (lambda rows: rows.net.cast("float64"), "net"),
    "growth": (steady_growth, "net_before"),
    "margin": (lambda rows: known_margin(rows) / _positive(rows.net_with_cost), "with_cost"),
    "profit": (known_margin, "with_cost"),
}


def _positive(number: Any) -> Any:
    import ibis

    return ibis.ifelse(number > 0, number.cast("float64"), None)


def _marks(tables: Tables, since: date, level: str) -> dict[Any, float]:
    """Account → mean of its answers to surveys as shares of the highest mark."""
    marks: dict[Any, list[float]] = {}
    for one in answers(tables, level=level):
        if one.answered_on >= since and one.is_possible and one.score is not None:
            marks.setdefault(one.account_key, []).extend([one.score / one.scale] * one.times)
    return {key: sum(shares) / len(shares) for key, shares in marks.items()}
