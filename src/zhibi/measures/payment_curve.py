"""When a debt gets paid, week by week since its due day, learnt with what is still open counted.

For each week of lateness b (−13 … 52; the due day opens week 0) the chance of being paid in it,
for what was unpaid when it began (discrete-time hazard; open debts are censored, Kaplan & Meier
1958). Each debt counts once, its parts by their share of it. Thin data leans on the wider group:

    all      h(b) = (paid(b) + h̄) / (at risk(b) + 1),   h̄ the chance of any week
    kind     h(b) = (paid(b) + K·h_all(b)) / (at risk(b) + K)
    account  h(b) = (paid(b) + K·h_kind(b)) / (at risk(b) + K),   K = 5 debts

(the posterior mean under a beta prior worth K debts). What is more than 52 weeks late goes on with
the chance of the last week.

Money also has its days. The year is cut into seasons: the four weeks before the Spring Festival's
shutdown, when people pay early, the shutdown, when nobody does, and else the four quarters of a
month (to the 7th, 15th, 23rd and last). What was received in each is held against what the hazards
alone say, and the hazards of the weeks to come are raised or lowered by these factors f,
1 − (1 − h)^f. A season with less than 20 debts expected in it is not believed (f = 1).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from zhibi.measures.lateness import with_kind
from zhibi.measures.matching import Matching
from zhibi.measures.periods import Period
from zhibi.tables.calendar import Calendar, day_number
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

EARLIEST, LATEST = -13, 52  # weeks late
WIDTH = LATEST - EARLIEST + 1
PRIOR = 5.0  # debts' worth of the wider group
MONTH_QUARTERS = (8, 16, 24)  # the first days of the second, third and last
BEFORE, DURING, SEASONS = 4, 5, 6  # after the quarters of a month: before the festival, in it
FESTIVAL = "Spring Festival"
WEEKS_BEFORE = 4
FEWEST_EXPECTED = 20.0  # debts; below, a season is not believed
FACTOR_LIMITS = (0.02, 6.0)


@dataclass(frozen=True)
class History:
    """Parts of debts, one element each: places of account and kind, week late at its end and
    whether that was a payment, the part's share of its debt, day numbers."""

    account_keys: NDArray[Any]
    account: Ints
    kind: Ints
    due: Ints
    end: Ints  # paid on, else the day the history ends
    is_paid: NDArray[np.bool_]
    weight: Floats
    amount: Floats

    @property
    def paid_count(self) -> float:
        """Debts' worth of payments."""
        return float(self.weight[self.is_paid].sum())


@dataclass(frozen=True)
class PaymentCurve:
    """`of_account[i, b]`: the hazard of account `i` in week EARLIEST + b; `season` the factors of
    the seasons, 1 where the history shows none."""

    of_account: Floats
    season: tuple[float, ...]


def history(tables: Tables, matching: Matching, period: Period) -> History:
    """The debts that were open at any time in a period that ends on the as-of day."""
    import ibis

    parts = matching.parts
    whole = ibis.window(group_by="debt_n")
    debts = parts.filter(parts.debt_n.notnull() & ~parts.is_paid_back)
    shares = debts.mutate(
        weight=(debts.amount.cast("float64") / debts.amount.sum().over(whole).cast("float64")).cast(
            "decimal(18,9)"
        )
    )
    # Cleared by a credit note: neither paid nor left open.
    known = shares.filter(shares.is_receipt.fill_null(True))
    known = known.filter(known.received_on.isnull() | (known.received_on >= period.start))
    rows = known.select("account_key", "due_on", "received_on", "weight", "amount")
    rows = with_kind(tables, rows).join(_account_numbers(matching), "account_key")
    by = ("account", "account_key", "kind", "due_on", "received_on")
    # Added up as decimals: a sum of floats hangs on the order in which threads come to it.
    sums = {name: rows[name].sum().cast("float64") for name in ("weight", "amount")}
    found = rows.group_by(*by).agg(**sums).order_by(*by).to_pyarrow()
    paid_on = found["received_on"].cast("date32").cast("int32").combine_chunks()
    _, first, account = np.unique(
        found["account"].to_numpy(), return_index=True, return_inverse=True
    )
    _, kind = np.unique(found["kind"].to_numpy().astype(str), return_inverse=True)
    return History(
        account_keys=found["account_key"].to_numpy()[first],
        account=account,
        kind=kind,
        due=found["due_on"].cast("date32").cast("int32").to_numpy().astype(np.int64),
        end=paid_on.fill_null(day_number(period.end)).to_numpy().astype(np.int64),
        is_paid=paid_on.is_valid().to_numpy(zero_copy_only=False),
        weight=found["weight"].to_numpy(),
        amount=found["amount"].to_numpy(),
    )


def _account_numbers(matching: Matching) -> ir.Table:
    """account_key → account, numbered by customer id: draws must not hang on keys, which an import
    gives out as it comes."""
    import ibis

    parts = matching.parts
    named = parts.group_by("account_key").agg(customer_id=parts.customer_id.min())
    number = ibis.row_number().over(order_by=[named.customer_id, named.account_key])
    return named.select("account_key", account=number)


