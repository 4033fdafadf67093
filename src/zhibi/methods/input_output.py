"""Where does our effort go, and what does it bring?

Output (sales, margin, influence) upwards against input (recorded efforts: cost, days, number;
discounts where order lines have them) across, each Σ w·p / Σ w over the criteria that are known,
p the rank of an account in points of 0…100 (`zhibi.stats.weighted_score`). High–high: keep and
deepen; much output from little input: focus in; little from much: cut or re-plan; low–low: serve
at low cost (domain 2.6).

Effort concentration (精力集中度): the share of effort that goes to the customers who make 80 % of
sales, for all and for each salesperson; beside it, for each, the share that goes to those who make
80 % of the person's own sales. Customers who have never ordered are kept apart: what is spent on
them is meant for later.

Not worth more than the record: where visits are not written down, everybody looks cheap. Effort
of this period may bring sales of the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from zhibi.measures.criteria import SOURCES, source_rows, weights_of
from zhibi.measures.effort_and_sales import (
    FEW,
    NEW,
    EffortAndSales,
    effort_and_sales,
)
from zhibi.measures.effort_by_person import Spread, far_below, spreads
from zhibi.measures.efforts import SAID
from zhibi.measures.periods import Period
from zhibi.measures.placing import Axis, Placed, place
from zhibi.measures.rows import fetch, tabulate
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
    Row,
    Section,
    Sentence,
    Severity,
    Subject,
    Table,
    Unit,
)
from zhibi.tables.tables import LEVELS, Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

TITLE = "Where does our effort go, and what does it bring?"
OUTPUT, INPUT = ("volume", "profit", "influence"), ("cost", "days", "efforts", "discount")
DEEPEN, FOCUS, CUT, SERVE = CELLS = (
    "keep and deepen",
    "focus in",
    "cut or re-plan",
    "serve at low cost",
)
DRAWN = 200  # points a person can still tell apart
NAMED = 3  # accounts of one kind that get a finding of their own
CLEAR = 5.0  # points from the cut; nearer, the next visit may turn a finding round


@dataclass(frozen=True, slots=True)
class Params:
    months: int = param(
        12, unit="months", help="Length of the period that ends on the as-of day.", within=(1, 120)
    )
    output_weights: str = param(
        "volume=50, profit=40, influence=10", help="Weights of what a customer brings."
    )
    input_weights: str = param(
        "cost=40, days=30, efforts=20, discount=10", help="Weights of what is spent on a customer."
    )
    cut_output: float = param(
        50.0, unit="score", help="Output is high from this score on.", within=(0.0, 100.0)
    )
    cut_input: float = param(
        50.0, unit="score", help="Input is high from this score on.", within=(0.0, 100.0)
    )
    level: str = param("group", help="Whose sales are added up.", choices=LEVELS)


@dataclass(frozen=True, slots=True)
class InputOutput:
    """`cells` and `accounts` hold every account with an order or an effort in the period that has
    ever ordered; `newcomers` those with an effort that have not; `spread` and `people` say how
    far effort goes to the few who make 80 % of sales."""

    identity: Identity
    period: Period
    measure: str
    spread: Spread
    matrix: Chart
    cells: Table
    accounts: Table
    people: Table
    newcomers: Table
    sources: Table
    notes: tuple[Note, ...]
    findings: tuple[Finding, ...]
    title: str = TITLE

    def blocks(self) -> tuple[Block, ...]:
        newcomers = (
            (Section("Effort on customers who have not ordered yet", (self.newcomers,)),)
            if self.newcomers.rows
            else ()
        )
        return (
            Section(
                "Where effort goes",
                (
                    Figure(
                        self.spread.to_few, Unit.SHARE, "Effort on customers who make 80 % of sales"
                    ),
                    self.people,
                ),
            ),
            Section("What it brings", (self.matrix, self.cells, self.accounts)),
            *newcomers,
            Section("How it was worked out", (self.sources, *self.notes)),
        )


def analyze(tables: Tables, params: Params | None = None) -> InputOutput:
    """Hold what is spent on every account against what it brings."""
    params = params or Params()
    check("input_output", params)
    weights = {
        "output": weights_of("input_output", "output_weights", params.output_weights, OUTPUT),
        "input": weights_of("input_output", "input_weights", params.input_weights, INPUT),
    }
    tables.first_day  # noqa: B018 - without any order there is a better sentence than ours
    found = effort_and_sales(tables, months=params.months, level=params.level)
    names = [name for axis in weights.values() for name in axis]
    placed = place(
        found.criteria(tables, names, level=params.level),
        Axis(weights["output"], params.cut_output),
        Axis(weights["input"], params.cut_input),
        names=CELLS,
        known=0.0,
    )
    rows = tables.keep(f"input_output|{params}", placed.rows())
    everybody, *people = spreads(found)
    cells = _cells(rows)
    return InputOutput(
        identity=tables.identity("input_output", params, params.level),
        period=found.period,
        measure=found.measure,
        spread=everybody,
        matrix=_matrix(rows, cells, params),
        cells=cells,
        accounts=tabulate(
            rows.order_by("place"), "accounts", "Accounts by sales", columns=ACCOUNTS
        ),
        people=_people(people),
        newcomers=_newcomers(found),
        sources=_sources(placed),
        notes=_notes(found.measure),
        findings=_findings(found, placed, rows, (everybody, *people)),
    )


SPENT = (
    Column("efforts", "Efforts", Unit.COUNT, total=True),
    Column("days", "Days of work", Unit.QUANTITY, total=True),
    Column("cost", "Cost of effort", Unit.MONEY, total=True),
)
ACCOUNTS = (
    Column("customer_id", "Customer no.", Unit.NAME),
    Column("name", "Customer", Unit.NAME),
    Column("cell", "Conduct", Unit.TERM),
    Column("up", "Output", Unit.SCORE),
    Column("across", "Input", Unit.SCORE),
    Column("net", "Sales", Unit.MONEY, total=True),
    Column("orders", "Orders", Unit.COUNT, total=True),
    *SPENT,
    Column("owner", "Owner", Unit.NAME),
)


def _cells(rows: ir.Table) -> Table:
    """Accounts, sales and effort by cell; adds up to all that were placed."""
    sums = ("net", *(column.key for column in SPENT))
    grouped = rows.group_by("cell").agg(
        accounts=rows.count(), **{name: rows[name].sum() for name in sums}
    )
    found = {row["cell"]: row for row in fetch(grouped)}
    nothing = {"accounts": 0, "efforts": 0, **dict.fromkeys(("net", "days", "cost"), Decimal(0))}
    columns = (
        Column("cell", "Conduct", Unit.TERM),
        Column("accounts", "Customers", Unit.COUNT, total=True),
        Column("net", "Sales", Unit.MONEY, total=True),
        *SPENT,
    )
    shown: list[Row] = [
        (name, *(found.get(name, nothing)[column.key] for column in columns[1:])) for name in CELLS
    ]
    totals = [sum(row[at] for row in shown) for at in range(1, len(columns))]  # type: ignore[misc]
    return Table("cells", "The four cells", columns, tuple(shown), len(shown), (None, *totals))


def _matrix(rows: ir.Table, cells: Table, params: Params) -> Chart:
    order = {name: at for at, name in enumerate(CELLS)}
    columns = tuple(column for column in ACCOUNTS if column.key in DRAWN_COLUMNS)
    points = fetch(rows.order_by("place").limit(DRAWN))
    points.sort(key=lambda row: order[row["cell"]])
    counts = dict(zip(cells.column("cell"), cells.column("accounts"), strict=True))
    return Chart(
        key="matrix",
        title="Output against input",
        mark=Mark.SCATTER,
        columns=columns,
        rows=tuple(tuple(row[column.key] for column in columns) for row in points),
        x="across",
        y=("up",),
        series="cell",
        quadrants=(params.cut_input, params.cut_output),
        text=Sentence(
            "{focus:customer brings|customers bring} much for little effort, {cut} little for "
            "much; drawn are the {drawn} with the most sales.",
            {
                "focus": Figure(counts[FOCUS], Unit.COUNT),
                "cut": Figure(counts[CUT], Unit.COUNT),
                "drawn": Figure(len(points), Unit.COUNT),
            },
        ),
    )


DRAWN_COLUMNS = ("name", "cell", "up", "across", "net", "efforts")


def _people(people: list[Spread]) -> Table:
    """Each salesperson's effort, and where it goes."""
    columns = (
        Column("salesperson", "Salesperson", Unit.NAME),
        Column("accounts", "Customers", Unit.COUNT),
        *SPENT,
        Column("to_own_few", "On those who make 80 % of own sales", Unit.SHARE),
        Column("to_few", "On customers who make 80 %", Unit.SHARE),
        Column("to_others", "On other customers", Unit.SHARE),
        Column("to_new", "On customers without an order", Unit.SHARE),
    )
    rows = tuple(tuple(getattr(one, column.key) for column in columns) for one in people)
    totals = tuple(
        sum(
            (getattr(one, column.key) for one in people),
            Decimal(0) if column.key != "efforts" else 0,
        )
        if column.total
        else None
        for column in columns
    )
    return Table("people", "Effort by salesperson", columns, rows, len(rows), totals)


