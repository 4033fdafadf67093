"""Who is content, with what, and does it show in what they order?

CSAT is the share of answers in the upper fifth-and-a-fifth of the scale (4 and 5 of five, 8 to 10
of ten), with a Wilson interval; NPS is promoters less detractors (`zhibi.measures.answers` has
both and their sources). What matters: the share of accounts that ordered again within `follow`
days of a content answer, less that after a discontent one, with Newcombe's interval. It goes with
buying; it need not cause it.

Content × loyal: content by the account's last answers (over all, else the mean of what was asked),
loyal by sales of the last twelve months against the year before. Content but buying less is a
finding, for a survey alone would call that account safe.

Who answers is not who was asked: with a low response rate the content are over-counted. Below
`few` answers nothing is concluded, and the row says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from zhibi.measures.answers import (
    RECOMMEND,
    Answer,
    answers,
    net_promoter_score,
    ordered_again,
    response_rate,
)
from zhibi.measures.contentment import (
    BUYING_LESS,
    DISCONTENT,
    LOYAL_FROM,
    QUADRANTS,
    Account,
    contentment,
)
from zhibi.measures.contentment_told import buying_less_told, discontent_told
from zhibi.measures.periods import Period, trailing, year_before
from zhibi.measures.rows import table_of_rows
from zhibi.params import check, param
from zhibi.result import (
    Block,
    Chart,
    Column,
    Estimate,
    Figure,
    Finding,
    Identity,
    Mark,
    Note,
    Section,
    Sentence,
    Severity,
    Table,
    Unit,
)
from zhibi.stats.proportions import apart, difference, wilson
from zhibi.tables.tables import LEVELS, Tables

TITLE = "Who is content, with what, and does it show in what they order?"
TOLD = 5  # accounts


@dataclass(frozen=True, slots=True)
class Params:
    months: int = param(
        12, unit="months", help="Answers of this time up to the as-of day.", within=(1, 120)
    )
    follow: int = param(
        180, unit="days", help="An order within this time of an answer is one that followed it.",
        within=(1, 1000),
    )  # fmt: skip
    few: int = param(
        10, unit="answers", help="Below this number nothing is concluded.", within=(1, 1000)
    )
    level: str = param("group", help="Whose answers are added up.", choices=LEVELS)


@dataclass(frozen=True, slots=True)
class Dimension:
    """One thing asked about. `importance` is the difference in ordering again, content less
    discontent; None where either side has too few."""

    name: str
    content: Estimate
    before: Estimate | None
    importance: Estimate | None


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """`response` is (answered, sent) or None when no list says who was asked in vain;
    `impossible` counts scores outside their scale."""

    identity: Identity
    period: Period
    dimensions: tuple[Dimension, ...]
    nps: Estimate | None
    nps_before: Estimate | None
    response: tuple[int, int] | None
    impossible: int
    by_dimension: Table
    matters: Chart
    quadrants: Table
    accounts: Table
    findings: tuple[Finding, ...]
    notes: tuple[Note, ...]
    title: str = TITLE

    def blocks(self) -> tuple[Block, ...]:
        share = self.response[0] / self.response[1] if self.response else None
        return (
            Section(
                "How content they are",
                (
                    Figure(_points(self.nps), Unit.SCORE, "NPS"),
                    Figure(_points(self.nps_before), Unit.SCORE, "NPS a year before"),
                    Figure(share, Unit.SHARE, "Response rate"),
                    self.by_dimension,
                ),
            ),
            Section("What goes with ordering again", (self.matters,)),
            Section("Content and loyal", (self.quadrants, self.accounts)),
            *self.notes,
        )


def analyze(tables: Tables, params: Params | None = None) -> Satisfaction:
    """Read every answer up to the as-of day; compare with the same time a year before."""
    params = params or Params()
    check("satisfaction", params)
    period = trailing(tables.day, params.months)
    before = year_before(period)
    given = answers(tables, level=params.level)
    possible = [one for one in given if one.is_possible]
    now = [one for one in possible if one.answered_on in period]
    then = [one for one in possible if one.answered_on in before]
    again = ordered_again(tables, possible, within=params.follow, level=params.level)
    dimensions = _dimensions(now, then, _importance(possible, again, params.few))
    accounts = contentment(tables, now, level=params.level)
    nps, nps_before = net_promoter_score(now), net_promoter_score(then)
    impossible = sum(one.times for one in given if not one.is_possible)
    return Satisfaction(
        identity=tables.identity("satisfaction", params, params.level),
        period=period,
        dimensions=dimensions,
        nps=nps,
        nps_before=nps_before,
        response=response_rate(now),
        impossible=impossible,
        by_dimension=_by_dimension(dimensions, params.few),
        matters=_matters(dimensions),
        quadrants=_quadrants(accounts),
        accounts=_accounts(accounts),
        findings=(
            *_changed(dimensions, period.month_on, params.few),
            *_matter(dimensions, period.month_on, params.few),
            *(buying_less_told(one, period.month_on) for one in _buying_less(accounts)),
            *(discontent_told(one, period.month_on) for one in _discontent(accounts)),
        ),
        notes=_notes(now, impossible, period, params),
    )


def _dimensions(
    now: Sequence[Answer], then: Sequence[Answer], importance: dict[str, Estimate]
) -> tuple[Dimension, ...]:
    """What was asked in the period, the least content first."""
    found = []
    for name in sorted({one.dimension for one in now} - {RECOMMEND}):
        content = _content(now, name)
        if content:
            before = _content(then, name)
            found.append(Dimension(name, content, before, importance.get(name)))
    return tuple(sorted(found, key=lambda one: (one.content.value, one.name)))


def _content(asked: Sequence[Answer], dimension: str) -> Estimate | None:
    scored = [one for one in asked if one.dimension == dimension and one.score is not None]
    return wilson(
        sum(one.times for one in scored if one.is_satisfied), sum(one.times for one in scored)
    )


def _importance(
    asked: Sequence[Answer], again: dict[tuple[Any, date], bool], few: int
) -> dict[str, Estimate]:
    """By dimension: how much oftener an order followed a content answer than a discontent one.
    Each account and day counts once a dimension."""
    counts: dict[str, dict[bool, list[int]]] = {}
    seen: set[tuple[str, Any, date]] = set()
    for one in asked:
        moment = (one.account_key, one.answered_on)
        if one.score is None or moment not in again or (one.dimension, *moment) in seen:
            continue
        seen.add((one.dimension, *moment))
        sides = counts.setdefault(one.dimension, {True: [0, 0], False: [0, 0]})
        sides[one.is_satisfied][0] += again[moment]
        sides[one.is_satisfied][1] += 1
    found = {}
    for name, sides in counts.items():
        content, discontent = wilson(*sides[True]), wilson(*sides[False])
        if content and discontent and min(content.n, discontent.n) >= few:
            found[name] = difference(content, discontent)
    return found


def _points(nps: Estimate | None) -> Estimate | None:
    """NPS is said in points of a hundred."""
    return nps and Estimate(nps.value * 100, nps.low * 100, nps.high * 100, nps.n)


def _by_dimension(dimensions: Sequence[Dimension], few: int) -> Table:
    rows = [
        {
            "dimension": one.name,
            "n": one.content.n,
            "content": one.content,
            "before": one.before,
            "importance": one.importance,
            "small": "too few answers" if one.content.n < few else None,
        }
        for one in dimensions
    ]
    columns = (
        Column("dimension", "Dimension", Unit.TERM),
        Column("n", "Answers", Unit.COUNT),
        Column("content", "Content", Unit.SHARE),
        Column("before", "A year before", Unit.SHARE),
        Column("importance", "Ordered again oftener by", Unit.POINTS),
        Column("small", "Small sample", Unit.TERM),
    )
    return table_of_rows(rows, "dimensions", "Content with what, the least content first", columns)


def _matters(dimensions: Sequence[Dimension]) -> Chart:
    drawn = [(one, one.importance) for one in dimensions if one.importance]
    telling = [one.name for one, importance in drawn if importance.low > 0]
    return Chart(
        key="importance",
        title="How content customers are, and how much it goes with ordering again",
        mark=Mark.SCATTER,
        columns=(
            Column("dimension", "Dimension", Unit.TERM),
            Column("content", "Content", Unit.SHARE),
            Column("importance", "Ordered again oftener by", Unit.POINTS),
        ),
        rows=tuple((one.name, one.content.value, importance.value) for one, importance in drawn),
        x="content",
        y=("importance",),
        series="dimension",
        text=Sentence(
            "{n:dimension goes|dimensions go} with ordering again beyond chance, of {of} that "
            "can be judged.",
            {"n": Figure(len(telling), Unit.COUNT), "of": Figure(len(drawn), Unit.COUNT)},
        ),
    )


def _quadrants(accounts: Sequence[Account]) -> Table:
    rows = []
    for name in QUADRANTS:
        held = [one for one in accounts if one.quadrant == name]
        rows.append(
            {
                "quadrant": name,
                "accounts": len(held),
                "net": sum((one.net for one in held), Decimal(0)),
                "net_before": sum((one.net_before for one in held), Decimal(0)),
            }
        )
    columns = (
        Column("quadrant", "Quadrant", Unit.TERM),
        Column("accounts", "Customers", Unit.COUNT, total=True),
        *SALES,
    )
    return table_of_rows(rows, "quadrants", "Customers by contentment and loyalty", columns)


SALES = (
    Column("net", "Net sales", Unit.MONEY, total=True),
    Column("net_before", "A year before", Unit.MONEY, total=True),
)


def _accounts(accounts: Sequence[Account]) -> Table:
    columns = (
        Column("customer_id", "Customer no.", Unit.NAME),
        Column("name", "Customer", Unit.NAME),
        Column("owner", "Owner", Unit.NAME),
        Column("answered_on", "Last answered", Unit.DATE),
        Column("content_share", "Content", Unit.SHARE),
        Column("answers", "Answers", Unit.COUNT),
        Column("quadrant", "Quadrant", Unit.TERM),
        *SALES,
    )
    rows = [{column.key: getattr(one, column.key) for column in columns} for one in accounts]
    return table_of_rows(rows, "accounts", "Customers who answered", columns)


def _changed(dimensions: Sequence[Dimension], on: date, few: int) -> list[Finding]:
    """Dimensions whose share of content answers moved beyond chance."""
    found = []
    for one in dimensions:
        if not one.before or min(one.content.n, one.before.n) < few:
            continue
        if apart(one.content, one.before):
            is_worse = one.content.value < one.before.value
            says = Sentence(
                "Content with {dimension}: {share} of {n:answer|answers}, after {before} a year "
                "before.",
                {
                    "dimension": Figure(one.name, Unit.TERM),
                    "share": Figure(one.content.value, Unit.SHARE),
                    "n": Figure(one.content.n, Unit.COUNT),
                    "before": Figure(one.before.value, Unit.SHARE),
                },
            )
            severity = Severity.SOON if is_worse else Severity.GOOD
            found.append(Finding(f"satisfaction.changed.{one.name}", says, severity, on))
    return found


def _matter(dimensions: Sequence[Dimension], on: date, few: int) -> list[Finding]:
    """Of what goes with ordering again, the dimension with the fewest content answers."""
    telling = [
        (one, one.importance)
        for one in dimensions
        if one.importance and one.importance.low > 0 and one.content.n >= few
    ]
    if not telling:
        return []
    worst, importance = telling[0]
    says = Sentence(
        "Who is content with {dimension} orders again oftener, by {gap}; {share} are.",
        {
            "dimension": Figure(worst.name, Unit.TERM),
            "gap": Figure(importance.value, Unit.POINTS),
            "share": Figure(worst.content.value, Unit.SHARE),
        },
    )
    action = Sentence(
        "Mend this first; of what was asked, it is where buying and mood go together."
    )
    return [Finding("satisfaction.matters", says, Severity.SOON, on, action=action)]


def _buying_less(accounts: Sequence[Account]) -> list[Account]:
    less = [one for one in accounts if one.quadrant == BUYING_LESS]
    return sorted(less, key=lambda one: (one.net - one.net_before, one.customer_id))[:TOLD]


def _discontent(accounts: Sequence[Account]) -> list[Account]:
    held = [one for one in accounts if one.quadrant == DISCONTENT]
    return sorted(held, key=lambda one: (-one.net, one.customer_id))[:TOLD]


def _notes(
    now: Sequence[Answer], impossible: int, period: Period, params: Params
) -> tuple[Note, ...]:
    says = [
        Sentence(
            "Loyal means net sales of at least {share} of the year before; an order followed an "
            "answer when it came within {days}.",
            {
                "share": Figure(float(LOYAL_FROM), Unit.SHARE),
                "days": Figure(params.follow, Unit.DAYS),
            },
        )
    ]
    if not any(one.score is not None for one in now):
        says.append(
            Sentence(
                "Nobody answered between {first} and {last}.",
                {
                    "first": Figure(period.start, Unit.DATE),
                    "last": Figure(period.end, Unit.DATE),
                },
            )
        )
    if impossible:
        says.append(
            Sentence(
                "{n:score lies|scores lie} outside the scale and {n:was|were} left out; correct "
                "the list of answers.",
                {"n": Figure(impossible, Unit.COUNT)},
            )
        )
    if any(one.dimension == RECOMMEND and one.scale != 10 for one in now):
        says.append(
            Sentence("Would recommend is asked on a scale of 0 to 10; other scales give no NPS.")
        )
    if response_rate(now) is None:
        says.append(Sentence("The list names answers only, so the response rate is not known."))
    return tuple(Note(one) for one in says)
