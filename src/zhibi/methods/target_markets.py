"""Which segments of the market should we go for?

Target-market choice (目标市场选择, domain 2.7): segments by one attribute of customers, scored
on size, customers, growth, competition, purchasing power and loyalty, Σ w·p / Σ w over the criteria
that are known, p in points of 0…100: ranks among the segments, repurchase and judgements on their
own scale, competition the less the better. What each is and how small segments are drawn towards
the company is said in `zhibi.measures.market_segments`. Segments of fewer than `fewest` customers
are scored, but not ranked.

It sees only customers we know: a market in which we have nobody is not in it, and size is our
size there, not the market's.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from zhibi.measures.criteria import (
    LABELS,
    SOURCES,
    costs_most,
    source_rows,
    sums_of,
    weights_of,
)
from zhibi.measures.market_segments import CRITERIA, Segments, market_segments
from zhibi.measures.monthly import growth
from zhibi.measures.periods import Period
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
)
from zhibi.stats.weighted_score import Scores, weighted_scores
from zhibi.tables.tables import LEVELS, Tables

TITLE = "Which segments of the market should we go for?"
CLEAR = 5.0  # points between the first and the second, to be worth a choice
RANKED, SMALL, NOT_STATED = "ranked", "too few to rank", "not stated"


@dataclass(frozen=True, slots=True)
class Params:
    by: str = param(
        "industry",
        help="What tells segments apart.",
        choices=("industry", "region", "size", "kind", "route"),
    )
    months: int = param(
        12, unit="months", help="Length of the period that ends on the as-of day.", within=(1, 120)
    )
    weights: str = param(
        "size=15, customers=10, growth=25, competition=15, purchasing_power=15, loyalty=20",
        help="Weights of the criteria of a segment.",
    )
    fewest: int = param(
        5, unit="customers", help="Segments of fewer customers are not ranked.", within=(1, 1000)
    )
    level: str = param("group", help="Whose sales are added up.", choices=LEVELS)


@dataclass(frozen=True, slots=True)
class Scored:
    """One segment; `rank` is None where it has too few customers or no name."""

    at: int
    name: str | None
    rank: int | None
    score: float
    known: float


@dataclass(frozen=True, slots=True)
class TargetMarkets:
    """`segments` holds every customer once, those who state no segment in a row of their own;
    `points` says what each criterion gave."""

    identity: Identity
    period: Period
    ranking: tuple[Scored, ...]
    segments: Table
    points: Table
    sources: Table
    picture: Chart
    notes: tuple[Note, ...]
    findings: tuple[Finding, ...]
    title: str = TITLE

    def blocks(self) -> tuple[Block, ...]:
        return (
            Section("Segments by score", (self.picture, self.segments)),
            Section("What the scores rest on", (self.points, self.sources)),
            Section("How it was worked out", self.notes),
        )


def analyze(tables: Tables, params: Params | None = None) -> TargetMarkets:
    """Score and rank the segments of the customers by one attribute."""
    params = params or Params()
    check("target_markets", params)
    weights = weights_of("target_markets", "weights", params.weights, CRITERIA)
    tables.first_day  # noqa: B018 - without any order there is a better sentence than ours
    tables.require("target_markets", params.by, table="customers")
    sums = sums_of(tables, (), days=(tables.day,), months=params.months, level=params.level)
    found = market_segments(tables, sums, by=params.by)
    scores = weighted_scores(
        np.stack([found.readings[name].points for name in weights]),
        np.array([*weights.values()], dtype=np.float64),
    )
    ranking = _ranking(found, scores, params.fewest)
    return TargetMarkets(
        identity=tables.identity("target_markets", params, params.level),
        period=sums.windows[0],
        ranking=ranking,
        segments=_segments(found, ranking),
        points=_points(found, ranking, tuple(weights)),
        sources=_sources(found, weights),
        picture=_picture(ranking),
        notes=_notes(found, params),
        findings=_findings(sums.windows[0], found, ranking, weights=weights),
    )


def _ranking(found: Segments, scores: Scores, fewest: int) -> tuple[Scored, ...]:
    """Ranked segments by score (ties: more sales, then the name), then the others by sales."""
    score = scores.score / 10

    def is_ranked(at: int) -> bool:
        return found.names[at] is not None and int(found.customers[at]) >= fewest

    order = sorted(
        range(len(found.names)),
        key=lambda at: (
            not is_ranked(at), -score[at] if is_ranked(at) else 0.0, -found.net[at],
            found.names[at] or "",
        ),
    )  # fmt: skip
    return tuple(
        Scored(
            at,
            found.names[at],
            place if is_ranked(at) else None,
            float(score[at]),
            float(scores.known[at]),
        )
        for place, at in enumerate(order, start=1)
    )


SEGMENTS = (
    Column("rank", "Rank", Unit.COUNT),
    Column("name", "Segment of the market", Unit.TERM),
    Column("state", "Standing", Unit.TERM),
    Column("score", "Score", Unit.SCORE),
    Column("known", "Weight known", Unit.SHARE),
    Column("net", "Sales", Unit.MONEY, total=True),
    Column("net_before", "Sales before", Unit.MONEY, total=True),
    Column("change", "Change", Unit.CHANGE),
    Column("customers", "Customers who ordered", Unit.COUNT, total=True),
    Column("newcomers", "Not ordered yet", Unit.COUNT, total=True),
    Column("loyalty", "Ordered again", Unit.SHARE),
)


def _segments(found: Segments, ranking: tuple[Scored, ...]) -> Table:
    rows: list[Row] = [
        (
            one.rank,
            one.name,
            RANKED if one.rank else SMALL if one.name else NOT_STATED,
            one.score,
            one.known,
            found.net[one.at],
            found.net_before[one.at],
            growth(found.net[one.at], found.net_before[one.at]),
            int(found.customers[one.at]),
            int(found.newcomers[one.at]),
            found.loyalty[one.at],
        )
        for one in ranking
    ]
    money = {one.key: sum(getattr(found, one.key), Decimal(0)) for one in SEGMENTS[5:7]}
    counts = {one.key: int(getattr(found, one.key).sum()) for one in SEGMENTS[8:10]}
    totals = tuple((money | counts).get(column.key) for column in SEGMENTS)
    return Table("segments", "Segments of the market", SEGMENTS, tuple(rows), len(rows), totals)


def _points(found: Segments, ranking: tuple[Scored, ...], names: tuple[str, ...]) -> Table:
    """What each criterion gave each segment, of 100; empty where it is not known."""

    def shown(name: str, at: int) -> float | None:
        points = float(found.readings[name].points[at])
        return None if np.isnan(points) else round(points, 1)

    columns = (SEGMENTS[1], *(Column(name, LABELS[name], Unit.SCORE) for name in names))
    rows = tuple((one.name, *(shown(name, one.at) for name in names)) for one in ranking)
    return Table("points", "Points by criterion", columns, rows, len(rows))


def _sources(found: Segments, weights: dict[str, float]) -> Table:
    rows = tuple(source_rows(found.readings, weights))
    return Table("sources", "Criteria and where they come from", SOURCES, rows, len(rows))


def _picture(ranking: tuple[Scored, ...]) -> Chart:
    ranked = [one for one in ranking if one.rank]
    best = ranked[0] if ranked else None
    return Chart(
        key="scores",
        title="Segments by score",
        mark=Mark.BAR,
        columns=(SEGMENTS[1], SEGMENTS[3]),
        rows=tuple((one.name, one.score) for one in ranked),
        x="name",
        y=("score",),
        highlight=(best.name,) if best and best.name else (),
        text=Sentence(
            "Of {n:segment|segments} {best} scores highest."
            if best
            else "None of the segments has enough customers to be ranked.",
            {
                "n": Figure(len(ranked), Unit.COUNT),
                "best": Figure(best.name if best else None, Unit.TERM),
            },
        ),
    )


def _notes(found: Segments, params: Params) -> tuple[Note, ...]:
    power = (
        "Purchasing power is the annual revenue of the customers."
        if found.power == "annual_revenue"
        else "Purchasing power is the average order: too few customers state their annual revenue."
    )
    return (
        Note(
            Sentence(
                "Sales, customers, growth and purchasing power are ranked among the segments, the "
                "best near 100; loyalty is the share of last period's customers who ordered "
                "again; competition is judged, little of it gives many points."
            )
        ),
        Note(
            Sentence(
                "Segments of fewer than {fewest} customers are not ranked; the figures of small "
                "ones are drawn towards the company's, so that one lucky customer is no market.",
                {"fewest": Figure(params.fewest, Unit.COUNT)},
            )
        ),
        Note(Sentence(power)),
    )


def _findings(
    period: Period, found: Segments, ranking: tuple[Scored, ...], *, weights: dict[str, float]
) -> tuple[Finding, ...]:
    """The segment to go for; the one that carries most and yet ranks in the lower half."""
    ranked = [one for one in ranking if one.rank]
    if len(ranked) < 2:
        return ()
    largest = max(ranked, key=lambda one: (found.net[one.at], -(one.rank or 0)))
    is_low = 2 * (largest.rank or 0) > len(ranked) + 1 and found.net[largest.at] > 0
    low = (_largest_is_low(period, found, largest, len(ranked), weights),) if is_low else ()
    return (_best(period, found, ranked[0], ranked[1]), *low)


# By whether it is clearly before the second, and whether anything was sold in the period before.
BEST = {
    (True, True): "{name} is the segment to go for: {score} of 100, before {second} "
    "({second_score}). {n:customer|customers} bought {net}, {change} on the period before.",
    (True, False): "{name} is the segment to go for: {score} of 100, before {second} "
    "({second_score}). {n:customer|customers} bought {net}, in the period before nobody did.",
    (False, True): "{name} scores highest ({score} of 100), but hardly above {second} "
    "({second_score}). {n:customer|customers} bought {net}, {change} on the period before.",
    (False, False): "{name} scores highest ({score} of 100), but hardly above {second} "
    "({second_score}). {n:customer|customers} bought {net}, in the period before nobody did.",
}


def _best(period: Period, found: Segments, best: Scored, second: Scored) -> Finding:
    newcomers = int(found.newcomers[best.at])
    name = Figure(best.name, Unit.TERM)
    change = growth(found.net[best.at], found.net_before[best.at])
    action = (
        Sentence(
            "List those of {name} who have not ordered yet ({n}), and give each an owner and a "
            "date for the first visit.",
            {"n": Figure(newcomers, Unit.COUNT), "name": name},
        )
        if newcomers
        else Sentence(
            "Name ten companies of {name} that we do not know yet, and give each an owner and a "
            "date for the first visit.",
            {"name": name},
        )
    )
    return Finding(
        code="target_markets.best",
        says=Sentence(
            BEST[best.score >= second.score + CLEAR, change is not None],
            {
                "name": name,
                "score": Figure(best.score, Unit.SCORE),
                "second": Figure(second.name, Unit.TERM),
                "second_score": Figure(second.score, Unit.SCORE),
                "n": Figure(int(found.customers[best.at]), Unit.COUNT),
                "net": Figure(found.net[best.at], Unit.MONEY),
                "change": Figure(change, Unit.CHANGE),
            },
        ),
        severity=Severity.INFO,
        cause_on=period.month_on,
        action=action,
        stake=max(found.net[best.at], Decimal(0)),
    )


def _largest_is_low(
    period: Period, found: Segments, largest: Scored, count: int, weights: dict[str, float]
) -> Finding:
    criterion = costs_most(found.readings, weights, largest.at)
    return Finding(
        code="target_markets.largest_is_low",
        says=Sentence(
            "{name} brings most ({net}) but ranks {rank} of {n}: what costs most is {criterion}.",
            {
                "name": Figure(largest.name, Unit.TERM),
                "net": Figure(found.net[largest.at], Unit.MONEY),
                "rank": Figure(largest.rank, Unit.COUNT),
                "n": Figure(count, Unit.COUNT),
                "criterion": Figure(LABELS[criterion], Unit.TERM),
            },
        ),
        severity=Severity.INFO,
        cause_on=period.month_on,
        action=Sentence("Keep its customers; look for new ones in the segments that rank higher."),
        stake=found.net[largest.at],
    )