def _newcomers(found: EffortAndSales) -> Table:
    new = found.rows.filter(found.rows.part == NEW)
    return tabulate(
        new.order_by(new[found.measure].desc(), "customer_id"),
        "newcomers",
        "Customers who have not ordered yet",
        columns=(*ACCOUNTS[:2], *SPENT, Column("owner", "Owner", Unit.NAME)),
    )


def _sources(placed: Placed) -> Table:
    rows: list[Row] = [
        (*row, label)
        for label, axis in zip(("output", "input"), placed.axes, strict=True)
        for row in source_rows(placed.criteria.readings, axis.weights)
    ]
    columns = (*SOURCES, Column("axis", "Axis", Unit.TERM))
    return Table("sources", "Criteria and where they come from", columns, tuple(rows), len(rows))


def _notes(measure: str) -> tuple[Note, ...]:
    return (
        Note(
            Sentence(
                "Scores are weighted means of ranks among the customers, 0 to 100; influence as "
                "judged. Without effort on record a customer counts with none; customers who have "
                "never ordered are not in the four cells."
            )
        ),
        Note(
            Sentence(
                "Shares of effort are shares of the {measure}.",
                {"measure": Figure(SAID[measure], Unit.TERM)},
            )
        ),
        Note(
            Sentence(
                "The share on those who make 80 % of own sales is of the effort on customers who "
                "have ordered; the range shows how far chance goes with so few efforts."
            )
        ),
    )


