"""Which forecast of orders to use: each asked at past days, knowing only what was known then, how
many orders every account would place in the days that followed.

    error = Σ |orders − forecast| / Σ orders        bias = Σ (forecast − orders) / Σ orders

over the accounts of all cuts. The forecast with the lowest error is used; a rule of thumb unless a
model is better than both. What could not be fitted at every cut is not compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

import numpy as np

from zhibi.measures.order_days import OrderDays
from zhibi.measures.order_forecasts import (
    OWN_RATE,
    RULES,
    Fits,
    FittedModel,
    Floats,
    Forecast,
    Seen,
    fit_models,
    seen_on,
)
from zhibi.measures.periods import Period
from zhibi.result import Estimate
from zhibi.stats.proportions import wilson
from zhibi.tables.calendar import Days

LEAVING = "MBG/CNBD-k"  # whose chance to still buy is told where no hold-out says which is best


@dataclass(frozen=True, slots=True)
class Cut:
    """What was known on a day, the forecasts of then, and how many orders followed."""

    day: date
    seen: Seen
    forecasts: tuple[Forecast, ...]
    followed: Floats


@dataclass(frozen=True, slots=True)
class Trial:
    """How one forecast did over all cuts; `coverage` is the share of accounts whose orders lay in
    their range; `met` is orders ÷ forecast in total at each cut."""

    name: str
    is_model: bool
    forecast: float
    orders: int
    error: float | None
    bias: float | None
    coverage: Estimate | None
    met: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """`used` forecasts orders; `leaving` tells the chance to still buy, None where no model that
    could be fitted does."""

    used: Forecast
    leaving: FittedModel | None
    trials: tuple[Trial, ...]
    cuts: tuple[Cut, ...]
    fits: Fits

    @property
    def trial(self) -> Trial | None:
        """That of the used forecast."""
        return next((one for one in self.trials if one.name == self.used.name), None)

    @property
    def best_rule(self) -> Trial | None:
        rules = [one for one in self.trials if not one.is_model]
        return min(rules, key=by_error, default=None)

    @property
    def is_model(self) -> bool:
        return isinstance(self.used, FittedModel)


def choose(
    days: OrderDays,
    seen: Seen,
    cuts: Sequence[date],
    *,
    first_day: date,
    settled_from: date,
    horizon: int,
) -> Choice:
    """Fit what is known today, and take what did best at the cuts."""
    fits = fit_models(seen)
    asked = [
        _cut(days, first_day, cut, settled_from=settled_from, horizon=horizon, unit=seen.unit)
        for cut in cuts
    ]
    asked = [cut for cut in asked if len(cut.followed)]
    every: tuple[Forecast, ...] = (*RULES, *fits.fitted)
    names = [one.name for one in every]
    trials = [found for name in names if (found := _trial(name, asked, horizon)) is not None]
    trials.sort(key=by_error)
    # A stable sort: with equal errors the rules stand first, as they are listed first.
    now = {one.name: one for one in every}
    has_error = bool(trials) and trials[0].error is not None
    best = trials[0].name if has_error else OWN_RATE
    return Choice(now[best], _leaving(trials, fits), tuple(trials), tuple(asked), fits)


class Judged(Protocol):
    """Anything that was held against what followed."""

    @property
    def error(self) -> float | None: ...


def by_error(trial: Judged) -> float:
    """Sorts the least off first, what could not be judged last."""
    return np.inf if trial.error is None else trial.error


def _leaving(trials: Sequence[Trial], fits: Fits) -> FittedModel | None:
    """Of the models that know customers leave, the one that did best."""
    models = {one.name: one for one in fits.fitted if one.knows_leaving}
    tried = [one.name for one in trials if one.name in models]
    return models[tried[0]] if tried else models.get(LEAVING, next(iter(models.values()), None))


def _cut(
    days: OrderDays, first_day: date, day: date, *, settled_from: date, horizon: int, unit: float
) -> Cut:
    every = seen_on(days, first_day, day, settled_from=settled_from, unit=unit)
    if not len(every.known.at):
        return Cut(day, every, (), np.empty(0))
    seen = every.sample()
    return Cut(
        day,
        seen,
        (*RULES, *fit_models(seen).fitted),
        orders_after(days, day, horizon)[seen.known.at].astype(np.float64),
    )


def orders_after(days: OrderDays, day: date, horizon: int) -> Floats:
    """Order days of each account in the so many days after a day."""
    return days.known(following(day, horizon)).order_day_count.astype(np.float64)


def following(day: date, horizon: int) -> Period:
    """The so many days after a day."""
    return Period(day + timedelta(days=1), day + timedelta(days=horizon))


def told_range(forecast: Forecast, seen: Seen, ahead: float) -> tuple[Days, Days]:
    """The range of each account's orders as it is told: whole orders that hold the mean, which of
    a skewed range may lie outside."""
    low, high = forecast.interval(seen, ahead)
    mean = forecast.expected(seen, ahead).round(1)
    return np.minimum(low, np.floor(mean).astype(np.int64)), np.maximum(
        high, np.ceil(mean).astype(np.int64)
    )


def _trial(name: str, cuts: Sequence[Cut], horizon: int) -> Trial | None:
    """None for a forecast that was not there at every cut, or where there is no cut."""
    found = [next((one for one in cut.forecasts if one.name == name), None) for cut in cuts]
    if not found:
        return None
    forecasts, hits = [], 0
    for one, cut in zip(found, cuts, strict=True):
        if one is None:
            return None
        low, high = told_range(one, cut.seen, horizon)
        forecasts.append(one.expected(cut.seen, horizon))
        hits += int(((low <= cut.followed) & (cut.followed <= high)).sum())
    followed = [cut.followed for cut in cuts]
    orders = sum(float(each.sum()) for each in followed)
    off = sum(float(abs(e - a).sum()) for e, a in zip(forecasts, followed, strict=True))
    total = sum(float(each.sum()) for each in forecasts)
    return Trial(
        name=name,
        is_model=isinstance(found[0], FittedModel),
        forecast=total,
        orders=round(orders),
        error=off / orders if orders else None,
        bias=(total - orders) / orders if orders else None,
        coverage=wilson(hits, sum(map(len, followed))),
        met=tuple(
            float(a.sum() / e.sum())
            for e, a in zip(forecasts, followed, strict=True)
            if e.sum() > 0
        ),
    )
