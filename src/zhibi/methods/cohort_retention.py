"""Do the customers we win stay, and do the newer ones stay as well as the older?

Accounts are grouped by the calendar period of their first order. Of each cohort the table shows
which share ordered in each later period, and what was sold to it then against its first period.
The average at an age is over the cohorts that have reached it, weighted by accounts, with a
Wilson interval. The repeat rate is the share of new customers who ordered a second time within so
many days, of those whose first order is at least that long ago, so that the young do not count
as lost.

How long they stay is a life table over quarters (`zhibi.measures.stays`): who has not ordered for
`gone` days has gone on the day of the last order, who ordered since was still there.

The data begins somewhere: who first appears in its first `settle` months may have bought before.
Those cohorts are shown, and left out of every average and comparison.

Do not read a share at an age as "still a customer": who buys once a year orders in one quarter of
four. A cohort of a few accounts says little; n is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from zhibi.measures.cohorts import (
    MONTHS,
    Cohort,
    NewAccounts,
    cohorts,
    end_of_whole_periods,
    new_accounts,
)
from zhibi.measures.periods import months_before
from zhibi.measures.stays import Stays, stay_chart, stay_table, stays
from zhibi.params import check, param
from zhibi.result import (
    Block,
    Chart,
    Column,
    Estimate,
    Figure,
    Finding,
    Identity,
    Mark,
    Note,
    Section,
    Sentence,
    Severity,
    Table,
    Unit,
)
from zhibi.stats.proportions import apart, wilson
from zhibi.tables.calendar import day_number
from zhibi.tables.tables import LEVELS, Tables

TITLE = "Do new customers stay, and do the newer ones stay as well?"
WAITS = (30, 90, 180, 365)  # days within which a second order is asked for
JUDGED = 180  # of these, the one that newer and older customers are compared by
TELLING = 10  # customers on each side below which a difference is not told
SHOWN_AGES = 16


@dataclass(frozen=True, slots=True)
class Params:
    each: str = param(
        "quarter", help="Length of the periods customers are grouped by.", choices=tuple(MONTHS)
    )
    settle: int = param(
        12, unit="months", within=(0, 120),
        help="Customers first seen in this time after the data begins may be old ones.",
    )  # fmt: skip
    gone: int = param(
        365, unit="days", help="Who has not ordered for this long has gone.", within=(30, 3650)
    )
    level: str = param("group", help="Whose orders are followed.", choices=LEVELS)


@dataclass(frozen=True, slots=True)
class Repeat:
    """Second orders within `days` of the first: of all new customers, of those won in the last
    twelve months that can be judged, and of those before."""

    days: int
    every: Estimate | None
    newer: Estimate | None
    older: Estimate | None


@dataclass(frozen=True, slots=True)
class CohortRetention:
    """`cohorts` oldest first; `repeats` by the days waited; `stays` by quarters since the first
    order."""

    identity: Identity
    cohorts: tuple[Cohort, ...]
    repeats: tuple[Repeat, ...]
    retention: Table
    by_age: Table
    picture: Chart
    curve: Chart
    repeat: Table
    stays: Stays
    findings: tuple[Finding, ...]
    notes: tuple[Note, ...]
    title: str = TITLE

    def blocks(self) -> tuple[Block, ...]:
        return (
            Section("How many come back", (self.repeat,)),
            Section("Who orders again, by when they first ordered", (self.picture, self.retention)),
            Section("How much stays with time", (self.curve, self.by_age)),
            *self._stays(),
            *self.notes,
        )

    def _stays(self) -> tuple[Section, ...]:
        blocks = (stay_chart(self.stays), stay_table(self.stays))
        return (Section("How long they stay", blocks),) if self.stays else ()


def analyze(tables: Tables, params: Params | None = None) -> CohortRetention:
    """Follow every cohort to the last whole period."""
    params = params or Params()
    check("cohort_retention", params)
    settled_from = months_before(tables.first_day, -params.settle)
    found = cohorts(tables, each=params.each, settled_from=settled_from, level=params.level)
    new = new_accounts(tables, since=settled_from, level=params.level)
    lately = months_before(tables.day, 12) - timedelta(days=JUDGED)
    repeats = tuple(_repeat(new, days, lately=lately) for days in WAITS)
    ages = _ages(found)
    return CohortRetention(
        identity=tables.identity("cohort_retention", params, params.level),
        cohorts=found,
        repeats=repeats,
        retention=_retention(found),
        by_age=_by_age(ages),
        picture=_picture(found),
        curve=_curve(ages),
        repeat=_repeat_table(repeats),
        stays=stays(new, gone=params.gone),
        findings=_findings(repeats, tables.day),
        notes=_notes(
            found,
            end=end_of_whole_periods(tables.day, params.each),
            lately=lately,
            settled_from=settled_from,
        ),
    )


def _repeat(new: NewAccounts, days: int, *, lately: date) -> Repeat:
    return Repeat(
        days,
        every=wilson(*new.again_within(days)),
        newer=wilson(*new.again_within(days, since=day_number(lately))),
        older=wilson(*new.again_within(days, until=day_number(lately))),
    )


@dataclass(frozen=True, slots=True)
class _Age:
    """All settled cohorts that have reached an age."""

    age: int
    active: Estimate
    net: Decimal
    net_first: Decimal  # of the same cohorts, in the period of their first orders

    @property
    def kept(self) -> float | None:
        return float(self.net / self.net_first) if self.net_first > 0 else None


def _ages(found: Sequence[Cohort]) -> list[_Age]:
    settled = [cohort for cohort in found if cohort.is_settled]
    ages = []
    for age in range(max((len(cohort.active) for cohort in settled), default=0)):
        reached = [cohort for cohort in settled if len(cohort.active) > age]
        active = wilson(
            sum(cohort.active[age] for cohort in reached),
            sum(cohort.accounts for cohort in reached),
        )
        if active:
            net = sum((cohort.net[age] for cohort in reached), Decimal(0))
            first = sum((cohort.net[0] for cohort in reached), Decimal(0))
            ages.append(_Age(age, active, net, first))
    return ages


def _retention(found: Sequence[Cohort]) -> Table:
    rows = tuple(
        (
            cohort.name,
            "settled" if cohort.is_settled else "may be old customers",
            cohort.accounts,
            _share(cohort, 1),
            _share(cohort, 4),
            _share(cohort, len(cohort.active) - 1),
            cohort.net[0],
            sum(cohort.net, Decimal(0)),
        )
        for cohort in reversed(found)
    )
    return Table(
        key="cohorts",
        title="Customers by the period of their first order",
        columns=(
            Column("cohort", "First ordered", Unit.NAME),
            Column("kind", "New for sure?", Unit.TERM),
            Column("accounts", "Customers", Unit.COUNT, total=True),
            Column("active_1", "Ordered in the next period", Unit.SHARE),
            Column("active_4", "Ordered four periods later", Unit.SHARE),
            Column("active_last", "Ordered in the last period", Unit.SHARE),
            Column("net_first", "Net sales in the first period", Unit.MONEY, total=True),
            Column("net", "Net sales since", Unit.MONEY, total=True),
        ),
        rows=rows,
        row_count=len(rows),
        totals=(
            None,
            None,
            sum(cohort.accounts for cohort in found),
            None,
            None,
            None,
            sum((cohort.net[0] for cohort in found), Decimal(0)),
            sum((net for cohort in found for net in cohort.net), Decimal(0)),
        ),
    )


def _share(cohort: Cohort, age: int) -> float | None:
    """None for an age the cohort has not reached, or that is its beginning."""
    return cohort.active[age] / cohort.accounts if 0 < age < len(cohort.active) else None


def _by_age(ages: Sequence[_Age]) -> Table:
    rows = tuple(
        (one.age, one.active.n, one.active, one.net_first, one.net, one.kept) for one in ages
    )
    return Table(
        key="by_age",
        title="All cohorts together, by the periods since the first order",
        columns=(
            Column("age", "Periods since the first order", Unit.COUNT),
            Column("accounts", "Customers who have reached it", Unit.COUNT),
            Column("active", "Ordered in that period", Unit.SHARE),
            Column("net_first", "Their net sales in the first period", Unit.MONEY),
            Column("net", "Their net sales in that period", Unit.MONEY),
            Column("kept", "Sales against the first period", Unit.SHARE),
        ),
        rows=rows,
        row_count=len(rows),
    )


def _picture(found: Sequence[Cohort]) -> Chart:
    rows = tuple(
        (age, cohort.name, cohort.active[age] / cohort.accounts)
        for cohort in found
        for age in range(1, min(len(cohort.active), SHOWN_AGES + 1))
    )
    settled = [cohort for cohort in found if cohort.is_settled]
    return Chart(
        key="cohort_retention",
        title="Share of each cohort that ordered, by periods since its first order",
        mark=Mark.HEAT_MAP,
        columns=(
            Column("age", "Periods since the first order", Unit.COUNT),
            Column("cohort", "First ordered", Unit.NAME),
            Column("active", "Ordered", Unit.SHARE),
        ),
        rows=rows,
        x="age",
        y=("active",),
        series="cohort",
        text=Sentence(
            "{n:cohort|cohorts} of customers who are new for sure, {accounts} customers in all.",
            {
                "n": Figure(len(settled), Unit.COUNT),
                "accounts": Figure(sum(cohort.accounts for cohort in settled), Unit.COUNT),
            },
        ),
    )


def _curve(ages: Sequence[_Age]) -> Chart:
    shown = [one for one in ages if one.age][:SHOWN_AGES]
    first = shown[0].active if shown else None
    return Chart(
        key="retention_curve",
        title="Share of customers who ordered, by periods since the first order",
        mark=Mark.INTERVAL,
        columns=(
            Column("age", "Periods since the first order", Unit.COUNT),
            Column("active", "Ordered in that period", Unit.SHARE),
            Column("low", "Low", Unit.SHARE),
            Column("high", "High", Unit.SHARE),
        ),
        rows=tuple((one.age, one.active.value, one.active.low, one.active.high) for one in shown),
        x="age",
        y=("active", "low", "high"),
        text=Sentence(
            "In the period after the one of their first order {share} of new customers ordered."
            if first is not None
            else "Of no new customer is the period after that of its first order over yet.",
            {"share": Figure(first, Unit.SHARE)},
        ),
    )


def _repeat_table(repeats: Sequence[Repeat]) -> Table:
    rows = tuple(
        (
            one.days,
            one.every.n if one.every else 0,
            one.every,
            one.newer.n if one.newer else 0,
            one.newer,
            one.older.n if one.older else 0,
            one.older,
        )
        for one in repeats
    )
    return Table(
        key="repeat",
        title="New customers who ordered a second time",
        columns=(
            Column("days", "Within", Unit.DAYS),
            Column("n", "New customers", Unit.COUNT),
            Column("again", "Ordered again", Unit.SHARE),
            Column("n_newer", "Won lately", Unit.COUNT),
            Column("again_newer", "Of those, ordered again", Unit.SHARE),
            Column("n_older", "Won before", Unit.COUNT),
            Column("again_older", "Of those, again", Unit.SHARE),
        ),
        rows=rows,
        row_count=len(rows),
    )


def _findings(repeats: Sequence[Repeat], day: date) -> tuple[Finding, ...]:
    """One, on the judged wait: the change where it is beyond chance, else the rate itself."""
    judged = next(one for one in repeats if one.days == JUDGED)
    if judged.every is None or judged.every.n < TELLING:
        return ()
    figures = {
        "n": Figure(judged.every.n, Unit.COUNT),
        "share": Figure(judged.every.value, Unit.SHARE),
        "days": Figure(judged.days, Unit.DAYS),
    }
    says = Sentence(
        "Of {n:new customer|new customers}, {share} ordered a second time within {days}.", figures
    )
    severity, action = Severity.INFO, None
    newer, older = judged.newer, judged.older
    if newer and older and min(newer.n, older.n) >= TELLING and apart(newer, older):
        figures = {
            "n": Figure(newer.n, Unit.COUNT),
            "newer": Figure(newer.value, Unit.SHARE),
            "older": Figure(older.value, Unit.SHARE),
            "n_older": Figure(older.n, Unit.COUNT),
            "days": Figure(judged.days, Unit.DAYS),
        }
        says = Sentence(
            "Of {n:customer|customers} won lately, {newer} ordered again within {days}; of the "
            "{n_older} before them, {older}.",
            figures,
        )
        is_worse = newer.value < older.value
        severity = Severity.SOON if is_worse else Severity.GOOD
        if is_worse:
            action = Sentence(
                "Ask ten of the new customers who did not come back why, and call every new one "
                "before its second month is over."
            )
    return (Finding("cohort_retention.repeat", says, severity, day.replace(day=1), action=action),)


def _notes(
    found: Sequence[Cohort], *, end: date, lately: date, settled_from: date
) -> tuple[Note, ...]:
    old = sum(cohort.accounts for cohort in found if not cohort.is_settled)
    says = [
        Sentence(
            "Followed to {day}, the end of the last whole period; won lately means a first order "
            "on {lately} or after.",
            {"day": Figure(end, Unit.DATE), "lately": Figure(lately, Unit.DATE)},
        )
    ]
    if old:
        says.append(
            Sentence(
                "{n:customer|customers} first seen before {day} may have bought before the data "
                "begins; they are shown, and in no average.",
                {"n": Figure(old, Unit.COUNT), "day": Figure(settled_from, Unit.DATE)},
            )
        )
    if not any(cohort.is_settled for cohort in found):
        says.append(
            Sentence("No customer is known to be new: the data is too short to follow any.")
        )
    return tuple(Note(one) for one in says)