def _findings(
    found: EffortAndSales, placed: Placed, rows: ir.Table, spread: tuple[Spread, ...]
) -> tuple[Finding, ...]:
    """How concentrated effort is, and who passes by their own best customers; where most of it
    brings least; who brings much for little."""
    everybody, *people = spread
    if everybody.to_few is None:
        return ()
    output, input_ = (axis.cut for axis in placed.axes)
    costly = rows.filter((rows.up <= output - CLEAR) & (rows.across >= input_ + CLEAR))
    costly = costly.filter(costly.cell == CUT).order_by(costly[found.measure].desc(), "place")
    cheap = rows.filter((rows.up >= output + CLEAR) & (rows.across <= input_ - CLEAR))
    few = found.rows.filter(found.rows.part == FEW)
    usual = fetch(few.agg(n=few.count(), efforts=few.efforts.sum()))[0]
    # Little input by its days or cost, yet as many efforts as others: not to be visited more.
    cheap = cheap.filter((cheap.cell == FOCUS) & (cheap.efforts * usual["n"] < usual["efforts"]))
    cheap = cheap.order_by("place")
    return (
        _concentration(found.period, everybody, usual["n"]),
        *_passing_by(found.period, people),
        *(_cut(found.period, row) for row in fetch(costly.limit(NAMED))),
        *(_focus(found.period, row, usual) for row in fetch(cheap.limit(NAMED))),
    )


