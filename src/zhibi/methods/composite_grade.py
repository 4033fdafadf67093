"""Which grade does each customer deserve, and why?

The composite grade (domain 2.5): score = Σ w·p / Σ w over the criteria that are known of the
account, points p of 0…100 (`zhibi.measures.criteria`: amounts and growth ranked among the
customers, judgements and credit standing on their own scale). A from `a_from`, B from `b_from`,
C from `c_from`, else D. Score and contributions are whole tenths that add up.

A grade set by a person (criterion `grade` of the assessments) stands over the one worked out; both
are shown. Past quarter ends are graded with what was known then and today's rules. Who has never
ordered gets a provisional grade if a simple rule proves itself on customers whose grade is known
(`zhibi.measures.provisional`), else none.

Grades are relative to our own customers, and of one version of the rules: another version is
another scale.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from zhibi.errors import ZhibiError
from zhibi.measures.criteria import SOURCES, source_rows, sums_of, weights_of
from zhibi.measures.grade_explained import explanation
from zhibi.measures.grade_findings import against_figures, carried, fallen, list_against_figures
from zhibi.measures.grading import GRADES, Graded, Rules, grade_accounts, overrides
from zhibi.measures.newcomers import customers_seen, said_of, trial_of, with_provisional
from zhibi.measures.periods import Period
from zhibi.measures.provisional import Trial
from zhibi.measures.quarter_ends import quarter_ends
from zhibi.measures.rows import fetch, tabulate
from zhibi.params import check, param
from zhibi.result import (
    Block,
    Column,
    Figure,
    Finding,
    Identity,
    Note,
    Row,
    Section,
    Sentence,
    Table,
    Unit,
)
from zhibi.tables.tables import LEVELS, Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

TITLE = "Which grade does each customer deserve, and why?"
CRITERIA = (
    "volume",
    "profit",
    "credit",
    "growth",
    "potential",
    "prospects",
    "strategic_value",
)


@dataclass(frozen=True, slots=True)
class Params:
    months: int = param(
        12, unit="months", help="Length of the period that ends on the as-of day.", within=(1, 120)
    )
    weights: str = param(
        "volume=30, profit=25, credit=15, growth=10, potential=5, prospects=5, strategic_value=10",
        help="Weights of the criteria of the grade.",
    )
    a_from: float = param(80.0, unit="score", help="Grade A from this score on.", within=(0, 100))
    b_from: float = param(60.0, unit="score", help="Grade B from this score on.", within=(0, 100))
    c_from: float = param(40.0, unit="score", help="Grade C from this score on.", within=(0, 100))
    quarters: int = param(
        4, unit="quarters", help="How many past quarter ends are graded too.", within=(0, 12)
    )
    level: str = param("group", help="Whose sales are added up.", choices=LEVELS)


@dataclass(frozen=True, slots=True)
class CompositeGrade:
    """`accounts` holds every account with orders in the period once, `distribution` adds them up
    by the grade in force; `explanation` has a row an account and criterion, whose contributions
    are the account's score; `version` names the rules."""

    identity: Identity
    period: Period
    version: str
    distribution: Table
    given: Table
    accounts: Table
    overrides: Table
    explanation: Table
    history: Table
    newcomers: Table
    sources: Table
    trial: Trial | None
    notes: tuple[Note, ...]
    findings: tuple[Finding, ...]
    title: str = TITLE

    def blocks(self) -> tuple[Block, ...]:
        given = (self.given,) if self.given.rows else ()
        set_by_people = (self.overrides,) if self.overrides.rows else ()
        newcomers = (
            (Section("Customers who have not ordered yet", (self.newcomers, said_of(self.trial))),)
            if self.newcomers.rows
            else ()
        )
        return (
            Section("Customers by grade", (self.distribution, *given)),
            Section("Customers and their grade", (self.accounts, *set_by_people)),
            Section("Why a customer has its grade", (self.explanation,)),
            Section("Grades at past quarter ends", (self.history,)),
            *newcomers,
            Section(
                "How it was worked out",
                (
                    Figure(self.version, Unit.NAME, "Version of the rules"),
                    self.sources,
                    *self.notes,
                ),
            ),
        )


