"""Which customers are alike, and how much of sales does each kind hold?

By behaviour: each account is described by some features of the period (days since its last order,
orders, average order, margin rate, categories, change on a year before), made comparable by their
medians and quartiles, money and counts by their logarithms; K-means or Ward's hierarchy then puts
those into one segment that lie close together (domain 2.7). How many segments there are is found
by drawing the accounts anew and asking whether the same groups come back, in excess of what they
would in a structureless cloud (`zhibi.stats.stability`); when no number does, there are no natural
groups and the segments are convenient slices. Or by what is on file: industry, region, size, kind,
route, purchasing power (thirds of annual revenue).

A segment is a summary of this period, not a property of a customer: near a border an account could
as well be next door, and other features give other segments.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from zhibi.measures.behaviour_features import Feature, behaviour, chosen
from zhibi.measures.periods import Period, trailing, year_before
from zhibi.measures.rows import fetch, tabulate
from zhibi.measures.sales import accounts
from zhibi.measures.segment_charts import heat_map, scatter
from zhibi.measures.segment_findings import Called, segment_findings
from zhibi.measures.segmenting import (
    FEWEST,
    WAYS,
    Population,
    Segmentation,
    by_attribute,
    by_behaviour,
    middles,
    population,
)
from zhibi.params import check, param
from zhibi.result import (
    Block,
    Chart,
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
    Value,
)
from zhibi.tables.tables import LEVELS, Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

TITLE = "Which customers are alike, and what does each kind hold?"
ON_FILE = {
    "industry": "industry",
    "region": "region",
    "size": "size",
    "kind": "kind",
    "route": "route",
    "purchasing power": "annual_revenue",
}
WORDS = frozenset({"size", "route", "annual_revenue"})  # whose values are terms, not names
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Params:
    by: str = param(
        "behaviour", help="What puts customers into one segment.", choices=("behaviour", *ON_FILE)
    )
    features: str = param(
        "auto",
        help="Features of behaviour, with commas between; auto takes the usual ones there are.",
    )
    way: str = param("k-means", help="How segments by behaviour are formed.", choices=WAYS)
    sought: bool = param(
        True, help="Whether the number of segments is sought in the data; else count is taken."
    )
    count: int = param(
        4, help="Number of segments when the data show no natural groups.", within=(2, 20)
    )
    months: int = param(
        12, unit="months", help="Length of the period that ends on the as-of day.", within=(1, 120)
    )
    level: str = param("group", help="Whose orders are added up.", choices=LEVELS)


@dataclass(frozen=True, slots=True)
class Segments:
    """`clusters` and `members` hold every segmented account once; `profile` has the medians of its
    features. `tried` is empty where the number of segments was not sought."""

    identity: Identity
    period: Period
    natural: int | None
    clusters: Table
    profile: Table
    members: Table
    tried: Table
    charts: tuple[Chart, ...]
    notes: tuple[Note, ...]
    method: tuple[Note, ...]
    findings: tuple[Finding, ...]
    title: str = TITLE

    def blocks(self) -> tuple[Block, ...]:
        worked_out: tuple[Block, ...] = (*self.method, *([self.tried] if self.tried.rows else []))
        return (
            Section("The segments", (self.clusters, *self.notes)),
            Section("What sets them apart", (*self.charts, self.profile)),
            Section("Who belongs to which segment", (self.members,)),
            *([Section("How it was worked out", worked_out)] if worked_out else []),
        )


def analyze(tables: Tables, params: Params | None = None) -> Segments:
    """Put every account into a segment and say what each holds and does."""
    params = params or Params()
    check("segments", params)
    period = trailing(tables.day, params.months)
    features = _features(tables, params, period)
    rows = tables.keep(f"segments rows|{params}", _rows(tables, params, features, period))
    people = population(rows, features)
    found = _segmentation(tables, params, people, features)
    members = tables.keep(f"segments|{params}", rows.join(_numbers(people, found), "account_key"))
    called = Called(found.names, _unit(params))
    cells = _cells(members)
    has_before = tables.first_day <= year_before(period).start
    return Segments(
        identity=tables.identity("segments", params, params.level),
        period=period,
        natural=found.natural,
        clusters=_clusters(cells, called),
        profile=_profile(people, found, features, called),
        members=_members(members, features, called),
        tried=_tried(found),
        charts=_charts(people, found, features, called),
        notes=_notes(params, people, found, features),
        method=_method(params, found, features) if len(people.keys) else (),
        findings=segment_findings(members, cells, period, called=called, has_before=has_before),
    )


def _features(tables: Tables, params: Params, period: Period) -> tuple[Feature, ...]:
    column = ON_FILE.get(params.by)
    if column is not None:
        tables.require("segments", column, table="customers")
    return chosen(tables, params.features, method="segments", before=year_before(period))


def _rows(
    tables: Tables, params: Params, features: tuple[Feature, ...], period: Period
) -> ir.Table:
    """Accounts with an order in the period; by what is on file, also those with sales only a year
    before, so that what a segment lost with them counts."""
    summed = behaviour(tables, features, period=period, level=params.level)
    is_in = summed.orders > 0
    if params.by in ON_FILE:
        is_in |= (summed.net != 0) | (summed.net_before != 0)
    return summed.filter(is_in).join(accounts(tables), "account_key")


def _segmentation(
    tables: Tables, params: Params, people: Population, features: tuple[Feature, ...]
) -> Segmentation:
    if not len(people.keys):
        return Segmentation(np.zeros(0, np.int64), (), people.values, ())
    if (column := ON_FILE.get(params.by)) is not None:
        return by_attribute(tables, people, features, column=column)
    return by_behaviour(
        people, features, count=params.count, is_sought=params.sought, way=params.way
    )


def _unit(params: Params) -> Unit:
    column = ON_FILE.get(params.by)
    if column is None:
        return Unit.TERMS
    return Unit.TERM if column in WORDS else Unit.NAME


def _numbers(people: Population, found: Segmentation) -> ir.Table:
    import ibis
    import pyarrow as pa

    return ibis.memtable(pa.table({"account_key": people.keys, "segment": found.number}))


def _cells(members: ir.Table) -> list[dict[str, Any]]:
    """Accounts, orders and net of each segment."""
    grouped = members.group_by("segment").agg(
        accounts=members.count(),
        orders=members.orders.sum(),
        **{name: members[name].sum() for name in ("net", "net_before")},
    )
    return fetch(grouped.order_by("segment"))


CLUSTERS = (
    Column("accounts", "Customers", Unit.COUNT, total=True),
    Column("share_of_accounts", "Share of customers", Unit.SHARE),
    Column("net", "Sales", Unit.MONEY, total=True),
    Column("share", "Share of sales", Unit.SHARE),
    Column("average", "Sales per customer", Unit.MONEY),
    Column("orders", "Orders", Unit.COUNT, total=True),
    Column("net_before", "Sales a year before", Unit.MONEY, total=True),
)


def _clusters(cells: list[dict[str, Any]], called: Called) -> Table:
    sums = {
        key: sum((cell[key] for cell in cells), start)
        for key, start in (
            ("accounts", 0), ("orders", 0), ("net", Decimal(0)), ("net_before", Decimal(0)),
        )
    }  # fmt: skip
    for cell in cells:
        cell["share_of_accounts"] = cell["accounts"] / sums["accounts"]
        cell["share"] = float(cell["net"] / sums["net"]) if sums["net"] > 0 else None
        cell["average"] = (cell["net"] / cell["accounts"]).quantize(CENT)
    rows = tuple(
        (called.names[cell["segment"]], *(cell[column.key] for column in CLUSTERS))
        for cell in cells
    )
    totals = (None, *(sums[column.key] if column.total else None for column in CLUSTERS))
    return Table("clusters", "Segments", (called.column, *CLUSTERS), rows, len(rows), totals)


def _profile(
    people: Population, found: Segmentation, features: tuple[Feature, ...], called: Called
) -> Table:
    """The middle account of each segment, in the units people know."""
    columns = (called.column, *(Column(one.key, one.label, one.unit) for one in features))
    medians = middles(people, found.number)
    rows = tuple(
        (name, *(natural_value(value, one) for value, one in zip(row, features, strict=True)))
        for name, row in zip(found.names, medians, strict=True)
    )
    return Table("profile", "The middle customer of each segment", columns, rows, len(rows))


def natural_value(value: float, feature: Feature) -> Value:
    """A feature as it is shown: money exact, and a change against the year before alone, which for
    who sold nothing then is unknown."""
    if np.isnan(value):
        return None
    if feature.unit is Unit.MONEY:
        return Decimal(str(round(value, 2))).quantize(CENT)
    if feature.key == "change":
        return None if value > 1 - 1e-9 else 2 * value / (1 - value)
    return float(value)


def _members(members: ir.Table, features: tuple[Feature, ...], called: Called) -> Table:
    """Every account with its segment, the largest of each segment first."""
    own = [one for one in features if one.key in ("days", "interval", "categories")]
    columns = (
        Column("customer_id", "Customer no.", Unit.NAME),
        Column("name", "Customer", Unit.NAME),
        called.column,
        Column("net", "Sales", Unit.MONEY, total=True),
        Column("net_before", "Sales a year before", Unit.MONEY, total=True),
        Column("orders", "Orders", Unit.COUNT, total=True),
        *(Column(one.key, one.label, one.unit) for one in own),
        Column("owner", "Owner", Unit.NAME),
    )
    ordered = members.order_by("segment", members.net.desc(), "customer_id")
    table = tabulate(ordered, "members", "Customers and their segments", columns=columns)

    def named(rows: tuple[Row, ...]) -> tuple[Row, ...]:
        return tuple((*row[:2], called.names[cast("int", row[2])], *row[3:]) for row in rows)

    return replace(table, rows=named(table.rows), fetch_all=_then(named, table.fetch_all))


def _then(
    named: Callable[[tuple[Row, ...]], tuple[Row, ...]],
    fetch_all: Callable[[], tuple[Row, ...]] | None,
) -> Callable[[], tuple[Row, ...]]:
    return lambda: named(fetch_all() if fetch_all else ())


TRIED = (
    Column("count", "Segments", Unit.COUNT),
    Column("agreement", "Come back", Unit.RATIO),
    Column("structureless", "Without groups", Unit.RATIO),
    Column("excess", "Excess", Unit.RATIO),
    Column("noise", "Noise", Unit.RATIO),
    Column("silhouette", "Silhouette", Unit.RATIO),
    Column("calinski_harabasz", "Calinski–Harabasz index", Unit.RATIO),
    Column("davies_bouldin", "Davies–Bouldin index", Unit.RATIO),
    Column("inertia", "Inertia", Unit.QUANTITY),
)


def _tried(found: Segmentation) -> Table:
    rows = tuple(tuple(getattr(one, column.key) for column in TRIED) for one in found.tried)
    return Table("tried", "How many segments there are", TRIED, rows, len(rows))


def _charts(
    people: Population, found: Segmentation, features: tuple[Feature, ...], called: Called
) -> tuple[Chart, ...]:
    if len(found.names) < 2:
        return ()
    charts = [heat_map(people, found, features, called.column)]
    if called.unit is Unit.TERMS:
        charts += scatter(people, found, features, called.column)
    return tuple(charts)


def _notes(
    params: Params, people: Population, found: Segmentation, features: tuple[Feature, ...]
) -> tuple[Note, ...]:
    count = {"n": Figure(len(people.keys), Unit.COUNT)}
    if not len(people.keys):
        return (Note(Sentence("No customer ordered in the period: there is nothing to segment.")),)
    if params.by in ON_FILE:
        without = sum(
            int((found.number == at).sum()) for at, name in enumerate(found.names) if name is None
        )
        said = [Sentence("Attributes are those on file today.")]
        if without:
            unknown = {"n": Figure(without, Unit.COUNT)}
            said.append(
                Sentence("Of {n:customer|customers} it is not on file; they stand apart.", unknown)
            )
        return tuple(map(Note, said))
    said = [_how_many(params, found, len(people.keys))]
    said += [
        Sentence("Only customers with an order in the period are segmented: {n}.", count),
        *_about_features(people, found, features),
    ]
    if params.features == "auto" and "change" not in {feature.key for feature in features}:
        said.append(
            Sentence("The data do not reach back two periods: change on a year before is left out.")
        )
    return tuple(map(Note, said))


def _how_many(params: Params, found: Segmentation, people: int) -> Sentence:
    count = {"n": Figure(len(found.names), Unit.COUNT)}
    if len(found.names) < 2:
        return Sentence("All customers are alike in these features: one segment.")
    if found.natural is not None:
        return Sentence(
            "There are {n} natural groups: they come back when the customers are drawn anew.", count
        )
    if not params.sought:
        return Sentence("The number of segments, {n}, was asked for, not sought.", count)
    if people < FEWEST:
        few = {**count, "people": Figure(people, Unit.COUNT)}
        return Sentence(
            "With {people:customer|customers} no natural groups can be told: these {n} segments "
            "are convenient slices.",
            few,
        )
    return Sentence(
        "No natural groups: these {n} segments are convenient slices, and a customer near a border "
        "could as well be in the next.",
        count,
    )


def _about_features(
    people: Population, found: Segmentation, features: tuple[Feature, ...]
) -> list[Sentence]:
    """What does not tell customers apart, and of whom a feature is not known."""
    said = []
    for feature, is_kept, column in zip(features, found.kept, people.values.T, strict=True):
        figures = {"what": Figure(feature.label, Unit.TERM)}
        unknown = int(np.isnan(column).sum())
        if not is_kept:
            said.append(Sentence("All customers are equal in {what}: it is left out.", figures))
        elif unknown:
            figures["n"] = Figure(unknown, Unit.COUNT)
            said.append(
                Sentence(
                    "{what} is not known of {n:customer|customers}, who are taken as in the "
                    "middle of it.",
                    figures,
                )
            )
    return said


def _method(params: Params, found: Segmentation, features: tuple[Feature, ...]) -> tuple[Note, ...]:
    if params.by in ON_FILE or len(found.names) < 2:
        return ()
    used = tuple(one.label for one, kept in zip(features, found.kept, strict=True) if kept)
    said = [
        Sentence(
            "Features: {features}. Each is set to its median and quartile range, money and counts "
            "by a signed logarithm, and cut at five ranges from the median.",
            {"features": Figure(used, Unit.TERMS)},
        ),
        Sentence(
            "K-means (Lloyd's passes to the end, best of eight k-means++ seedings)."
            if params.way == "k-means"
            else "Ward's hierarchy; past 10,000 customers on a sample, the others by the nearest "
            "center."
        ),
    ]
    if found.tried:
        said.append(
            Sentence(
                "Come back: the adjusted Rand index between K-means fits to two draws with "
                "replacement, mean of ten; without groups: the same of a normal cloud of equal "
                "covariance. A number is natural when its excess is beyond twice the noise, "
                "at least 0.75 come back, and no other number comes "
                "back better by more than 0.05; the largest such is taken. The indices are shown, "
                "not used: they favour two."
            )
        )
    return tuple(map(Note, said))