def week_late(due: Ints, day: Ints) -> Ints:
    """Which week of lateness a day falls into, within EARLIEST … LATEST."""
    weeks: Ints = np.clip((day - due) // 7, EARLIEST, LATEST)
    return weeks


def fit(past: History, period: Period, calendar: Calendar) -> PaymentCurve:
    """Learn the hazards and the season."""
    place = week_late(past.due, past.end) - EARLIEST
    begun = week_late(past.due, np.full_like(past.due, day_number(period.start))) - EARLIEST
    place = np.maximum(place, begun)
    kinds, accounts = int(past.kind.max(initial=0)) + 1, len(past.account_keys)
    nobody = np.zeros_like(past.kind)
    paid, risk = _counts(past, nobody, (1, place, begun))
    weekly = paid.sum() / max(risk.sum(), 1.0)
    of_all = (paid + weekly) / (risk + 1)
    paid, risk = _counts(past, past.kind, (kinds, place, begun))
    of_kind = (paid + PRIOR * of_all) / (risk + PRIOR)
    paid, risk = _counts(past, past.account, (accounts, place, begun))
    kind_of = np.zeros(accounts, dtype=np.int64)
    kind_of[past.account] = past.kind
    of_account = (paid + PRIOR * of_kind[kind_of]) / (risk + PRIOR)
    return PaymentCurve(of_account, _season(past, of_all[0], period, calendar))


def _counts(past: History, group: Ints, shape: tuple[int, Ints, Ints]) -> tuple[Floats, Floats]:
    """Payments in, and debts at risk at the start of, each week of lateness, by group."""
    groups, place, begun = shape

    def added(weight: Floats, at: Ints) -> Floats:
        flat = np.bincount(group * WIDTH + at, weights=weight, minlength=groups * WIDTH)
        return flat.reshape(groups, WIDTH).astype(np.float64)

    paid = added(np.where(past.is_paid, past.weight, 0.0), place)
    entered = np.cumsum(added(past.weight, begun), axis=1)
    left = np.cumsum(added(past.weight, place), axis=1)
    # Still at risk in week b: entered by then, and not gone in a week before; who is censored in
    # week b was not there for all of it.
    gone_before = np.concatenate([np.zeros((groups, 1)), left[:, :-1]], axis=1)
    censored = added(np.where(past.is_paid, 0.0, past.weight), place)
    return paid, np.maximum(entered - gone_before - censored, paid)


def _season(past: History, hazard: Floats, period: Period, calendar: Calendar) -> tuple[float, ...]:
    """How many times what the hazards say was paid, by season."""
    paid = past.is_paid
    at = seasons(past.end[paid], calendar)
    seen = np.bincount(at, weights=past.weight[paid], minlength=SEASONS)
    expected = np.zeros(SEASONS)
    alive, first_due = _alive(past, period)
    due = first_due + np.arange(len(alive))
    for week in range(alive.shape[1] - 1):
        first = day_number(period.start) + 7 * week
        late = week_late(due, np.full_like(due, first + 3)) - EARLIEST
        is_near = due + 7 * EARLIEST <= first
        chance = float((alive[:, week] * hazard[late] * is_near).sum())
        expected += chance * shares_of_week(first, calendar)
    factors = np.clip(seen / np.maximum(expected, FEWEST_EXPECTED), *FACTOR_LIMITS)
    return tuple(np.where(expected < FEWEST_EXPECTED, 1.0, factors).tolist())


def _alive(past: History, period: Period) -> tuple[Floats, int]:
    """By due day (from the second value on) and week of the period, the debts unpaid when the week
    begins; the last column is after the period."""
    start, weeks = day_number(period.start), period.days // 7
    # Beyond these days a debt is in the first or the last week of lateness all the time.
    first_due = start - 7 * (LATEST + 1)
    last_due = day_number(period.end) + 7 * (1 - EARLIEST)
    days = last_due - first_due + 1
    gone = np.clip((past.end - start) // 7, 0, weeks)
    cell = (np.clip(past.due, first_due, last_due) - first_due) * (weeks + 1) + gone
    left = np.bincount(cell, weights=past.weight, minlength=days * (weeks + 1))
    table = left.reshape(days, weeks + 1).astype(np.float64)
    return np.cumsum(table[:, ::-1], axis=1)[:, ::-1], first_due


def seasons(days: Ints, calendar: Calendar) -> Ints:
    """The season of each day number."""
    dates = days.astype("datetime64[D]")
    of_month = (dates - dates.astype("datetime64[M]")).astype(np.int64) + 1
    found: Ints = np.searchsorted(np.array(MONTH_QUARTERS), of_month, side="right")
    for shutdown in calendar.shutdowns:
        if shutdown.name == FESTIVAL:
            start, end = day_number(shutdown.start), day_number(shutdown.end)
            found[(days >= start - 7 * WEEKS_BEFORE) & (days < start)] = BEFORE
            found[(days >= start) & (days <= end)] = DURING
    return found


def shares_of_week(first: int, calendar: Calendar) -> Floats:
    """The shares of the seasons in the seven days from a day number on."""
    return np.bincount(seasons(np.arange(first, first + 7), calendar), minlength=SEASONS) / 7


def factors_ahead(curve: PaymentCurve, day: date, weeks: int, calendar: Calendar) -> Floats:
    """The season's factor of each of the weeks after a day."""
    starts = [day_number(day + timedelta(days=7 * week + 1)) for week in range(weeks)]
    season = np.array(curve.season)
    return np.array([float(shares_of_week(start, calendar) @ season) for start in starts])