def analyze(tables: Tables, params: Params | None = None) -> CompositeGrade:
    """Grade every account with orders, today and at past quarter ends, and say why."""
    params = params or Params()
    rules = _rules(params)
    days = _days(tables, params.quarters)
    names = list(rules.weights)
    sums = sums_of(tables, names, days=days, months=params.months, level=params.level)
    now = grade_accounts(tables, rules, sums)
    past = {
        day: grade_accounts(tables.as_of(day), rules, sums, at=at)
        for at, day in enumerate(days[1:], start=1)
    }
    set_by_people, unread = overrides(tables, level=params.level)
    seen = customers_seen(tables, level=params.level)
    rows = tables.keep(f"composite_grade|{params}", _rows(now, set_by_people, seen))
    trial = trial_of(seen, rows)
    distribution = _distribution(rows)
    return CompositeGrade(
        identity=tables.identity("composite_grade", params, params.level),
        period=sums.windows[0],
        version=rules.version(now.known(), params.months),
        distribution=distribution,
        given=_given(rows),
        accounts=tabulate(
            rows.order_by("place"), "accounts", "Accounts by sales", columns=ACCOUNTS
        ),
        overrides=tabulate(
            rows.filter(rows.override.notnull()).order_by("place"),
            "overrides",
            "Grades set by people",
            columns=SET,
        ),
        explanation=explanation(now),
        history=_history(rows, past),
        newcomers=_newcomers(seen, trial, set_by_people),
        sources=_sources(now),
        trial=trial,
        notes=_notes(rules, unread, is_scoped=tables.is_scoped),
        findings=_findings(sums.windows[0], distribution, rows, now=now, past=past),
    )


def _rules(params: Params) -> Rules:
    check("composite_grade", params)
    cuts = (params.a_from, params.b_from, params.c_from)
    if not cuts[0] > cuts[1] > cuts[2]:
        raise ZhibiError(
            "composite_grade: A from {a}, B from {b} and C from {c} must fall from one to the "
            "next; change them.",
            a=cuts[0],
            b=cuts[1],
            c=cuts[2],
        )
    return Rules(weights_of("composite_grade", "weights", params.weights, CRITERIA), cuts)


def _days(tables: Tables, quarters: int) -> list[date]:
    """Today, then past quarter ends that the data reach, latest first."""
    first = tables.first_day
    ends = quarter_ends(tables.day, quarters + 1, days=1, after=0)
    past = [one.quarter.end for one in reversed(ends) if first <= one.quarter.end < tables.day]
    return [tables.day, *past[:quarters]]


def _rows(now: Graded, set_by_people: ir.Table, seen: ir.Table) -> ir.Table:
    """Every graded account; the grade worked out and the one a person set both stay."""
    import ibis

    given = seen.select("account_key", "given_grade")
    joined = now.rows().left_join(set_by_people, "account_key").drop("account_key_right")
    found = joined.left_join(given, "account_key").drop("account_key_right")
    return found.mutate(in_force=ibis.coalesce(found.override, found.grade))


ACCOUNTS = (
    Column("customer_id", "Customer no.", Unit.NAME),
    Column("name", "Customer", Unit.NAME),
    Column("in_force", "Grade", Unit.NAME),
    Column("grade", "Worked out", Unit.NAME),
    Column("score", "Score", Unit.SCORE),
    Column("known", "Weight known", Unit.SHARE),
    Column("net", "Sales", Unit.MONEY, total=True),
    Column("given_grade", "Given grade", Unit.NAME),
    Column("owner", "Owner", Unit.NAME),
)
SET = (
    *ACCOUNTS[:2],
    Column("override", "Set to", Unit.NAME),
    Column("grade", "Worked out", Unit.NAME),
    Column("score", "Score", Unit.SCORE),
    Column("reason", "Reason", Unit.NAME),
    Column("set_by", "Set by", Unit.NAME),
    Column("set_on", "Set on", Unit.DATE),
    Column("net", "Sales", Unit.MONEY, total=True),
)


def _distribution(rows: ir.Table) -> Table:
    """Accounts and net by the grade in force, and how many were worked out to be it."""
    by_grade = rows.group_by("in_force").agg(accounts=rows.count(), net=rows.net.sum())
    in_force = {row["in_force"]: row for row in fetch(by_grade)}
    worked_out = rows.group_by("grade").agg(accounts=rows.count())
    worked = {row["grade"]: row["accounts"] for row in fetch(worked_out)}
    nothing = {"accounts": 0, "net": Decimal(0)}
    found = [in_force.get(grade, nothing) for grade in GRADES]
    count = sum(row["accounts"] for row in found)
    net = sum((row["net"] for row in found), Decimal(0))
    shown: list[Row] = [
        (grade, row["accounts"], worked.get(grade, 0), row["net"],
         float(row["net"] / net) if net > 0 else None)
        for grade, row in zip(GRADES, found, strict=True)
    ]  # fmt: skip
    return Table(
        key="distribution",
        title="Customers by grade",
        columns=(
            Column("grade", "Grade", Unit.NAME),
            Column("accounts", "Customers", Unit.COUNT, total=True),
            Column("worked_out", "Worked out", Unit.COUNT, total=True),
            Column("net", "Sales", Unit.MONEY, total=True),
            Column("share", "Share of sales", Unit.SHARE),
        ),
        rows=tuple(shown),
        row_count=len(shown),
        totals=(None, count, count, net, None),
    )


