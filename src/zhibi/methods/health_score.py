"""How healthy is each customer, what ails it, and is it getting better or worse?

    score = Σ weight × points ÷ Σ weight      over the measures that are known of the account

each in points of 0…100: order rhythm, sales trend, breadth, payment, satisfaction, contact,
returns and judged relationship (`zhibi.measures.health` says how). Red up to 50, yellow up to 75,
green above (domain 3.8). The cause is the measure that costs the most points. At past quarters the
score is held against who ordered afterwards, and against the rhythm alarm alone.

Do not read it as a chance to lose the customer: it is a sum of marks whose weights are opinion.
Do not compare scores that rest on different measures; the share of the weights known is shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from math import isnan
from typing import Any

from zhibi.errors import ZhibiError
from zhibi.measures.criteria import weights_of
from zhibi.measures.health import LABELS, Health, health_on
from zhibi.measures.health_record import HealthRecord, health_record
from zhibi.measures.rhythm import Rule
from zhibi.measures.rhythm_record import Asked, cut_days
from zhibi.measures.rows import table_of_rows
from zhibi.measures.track_record import RECORD
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
    Severity,
    Subject,
    Table,
    Unit,
)
from zhibi.tables.tables import LEVELS, Tables

TITLE = "How healthy is each customer, and what ails it?"
RED, YELLOW, GREEN, UNKNOWN = LIGHTS = ("red", "yellow", "green", "unknown")
QUARTERS = 4  # past cuts
HISTORY = 36  # months the rhythm is learnt from
DRAWN, RED_FINDINGS, FALL_FINDINGS = 20, 5, 3
LARGE_FALL = 15.0  # points since the score before that make a finding


@dataclass(frozen=True, slots=True)
class Params:
    weights: str = param(
        "rhythm=25, trend=15, breadth=10, payment=15, satisfaction=10, contact=10, returns=5, "
        "relationship=10",
        help="Weights of the measures of health.",
    )
    red_until: float = param(50.0, unit="score", help="Red up to this score.", within=(0.0, 100.0))
    yellow_until: float = param(
        75.0, unit="score", help="Yellow up to this score.", within=(0.0, 100.0)
    )
    horizon: int = param(
        90, unit="days", help="The back-test asks who ordered within so many days.",
        within=(7, 365),
    )  # fmt: skip
    level: str = param("group", help="Whose sales are added up.", choices=LEVELS)


@dataclass(frozen=True, slots=True)
class Patient:
    """One account: `score` of 0…100, None where nothing is known of it, and what it was `before`,
    the horizon ago; `cause` costs the most points, of which it has `cause_points`."""

    customer_id: str
    name: str
    owner: str | None
    light: str
    score: float | None
    before: float | None
    cause: str | None
    cause_points: float | None
    known: float
    net: Decimal
    points: dict[str, float | None]


@dataclass(frozen=True, slots=True)
class HealthScore:
    """`patients` are all accounts with an order in twelve months, those with the lowest light
    first, then by sales; `record` is None where the history is too short."""

    identity: Identity
    patients: tuple[Patient, ...]
    lights: Table
    customers: Table
    drawn: Chart
    measures: Table
    record: HealthRecord | None
    notes: tuple[Note, ...]
    findings: tuple[Finding, ...]
    title: str = TITLE

    def blocks(self) -> tuple[Block, ...]:
        return (
            Section("How many are healthy", (self.lights, self.drawn)),
            Section("Customers and what ails them", (self.customers,)),
            Section("What the scores rest on", (self.measures,)),
            Section("How often red was right", (*_record_tables(self.record), *self.notes)),
        )


def analyze(tables: Tables, params: Params | None = None) -> HealthScore:
    """The health of every account now, a quarter ago, and what followed in the past."""
    params = params or Params()
    check("health_score", params)
    if params.red_until >= params.yellow_until:
        raise ZhibiError(
            "health_score: red_until is {red}, but must be below yellow_until ({yellow}); change "
            "one of them.",
            red=params.red_until,
            yellow=params.yellow_until,
        )
    weights = weights_of("health_score", "weights", params.weights, tuple(LABELS))
    asked = Asked(Rule(), HISTORY, params.level, params.horizon, quarters=QUARTERS)
    cuts = cut_days(tables, asked)
    before = tables.day - timedelta(days=params.horizon)
    on = [*(cuts or ([before] if before >= tables.first_day else [])), tables.day]
    healths, rhythms = health_on(tables, on, weights, asked)
    record = health_record(tables, healths[: len(cuts)], rhythms, asked=asked, red=params.red_until)
    patients = _patients(healths[-1], healths[-2] if len(on) > 1 else None, params)
    return HealthScore(
        identity=tables.identity("health_score", params, params.level),
        patients=patients,
        lights=_lights(patients),
        customers=_customers(patients, weights),
        drawn=_drawn(patients),
        measures=_measures(patients, weights),
        record=record,
        notes=tuple(map(Note, _notes(params, record))),
        findings=tuple(_findings(patients, record, tables.day, params)),
    )


def _patients(now: Health, before: Health | None, params: Params) -> tuple[Patient, ...]:
    scores, earlier = now.tenths, before.tenths if before else {}
    found = []
    for at, row in enumerate(now.accounts.to_pylist()):
        score = scores.get(row["account_key"])
        then = earlier.get(row["account_key"])
        cause = now.cause(at)
        points = {name: _known(each[at]) for name, each in now.points.items()}
        found.append(
            Patient(
                customer_id=row["customer_id"],
                name=row["name"],
                owner=row["owner"],
                light=_light(score, params),
                score=None if score is None else score / 10,
                before=None if then is None else then / 10,
                cause=LABELS[cause] if cause else None,
                cause_points=points[cause] if cause else None,
                known=float(now.scores.known[at]),
                net=row["net"],
                points=points,
            )
        )
    return tuple(
        sorted(found, key=lambda one: (LIGHTS.index(one.light), -one.net, one.customer_id))
    )


def _known(points: float) -> float | None:
    return None if isnan(points) else round(float(points), 1)


def _light(tenths: int | None, params: Params) -> str:
    if tenths is None:
        return UNKNOWN
    if tenths <= params.red_until * 10:
        return RED
    return YELLOW if tenths <= params.yellow_until * 10 else GREEN


def _lights(patients: tuple[Patient, ...]) -> Table:
    rows = [
        {
            "light": light,
            "accounts": sum(one.light == light for one in patients),
            "net": sum((one.net for one in patients if one.light == light), Decimal(0)),
        }
        for light in LIGHTS
        if light != UNKNOWN or any(one.light == light for one in patients)
    ]
    columns = (
        Column("light", "Health", Unit.TERM),
        Column("accounts", "Customers", Unit.COUNT, total=True),
        Column("net", "Sales in 12 months", Unit.MONEY, total=True),
    )
    return table_of_rows(rows, "lights", "Customers by health", columns)


def _customers(patients: tuple[Patient, ...], weights: dict[str, float]) -> Table:
    """A column for each measure that is known of anybody."""
    shown = [name for name in weights if any(one.points[name] is not None for one in patients)]
    rows: list[dict[str, Any]] = [
        {
            "customer_id": one.customer_id,
            "name": one.name,
            "owner": one.owner,
            "light": one.light,
            "score": one.score,
            "before": one.before,
            "cause": one.cause,
            "known": one.known,
            "net": one.net,
            **one.points,
        }
        for one in patients
    ]
    columns = (
        Column("customer_id", "Customer no.", Unit.NAME),
        Column("name", "Customer", Unit.NAME),
        Column("owner", "Owner", Unit.NAME),
        Column("light", "Health", Unit.TERM),
        Column("score", "Score", Unit.SCORE),
        Column("before", "Score before", Unit.SCORE),
        Column("cause", "Costs most points", Unit.TERM),
        Column("net", "Sales in 12 months", Unit.MONEY, total=True),
        *(Column(name, LABELS[name], Unit.SCORE) for name in shown),
        Column("known", "Weights known", Unit.SHARE),
    )
    return table_of_rows(rows, "customers", "Health of each customer", columns)


def _drawn(patients: tuple[Patient, ...]) -> Chart:
    ill = [one for one in patients if one.light in (RED, YELLOW)]
    ill = sorted(ill, key=lambda one: (-one.net, one.customer_id))[:DRAWN]
    rows = tuple((one.name, one.score) for one in ill)
    reds = tuple(one.name for one in ill if one.light == RED)
    return Chart(
        key="health",
        title="Scores of the largest customers that are red or yellow",
        mark=Mark.BAR,
        columns=(Column("name", "Customer", Unit.NAME), Column("score", "Score", Unit.SCORE)),
        rows=rows,
        x="name",
        y=("score",),
        highlight=reds,
        text=Sentence(
            "Of the {n:customer|customers} drawn, {red} are red.",
            {"n": Figure(len(rows), Unit.COUNT), "red": Figure(len(reds), Unit.COUNT)},
        ),
    )


def _measures(patients: tuple[Patient, ...], weights: dict[str, float]) -> Table:
    rows = []
    for name, weight in weights.items():
        known = [one.points[name] for one in patients]
        points = [each for each in known if each is not None]
        rows.append(
            {
                "measure": LABELS[name],
                "weight": weight,
                "known": len(points),
                "missing": len(known) - len(points),
                "mean": sum(points) / len(points) if points else None,
                "causes": sum(one.cause == LABELS[name] for one in patients),
            }
        )
    columns = (
        Column("measure", "Measure", Unit.TERM),
        Column("weight", "Weight", Unit.SCORE),
        Column("known", "Known of", Unit.COUNT),
        Column("missing", "Missing", Unit.COUNT),
        Column("mean", "Mean points", Unit.SCORE),
        Column("causes", "Costs most points of", Unit.COUNT),
    )
    return table_of_rows(rows, "measures", "Measures of health", columns)


def _record_tables(record: HealthRecord | None) -> tuple[Table, ...]:
    if record is None:
        return ()
    rows = [{column.key: getattr(one, column.key) for column in RECORD} for one in record.records]
    return (table_of_rows(rows, "record", "What followed past marks", RECORD),)


def _notes(params: Params, record: HealthRecord | None) -> Iterator[Sentence]:
    yield Sentence(
        "Red is up to {red} points, yellow up to {yellow}. What is unknown of a customer is left "
        "out of its weights; the score before is that of {horizon:day|days} ago, by what was known "
        "then.",
        {
            "red": Figure(params.red_until, Unit.SCORE),
            "yellow": Figure(params.yellow_until, Unit.SCORE),
            "horizon": Figure(params.horizon, Unit.COUNT),
        },
    )
    if record is None:
        yield Sentence("The history is too short to hold past scores against what followed.")
        return
    yield Sentence(
        "Asked at {cuts:quarter end|quarter ends}, of customers who usually order within "
        "{horizon:day|days}: who ordered in the {horizon:day|days} after? A customer counts once "
        "a quarter.",
        {
            "cuts": Figure(len(record.cuts), Unit.COUNT),
            "horizon": Figure(record.horizon, Unit.COUNT),
        },
    )
    if record.is_small:
        yield Sentence(
            "Only {n:case was|cases were} marked red: read the range, not the share.",
            {"n": Figure(record.red.marked, Unit.COUNT)},
        )
    if record.lowest.marked and not record.beats_alarm:
        yield Sentence(
            "To tell who stops, health is no better than the rhythm alarm alone: with as many "
            "marks it found {lowest} of those who stopped, the alarm {alarm}. Warn by the alarm "
            "(churn-warning), and read health for its causes.",
            {
                "lowest": Figure(record.lowest.stopped, Unit.COUNT),
                "alarm": Figure(record.alarm.stopped, Unit.COUNT),
            },
        )


def _findings(
    patients: tuple[Patient, ...], record: HealthRecord | None, day: date, params: Params
) -> Iterator[Finding]:
    red = [one for one in patients if one.light == RED]
    if red:
        yield _summary(red, len(patients), record, day=day, params=params)
    for one in red[:RED_FINDINGS]:
        yield _about(one, "health_score.red", day, ago=params.horizon)
    fallen = [one for one in patients if one.light == YELLOW and _fall(one) >= LARGE_FALL]
    for one in fallen[:FALL_FINDINGS]:
        yield _about(one, "health_score.fall", day, ago=params.horizon)


SUMMARY = (
    "{red} of {n:customer|customers} are red, with {net} of sales in 12 months; {worse} of them "
    "were not {horizon:day|days} ago."
)
WITH_RECORD = (
    "{red} of {n:customer|customers} are red, with {net} of sales in 12 months; {worse} of them "
    "were not {horizon:day|days} ago. Of those marked red at past quarters {stopped} did not order "
    "in the {horizon:day|days} that followed, of the others {others}."
)


def _summary(
    red: list[Patient], count: int, record: HealthRecord | None, *, day: date, params: Params
) -> Finding:
    net = sum((one.net for one in red), Decimal(0))
    figures = {
        "red": Figure(len(red), Unit.COUNT),
        "n": Figure(count, Unit.COUNT),
        "net": Figure(net, Unit.MONEY),
        "horizon": Figure(params.horizon, Unit.COUNT),
        "worse": Figure(sum((one.before or 0) > params.red_until for one in red), Unit.COUNT),
    }
    template = SUMMARY
    if record and record.beats_chance and record.red.share and record.others.share:
        template = WITH_RECORD
        figures |= {
            "stopped": Figure(record.red.share, Unit.SHARE),
            "others": Figure(record.others.share, Unit.SHARE),
        }
    says = Sentence(template, figures)
    return Finding("health_score.summary", says, Severity.SOON, day.replace(day=1), stake=net)


def _fall(one: Patient) -> float:
    return one.before - one.score if one.before is not None and one.score is not None else 0.0


SAYS = (
    "{name} is at {score} of 100 points ({before} {ago:day|days} ago); {cause} costs it most, at "
    "{points} points. It bought {net} in 12 months."
)
SAYS_NEW = (
    "{name} is at {score} of 100 points; {cause} costs it most, at {points} points. It bought "
    "{net} in 12 months."
)
ACTIONS = {
    LABELS["rhythm"]: "Ask this week why it no longer orders as usual, and when it will.",
    LABELS["trend"]: "Find out which products it buys less of, and from whom it buys them now.",
    LABELS["breadth"]: "Go through what it stopped buying with its buyer, and offer it again.",
    LABELS["payment"]: "Agree a date for the overdue amounts before the next delivery.",
    LABELS["satisfaction"]: "Visit, ask what it was unhappy with, and say what is done about it.",
    LABELS["contact"]: "Visit within two weeks: nobody has been there for longer than usual.",
    LABELS["returns"]: "Have quality look into the returns, and tell the customer the result.",
    LABELS["relationship"]: "Plan whom to meet there this quarter, and what each needs of us.",
}


def _about(one: Patient, code: str, day: date, *, ago: int) -> Finding:
    figures = {
        "name": Figure(one.name, Unit.NAME),
        "score": Figure(one.score, Unit.SCORE),
        "cause": Figure(one.cause, Unit.TERM),
        "points": Figure(one.cause_points, Unit.SCORE),
        "net": Figure(one.net, Unit.MONEY),
    }
    if one.before is not None:
        figures["before"] = Figure(one.before, Unit.SCORE)
        figures["ago"] = Figure(ago, Unit.COUNT)
    return Finding(
        code,
        Sentence(SAYS_NEW if one.before is None else SAYS, figures),
        Severity.NOW if code.endswith("red") else Severity.SOON,
        day.replace(day=1),
        subject=Subject(one.customer_id, one.name),
        action=Sentence(ACTIONS[one.cause]) if one.cause else None,
        owner=one.owner,
        stake=one.net,
    )
