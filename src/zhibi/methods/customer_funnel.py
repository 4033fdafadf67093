"""Where does each customer stand between stranger and producing account, and what holds it there?

Life stage (domain 2.9): target market → potential → target → signed. What comes before signing is
what people judged last; signed means a contract whose first payment is in, or orders from before
there was any contract (`zhibi.measures.life_stages`). The matrix crosses the stage with the
expected contribution to profit; the checklist says whom nobody has looked at lately and who was
promoted or dropped; the hit rate says whether the list of targets picks who signs, and the wasted
effort what was spent on customers who never came that far.

Do not trust it where stages are judged once and never again: an old judgement counts until the
next. A hit rate over a handful of customers is a range, not a share.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from zhibi.errors import ZhibiError
from zhibi.measures.efforts import MEASURES, measure_of
from zhibi.measures.expected_profit import Thirds, with_expected_profit
from zhibi.measures.funnel_findings import Seen, findings
from zhibi.measures.funnel_matrix import Cell, cells_of, funnel_chart, matrix_chart, matrix_table
from zhibi.measures.life_stages import (
    NOT_JUDGED,
    POTENTIAL,
    SIGNED,
    STAGES,
    TARGET,
    LifeStages,
    life_stages,
    listed_at,
)
from zhibi.measures.periods import Period, months_before, trailing
from zhibi.measures.rows import fetch, table_of_rows, tabulate
from zhibi.measures.signing import has_payments
from zhibi.measures.target_list import Cohort, cohorts
from zhibi.measures.wasted_effort import by_account, by_salesperson, efforts_by_outcome
from zhibi.params import check, param
from zhibi.result import (
    Block,
    Chart,
    Column,
    Figure,
    Finding,
    Identity,
    Note,
    Section,
    Sentence,
    Table,
    Unit,
)
from zhibi.tables.tables import LEVELS as ACCOUNT_LEVELS
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

TITLE = "Where do customers stand on the way to signing, and what holds them there?"
PROMOTED, DROPPED, LISTED = "promoted", "moved down", "newly listed"


@dataclass(frozen=True, slots=True)
class Params:
    months: int = param(
        12, unit="months", help="Period of the sales, the margin and the effort.", within=(1, 120)
    )
    review_days: int = param(
        180, unit="days", help="A stage judged longer ago than this is due for review.",
        within=(1, 3650),
    )  # fmt: skip
    compare_months: int = param(
        3, unit="months", help="Promoted and dropped are told against so many months ago.",
        within=(1, 120),
    )  # fmt: skip
    signing_months: int = param(
        12, unit="months", help="A hit is a customer that signs within so many months.",
        within=(1, 120),
    )  # fmt: skip
    young_days: int = param(
        90, unit="days", help="Effort begun this recently is not called wasted yet.",
        within=(0, 3650),
    )  # fmt: skip
    level: str = param("group", help="Whose stages are told.", choices=ACCOUNT_LEVELS)


@dataclass(frozen=True, slots=True)
class CustomerFunnel:
    """`matrix`: stage × expected profit; `open`: everybody before signing; `hit_rate` of the list
    of targets, `hit_rate_of_potential` of those listed as potential; `wasted` None without
    efforts."""

    identity: Identity
    period: Period
    compared_with: date
    funnel: Chart
    matrix: Table
    matrix_chart: Chart
    standing: Table | None  # without receivables nothing is known of it
    open: Table
    review: Table
    moves: Table
    hit_rate: Cohort
    hit_rate_of_potential: Cohort
    cohorts: Table
    wasted: Table | None
    wasted_accounts: Table | None
    notes: tuple[Note, ...]
    method: tuple[Note, ...]
    findings: tuple[Finding, ...]
    title: str = TITLE

    def blocks(self) -> tuple[Block, ...]:
        wasted = tuple(table for table in (self.wasted, self.wasted_accounts) if table)
        return (
            Section("How many stand at each stage", (self.funnel, self.matrix_chart, self.matrix)),
            Section("Who is on the way to signing", (self.open,)),
            *_section("Who was promoted or dropped", self.moves),
            *_section("Who is due for review", self.review),
            *_section("Does the list of targets pick who signs?", self.cohorts),
            *([Section("Effort that led nowhere", wasted)] if wasted else []),
            *_section("Do signed customers pay as agreed?", self.standing),
            *([Section("What to know about these figures", self.notes)] if self.notes else []),
            Section("How it was worked out", self.method),
        )


def _section(title: str, table: Table | None) -> tuple[Section, ...]:
    """The table under its heading, unless there is nothing in it."""
    return (Section(title, (table,)),) if table and table.row_count else ()


def analyze(tables: Tables, params: Params | None = None) -> CustomerFunnel:
    """Put every account into its stage and look at how they move."""
    params = params or Params()
    check("customer_funnel", params)
    period = trailing(tables.day, params.months)
    stages = life_stages(tables, level=params.level)
    accounts, thirds = with_expected_profit(
        tables, stages.accounts, period=period, months=params.months, level=params.level
    )
    accounts = tables.keep(f"customer_funnel|{params}", accounts)
    cells = cells_of(tables.day, accounts)
    _refuse_nothing(tables, cells)
    then = months_before(tables.day, params.compare_months)
    moves = _moves(stages, accounts, then)
    of_target, of_potential = (
        _cohorts(tables.day, stages, accounts, stage=stage, months=params.signing_months)
        for stage in (TARGET, POTENTIAL)
    )
    effort = _effort(tables, params, stages, period)
    return CustomerFunnel(
        identity=tables.identity("customer_funnel", params, params.level),
        period=period,
        compared_with=then,
        funnel=funnel_chart(cells),
        matrix=matrix_table(cells),
        matrix_chart=matrix_chart(cells),
        standing=_standing(accounts) if tables.holds("receivables") else None,
        open=_open(accounts),
        review=_review(tables.day, params, accounts),
        moves=table_of_rows(moves, "moves", "Promoted, dropped and newly listed", MOVES),
        hit_rate=of_target[-1],
        hit_rate_of_potential=of_potential[-1],
        cohorts=_cohort_table(of_target),
        wasted=effort.people if effort else None,
        wasted_accounts=effort.accounts if effort else None,
        notes=_notes(tables, stages, accounts, cells),
        method=_method(params, thirds),
        findings=findings(
            Seen(
                day=tables.day,
                period_months=params.months,
                signing_months=params.signing_months,
                review_days=params.review_days,
                accounts=accounts,
                moves=moves,
                compared_with=then,
                targets=of_target[-1],
                potentials=of_potential[-1],
                wasted=effort.people if effort else None,
                measure=effort.measure if effort else "",
            )
        ),
    )


def _refuse_nothing(tables: Tables, cells: list[Cell]) -> None:
    if all(cell.stage == NOT_JUDGED for cell in cells):
        raise ZhibiError(
            "customer_funnel found neither orders nor contracts nor judged stages up to {day}; "
            "import orders, or assessments with the criterion stage.",
            day=tables.day,
        )


def _standing(accounts: ir.Table) -> Table:
    """Signed customers by whether anything they owe is overdue."""
    signed = accounts.filter(accounts.stage == SIGNED)
    words = {True: "nothing overdue", False: "overdue", None: "unknown"}
    grouped = signed.group_by("is_on_time").agg(accounts=signed.count(), net=signed.net.sum())
    found = {row["is_on_time"]: row for row in fetch(grouped)}
    rows = [
        {"standing": word, "accounts": row["accounts"], "net": row["net"] or Decimal(0)}
        for answer, word in words.items()
        if (row := found.get(answer))
    ]
    columns = (
        Column("standing", "Payment", Unit.TERM),
        Column("accounts", "Customers", Unit.COUNT, total=True),
        Column("net", "Sales in the period", Unit.MONEY, total=True),
    )
    return table_of_rows(rows, "standing", "Signed customers by payment", columns)


OPEN = (
    Column("customer_id", "Customer no.", Unit.NAME),
    Column("name", "Customer", Unit.NAME),
    Column("owner", "Owner", Unit.NAME),
    Column("stage", "Stage", Unit.TERM),
    Column("stage_on", "Since", Unit.DATE),
    Column("reviewed_on", "Last judged", Unit.DATE),
    Column("profit", "Expected profit", Unit.TERM),
    Column("expected_amount", "Expected amount", Unit.MONEY, total=True),
    Column("expected_month", "Expected month", Unit.MONTH),
    Column("contract_on", "Contract of", Unit.DATE),
)


def _open(accounts: ir.Table) -> Table:
    found = accounts.filter(accounts.stage.fill_null(0) < SIGNED)
    ordered = found.order_by(
        found.stage.fill_null(-1).desc(), found.expected_amount.fill_null(0).desc(), "customer_id"
    )
    return tabulate(_with_stage_names(ordered), "open", "Customers before signing", columns=OPEN)


def _review(day: date, params: Params, accounts: ir.Table) -> Table:
    """Who was listed once and not looked at since, longest ago first."""
    limit = day - timedelta(days=params.review_days)
    due = accounts.filter((accounts.stage < SIGNED) & (accounts.reviewed_on < limit))
    ordered = due.order_by("reviewed_on", due.expected_amount.fill_null(0).desc(), "customer_id")
    return tabulate(_with_stage_names(ordered), "review", "Due for review", columns=OPEN[:-1])


def _with_stage_names(accounts: ir.Table) -> ir.Table:
    import ibis

    names = [(accounts.stage == at, name) for at, name in enumerate(STAGES)]
    return accounts.mutate(stage=ibis.cases(*names, else_=NOT_JUDGED))


MOVES = (
    Column("move", "Move", Unit.TERM),
    Column("customer_id", "Customer no.", Unit.NAME),
    Column("name", "Customer", Unit.NAME),
    Column("owner", "Owner", Unit.NAME),
    Column("before", "Stage then", Unit.TERM),
    Column("stage", "Stage now", Unit.TERM),
    Column("stage_on", "On", Unit.DATE),
    Column("expected_amount", "Expected amount", Unit.MONEY),
    Column("net", "Sales in the period", Unit.MONEY),
)


def _moves(stages: LifeStages, accounts: ir.Table, then: date) -> list[dict[str, Any]]:
    """Accounts in another stage than on a past day, the latest move first."""
    found = []
    changed = accounts.filter(accounts.stage_on > then)
    for row in fetch(changed.order_by(changed.stage_on.desc(), "customer_id")):
        before = listed_at(stages.listings.get(row["account_key"], ()), then)
        if before == row["stage"]:
            continue
        is_up = before is not None and row["stage"] > before
        row["move"] = LISTED if before is None else PROMOTED if is_up else DROPPED
        row["before"] = NOT_JUDGED if before is None else STAGES[before]
        row["stage"] = STAGES[row["stage"]]
        found.append(row)
    return found


def _cohorts(
    day: date, stages: LifeStages, accounts: ir.Table, *, stage: int, months: int
) -> tuple[Cohort, ...]:
    signed = accounts.filter(accounts.listed.notnull() & accounts.signed_on.notnull())
    signed_on = {
        row["account_key"]: row["signed_on"]
        for row in fetch(signed.select("account_key", "signed_on"))
    }
    return cohorts(stages.listings, signed_on, stage=stage, day=day, months=months)


COHORTS = (
    Column("quarter", "Listed in the quarter from", Unit.MONTH),
    Column("listed", "Listed as target", Unit.COUNT, total=True),
    Column("followed", "Followed to the end", Unit.COUNT, total=True),
    Column("signed", "Signed in time", Unit.COUNT, total=True),
    Column("hit_rate", "Hit rate", Unit.SHARE),
    Column("late", "Signed later", Unit.COUNT, total=True),
    Column("dropped", "Taken off the list", Unit.COUNT, total=True),
    Column("early", "Signed, still counting", Unit.COUNT, total=True),
    Column("undecided", "Open, still counting", Unit.COUNT, total=True),
)


def _cohort_table(found: tuple[Cohort, ...]) -> Table:
    rows = [{column.key: getattr(one, column.key) for column in COHORTS} for one in found[:-1]]
    return table_of_rows(rows, "cohorts", "What became of the targets of each quarter", COHORTS)


@dataclass(frozen=True, slots=True)
class _Effort:
    measure: str
    people: Table
    accounts: Table


def _effort(tables: Tables, params: Params, stages: LifeStages, period: Period) -> _Effort | None:
    if not tables.holds("efforts"):
        return None
    rows = efforts_by_outcome(
        tables, stages, period, young_days=params.young_days, level=params.level
    )
    rows = tables.keep(f"effort by outcome|{params}", rows)
    measure = measure_of(rows)
    people = by_salesperson(rows, measure)
    ordered = people.order_by(people.never.desc(), "salesperson")
    spent = (
        Column("efforts", "Efforts", Unit.COUNT, total=True),
        Column("cost", "Cost", Unit.MONEY, total=True),
        Column("days", "Days of work", Unit.QUANTITY, total=True),
    )
    unit = dict(zip(MEASURES, (Unit.MONEY, Unit.QUANTITY, Unit.COUNT), strict=True))[measure]
    return _Effort(
        measure,
        tabulate(
            ordered,
            "wasted",
            "Effort by what it was spent on",
            columns=(
                Column("salesperson", "Salesperson", Unit.NAME),
                *spent,
                Column("reached", "On targets and signed customers", unit, total=True),
                Column("never", "On who never became a target", unit, total=True),
                Column("never_accounts", "Customers who never did", Unit.COUNT),
                Column("share", "Share that led nowhere", Unit.SHARE),
                Column("early", "Too early to tell", unit, total=True),
                Column("unknown", "On who nobody judged", unit, total=True),
            ),
        ),
        tabulate(
            _with_stage_names(by_account(rows, measure)),
            "wasted_accounts",
            "Customers whose effort led nowhere",
            columns=(
                *OPEN[:4],
                *spent,
                Column("begun_on", "First effort", Unit.DATE),
                Column("last_on", "Last effort", Unit.DATE),
            ),
        ),
    )


def _notes(
    tables: Tables, stages: LifeStages, accounts: ir.Table, cells: list[Cell]
) -> tuple[Note, ...]:
    """What was taken for granted, and what nobody judged."""
    has_contracts = tables.holds("contracts")
    signed = accounts.stage == SIGNED
    is_first_order = signed & accounts.is_by_order
    found = fetch(
        accounts.agg(
            by_order=is_first_order.sum().fill_null(0),
            claims=(accounts.is_claim & ~signed.fill_null(False)).sum().fill_null(0),
            contracts=accounts.contract_on.count(),
        )
    )[0]
    unjudged = sum(cell.accounts for cell in cells if cell.stage == NOT_JUDGED)
    said = [
        (
            not has_contracts,
            "No contracts are known: an account with an order counts as signed ({n}).",
            found["by_order"],
        ),
        (
            has_contracts and found["by_order"],
            "{n:customer counts|customers count} as signed by orders from before any contract.",
            found["by_order"],
        ),
        (
            has_contracts and not has_payments(tables),
            "No payments are known: a contract counts as signed without its first payment ({n}).",
            found["contracts"],
        ),
        (
            found["claims"],
            "{n:customer is|customers are} judged signed without a paid contract or an order, and "
            "count as target.",
            found["claims"],
        ),
        (
            unjudged,
            "{n:customer|customers} never ordered and nobody judged their stage: they stand "
            "nowhere until somebody does.",
            unjudged,
        ),
        (
            stages.unread,
            "{n:judgement|judgements} of the stage in words that name none were left out.",
            stages.unread,
        ),
        (
            not stages.listings,
            "Nobody has judged a stage yet; import such a list with `--kind assessments`, "
            "criterion stage.",
            0,
        ),
    ]
    return tuple(
        Note(Sentence(template, {"n": Figure(count, Unit.COUNT)}))
        for is_so, template, count in said
        if is_so
    )


def _method(params: Params, thirds: Thirds) -> tuple[Note, ...]:
    figures = {
        "months": Figure(params.months, Unit.COUNT),
        "by": Figure(thirds.by, Unit.TERM),
        "high": Figure(_money(thirds.high), Unit.MONEY),
        "low": Figure(_money(thirds.low), Unit.MONEY),
        "signing": Figure(params.signing_months, Unit.COUNT),
        "young": Figure(params.young_days, Unit.COUNT),
    }
    said = [
        "Hit rate: each customer once, from the day it was first listed as target; in the rate "
        "only after {signing:month|months}, whether signed or not. The range is 95 % (Wilson).",
        "For customers first worked on within the last {young:day|days} it is too early to tell; "
        "effort on customers whose stage nobody judged is in no share.",
        "Expected profit: what was judged last, else by {by} of the last {months:month|months}: "
        "high from {high}, mid from {low}.",
    ]
    if thirds.high is None:
        said[-1] = "Expected profit is only what was judged: too few customers bought to compare."
    return tuple(Note(Sentence(template, figures)) for template in said)


def _money(cut: float | None) -> Decimal | None:
    return None if cut is None else Decimal(str(round(cut, 2)))
