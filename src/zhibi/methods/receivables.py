"""Who owes what, since when, how late does money come, and what will come in?

Receipts are matched with what they paid as the books allocate them, else the oldest debt of a
legal entity first (`zhibi.measures.matching`). What stays open is aged by its due day; retention
not yet due is neither due nor overdue; bills count as received, and as cash when they mature.
Days sales outstanding are counted back over sales with tax. Habits of payment are the days from
the due day to the receipt, weighted by amount; the weeks ahead follow from them, leaning on what is
usual for the kind of customer (`zhibi.measures.payment_curve`), and are held against the rule "all
is paid when due" at past quarters.

Where there are receipts only, debts are derived from orders and due `terms` days later. What was
owed before the first order is then unknown: compare customers, do not trust the level.

Do not trust oldest-first matching where a customer withholds one disputed invoice and pays all
others: the open item is then the wrong one, the open amount is right.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from zhibi.measures import ageing
from zhibi.measures.ageing import ALL_BUCKETS, Totals, bills, totals
from zhibi.measures.ages_shown import BUCKET_LABELS, ages_chart
from zhibi.measures.books import refuse_nothing
from zhibi.measures.days_outstanding import DaysOutstanding, days_outstanding
from zhibi.measures.debtors import debtors, kinds
from zhibi.measures.debts_told import Told, findings_of, notes_of
from zhibi.measures.expected_receipts import Expected, Record, expect, past_record
from zhibi.measures.lateness import paid_late
from zhibi.measures.matching import Matching, match
from zhibi.measures.periods import trailing
from zhibi.measures.receipts_ahead import (
    maturing,
    record_notes,
    record_table,
    weeks_chart,
    weeks_table,
)
from zhibi.measures.rows import tabulate
from zhibi.params import check, param
from zhibi.result import (
    Block,
    Chart,
    Column,
    Figure,
    Finding,
    Identity,
    Mark,
    Note,
    Section,
    Sentence,
    Table,
    Unit,
)
from zhibi.tables.tables import LEVELS, Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

MILESTONES_DRAWN = 8
TITLE = "Who owes what, how late does money come, and what will come in?"


@dataclass(frozen=True, slots=True)
class Params:
    terms: int = param(
        60, unit="days", within=(0, 365),
        help="Where there are no receivables: orders fall due after so many days.",
    )  # fmt: skip
    hold_days: int = param(
        90, unit="days", within=(1, 1000),
        help="Suggest a hold when money is overdue for longer.",
    )  # fmt: skip
    months: int = param(
        24, unit="months", help="History that payment habits are learnt from.", within=(13, 240)
    )
    backtest: bool = param(
        True, help="Whether past expectations are held against what was received."
    )
    level: str = param("group", help="Whose debts are taken together.", choices=LEVELS)


@dataclass(frozen=True, slots=True)
class Receivables:
    """`owing`: accounts by what is overdue; `paying`: how they pay, and their credit standing;
    `outstanding`: days sales outstanding by month; `weeks`: expected receipts and bills; `record`
    how such expectations fared, None where they cannot be asked."""

    identity: Identity
    totals: Totals
    ages: Chart
    milestone_ages: Chart | None
    owing: Table
    milestones: Table
    outstanding: Table
    outstanding_chart: Chart
    kinds: Table
    paying: Table
    weeks: Table
    weeks_chart: Chart | None
    expected: Expected | None
    record: Record | None
    record_table: Table | None
    notes: tuple[Note, ...]
    method: tuple[Note, ...]
    findings: tuple[Finding, ...]
    subtitle: Sentence
    accounts: ir.Table = field(compare=False, repr=False)  # for who combines results
    title: str = TITLE

    def blocks(self) -> tuple[Block, ...]:
        by_milestone = (self.milestone_ages,) if self.milestone_ages else ()
        ahead = (self.weeks_chart,) if self.weeks_chart else ()
        record = (self.record_table,) if self.record_table else ()
        return (
            Section(
                "What is owed, and since when", (*_figures(self.totals), self.ages, *by_milestone)
            ),
            Section("Who owes it", (self.owing, self.milestones, *self.notes)),
            Section("What will come in", (*ahead, self.weeks, *record)),
            Section("How late money comes", (self.kinds, self.paying)),
            Section(
                "How long sales wait for their money", (self.outstanding_chart, self.outstanding)
            ),
            Section("How it was worked out", self.method),
        )


def analyze(tables: Tables, params: Params | None = None) -> Receivables:
    """Match, age, and look ahead."""
    params = params or Params()
    check("receivables", params)
    matching = match(tables, terms=params.terms, level=params.level)
    refuse_nothing(tables, matching.books)
    accounts = debtors(
        tables, matching, months=params.months, hold_days=params.hold_days, level=params.level
    )
    expected = expect(tables, matching, months=params.months)
    record = _record(tables, matching, params) if params.backtest else None
    told = Told(
        tables=tables,
        books=matching.books,
        totals=totals(tables, matching),
        outstanding=days_outstanding(tables, matching),
        expected=expected,
        record=record,
        ripe=maturing(bills(tables, matching), tables.day),
    )
    weeks = weeks_table(expected, told.ripe, tables.day)
    milestones = _milestones(tables, matching)
    method = [*notes_of(told), *(record_notes(record) if params.backtest else [])]
    return Receivables(
        identity=tables.identity("receivables", params, params.level),
        totals=told.totals,
        ages=_ages(milestones),
        milestone_ages=_milestone_ages(milestones),
        owing=_owing(accounts),
        milestones=milestones,
        outstanding=_outstanding(told.outstanding),
        outstanding_chart=_outstanding_chart(told.outstanding),
        kinds=_kinds(tables, matching, params.months),
        paying=_paying(accounts),
        weeks=weeks,
        weeks_chart=weeks_chart(expected, weeks) if expected else None,
        expected=expected,
        record=record,
        record_table=record_table(record) if record else None,
        notes=_notes(told),
        method=tuple(map(Note, method)),
        findings=findings_of(told, accounts, hold_days=params.hold_days, level=params.level),
        subtitle=_subtitle(tables, params, told),
        accounts=accounts,
    )


def _record(tables: Tables, matching: Matching, params: Params) -> Record | None:
    return past_record(
        tables, matching, months=params.months, terms=params.terms, level=params.level
    )


def _subtitle(tables: Tables, params: Params, told: Told) -> Sentence:
    return Sentence(
        "Money owed, from {source}, in {currency}, by {level} · data to {as_of}",
        {
            "source": Figure(told.books.source, Unit.TERM),
            "currency": Figure(tables.settings.currency, Unit.TERM),
            "level": Figure(params.level, Unit.TERM),
            "as_of": Figure(tables.day, Unit.DATE),
        },
    )


def _figures(found: Totals) -> tuple[Figure, ...]:
    return (
        Figure(found.due, Unit.MONEY, "Due in all"),
        Figure(found.received, Unit.MONEY, "Received, bills included"),
        Figure(found.cash, Unit.MONEY, "Cash in hand"),
        Figure(found.open, Unit.MONEY, "Still owed"),
        Figure(found.overdue, Unit.MONEY, "Overdue"),
        Figure(found.retention, Unit.MONEY, "Retention not due"),
        Figure(found.unapplied, Unit.MONEY, "Received, not applied"),
    )


BUCKETS = tuple(Column(key, BUCKET_LABELS[key], Unit.MONEY, total=True) for key in ALL_BUCKETS)
OWING = (
    Column("customer_id", "Customer no.", Unit.NAME),
    Column("name", "Customer", Unit.NAME),
    Column("owner", "Owner", Unit.NAME),
    Column("verdict", "Hold?", Unit.TERM),
    Column("overdue", "Overdue", Unit.MONEY, total=True),
    Column("oldest_days", "Oldest overdue", Unit.DAYS),
    Column("open", "Still owed", Unit.MONEY, total=True),
    *BUCKETS,
    Column("unapplied", "Received, not applied", Unit.MONEY, total=True),
    Column("credit_limit", "Credit limit", Unit.MONEY),
)
PAYING = (
    Column("customer_id", "Customer no.", Unit.NAME),
    Column("name", "Customer", Unit.NAME),
    Column("kind", "Kind of customer", Unit.TERM),
    Column("debts", "Debts paid", Unit.COUNT),
    Column("paid", "Received", Unit.MONEY, total=True),
    Column("median_days", "Usually late by", Unit.DAYS),
    Column("p80_days", "4 in 5 late by at most", Unit.DAYS),
    Column("on_time_share", "Paid on time", Unit.SHARE),
    Column("sample", "Sample", Unit.TERM),
    Column("score", "Credit standing", Unit.SCORE),
    Column("lateness_points", "Points for lateness", Unit.SCORE),
    Column("overdue_points", "Points for overdue", Unit.SCORE),
    Column("trend_points", "Points for trend", Unit.SCORE),
    Column("limit_points", "Points for limit", Unit.SCORE),
)
KINDS = (
    Column("kind", "Kind of customer", Unit.TERM),
    Column("kind_debts", "Debts paid", Unit.COUNT, total=True),
    Column("kind_paid", "Received", Unit.MONEY, total=True),
    Column("kind_median", "Usually late by", Unit.DAYS),
    Column("kind_p80", "4 in 5 late by at most", Unit.DAYS),
    Column("kind_p90", "9 in 10 late by at most", Unit.DAYS),
    Column("kind_on_time", "Paid on time", Unit.SHARE),
    Column("kind_collected", "Came in the end", Unit.SHARE),
)


def _owing(accounts: ir.Table) -> Table:
    """Accounts with anything open or not applied, most overdue first."""
    found = accounts.filter((accounts.open > 0) | (accounts.unapplied > 0))
    order = (found.overdue.desc(), found.open.desc(), found.unapplied.desc(), "customer_id")
    return tabulate(found.order_by(*order), "owing", "Open money by customer", columns=OWING)


def _paying(accounts: ir.Table) -> Table:
    """Accounts that paid anything or owe, by what was received."""
    found = accounts.filter((accounts.paid > 0) | accounts.score.notnull())
    order = (found.paid.desc(), "customer_id")
    return tabulate(found.order_by(*order), "paying", "How customers pay", columns=PAYING)


def _kinds(tables: Tables, matching: Matching, months: int) -> Table:
    late = paid_late(tables, matching, trailing(tables.day, months))
    found = kinds(tables, matching, late)
    order = (found.kind_paid.desc(), "kind")
    return tabulate(found.order_by(*order), "kinds", "How kinds of customer pay", columns=KINDS)


def _milestones(tables: Tables, matching: Matching) -> Table:
    columns = (
        Column("milestone", "Milestone", Unit.TERM),
        Column("debts", "Debts", Unit.COUNT, total=True),
        Column("overdue", "Overdue", Unit.MONEY, total=True),
        Column("open", "Still owed", Unit.MONEY, total=True),
        *BUCKETS,
    )
    found = ageing.by_milestone(tables, matching)
    order = (found.open.desc(), "milestone")
    return tabulate(
        found.order_by(*order), "milestones", "Open money by milestone", columns=columns
    )


def _ages(milestones: Table) -> Chart:
    """Open money by age."""
    keys = (column.key for column in milestones.columns)
    return ages_chart(dict(zip(keys, milestones.totals or (), strict=True)))


def _milestone_ages(milestones: Table) -> Chart | None:
    """The same by milestone, where there are several."""
    keys = [column.key for column in milestones.columns]
    shown = [dict(zip(keys, row, strict=True)) for row in milestones.rows[:MILESTONES_DRAWN]]
    if len(shown) < 2:
        return None
    return Chart(
        key="milestone_ages",
        title="Open money by milestone and age",
        mark=Mark.HEAT_MAP,
        columns=(
            Column("milestone", "Milestone", Unit.TERM),
            Column("age", "Age", Unit.TERM),
            Column("open", "Still owed", Unit.MONEY),
        ),
        rows=tuple(
            (row["milestone"] or "none said", BUCKET_LABELS[key], row[key])
            for row in shown
            for key in ALL_BUCKETS
        ),
        x="age",
        y=("open",),
        series="milestone",
        text=Sentence(
            "Most is open on {milestone}: {open}.",
            {
                "milestone": Figure(shown[0]["milestone"] or "none said", Unit.TERM),
                "open": Figure(shown[0]["open"], Unit.MONEY),
            },
        ),
    )


OUTSTANDING = (
    Column("month", "Month", Unit.MONTH),
    Column("balance", "Open at its end", Unit.MONEY),
    Column("sales", "Sales", Unit.MONEY),
    Column("days", "Days sales outstanding", Unit.DAYS),
)


def _outstanding(found: DaysOutstanding) -> Table:
    rows = tuple((one.month.month_on, one.balance, one.sales, one.days) for one in found.months)
    return Table("outstanding", "Days sales outstanding by month", OUTSTANDING, rows, len(rows))


def _outstanding_chart(found: DaysOutstanding) -> Chart:
    return Chart(
        key="days_outstanding",
        title="Days sales outstanding",
        mark=Mark.LINE,
        columns=(OUTSTANDING[0], OUTSTANDING[3]),
        rows=tuple((one.month.month_on, one.days) for one in found.months),
        x="month",
        y=("days",),
        text=Sentence(
            "Now {now} days of sales are owed, {before} a year before.",
            {
                "now": Figure(_whole(found.latest), Unit.COUNT),
                "before": Figure(_whole(found.months[0].days), Unit.COUNT),
            },
        ),
    )


def _whole(days: float | None) -> int | None:
    return None if days is None else round(days)


def _notes(told: Told) -> tuple[Note, ...]:
    """What must be known to read the figures."""
    said = []
    if told.books.is_derived:
        said.append(
            Sentence(
                "There are no receivables in the data: what is owed is derived from {source}, due "
                "{terms:day|days} after the order. What was owed before the first order is not "
                "known; {earlier:receipt|receipts} of the first {terms:day|days} are taken as "
                "paying that and left out. Compare customers with each other; the level of days "
                "and of open money hangs on these terms.",
                {
                    "source": Figure(told.books.source, Unit.TERM),
                    "terms": Figure(told.books.terms, Unit.COUNT),
                    "earlier": Figure(told.books.earlier, Unit.COUNT),
                },
            )
        )
    if told.books.foreign:
        said.append(
            Sentence(
                "Left out: {n:receivable or receipt|receivables and receipts} in another currency "
                "than {currency}.",
                {
                    "n": Figure(told.books.foreign, Unit.COUNT),
                    "currency": Figure(told.tables.settings.currency, Unit.TERM),
                },
            )
        )
    return tuple(map(Note, said))
