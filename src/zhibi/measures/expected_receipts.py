"""What will come in from what is owed already, week by week, with a range.

Each open debt is paid in each of the coming weeks with the chance that its account's payment curve
gives for its lateness then (`zhibi.measures.payment_curve`). The expected sum of a week is exact;
the range is that of seeded draws in which an account pays its debts together, as it does in life:
one draw an account decides for all its debts how soon each is paid, so that the range is wide
where a few accounts owe most. New orders are no part of it.

The rule it has to beat is "paid when due": what is not due yet comes in its due week, what is
overdue comes in the first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from zhibi.measures.matching import Matching, match
from zhibi.measures.payment_curve import (
    EARLIEST,
    Floats,
    History,
    PaymentCurve,
    factors_ahead,
    fit,
    history,
    week_late,
)
from zhibi.measures.periods import Period, months_before
from zhibi.result import Estimate
from zhibi.tables.calendar import Calendar, day_number
from zhibi.tables.tables import Tables

WEEKS = 13
DRAWS, SEED = 400, 20260101
LOW, HIGH = 0.1, 0.9
CUTS = 4  # quarters of 13 weeks: a whole year, with its festival
FEWEST_PAID = 30.0  # debts


@dataclass(frozen=True)
class Expected:
    """Money by week, the first being the seven days after the day. `low` and `high` are P10 and
    P90 of each week; `total` is (expected, P10, P90) of all weeks together."""

    day: date
    value: Floats
    low: Floats
    high: Floats
    total: tuple[float, float, float]
    when_due: Floats  # by the rule "paid when due"
    season: tuple[float, ...]  # see `zhibi.measures.payment_curve`
    learnt_from: int  # debts' worth of payments


def expect(tables: Tables, matching: Matching, *, months: int) -> Expected | None:
    """The next 13 weeks; None when fewer than thirty debts have been paid to learn from."""
    learnt = _learnt(tables, matching, months)
    if learnt is None:
        return None
    past, curve = learnt
    is_open = ~past.is_paid
    by_week = _chances(past, is_open, curve, tables.day, tables.calendar)
    amount = past.amount[is_open]
    low, high, total = _ranges(past.account[is_open], amount, by_week)
    value = np.diff(amount @ by_week, prepend=0.0)
    return Expected(
        day=tables.day,
        value=value,
        low=low,
        high=high,
        total=(float(value.sum()), *total),
        when_due=_when_due(past.due[is_open], amount, tables.day),
        season=curve.season,
        learnt_from=round(past.paid_count),
    )


def expect_of(
    tables: Tables, matching: Matching, account_key: int | str, *, months: int
) -> Estimate | None:
    """What one account will pay in the 13 weeks of what it owes; None as in `expect`, and where it
    owes nothing."""
    learnt = _learnt(tables, matching, months)
    if learnt is None:
        return None
    past, curve = learnt
    is_own = ~past.is_paid & (past.account_keys[past.account] == account_key)
    if not is_own.any():
        return None
    amount = past.amount[is_own]
    by_week = _chances(past, is_own, curve, tables.day, tables.calendar)
    value = float(amount @ by_week[:, -1])
    _, _, (low, high) = _ranges(past.account[is_own], amount, by_week)
    return Estimate(value, min(low, value), max(high, value), round(past.paid_count))


def _learnt(tables: Tables, matching: Matching, months: int) -> tuple[History, PaymentCurve] | None:
    """Payments of the months, and the curve fitted to them."""
    period = Period(months_before(tables.day, months) + timedelta(days=1), tables.day)
    past = history(tables, matching, period)
    if past.paid_count < FEWEST_PAID:
        return None
    return past, fit(past, period, tables.calendar)


def _chances(
    past: History,
    is_open: NDArray[np.bool_],
    curve: PaymentCurve,
    day: date,
    calendar: Calendar,
) -> Floats:
    """Of each open debt the chance to be paid by the end of each week."""
    due, account = past.due[is_open], past.account[is_open]
    factors = factors_ahead(curve, day, WEEKS, calendar)
    unpaid = np.ones(len(due))
    found = np.empty((len(due), WEEKS), order="F")
    for week in range(WEEKS):
        middle = np.full_like(due, day_number(day) + 7 * week + 4)
        hazard = curve.of_account[account, week_late(due, middle) - EARLIEST]
        hazard = np.where(middle - due < 7 * EARLIEST, 0.0, hazard)
        unpaid = unpaid * (1 - np.minimum(hazard, 1.0)) ** factors[week]
        found[:, week] = 1 - unpaid
    return found


def _ranges(
    account: NDArray[np.int64], amount: Floats, by_week: Floats
) -> tuple[Floats, Floats, tuple[float, float]]:
    """P10 and P90 of each week, and of their sum."""
    rng = np.random.default_rng(SEED)
    places, account = np.unique(account, return_inverse=True)
    drawn = np.empty((DRAWS, WEEKS))
    for draw in range(DRAWS):
        luck = rng.random(len(places))[account]
        week = np.zeros(len(amount), dtype=np.int64)  # in which it is paid; WEEKS for later
        for last in by_week.T:
            week += luck >= last
        drawn[draw] = np.bincount(week, weights=amount, minlength=WEEKS + 1)[:WEEKS]
    low, high = np.quantile(drawn, (LOW, HIGH), axis=0)
    least, most = np.quantile(drawn.sum(axis=1), (LOW, HIGH))
    return low, high, (float(least), float(most))


def _when_due(due: NDArray[np.int64], amount: Floats, day: date) -> Floats:
    week = np.maximum(due - day_number(day) - 1, 0) // 7
    is_near = week < WEEKS
    found = np.bincount(week[is_near], weights=amount[is_near], minlength=WEEKS)
    return found.astype(np.float64)


@dataclass(frozen=True)
class Record:
    """How past expectations fared: Σ|expected − received| ÷ Σ received over all weeks (WAPE),
    for this and for "paid when due"; `within` of the `weeks` lay between P10 and P90."""

    cuts: tuple[date, ...]
    weeks: int
    within: int
    received: float
    error: float | None
    error_when_due: float | None
    error_total: float | None  # of the sums of 13 weeks
    error_total_when_due: float | None

    @property
    def is_better(self) -> bool:
        return (self.error or 0.0) < (self.error_when_due or 0.0)


def past_record(
    tables: Tables, matching: Matching, *, months: int, terms: int, level: str
) -> Record | None:
    """What would have been expected at the last four quarters of thirteen weeks, from what was
    known then, against what came. None without the history, or where receivables do not say when
    they were issued, so that what was known then cannot be told."""
    if not matching.books.is_derived and not tables.has("issued_on", "receivables"):
        return None
    made: list[tuple[Expected, Floats]] = []
    for back in range(CUTS, 0, -1):
        then = tables.as_of(tables.day - timedelta(days=7 * WEEKS * back))
        if (found := expect_at(then, months=months, terms=terms, level=level)) is not None:
            expected, known = found
            made.append((expected, received_since(matching, known, then.day)))
    return _record(made) if made else None


def expect_at(
    then: Tables, *, months: int, terms: int, level: str
) -> tuple[Expected, Matching] | None:
    """What would have been expected on an earlier day, and what was open then."""
    begins = then.facts.first_day
    if begins is None or begins > then.day:
        return None
    known = match(then, terms=terms, level=level)
    expected = expect(then, known, months=months)
    return None if expected is None else (expected, known)


def received_since(matching: Matching, known: Matching, day: date) -> Floats:
    """By week after `day`, what came for the debts that were open then."""
    keys = ("account_key", "customer_id", "debt_id")
    paid = matching.paid.filter(
        matching.paid.received_on.between(day + timedelta(days=1), day + timedelta(days=7 * WEEKS))
    )
    of_open = paid.semi_join(known.open.select(*keys).distinct(), keys)
    daily = of_open.group_by("received_on").agg(amount=of_open.amount.sum()).order_by("received_on")
    found = np.zeros(WEEKS)
    for row in daily.to_pyarrow().to_pylist():
        found[((row["received_on"] - day).days - 1) // 7] += float(row["amount"])
    return found


def _record(made: list[tuple[Expected, Floats]]) -> Record:
    came = np.array([actual for _, actual in made])

    def error(guess: Floats, actual: Floats) -> float | None:
        return float(np.abs(guess - actual).sum() / actual.sum()) if actual.sum() > 0 else None

    value = np.array([one.value for one, _ in made])
    when_due = np.array([one.when_due for one, _ in made])
    low = np.array([one.low for one, _ in made])
    high = np.array([one.high for one, _ in made])
    return Record(
        cuts=tuple(one.day for one, _ in made),
        weeks=came.size,
        within=int(((came >= low - 0.005) & (came <= high + 0.005)).sum()),
        received=float(came.sum()),
        error=error(value, came),
        error_when_due=error(when_due, came),
        error_total=error(value.sum(axis=1), came.sum(axis=1)),
        error_total_when_due=error(when_due.sum(axis=1), came.sum(axis=1)),
    )
