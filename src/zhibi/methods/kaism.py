"""Which customers deserve to be key accounts: attractive to us, and won by us?

Key account identification and selection matrix (Cheverton, Key Account Management): the customer's
attractiveness upwards, our relative strength in the customer's eyes across, each

    Σ w·p / Σ w     over the criteria that are known of the account, p in points of 0…100

A criterion comes from data where there is data, else from people's judgements
(`zhibi.measures.criteria`): judgements and shares keep their scale, money and growth are ranked
among the customers. An account is placed when at least `known` of the weight on both axes is
known; the others are listed as not placed.

Do not read it as a forecast, nor compare scores of two companies: ranks are relative. A cell next
to the cut changes with one judgement.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from zhibi.errors import ZhibiError
from zhibi.measures.criteria import (
    LABELS,
    SOURCES,
    Criteria,
    read_criteria,
    source_rows,
    sums_of,
    weights_of,
)
from zhibi.measures.periods import Period
from zhibi.measures.placing import NOT_PLACED, Axis, Placed, place
from zhibi.measures.rows import SHOWN, fetch, tabulate
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

TITLE = "Which customers are key accounts?"
ATTRACTIVENESS = ("volume", "growth", "margin", "credit", "potential", "influence")
STRENGTH = ("share_of_wallet", "relationship", "satisfaction", "fit", "delivery")
KEY, DEVELOP, MAINTAIN, OPPORTUNISTIC = CELLS = (
    "key account",
    "key development account",
    "maintenance account",
    "opportunistic account",
)
CONDUCT = ("invest", "invest selectively", "maintain", "manage for cash", "judge first")
DRAWN = 200  # points a person can still tell apart
LARGEST = 20  # customers that should be placed
NAMED = 3  # accounts of one kind that get a finding of their own
CLEAR = 5.0  # points from the cut; nearer, the next judgement may turn a finding round


@dataclass(frozen=True, slots=True)
class Params:
    months: int = param(
        12, unit="months", help="Length of the period that ends on the as-of day.", within=(1, 120)
    )
    attractiveness: str = param(
        "volume=30, growth=15, margin=15, credit=10, potential=20, influence=10",
        help="Weights of what makes a customer attractive.",
    )
    strength: str = param(
        "share_of_wallet=25, relationship=25, satisfaction=20, fit=15, delivery=15",
        help="Weights of what makes us strong in the customer's eyes.",
    )
    cut_attractiveness: float = param(
        50.0, unit="score", help="Attractive from this score on.", within=(0.0, 100.0)
    )
    cut_strength: float = param(
        50.0, unit="score", help="Strong from this score on.", within=(0.0, 100.0)
    )
    known: float = param(
        0.3, unit="share", help="Placed when so much of each axis's weight is known.",
        within=(0.0, 1.0),
    )  # fmt: skip
    level: str = param("group", help="Whose sales are added up.", choices=LEVELS)


@dataclass(frozen=True, slots=True)
class Kaism:
    """`cells` and `accounts` hold every account with orders in the period or with a judgement
    once; `points` says what each criterion gives it, `sources` what the criteria rest on."""

    identity: Identity
    period: Period
    matrix: Chart
    cells: Table
    accounts: Table
    points: Table
    sources: Table
    notes: tuple[Note, ...]
    findings: tuple[Finding, ...]
    title: str = TITLE

    def blocks(self) -> tuple[Block, ...]:
        return (
            Section("Where customers stand", (self.matrix, self.cells)),
            Section("Customers and their cell", (self.accounts,)),
            Section("What the scores rest on", (self.sources, self.points)),
            Section("How it was worked out", self.notes),
        )


def analyze(tables: Tables, params: Params | None = None) -> Kaism:
    """Score every account on both axes and place it in one of four cells."""
    params = params or Params()
    check("kaism", params)
    weights = {
        "attractiveness": weights_of(
            "kaism", "attractiveness", params.attractiveness, ATTRACTIVENESS
        ),
        "strength": weights_of("kaism", "strength", params.strength, STRENGTH),
    }
    tables.first_day  # noqa: B018 - without any order there is a better sentence than ours
    names = [name for axis in weights.values() for name in axis]
    sums = sums_of(tables, names, days=(tables.day,), months=params.months, level=params.level)
    criteria = read_criteria(tables, names, sums)
    for axis, chosen in weights.items():
        _require_any(criteria, axis, tuple(chosen))
    placed = place(
        criteria,
        Axis(weights["attractiveness"], params.cut_attractiveness),
        Axis(weights["strength"], params.cut_strength),
        names=CELLS,
        known=params.known,
    )
    rows = tables.keep(f"kaism|{params}", placed.rows())
    cells = _cells(rows)
    return Kaism(
        identity=tables.identity("kaism", params, params.level),
        period=sums.windows[0],
        matrix=_matrix(rows, cells, params),
        cells=cells,
        accounts=tabulate(
            rows.order_by("place"), "accounts", "Accounts by sales", columns=ACCOUNTS
        ),
        points=_points(placed),
        sources=_sources(placed),
        notes=_notes(params),
        findings=_findings(sums.windows[0], placed, rows, cells),
    )


def _require_any(criteria: Criteria, axis: str, names: tuple[str, ...]) -> None:
    if any(criteria.readings[name].known_count for name in names):
        return
    raise ZhibiError(
        "kaism can place nobody: of no customer is any of {names} known; import assessments of "
        "them (or surveys for satisfaction, promised and delivered dates for delivery), or give "
        "weight to others with --{axis}.",
        names=", ".join(names),
        axis=axis,
    )


ACCOUNTS = (
    Column("customer_id", "Customer no.", Unit.NAME),
    Column("name", "Customer", Unit.NAME),
    Column("industry", "Industry", Unit.NAME),
    Column("cell", "Cell", Unit.TERM),
    Column("up", "Attractiveness", Unit.SCORE),
    Column("across", "Relative strength", Unit.SCORE),
    Column("net", "Sales", Unit.MONEY, total=True),
    Column("known_up", "Attractiveness known", Unit.SHARE),
    Column("known_across", "Strength known", Unit.SHARE),
    Column("owner", "Owner", Unit.NAME),
)


def _cells(rows: ir.Table) -> Table:
    """Accounts and net by cell; adds up to all of them."""
    grouped = rows.group_by("cell").agg(accounts=rows.count(), net=rows.net.sum().fill_null(0))
    found = {row["cell"]: row for row in fetch(grouped)}
    nothing = {"accounts": 0, "net": Decimal(0)}
    cells = [found.get(name, nothing) for name in (*CELLS, NOT_PLACED)]
    net = sum((cell["net"] for cell in cells), Decimal(0))
    shown: list[Row] = [
        (
            name,
            conduct,
            cell["accounts"],
            cell["net"],
            float(cell["net"] / net) if net > 0 else None,
        )
        for name, conduct, cell in zip((*CELLS, NOT_PLACED), CONDUCT, cells, strict=True)
    ]
    return Table(
        key="cells",
        title="The four cells",
        columns=(
            Column("cell", "Cell", Unit.TERM),
            Column("conduct", "Conduct", Unit.TERM),
            Column("accounts", "Customers", Unit.COUNT, total=True),
            Column("net", "Sales", Unit.MONEY, total=True),
            Column("share", "Share of sales", Unit.SHARE),
        ),
        rows=tuple(shown),
        row_count=len(shown),
        totals=(None, None, sum(cell["accounts"] for cell in cells), net, None),
    )


def _matrix(rows: ir.Table, cells: Table, params: Params) -> Chart:
    drawn = rows.filter(rows.cell != NOT_PLACED).order_by("place").limit(DRAWN)
    keys = ("name", "cell", "up", "across", "net")
    order = {name: at for at, name in enumerate(CELLS)}
    points = sorted(fetch(drawn.select(*keys)), key=lambda row: order[row["cell"]])
    counts = dict(zip(cells.column("cell"), cells.column("accounts"), strict=True))
    return Chart(
        key="matrix",
        title="Attractiveness and relative strength",
        mark=Mark.SCATTER,
        columns=tuple(column for column in ACCOUNTS if column.key in keys),
        rows=tuple(
            tuple(row[column.key] for column in ACCOUNTS if column.key in keys) for row in points
        ),
        x="across",
        y=("up",),
        series="cell",
        quadrants=(params.cut_strength, params.cut_attractiveness),
        text=Sentence(
            "{key:customer is a key account|customers are key accounts}, {develop} key "
            "development, {maintain} maintenance, {rest} opportunistic; drawn are the {drawn} "
            "with the most sales.",
            {
                "key": Figure(counts[KEY], Unit.COUNT),
                "develop": Figure(counts[DEVELOP], Unit.COUNT),
                "maintain": Figure(counts[MAINTAIN], Unit.COUNT),
                "rest": Figure(counts[OPPORTUNISTIC], Unit.COUNT),
                "drawn": Figure(len(points), Unit.COUNT),
            },
        ),
    )


def _points(placed: Placed) -> Table:
    """What each criterion gives each account, of 100; empty where it is not known."""
    accounts, readings = placed.criteria.accounts, placed.criteria.readings
    who = ("customer_id", "name")
    columns = (
        *(column for column in ACCOUNTS if column.key in who),
        *(Column(name, LABELS[name], Unit.SCORE) for name in readings),
    )

    def rows_of(count: int | None) -> tuple[Row, ...]:
        told = accounts.slice(0, count).select(who).to_pydict().values()
        given = (
            [None if one != one else round(one, 1) for one in reading.points[:count].tolist()]
            for reading in readings.values()
        )
        return tuple(zip(*told, *given, strict=True))

    return Table(
        "points", "Points by criterion", columns, rows_of(SHOWN), accounts.num_rows,
        fetch_all=lambda: rows_of(None),
    )  # fmt: skip


def _sources(placed: Placed) -> Table:
    """Each criterion with its weight, and of how many accounts it is known, from where."""
    rows: list[Row] = [
        (*row, label)
        for label, axis in zip(("attractiveness", "relative strength"), placed.axes, strict=True)
        for row in source_rows(placed.criteria.readings, axis.weights)
    ]
    columns = (*SOURCES, Column("axis", "Axis", Unit.TERM))
    title = "Criteria and where they come from"
    return Table("sources", title, columns, tuple(rows), len(rows))


def _notes(params: Params) -> tuple[Note, ...]:
    return (
        Note(
            Sentence(
                "A score is the weighted mean of the criteria that are known, each in points of "
                "0 to 100: judgements, survey marks and on-time delivery keep their scale; "
                "volume, growth and margin are ranked among the customers, the best near 100. "
                "What is missing is left out, weight and all."
            )
        ),
        Note(
            Sentence(
                "A customer is placed when at least {known} of the weight on each axis is known. "
                "Growth adds one average order to both years, so that a single order more does "
                "not double anybody.",
                {"known": Figure(params.known, Unit.SHARE)},
            )
        ),
    )


def _findings(period: Period, placed: Placed, rows: ir.Table, cells: Table) -> tuple[Finding, ...]:
    """The key accounts together; large ones without a place; attractive ones that are not ours
    yet; large ones that are ours but hardly attractive."""
    found = [_key_accounts(period, cells)] if cells.rows[0][2] else []
    largest = fetch(rows.filter(rows.net > 0).order_by("place").limit(LARGEST))
    unplaced = [row for row in largest if row["cell"] == NOT_PLACED]
    if unplaced:
        found.append(_not_placed(period, unplaced, len(largest)))
    up, across = (axis.cut - CLEAR for axis in placed.axes)
    weak = rows.filter((rows.cell == DEVELOP) & (rows.across <= across)).order_by("place")
    found += [_attractive_but_weak(period, placed, row) for row in fetch(weak.limit(NAMED))]
    kept = [row for row in largest if row["cell"] == MAINTAIN and row["up"] <= up]
    return (*found, *(_maintained(period, placed, row) for row in kept[:NAMED]))


def _key_accounts(period: Period, cells: Table) -> Finding:
    key, develop = cells.rows[0], cells.rows[1]
    return Finding(
        code="kaism.key_accounts",
        says=Sentence(
            "{n:customer is a key account|customers are key accounts} and {share} of sales "
            "({net}); {weak:customer is|customers are} as attractive, but we are weak there "
            "({weak_net}).",
            {
                "n": Figure(key[2], Unit.COUNT),
                "share": Figure(key[4], Unit.SHARE),
                "net": Figure(key[3], Unit.MONEY),
                "weak": Figure(develop[2], Unit.COUNT),
                "weak_net": Figure(develop[3], Unit.MONEY),
            },
        ),
        severity=Severity.INFO,
        cause_on=period.month_on,
    )


def _not_placed(period: Period, unplaced: list[dict[str, Any]], looked_at: int) -> Finding:
    names = Figure(tuple(row["name"] for row in unplaced), Unit.NAMES)
    net = sum((row["net"] for row in unplaced), Decimal(0))
    return Finding(
        code="kaism.not_placed",
        says=Sentence(
            "Of our {top} largest customers {n} cannot be placed, together {net}: too little is "
            "known of {names:of them}.",
            {
                "top": Figure(looked_at, Unit.COUNT),
                "n": Figure(len(unplaced), Unit.COUNT),
                "net": Figure(net, Unit.MONEY),
                "names": names,
            },
        ),
        severity=Severity.SOON,
        cause_on=period.month_on,
        action=Sentence(
            "Have their owners judge potential, relationship, fit and our share, largest first.",
        ),
        stake=net,
    )


# What to do about the criterion that holds us back.
ASKS = {
    "share_of_wallet": "Find out what {name} buys elsewhere, and offer the next order of it.",
    "relationship": "See the person at {name} who decides, together with your manager, this month.",
    "satisfaction": "Ask {name} what it is dissatisfied with, and answer within the week.",
    "fit": "Go through what {name} needs with your engineers: what of it can we offer?",
    "delivery": "Settle with dispatch which orders of {name} go first, and tell it the new days.",
}


def _attractive_but_weak(period: Period, placed: Placed, row: dict[str, Any]) -> Finding:
    says = (
        "{name} is attractive ({up} of 100) but we are weak there ({across}, with {known} of the "
        "weight known); what costs most is {criterion}. It bought {net} in the period."
        if row["net"]
        else "{name} is attractive ({up} of 100) but we are weak there ({across}, with {known} of "
        "the weight known); what costs most is {criterion}. It has not ordered in the period."
    )
    weakest = placed.costs_most(row["place"], 1)
    return Finding(
        code="kaism.attractive_but_weak",
        says=Sentence(says, _said_of(row, weakest)),
        severity=Severity.SOON,
        cause_on=period.month_on,
        subject=Subject(row["customer_id"], row["name"]),
        action=Sentence(ASKS[weakest], {"name": Figure(row["name"], Unit.NAME)}),
        owner=row["owner"],
        stake=row["net"],
    )


def _maintained(period: Period, placed: Placed, row: dict[str, Any]) -> Finding:
    return Finding(
        code="kaism.maintained",
        says=Sentence(
            "{name}, our number {rank} by sales ({net}), is a maintenance account: we are strong "
            "there ({across} of 100), but it is hardly attractive ({up}); what costs most is "
            "{criterion}.",
            _said_of(row, placed.costs_most(row["place"], 0)),
        ),
        severity=Severity.INFO,
        cause_on=period.month_on,
        subject=Subject(row["customer_id"], row["name"]),
        action=Sentence(
            "Keep {name} supplied at its present terms; spend extra visits and discounts on "
            "customers who still grow.",
            {"name": Figure(row["name"], Unit.NAME)},
        ),
        owner=row["owner"],
        stake=row["net"],
    )


def _said_of(row: dict[str, Any], criterion: str) -> dict[str, Figure]:
    return {
        "name": Figure(row["name"], Unit.NAME),
        "rank": Figure(row["place"] + 1, Unit.COUNT),
        "net": Figure(row["net"], Unit.MONEY),
        "up": Figure(row["up"], Unit.SCORE),
        "across": Figure(row["across"], Unit.SCORE),
        "known": Figure(row["known_across"], Unit.SHARE),
        "criterion": Figure(LABELS[criterion], Unit.TERM),
    }
