"""Who bought lately, often and much, and which of the big ones has gone quiet?

Recency = days from the last order to the as-of day, frequency = orders with positive net,
monetary = net sales, in the window. Each is scored 1–5, 5 best: one plus the share of scored
accounts that are strictly worse, in fifths, rounded down. So equal values always get the same
score, however the rows lie. Two conventions name the scores (domain 2.2): eight cells in the order
R F M, each score high when above the mean of the scores, and the grid of R against the mean of F
and M.

Scores are ranks among today's accounts, not a forecast: a yearly buyer looks quiet for eleven
months (ask purchase_rhythm), and with few accounts one order moves a cell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import product
from operator import attrgetter
from typing import TYPE_CHECKING, Any, cast

from zhibi.measures.periods import Period
from zhibi.measures.rfm_scores import (
    BUCKETS,
    GRID_NAMES,
    SEGMENTS,
    Cell,
    Cuts,
    cells,
    cuts,
    scored,
)
from zhibi.measures.rows import fetch, tabulate
from zhibi.measures.sales import accounts, by_account, last_order_day, net_sales, order_count
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

TITLE = "Who bought lately, often and much?"
FEW = 5 * BUCKETS  # below this, a score stands for fewer than five accounts


@dataclass(frozen=True, slots=True)
class Params:
    days: int = param(
        365,
        unit="days",
        help="Length of the window that ends on the as-of day.",
        within=(1, 36_500),
    )
    cut: str = param(
        "mean",
        help="A score is high when above the mean or median of the scores, or a fixed cut.",
        choices=("mean", "median", "fixed"),
    )
    cut_at: float = param(3.0, unit="score", help="Where a fixed cut lies.", within=(1.0, 5.0))
    level: str = param("group", help="Whose orders are added up.", choices=LEVELS)


@dataclass(frozen=True, slots=True)
class Rfm:
    """`segments` is the eight-cell convention, `grid` the other; both hold every scored account
    once. Accounts without an order in the window are not scored, only counted."""

    identity: Identity
    period: Period
    cuts: Cuts
    unscored_count: int
    unscored_net: Decimal
    segments: Table
    grid: Table
    accounts: Table
    map: Chart
    notes: tuple[Note, ...]
    findings: tuple[Finding, ...]
    title: str = TITLE

    def blocks(self) -> tuple[Block, ...]:
        return (
            Section("Eight segments", (self.segments, *self.notes)),
            Section("Recency against frequency and sales", (self.map, self.grid)),
            Section("Accounts and their scores", (self.accounts,)),
        )


def analyze(tables: Tables, params: Params | None = None) -> Rfm:
    """Score every account with an order in the window and name it in both conventions."""
    params = params or Params()
    check("rfm", params)
    period = Period(max(tables.day - timedelta(days=params.days - 1), tables.first_day), tables.day)
    summed = tables.keep(f"rfm sums|{params}", _sums(tables, params, period))
    bought = tables.keep(f"rfm scores|{params}", scored(summed, tables.day))
    found = cells(bought)
    limits = _cuts(found, params)
    named = _named(bought.join(accounts(tables), "account_key"), limits)
    segments = _summary(
        found, "segments", "Eight segments", names=SEGMENTS.values(), name_of=limits.segment
    )
    unscored = fetch(_unscored(summed))[0]
    return Rfm(
        identity=tables.identity("rfm", params, params.level),
        period=period,
        cuts=limits,
        unscored_count=unscored["accounts"],
        unscored_net=unscored["net"],
        segments=segments,
        grid=_summary(
            found, "grid", "Ten segments", names=GRID_NAMES, name_of=attrgetter("grid_name")
        ),
        accounts=tabulate(named, "accounts", "Accounts and their scores", columns=ACCOUNTS),
        map=_map(found),
        notes=_notes(found, params, limits, unscored),
        findings=_findings(period, segments, named),
    )


def _sums(tables: Tables, params: Params, period: Period) -> ir.Table:
    lines = tables.order_lines
    figures = {
        "orders": order_count(lines, period),
        "net": net_sales(lines, period),
        "last_on": last_order_day(lines),
    }
    return by_account(tables, figures, level=params.level)


def _cuts(found: tuple[Cell, ...], params: Params) -> Cuts:
    if params.cut == "fixed" or not found:
        return Cuts(params.cut_at, params.cut_at, params.cut_at)
    return cuts(found, by=params.cut)


def _unscored(summed: ir.Table) -> ir.Table:
    rest = summed.filter(summed.orders == 0)
    return rest.agg(accounts=rest.count(), net=rest.net.sum().fill_null(0))


def _summary(
    found: tuple[Cell, ...],
    key: str,
    title: str,
    *,
    names: Iterable[str],
    name_of: Callable[[Cell], str],
) -> Table:
    """Accounts, net and mean days by segment, in the order of `names`; empty ones stay."""
    count = sum(cell.accounts for cell in found)
    net = sum((cell.net for cell in found), Decimal(0))
    rows: list[Row] = []
    for name in names:
        cells_of = [cell for cell in found if name_of(cell) == name]
        accounts_of = sum(cell.accounts for cell in cells_of)
        net_of = sum((cell.net for cell in cells_of), Decimal(0))
        rows.append(
            (
                name,
                accounts_of,
                accounts_of / count if count else None,
                net_of,
                float(net_of) / float(net) if net > 0 else None,
                sum(cell.days for cell in cells_of) / accounts_of if accounts_of else None,
            )
        )
    totals = (None, count, None, net, None, None)
    return Table(key, title, SUMMARY, tuple(rows), row_count=len(rows), totals=totals)


SUMMARY = (
    Column("segment", "Segment", Unit.TERM),
    Column("accounts", "Customers", Unit.COUNT, total=True),
    Column("share_of_accounts", "Share of customers", Unit.SHARE),
    Column("net", "Sales", Unit.MONEY, total=True),
    Column("share", "Share", Unit.SHARE),
    Column("days", "Days since last order (mean)", Unit.DAYS),
)


ACCOUNTS = (
    Column("customer_id", "Customer no.", Unit.NAME),
    Column("name", "Customer", Unit.NAME),
    Column("segment", "Segment", Unit.TERM),
    Column("grid", "Grid segment", Unit.TERM),
    Column("days", "Days since last order", Unit.DAYS),
    Column("orders", "Orders", Unit.COUNT, total=True),
    Column("net", "Sales", Unit.MONEY, total=True),
    Column("r", "Recency score", Unit.SCORE),
    Column("f", "Frequency score", Unit.SCORE),
    Column("m", "Monetary score", Unit.SCORE),
    Column("owner", "Owner", Unit.NAME),
)


def _named(bought: ir.Table, limits: Cuts) -> ir.Table:
    """Every scored account with its two names, largest net first."""
    import ibis
    import pyarrow as pa

    every_score = range(1, BUCKETS + 1)
    possible = [Cell(r, f, m) for r, f, m in product(every_score, repeat=3)]
    names = ibis.memtable(
        pa.table(
            {
                **{score: [getattr(cell, score) for cell in possible] for score in "rfm"},
                "segment": [limits.segment(cell) for cell in possible],
                "grid": [cell.grid_name for cell in possible],
            }
        )
    )
    named = bought.join(names, ["r", "f", "m"])
    return named.order_by(named.net.desc(), "customer_id")


def _map(found: tuple[Cell, ...]) -> Chart:
    """Accounts by recency and frequency score; every square is there, also the empty ones."""
    squares = {(f, r): 0 for r in range(BUCKETS, 0, -1) for f in range(1, BUCKETS + 1)}
    for cell in found:
        squares[cell.f, cell.r] += cell.accounts
    return Chart(
        key="recency_frequency",
        title="Customers by recency and frequency score",
        mark=Mark.HEAT_MAP,
        columns=(
            Column("f", "Frequency score", Unit.SCORE),
            Column("r", "Recency score", Unit.SCORE),
            Column("accounts", "Customers", Unit.COUNT),
        ),
        rows=tuple((f, r, accounts) for (f, r), accounts in squares.items()),
        x="f",
        y=("accounts",),
        series="r",
        text=Sentence(
            "{best:customer|customers} score 5 on both recency and frequency, {worst} score 1.",
            {
                "best": Figure(squares[BUCKETS, BUCKETS], Unit.COUNT),
                "worst": Figure(squares[1, 1], Unit.COUNT),
            },
        ),
    )


def _notes(
    found: tuple[Cell, ...], params: Params, limits: Cuts, unscored: dict[str, Any]
) -> tuple[Note, ...]:
    said = [_how_cut(params, limits)]
    if unscored["accounts"]:
        said.append(
            Sentence(
                "Not scored: {n:customer|customers} with no order in the window "
                "(net sales in it {net}).",
                {
                    "n": Figure(unscored["accounts"], Unit.COUNT),
                    "net": Figure(unscored["net"], Unit.MONEY),
                },
            )
        )
    count = sum(cell.accounts for cell in found)
    if 0 < count < FEW:
        said.append(
            Sentence(
                "With {n:customer|customers} a score is a rank among few: read days, orders and "
                "sales instead.",
                {"n": Figure(count, Unit.COUNT)},
            )
        )
    said += [
        Sentence(
            "All customers are equal in {what}, so it separates nobody and counts as low.",
            {"what": Figure(what, Unit.TERM)},
        )
        for key, what in (("r", "recency"), ("f", "frequency"), ("m", "sales"))
        if count > 1 and len({getattr(cell, key) for cell in found}) == 1
    ]
    return tuple(map(Note, said))


def _how_cut(params: Params, limits: Cuts) -> Sentence:
    return Sentence(
        "High is a score above the {cut}: recency {recency}, frequency {frequency}, "
        "sales {monetary}.",
        {
            "cut": Figure(CUT_WORDS[params.cut], Unit.TERM),
            "recency": Figure(limits.recency, Unit.RATIO),
            "frequency": Figure(limits.frequency, Unit.RATIO),
            "monetary": Figure(limits.monetary, Unit.RATIO),
        },
    )


CUT_WORDS = {"mean": "mean of the scores", "median": "median of the scores", "fixed": "fixed cut"}


FEWEST = 5  # scored accounts: scores are fifths, and of four nobody is one


def _findings(period: Period, segments: Table, named: ir.Table) -> tuple[Finding, ...]:
    """Whom sales rest on, and the large accounts that have gone quiet with the biggest named."""
    found = []
    keys = [column.key for column in segments.columns]
    scored = sum(cast("tuple[int, ...]", segments.column("accounts")))
    for row in segments.rows:
        cell: dict[str, Any] = dict(zip(keys, row, strict=True))
        if cell["share"] is None or cell["net"] <= 0 or scored < FEWEST:
            continue
        if cell["segment"] == "key value":
            found.append(_key_value(period, cell))
        elif cell["segment"] in QUIET:
            biggest = fetch(named.filter(named.segment == cell["segment"]).limit(1))[0]
            found.append(_quiet(cell, biggest))
    return tuple(found)


QUIET = {
    "key retain": (
        "rfm.key_retain",
        "{n:customer has|customers have} gone quiet after buying often and much: {net}, {share} "
        "of sales. The biggest is {name} ({biggest}), {days} without an order.",
        Severity.SOON,
    ),
    "key win back": (
        "rfm.key_win_back",
        "{n:customer has|customers have} gone quiet after few large orders: {net}, {share} of "
        "sales. The biggest is {name} ({biggest}), {days} without an order.",
        Severity.INFO,
    ),
}


def _key_value(period: Period, cell: dict[str, Any]) -> Finding:
    return Finding(
        code="rfm.key_value",
        says=Sentence(
            "{n:customer buys|customers buy} recently, often and much: {share_of_accounts} of "
            "customers, {share} of sales.",
            {
                "n": Figure(cell["accounts"], Unit.COUNT),
                "share_of_accounts": Figure(cell["share_of_accounts"], Unit.SHARE),
                "share": Figure(cell["share"], Unit.SHARE),
            },
        ),
        severity=Severity.INFO,
        cause_on=period.month_on,
    )


def _quiet(cell: dict[str, Any], biggest: dict[str, Any]) -> Finding:
    code, template, severity = QUIET[cell["segment"]]
    return Finding(
        code=code,
        says=Sentence(
            template,
            {
                "n": Figure(cell["accounts"], Unit.COUNT),
                "net": Figure(cell["net"], Unit.MONEY),
                "share": Figure(cell["share"], Unit.SHARE),
                "name": Figure(biggest["name"], Unit.NAME),
                "biggest": Figure(biggest["net"], Unit.MONEY),
                "days": Figure(biggest["days"], Unit.DAYS),
            },
        ),
        severity=severity,
        # The silence begins with the last order, so the finding keeps its id while it lasts.
        cause_on=biggest["last_on"],
        subject=Subject(biggest["customer_id"], biggest["name"]),
        action=Sentence(
            "Call {name} this week: ask what it needs next, and whether it now buys elsewhere.",
            {"name": Figure(biggest["name"], Unit.NAME)},
        ),
        owner=biggest["owner"],
        stake=cell["net"],
    )