def _given(rows: ir.Table) -> Table:
    """Accounts by the grade of the customer list and the one in force; no rows where the list has
    none."""
    listed = rows.filter(rows.given_grade.notnull())
    counts = {
        f"in_{grade}": (listed.in_force == grade).sum().fill_null(0).cast("int64")
        for grade in GRADES
    }
    grouped = listed.group_by("given_grade").agg(**counts, accounts=listed.count())
    return tabulate(
        grouped.order_by("given_grade"),
        "given",
        "The grade of the customer list and ours",
        columns=(
            Column("given_grade", "Given grade", Unit.NAME),
            *(Column(f"in_{grade}", grade, Unit.COUNT, total=True) for grade in GRADES),
            Column("accounts", "Customers", Unit.COUNT, total=True),
        ),
    )


def _history(rows: ir.Table, past: Mapping[date, Graded]) -> Table:
    """The grade worked out at each quarter end, oldest first, and now."""
    days = sorted(past)
    found = rows
    for day in days:
        then = past[day].rows().select("account_key", **{f"{day}": "grade"})
        found = found.left_join(then, "account_key").drop("account_key_right")
    columns = (
        *ACCOUNTS[:2],
        *(Column(f"{day}", f"{day}", Unit.NAME) for day in days),
        Column("grade", "Now", Unit.NAME),
    )
    title = "Grades worked out, by quarter end"
    return tabulate(found.order_by("place"), "history", title, columns=columns)


def _newcomers(seen: ir.Table, trial: Trial | None, set_by_people: ir.Table) -> Table:
    """Customers without any order, with the grade set or the provisional one."""
    rule = trial.rule if trial and trial.is_worth_giving else None
    new = seen.filter(seen.is_new).left_join(set_by_people, "account_key")
    found = with_provisional(new.drop("account_key_right"), rule)
    return tabulate(
        found.order_by("customer_id"),
        "newcomers",
        "Customers who have not ordered yet",
        columns=(
            *ACCOUNTS[:2],
            Column("provisional", "Provisional grade", Unit.NAME),
            Column("sign", "Because of", Unit.TERM),
            Column("override", "Set to", Unit.NAME),
            Column("reason", "Reason", Unit.NAME),
            Column("given_grade", "Given grade", Unit.NAME),
            Column("owner", "Owner", Unit.NAME),
        ),
    )


def _sources(now: Graded) -> Table:
    rows = tuple(source_rows(now.criteria.readings, now.rules.weights))
    return Table("sources", "Criteria and where they come from", SOURCES, rows, len(rows))


def _notes(rules: Rules, unread: int, *, is_scoped: bool) -> tuple[Note, ...]:
    said = [
        Sentence(
            "A score is the weighted mean of the criteria that are known, each in points of 0 to "
            "100: amounts and growth by rank among the customers, judgements and credit standing "
            "on their own scale. A from {a}, B from {b}, C from {c}. Grades of another version of "
            "the rules are another scale.",
            {name: Figure(cut, Unit.SCORE) for name, cut in zip("abc", rules.cuts, strict=True)},
        ),
        Sentence(
            "Past quarter ends are graded with what was known then, by today's rules; attributes "
            "of customers are as of today."
        ),
    ]
    if is_scoped:
        said.append(
            Sentence(
                "Amounts and growth are ranked among the customers that you see. The grade on the "
                "page of an account ranks it among all customers of the company, so that the two "
                "may differ; what was agreed by grade goes by the one on the page."
            )
        )
    if unread:
        said.append(
            Sentence(
                "{n:grade|grades} set by people are none of A, B, C and D and were not applied.",
                {"n": Figure(unread, Unit.COUNT)},
            )
        )
    return tuple(map(Note, said))


def _findings(
    period: Period,
    distribution: Table,
    rows: ir.Table,
    *,
    now: Graded,
    past: Mapping[date, Graded],
) -> tuple[Finding, ...]:
    """What grade A carries; who has fallen since the last quarter end; where people and figures
    are two grades apart."""
    if not len(now.grade):
        return ()
    found = [*carried(period, distribution.rows)]
    if past:
        day = max(past)
        found += fallen(rows, now, day=day, then=past[day])
    return (*found, *against_figures(rows), *list_against_figures(period, rows))
