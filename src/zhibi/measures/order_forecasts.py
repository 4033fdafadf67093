"""How many orders each account will place: two rules of thumb, and models of a customer base.

The rules are what people do without a model: as many orders again as in the last 365 days, and
the account's own average since its first order (x/T; Wübben & von Wangenheim 2008 found such rules
hard to beat). The models are those of `zhibi.stats.lifetimes`. Who is first seen soon after the
data begins may be an old customer, of whom only those are left who stayed: where there are enough,
they are fitted apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from zhibi.measures.histories import SAMPLE, Histories, histories
from zhibi.measures.order_days import OrderDays
from zhibi.measures.periods import Period
from zhibi.stats.identification import NotIdentifiedError, Reason
from zhibi.stats.lifetimes import (
    BGNBD,
    MBGCNBD,
    MBGNBD,
    NBD,
    OrderModel,
    ParetoNBD,
    discounted_lifetime_value,
)
from zhibi.tables.calendar import Days, day_number

Floats = NDArray[np.float64]
Marks = NDArray[np.bool_]

YEAR = 365.0
QUARTERS = 4  # a year; value is discounted from the end of each
PROBABILITY = 0.8  # of the range of orders
FEWEST = 100  # accounts that are fitted apart
FEWEST_AGAIN = 20  # accounts with a second order that a model is fitted to
LAST_YEAR, OWN_RATE = "as many as last year", "own average so far"
Skipped = Reason | Literal["too_few"]
MODELS: Mapping[str, type[OrderModel]] = {
    "NBD": NBD,
    "BG/NBD": BGNBD,
    "MBG/NBD": MBGNBD,
    "Pareto/NBD": ParetoNBD,
    "MBG/CNBD-k": MBGCNBD,
}


@dataclass(frozen=True, slots=True)
class Seen:
    """Accounts with an order, as seen on one day. Times in `rows` are in `unit` days; `last_year`
    counts order days; `is_early` marks who was first seen soon after the data begins."""

    known: Histories
    last_year: Days
    is_early: Marks
    unit: float

    def only(self, which: Marks | Days) -> Seen:
        known = self.known
        some = Histories(known.at[which], known.rows[which], known.log_gaps[which])
        return Seen(some, self.last_year[which], self.is_early[which], self.unit)

    def sample(self) -> Seen:
        """At most SAMPLE accounts, always the same."""
        if len(self.known.at) <= SAMPLE:
            return self
        return self.only(np.searchsorted(self.known.at, self.known.sample().at))


def seen_on(
    days: OrderDays, first_day: date, day: date, *, settled_from: date, unit: float
) -> Seen:
    """What is known of every account on a day that has an order up to it."""
    known = days.known(Period(first_day, day))
    found = histories(known, day, unit=unit)
    lately = days.known(Period(max(first_day, day - timedelta(days=364)), day))
    return Seen(
        known=found,
        last_year=lately.order_day_count[found.at],
        is_early=known.first[found.at] < day_number(settled_from),
        unit=unit,
    )


class Forecast(Protocol):
    """Answers for each of some accounts; lengths of time are in days."""

    @property
    def name(self) -> str: ...
    def expected(self, seen: Seen, ahead: float) -> Floats: ...
    def interval(self, seen: Seen, ahead: float) -> tuple[Days, Days]: ...
    def discounted(self, seen: Seen, *, years: int, discount: float) -> Floats:
        """Expected orders of so many years, each discounted from the end of its quarter."""
        ...


@dataclass(frozen=True, slots=True)
class RuleOfThumb:
    """The same number of orders every day; its range is that of orders at random (Poisson)."""

    name: str
    per_day: Callable[[Seen], Floats]

    def expected(self, seen: Seen, ahead: float) -> Floats:
        return self.per_day(seen) * ahead

    def interval(self, seen: Seen, ahead: float) -> tuple[Days, Days]:
        from scipy.stats import poisson

        mean = self.expected(seen, ahead)
        tail = (1 - PROBABILITY) / 2
        low, high = (np.where(mean > 0, poisson.ppf(at, mean), 0) for at in (tail, 1 - tail))
        return low.astype(np.int64), high.astype(np.int64)

    def discounted(self, seen: Seen, *, years: int, discount: float) -> Floats:
        quarters = np.arange(1, years * QUARTERS + 1)
        worth = float(((1 + discount) ** (-quarters / QUARTERS)).sum())
        return self.expected(seen, YEAR / QUARTERS) * worth


def _own_rate(seen: Seen) -> Floats:
    x, _, length = seen.known.rows.T
    return np.asarray(x / np.maximum(length, 1 / seen.unit) / seen.unit)


RULES: tuple[RuleOfThumb, ...] = (
    RuleOfThumb(LAST_YEAR, lambda seen: seen.last_year / YEAR),
    RuleOfThumb(OWN_RATE, _own_rate),
)


@dataclass(frozen=True, slots=True)
class FittedModel:
    """One model, fitted to all accounts (`settled` and `early` are one) or to the two kinds."""

    name: str
    settled: OrderModel
    early: OrderModel

    @property
    def is_apart(self) -> bool:
        return self.settled is not self.early

    def expected(self, seen: Seen, ahead: float) -> Floats:
        t = ahead / seen.unit
        return self._each(seen, lambda model, rows: model.expected_orders(rows, t))

    def interval(self, seen: Seen, ahead: float) -> tuple[Days, Days]:
        t = ahead / seen.unit

        def ends(model: OrderModel, rows: Floats) -> Floats:
            low, high = model.expected_orders_interval(rows, t, PROBABILITY)
            return np.column_stack([low, high]).astype(np.float64)

        found = self._each(seen, ends).astype(np.int64)
        return found[:, 0], found[:, 1]

    def discounted(self, seen: Seen, *, years: int, discount: float) -> Floats:
        rate = (1 + discount) ** (1 / QUARTERS) - 1
        length = YEAR / QUARTERS / seen.unit

        def worth(model: OrderModel, rows: Floats) -> Floats:
            return discounted_lifetime_value(
                model, rows, 1.0, periods=years * QUARTERS, discount=rate, length=length
            )

        return self._each(seen, worth)

    @property
    def knows_leaving(self) -> bool:
        return not isinstance(self.settled, NBD)

    def still_buying(self, seen: Seen) -> Floats:
        """The chance that each still buys; nan where the model cannot tell: BG/NBD says 1 of
        everybody who ordered once."""
        chance = self._each(seen, lambda model, rows: model.p_alive(rows))
        if isinstance(self.settled, BGNBD):
            return np.where(seen.known.rows[:, 0] > 0, chance, np.nan)
        return chance

    def _each(self, seen: Seen, answer: Callable[[OrderModel, Floats], Floats]) -> Floats:
        rows = seen.known.rows
        if not self.is_apart:
            return answer(self.settled, rows)
        parts = [(which, model) for which, model in (
            (np.flatnonzero(~seen.is_early), self.settled),
            (np.flatnonzero(seen.is_early), self.early),
        ) if len(which)]  # fmt: skip
        answers = [answer(model, rows[which]) for which, model in parts]
        return np.concatenate(answers)[np.argsort(np.concatenate([which for which, _ in parts]))]


@dataclass(frozen=True, slots=True)
class Fits:
    """The models that could be fitted, and why the others could not."""

    fitted: tuple[FittedModel, ...]
    failed: Mapping[str, Skipped]


def fit_models(seen: Seen) -> Fits:
    """Every model, fitted to a sample of the accounts."""
    some = seen.sample()
    fitted: list[FittedModel] = []
    failed: dict[str, Skipped] = {}
    again = int((some.known.rows[:, 0] > 0).sum())
    if 0 < again < FEWEST_AGAIN:
        return Fits((), dict.fromkeys(MODELS, "too_few"))
    for name, kind in MODELS.items():
        try:
            fitted.append(FittedModel(name, *_parts(kind, some)))
        except NotIdentifiedError as problem:
            failed[name] = problem.reason
    return Fits(tuple(fitted), failed)


def _parts(kind: type[OrderModel], seen: Seen) -> tuple[OrderModel, OrderModel]:
    """Fitted apart where both kinds of accounts tell enough, else together."""
    early = int(seen.is_early.sum())
    if min(early, len(seen.is_early) - early) >= FEWEST:
        try:
            return _fit(kind, seen.only(~seen.is_early)), _fit(kind, seen.only(seen.is_early))
        except NotIdentifiedError:
            pass
    whole = _fit(kind, seen)
    return whole, whole


def _fit(kind: type[OrderModel], seen: Seen) -> OrderModel:
    known = seen.known
    with_gaps = kind is MBGCNBD
    rows = np.column_stack([known.rows, known.log_gaps]) if with_gaps else known.rows
    return kind().fit(rows)
