"""What an order of each account is worth, and how well that told past sales.

Three ways: the mean of all orders so far (net sales ÷ order days); that of the last twelve months
(so far, for who had none); and the mean so far drawn towards everybody's, the more so the fewer
orders there are (gamma–gamma, `zhibi.stats.lifetimes`). The one that, times expected orders, was
least off the sales that followed past cuts is used. An order's margin is the account's own rate of
margin on sales.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zhibi.measures.margin import amount_moved, amount_with_cost, margin
from zhibi.measures.order_days import OrderDays
from zhibi.measures.order_forecasts import YEAR, Floats, Seen
from zhibi.measures.order_holdout import Choice, Cut, by_error, following
from zhibi.measures.periods import Period, trailing
from zhibi.measures.sales import net_sales
from zhibi.measures.stopped import MONEY_STEPS
from zhibi.measures.tiers import ENOUGH
from zhibi.measures.windows import by_account_and_window, span_of
from zhibi.stats.identification import NotIdentifiedError
from zhibi.stats.lifetimes import GammaGamma
from zhibi.tables.calendar import Days
from zhibi.tables.tables import Tables

SAMPLE = 50_000
SO_FAR, LATELY, DRAWN = (
    "orders × own mean so far",
    "orders × own mean of 12 months",
    "orders × mean drawn to everybody's",
)
LAST_YEAR_SALES = "as much as last year"
UNRELATED = 0.3  # rank correlation of orders and their worth up to which they count as unrelated

Sums = Mapping[str, NDArray[np.int64]]  # figure → [window, account], in money steps


@dataclass(frozen=True, slots=True)
class OrderValue:
    """Mean net sales of each account's orders to come, by the `way` in use. `model` is None where
    it could not be fitted; `correlation` is that of the number of orders with their mean, by
    rank."""

    way: str
    per_order: Floats
    model: GammaGamma | None
    correlation: float | None


@dataclass(frozen=True, slots=True)
class SalesTrial:
    """How far the sales of the days after past cuts were missed: by expected orders × one way to
    tell their worth, or by as much as in the year before."""

    way: str
    error: float | None
    bias: float | None


@dataclass(frozen=True, slots=True)
class _Told:
    """Worth of an order in each way."""

    per_order: Mapping[str, Floats]
    model: GammaGamma | None
    correlation: float | None


def windows_of(tables: Tables, cuts: Sequence[Cut], horizon: int) -> list[Period]:
    """The whole history and the last year as seen today, then as seen at each cut, with the days
    that followed it."""
    first, day = tables.first_day, tables.day
    found = [Period(first, day), trailing(day, 12)]
    for cut in cuts:
        found += [Period(first, cut.day), trailing(cut.day, 12), following(cut.day, horizon)]
    return found


def sums_in(tables: Tables, days: OrderDays, windows: Sequence[Period], *, level: str) -> Sums:
    """Net sales, and margin where lines have a cost, of the accounts of the order days; one pass
    over the lines."""
    lines, span = tables.order_lines, span_of(windows)
    figures = {"net": net_sales(lines)}
    if tables.has("cost"):
        figures["margin"] = margin(lines, span)
        figures["with_cost"] = amount_with_cost(lines, span)
        figures["moved"] = amount_moved(lines, span)
    summed = by_account_and_window(tables, figures, windows, level=level)
    steps = {name: (summed[name] * MONEY_STEPS).cast("int64") for name in figures}
    rows = summed.select("account_key", "window", **steps).to_pyarrow()
    keys = rows["account_key"].to_numpy()
    at = np.minimum(np.searchsorted(days.keys, keys), len(days.keys) - 1)
    ordered = days.keys[at] == keys  # others only returned
    found = {}
    for name in figures:
        sums = np.zeros((len(windows), len(days.keys)), dtype=np.int64)
        sums[rows["window"].to_numpy()[ordered], at[ordered]] = rows[name].to_numpy()[ordered]
        found[name] = sums
    return found


def order_value(
    choice: Choice, seen: Seen, sums: Sums, horizon: int
) -> tuple[OrderValue, tuple[SalesTrial, ...]]:
    """The worth of orders in the way that did best at the cuts, and how all of them did, best
    first."""
    trials = sorted(_sales_trials(choice, sums, horizon), key=by_error)
    ways = [one.way for one in trials if one.way != LAST_YEAR_SALES and one.error is not None]
    now = _told(seen, sums["net"][0], sums["net"][1])
    way = ways[0] if ways else SO_FAR
    value = OrderValue(way, now.per_order[way], now.model, now.correlation)
    return value, tuple(trials)


def _told(seen: Seen, net: Days, net_year: Days) -> _Told:
    """`net` and that of the last twelve months in money steps, of all accounts."""
    at, orders = seen.known.at, seen.known.rows[:, 0] + 1
    so_far = np.maximum(net[at], 0) / MONEY_STEPS / orders
    lately = np.maximum(net_year[at], 0) / MONEY_STEPS / np.maximum(seen.last_year, 1)
    rows = np.column_stack([orders, so_far])
    model = _fitted(rows[so_far > 0])
    drawn = so_far if model is None else model.expected_value(rows)
    ways = {
        SO_FAR: so_far,
        LATELY: np.where(seen.last_year > 0, lately, so_far),
        DRAWN: np.where(np.isfinite(drawn), drawn, so_far),
    }
    return _Told(ways, model, _correlation(rows[so_far > 0]))


def _fitted(rows: Floats) -> GammaGamma | None:
    step = -(-len(rows) // SAMPLE) or 1
    if not len(rows):
        return None
    try:
        return GammaGamma().fit(rows[::step])
    except NotIdentifiedError:
        return None


def _correlation(rows: Floats) -> float | None:
    from scipy.stats import rankdata

    if len(rows) < 3 or (np.ptp(rows, axis=0) == 0).any():
        return None
    ranks = np.column_stack([rankdata(column) for column in rows.T])
    return float(np.corrcoef(ranks.T)[0, 1])


def margin_rates(sums: Sums, at: Days) -> Floats | None:
    """Each account's margin on a unit of sales over the whole history; everybody's where its own
    is not known. None unless 95 % of all amounts have a cost."""
    if "margin" not in sums:
        return None
    net, made, with_cost, moved = (
        sums[name][0].astype(np.float64) for name in ("net", "margin", "with_cost", "moved")
    )
    enough = float(ENOUGH)
    if not moved.sum() or with_cost.sum() < enough * moved.sum() or net.sum() <= 0:
        return None
    is_known = (net > 0) & (with_cost >= enough * moved)
    rate = np.where(is_known, made / np.where(net > 0, net, 1.0), made.sum() / net.sum())
    return np.asarray(rate[at])


def _sales_trials(choice: Choice, sums: Sums, horizon: int) -> list[SalesTrial]:
    """By each way, and as much as in the year before; none without a cut."""
    told: dict[str, list[Floats]] = {}
    after = []
    for number, cut in enumerate(choice.cuts):
        before, year, followed = (sums["net"][2 + 3 * number + part] for part in range(3))
        at = cut.seen.known.at
        then = next(one for one in cut.forecasts if one.name == choice.used.name)
        orders = then.expected(cut.seen, horizon)
        for way, worth in _told(cut.seen, before, year).per_order.items():
            told.setdefault(way, []).append(orders * worth)
        again = year[at] / MONEY_STEPS * (horizon / YEAR)
        told.setdefault(LAST_YEAR_SALES, []).append(again)
        after.append(followed[at] / MONEY_STEPS)
    return [
        _sales_trial(way, np.concatenate(parts), np.concatenate(after))
        for way, parts in told.items()
    ]


def _sales_trial(way: str, forecast: Floats, actual: Floats) -> SalesTrial:
    total, sold = float(forecast.sum()), float(actual.sum())
    return SalesTrial(
        way,
        error=float(abs(forecast - actual).sum()) / sold if sold > 0 else None,
        bias=(total - sold) / sold if sold > 0 else None,
    )
