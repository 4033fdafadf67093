"""Which customers were loaded with goods at a quarter's end, and what came back (季末冲量)?

A quarter counts as loaded when what an account booked in its last days is more than chance would
put there: against what everybody else booked in those days, what the account itself usually books
in them, and how few and large its orders are (`zhibi.measures.loaded_quarters`). The year's end,
strong for all, is thus no accusation.

What came back are returns and red invoices of the days after, product by product at most what the
last days booked (`zhibi.measures.quarter_ends`):

    sustained = booked − came back

A loaded quarter is a question, not a verdict: a project delivered on the last day looks the same
until something comes back. Where quarters do not end with the calendar's, do not use it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, cast

from zhibi.errors import ZhibiError
from zhibi.measures.loaded_quarters import ENOUGH_QUARTERS, Judged, judge
from zhibi.measures.quarter_end_follow_up import LoadedQuarter, followed_up
from zhibi.measures.quarter_end_told import is_told, loaded_told
from zhibi.measures.quarter_ends import (
    QuarterEnd,
    booked_by_quarter,
    came_back_by_product,
    quarter_ends,
)
from zhibi.measures.rows import fetch
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
    Table,
    Unit,
    Value,
)
from zhibi.tables.tables import LEVELS, Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

TITLE = "Which customers were loaded at a quarter's end, and what came back?"


@dataclass(frozen=True, slots=True)
class Params:
    days: int = param(
        7, unit="days", help="The last days of a quarter that are looked at.", within=(1, 31)
    )
    back_days: int = param(
        45, unit="days", help="Days after it in which goods may come back.", within=(7, 80)
    )
    quarters: int = param(
        8, unit="quarters", help="Quarters looked at, up to the last that has ended.",
        within=(1, 40),
    )  # fmt: skip
    unlikely: float = param(
        0.01, unit="share", help="A quarter is loaded when chance would do it less often.",
        within=(0.0001, 0.2),
    )  # fmt: skip
    level: str = param("group", help="Whose sales are added up.", choices=LEVELS)


@dataclass(frozen=True, slots=True)
class QuarterEndLoading:
    """`quarters` adds up all accounts; `loaded` names those found loaded, `products` what came
    back from them."""

    identity: Identity
    ends: tuple[QuarterEnd, ...]
    judged_count: int
    accounts: tuple[LoadedQuarter, ...]
    quarters: Table
    chart: Chart
    loaded: Table
    products: Table
    notes: tuple[Note, ...]
    findings: tuple[Finding, ...]
    title: str = TITLE

    def blocks(self) -> tuple[Block, ...]:
        products = (self.products,) if self.products.rows else ()
        chart = (self.chart,) if self.chart.rows else ()
        return (
            Section("Booked and sustained by quarter", (*chart, self.quarters)),
            Section("Who was loaded at a quarter's end", (self.loaded, *products)),
            Section("How it was worked out", self.notes),
        )


def analyze(tables: Tables, params: Params | None = None) -> QuarterEndLoading:
    """Find loaded quarters, and what came back of what the last days booked."""
    params = params or Params()
    check("quarter_end_loading", params)
    ends = _ends(tables, params)
    level, since = params.level, max(len(ends) - params.quarters, 0)
    booked = tables.keep(f"quarter ends|{params}", booked_by_quarter(tables, ends, level=level))
    products = tables.keep(
        f"quarter end products|{params}", came_back_by_product(tables, ends, level=level)
    )
    rows = booked.order_by("account_key", "at").to_pyarrow()
    judged = judge(rows, ends, since=since, unlikely=params.unlikely)
    loaded = followed_up(tables, ends, judged=judged, products=products, level=level)
    quarters = _quarters(ends, since=since, booked=booked, products=products)
    return QuarterEndLoading(
        identity=tables.identity("quarter_end_loading", params, level),
        ends=ends[since:],
        judged_count=judged.count,
        accounts=loaded,
        quarters=quarters,
        chart=_chart(quarters, loaded),
        loaded=_loaded_table(loaded),
        products=_products(tables, loaded, products),
        notes=_notes(tables, params, judged, ends=ends),
        findings=(
            *_total_finding(params, quarters, loaded),
            *(
                loaded_told(one, days=params.days, back_days=params.back_days)
                for one in loaded
                if is_told(one)
            ),
        ),
    )


def _ends(tables: Tables, params: Params) -> tuple[QuarterEnd, ...]:
    """The quarters shown and, before them, those that show what is usual."""
    count = params.quarters + 2 * ENOUGH_QUARTERS
    every = quarter_ends(tables.day, count, days=params.days, after=params.back_days)
    ends = tuple(end for end in every if end.quarter.end >= tables.first_day)
    if not ends:
        raise ZhibiError(
            "No quarter has ended since the first order on {day}; choose a later --as-of.",
            day=tables.first_day,
        )
    return ends


def _quarters(
    ends: Sequence[QuarterEnd], *, since: int, booked: ir.Table, products: ir.Table
) -> Table:
    """All accounts by quarter: booked, in the last days, come back of it, sustained."""
    sums = booked.group_by("at").agg(booked=booked.booked.sum(), loaded=booked.loaded.sum())
    of_all = {row["at"]: row for row in fetch(sums)}
    returned = fetch(products.group_by("at").agg(back=products.back.sum()))
    back = {row["at"]: row["back"] for row in returned}
    nothing = {"booked": Decimal(0), "loaded": Decimal(0)}
    rows: list[Row] = []
    for at, end in list(enumerate(ends))[since:]:
        one, came = of_all.get(at, nothing), back.get(at, Decimal(0))
        share = float(one["loaded"] / one["booked"]) if one["booked"] else None
        part = float(came / one["loaded"]) if one["loaded"] else None
        amounts = (one["booked"], one["loaded"], share, came, part, one["booked"] - came)
        rows.append((end.quarter.end, *amounts))
    return Table(
        key="quarters",
        title="Booked and sustained by quarter",
        columns=(
            Column("end", "Quarter to", Unit.DATE),
            Column("booked", "Booked", Unit.MONEY, total=True),
            Column("loaded", "Booked in the last days", Unit.MONEY, total=True),
            Column("share", "Share of the quarter", Unit.SHARE),
            Column("back", "Came back", Unit.MONEY, total=True),
            Column("share_back", "Share that came back", Unit.SHARE),
            Column("sustained", "Sustained", Unit.MONEY, total=True),
        ),
        rows=tuple(rows),
        row_count=len(rows),
        totals=_totals([None, 1, 2, None, 4, None, 6], rows),
    )


def _chart(quarters: Table, loaded: tuple[LoadedQuarter, ...]) -> Chart:
    known = [(_name(row[0]), row[3]) for row in quarters.rows if row[3] is not None]
    highest = max(known, key=lambda row: cast("float", row[1]), default=(None, None))
    return Chart(
        key="last_days",
        title="Share of each quarter booked in its last days",
        mark=Mark.BAR,
        columns=(
            Column("quarter", "Quarter", Unit.NAME),
            Column("share", "Share of the quarter", Unit.SHARE),
        ),
        rows=tuple(known),
        x="quarter",
        y=("share",),
        text=Sentence(
            "The last days weigh most in {quarter} with {share}.",
            {"quarter": Figure(highest[0], Unit.NAME), "share": Figure(highest[1], Unit.SHARE)},
        ),
        highlight=tuple(sorted({_name(one.end.quarter.end) for one in loaded})),
    )


def _name(end: Value) -> str:
    """A quarter as both languages write it."""
    end = cast("date", end)
    return f"{end.year} Q{end.month // 3}"


def _loaded_table(loaded: tuple[LoadedQuarter, ...]) -> Table:
    rows = tuple(
        (
            one.end.quarter.end,
            one.account["customer_id"],
            one.account["name"],
            one.found.loaded,
            one.found.share,
            one.found.expected,
            one.back,
            one.share_back,
            one.sustained,
            one.bought_after,
            one.usual_after,
            "complete" if one.is_over else "so far",
            one.account["owner"],
        )
        for one in loaded
    )
    return Table(
        key="loaded",
        title="Loaded quarters",
        columns=(
            Column("end", "Quarter to", Unit.DATE),
            Column("customer_id", "Customer no.", Unit.NAME),
            Column("name", "Customer", Unit.NAME),
            Column("loaded", "Booked in the last days", Unit.MONEY, total=True),
            Column("share", "Share of its quarter", Unit.SHARE),
            Column("expected", "Usual share", Unit.SHARE),
            Column("back", "Came back", Unit.MONEY, total=True),
            Column("share_back", "Share that came back", Unit.SHARE),
            Column("sustained", "Sustained", Unit.MONEY, total=True),
            Column("bought_after", "Bought in the days after", Unit.MONEY),
            Column("usual_after", "Usual in these days", Unit.MONEY),
            Column("known", "Returns known", Unit.TERM),
            Column("owner", "Owner", Unit.NAME),
        ),
        rows=rows,
        row_count=len(rows),
        totals=_totals([*[None] * 3, 3, None, None, 6, None, 8, *[None] * 4], rows),
    )


def _totals(places: Sequence[int | None], rows: Sequence[Row]) -> Row:
    """Sums of the money in some columns, given by their places."""
    return tuple(
        None if at is None else sum((cast("Decimal", row[at]) for row in rows), Decimal(0))
        for at in places
    )


def _products(tables: Tables, loaded: tuple[LoadedQuarter, ...], products: ir.Table) -> Table:
    """What of the loaded quarters came back, product by product."""
    places = {(one.found.account_key, one.found.at): one for one in loaded if one.back}
    keys = sorted({key for key, _ in places})
    moved = products.filter(products.account_key.isin(keys) & (products.back > 0))
    ordered = moved.order_by(moved.back.desc(), "account_key", "at", "product")
    found = [row for row in fetch(ordered) if (row["account_key"], row["at"]) in places]
    names = _product_names(tables, sorted({row["product"] for row in found}))
    rows: list[Row] = []
    for row in found:
        one = places[row["account_key"], row["at"]]
        product = row["product"] or None
        rows.append(
            (one.end.quarter.end, one.account["name"], product, names.get(product),
             row["loaded"], row["back"])
        )  # fmt: skip
    return Table(
        key="products",
        title="What came back, by product",
        columns=(
            Column("end", "Quarter to", Unit.DATE),
            Column("name", "Customer", Unit.NAME),
            Column("product_id", "Product no.", Unit.NAME),
            Column("product_name", "Product", Unit.NAME),
            Column("loaded", "Booked in the last days", Unit.MONEY),
            Column("back", "Came back", Unit.MONEY, total=True),
        ),
        rows=tuple(rows),
        row_count=len(rows),
        totals=_totals([*[None] * 5, 5], rows),
    )


def _product_names(tables: Tables, products: list[str]) -> dict[str | None, str]:
    if not products or not tables.has("product_name"):
        return {}
    lines = tables.order_lines
    named = lines.filter(lines.product_id.isin(products))
    found = tables.bring(named.group_by("product_id").agg(name=named.product_name.max()))
    return {row["product_id"]: row["name"] for row in fetch(found)}


def _notes(
    tables: Tables, params: Params, judged: Judged, *, ends: Sequence[QuarterEnd]
) -> tuple[Note, ...]:
    how = Sentence(
        "{n:quarter of an account was|quarters of accounts were} looked at, {loaded} look loaded; "
        "by chance alone at most {chance} would. What is usual is the larger of what all others "
        "booked in the same days, the account's own median share in its earlier quarters, and an "
        "even spread. A quarter is loaded when equal amounts, as few as its order days are worth, "
        "would fall so in less than {unlikely} of all cases (binomial).",
        {
            "n": Figure(judged.count, Unit.COUNT),
            "loaded": Figure(len(judged.loaded), Unit.COUNT),
            "chance": Figure(math.ceil(judged.count * params.unlikely), Unit.COUNT),
            "unlikely": Figure(params.unlikely, Unit.SHARE),
        },
    )
    last = ends[-1]
    if last.is_over(tables.day):
        return (Note(how),)
    until = Sentence(
        "Of the quarter to {end} goods may come back until {until}; what is shown is what came "
        "back so far.",
        {
            "end": Figure(last.quarter.end, Unit.DATE),
            "until": Figure(last.after.end, Unit.DATE),
        },
    )
    return (Note(how), Note(until))


def _total_finding(
    params: Params, quarters: Table, loaded: tuple[LoadedQuarter, ...]
) -> tuple[Finding, ...]:
    """The news: how much of what the last days booked came back, and whose it was."""
    assert quarters.totals
    _, _, booked, _, back, _, _ = quarters.totals
    if not booked:
        return ()
    theirs = sum((one.back for one in loaded), Decimal(0))
    says = Sentence(
        TOTAL_LOADED if theirs else TOTAL_OTHERS if back else TOTAL_NONE,
        {
            "days": Figure(params.days, Unit.COUNT),
            "quarters": Figure(quarters.row_count, Unit.COUNT),
            "booked": Figure(booked, Unit.MONEY),
            "back": Figure(back, Unit.MONEY),
            "after": Figure(params.back_days, Unit.COUNT),
            "n": Figure(len({one.found.account_key for one in loaded if one.back}), Unit.COUNT),
            "theirs": Figure(theirs, Unit.MONEY),
        },
    )
    last_end = quarters.rows[-1][0]
    assert isinstance(last_end, date)
    return (Finding("quarter_end_loading.total", says, Severity.INFO, last_end),)


TOTAL_LOADED = (
    "Of {booked} booked in the last {days:day|days} of {quarters:quarter|quarters}, {back} came "
    "back within {after:day|days}; {theirs} of it was loaded on {n:customer|customers}."
)
TOTAL_OTHERS = (
    "Of {booked} booked in the last {days:day|days} of {quarters:quarter|quarters}, {back} came "
    "back within {after:day|days}; nothing of it from a loaded quarter."
)
TOTAL_NONE = (
    "Of {booked} booked in the last {days:day|days} of {quarters:quarter|quarters}, nothing came "
    "back within {after:day|days}."
)