def _concentration(period: Period, everybody: Spread, few: int) -> Finding:
    return Finding(
        code="input_output.concentration",
        says=Sentence(
            "{share} of the effort goes to the {n:customer who makes|customers who make} 80 % of "
            "sales, {others} to other customers, {new} to customers without an order.",
            {
                "share": Figure(everybody.to_few, Unit.SHARE),
                "n": Figure(few, Unit.COUNT),
                "others": Figure(everybody.to_others, Unit.SHARE),
                "new": Figure(everybody.to_new, Unit.SHARE),
            },
        ),
        severity=Severity.INFO,
        cause_on=period.month_on,
    )


def _passing_by(period: Period, people: list[Spread]) -> tuple[Finding, ...]:
    below = far_below(people)
    if below is None:
        return ()
    person, usual = below
    name = Figure(person.salesperson, Unit.NAME)
    return (
        Finding(
            code="input_output.own_few",
            says=Sentence(
                "{name} puts {share} of the effort on customers into those who make 80 % of "
                "{name}'s own sales; among the other salespeople the middle is {usual}.",
                {
                    "name": name,
                    "share": Figure(person.to_own_few, Unit.SHARE),
                    "usual": Figure(usual, Unit.SHARE),
                },
            ),
            severity=Severity.SOON,
            cause_on=period.month_on,
            action=Sentence(
                "Go through {name}'s next month of visits together: the largest customers first, "
                "the small ones by telephone.",
                {"name": name},
            ),
        ),
    )


# What effort is known by, from the most telling on.
TOOK = {
    "cost": "{name} took {efforts:effort|efforts} that cost {cost}, and brought {net} in "
    "{orders:order|orders}.",
    "days": "{name} took {efforts:effort|efforts} and {days:day|days} of work, and brought {net} "
    "in {orders:order|orders}.",
    "no order": "{name} took {efforts:effort|efforts}, and brought no order.",
    "efforts": "{name} took {efforts:effort|efforts}, and brought {net} in {orders:order|orders}.",
}


def _cut(period: Period, row: dict[str, Any]) -> Finding:
    known = next((name for name in ("cost", "days") if row[name]), "efforts")
    says = TOOK[known if row["orders"] else "no order"]
    return Finding(
        code="input_output.cut",
        says=Sentence(says, _figures(row)),
        severity=Severity.SOON,
        cause_on=period.month_on,
        subject=Subject(row["customer_id"], row["name"]),
        action=Sentence(
            "Set with your manager what {name} must order by the end of next quarter; until then "
            "halve the visits.",
            {"name": Figure(row["name"], Unit.NAME)},
        ),
        owner=row["owner"],
        stake=row["cost"] or None,
    )


def _focus(period: Period, row: dict[str, Any], usual: dict[str, Any]) -> Finding:
    average = round(usual["efforts"] / usual["n"], 1) if usual["n"] else None
    return Finding(
        code="input_output.focus",
        says=Sentence(
            "{name} brought {net} in {orders:order|orders} with {efforts:effort|efforts} on "
            "record; the customers who make 80 % of sales take {usual} on average.",
            {**_figures(row), "usual": Figure(average, Unit.QUANTITY)},
        ),
        severity=Severity.SOON,
        cause_on=period.month_on,
        subject=Subject(row["customer_id"], row["name"]),
        action=Sentence(
            "Visit {name} this month: ask what it plans to buy next year, and from whom.",
            {"name": Figure(row["name"], Unit.NAME)},
        ),
        owner=row["owner"],
        stake=max(row["net"], Decimal(0)),
    )


def _figures(row: dict[str, Any]) -> dict[str, Figure]:
    return {
        "name": Figure(row["name"], Unit.NAME),
        "net": Figure(row["net"], Unit.MONEY),
        "orders": Figure(row["orders"], Unit.COUNT),
        "efforts": Figure(row["efforts"], Unit.COUNT),
        "days": Figure(row["days"], Unit.QUANTITY),
        "cost": Figure(row["cost"], Unit.MONEY),
    }
