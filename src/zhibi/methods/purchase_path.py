"""Which steps lead customers to an order, where do they leave, and how long does it take?

Touches (visits, quotations, trials …) are put together to journeys (`zhibi.measures.journeys`): an
account's touches without a pause longer than `patience` and without an order between, ended by an
order, without one, or still open. Open journeys are shown and are in no rate: nobody knows yet.

Reached = journeys that took the step. Left here = those that ended without an order and took no
other step after it. Ordered = those that ended in an order, of the ended ones that took the step,
with a Wilson interval.

Steps that go with orders need not bring them: a quotation is asked for by who means to buy. Steps
nobody wrote down are not there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import TypeVar

from zhibi.measures.journeys import ENDED, OPEN, ORDERED, Journey, journeys
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
from zhibi.stats.proportions import apart, wilson
from zhibi.tables.tables import LEVELS, Tables

TITLE = "Which steps lead to an order, and where do customers leave?"
FEW = 10  # ended journeys below which nothing is concluded
LEFT = "left"
PATHS = 20
Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Params:
    patience: int = param(
        90, unit="days", help="A journey ends when nothing follows for this long.",
        within=(1, 1000),
    )  # fmt: skip
    level: str = param("group", help="Whose touches make one journey.", choices=LEVELS)


@dataclass(frozen=True, slots=True)
class Step:
    """One step over all journeys; days are counted from the first touch."""

    name: str
    place: float  # mean place in the journeys that took it, 0 = first
    reached: int
    still_open: int
    left: int
    ordered: Estimate | None  # of the ended ones that took it
    days_to: float  # median


@dataclass(frozen=True, slots=True)
class PurchasePath:
    """`steps` in the order they are usually taken."""

    identity: Identity
    journeys: tuple[Journey, ...]
    steps: tuple[Step, ...]
    outcomes: Table
    by_step: Table
    reached: Chart
    transitions: Chart
    paths: Table
    channels: Table
    findings: tuple[Finding, ...]
    title: str = TITLE

    def blocks(self) -> tuple[Block, ...]:
        return (
            Section("How journeys end", (self.outcomes, self.channels)),
            Section("How far they come", (self.reached, self.by_step)),
            Section("Which ways they take", (self.transitions, self.paths)),
            Note(
                Sentence(
                    "Journeys still open are in no rate; a step that goes with orders need not "
                    "bring them."
                )
            ),
        )


def analyze(tables: Tables, params: Params | None = None) -> PurchasePath:
    """Follow every journey up to the as-of day."""
    params = params or Params()
    check("purchase_path", params)
    found = journeys(tables, patience=params.patience, level=params.level)
    steps = _steps(found)
    return PurchasePath(
        identity=tables.identity("purchase_path", params, params.level),
        journeys=tuple(found),
        steps=steps,
        outcomes=_outcomes(found),
        by_step=_by_step(steps),
        reached=_reached(steps),
        transitions=_transitions(found, steps),
        paths=_paths(found),
        channels=_channels(found),
        findings=(
            *_where_they_leave(steps, tables.day.replace(day=1)),
            *_better_channels(found, tables.day.replace(day=1)),
        ),
    )


def _steps(found: Sequence[Journey]) -> tuple[Step, ...]:
    taken: dict[str, list[Journey]] = {}
    for journey in found:
        for name in dict.fromkeys(journey.steps):
            taken.setdefault(name, []).append(journey)
    steps = [_step(name, by) for name, by in taken.items()]
    return tuple(sorted(steps, key=lambda step: (step.place, -step.reached, step.name)))


def _step(name: str, by: Sequence[Journey]) -> Step:
    places = [journey.steps.index(name) for journey in by]
    waits = [
        (journey.days[place] - journey.days[0]).days
        for journey, place in zip(by, places, strict=True)
    ]
    return Step(
        name,
        place=sum(places) / len(by),
        reached=len(by),
        still_open=sum(journey.outcome == OPEN for journey in by),
        left=sum(journey.outcome == ENDED and journey.steps[-1] == name for journey in by),
        ordered=ordered(by),
        days_to=float(median(waits)),
    )


def ordered(found: Iterable[Journey]) -> Estimate | None:
    """Orders of the journeys that have ended."""
    ended = [journey for journey in found if journey.outcome != OPEN]
    return wilson(sum(journey.outcome == ORDERED for journey in ended), len(ended))


def _days_to_order(found: Iterable[Journey]) -> float | None:
    waits = [(one.ordered_on - one.days[0]).days for one in found if one.ordered_on]
    return float(median(waits)) if waits else None


def _outcomes(found: Sequence[Journey]) -> Table:
    by_outcome = {
        outcome: [one for one in found if one.outcome == outcome]
        for outcome in (ORDERED, ENDED, OPEN)
    }
    rows = [
        {
            "outcome": outcome,
            "journeys": len(of),
            "share": len(of) / len(found) if found else None,
            "steps": float(median(len(one.steps) for one in of)) if of else None,
            "days": _days_to_order(of),
        }
        for outcome, of in by_outcome.items()
    ]
    columns = (
        Column("outcome", "Outcome", Unit.TERM),
        Column("journeys", "Journeys", Unit.COUNT, total=True),
        Column("share", "Share", Unit.SHARE),
        Column("steps", "Steps, median", Unit.RATIO),
        Column("days", "From first touch to order, median", Unit.DAYS),
    )
    return table_of_rows(rows, "outcomes", "Journeys by outcome", columns)


def _by_step(steps: Sequence[Step]) -> Table:
    rows = [
        {
            "step": step.name,
            "reached": step.reached,
            "days": step.days_to,
            "left": step.left,
            "left_share": step.left / step.reached,
            "open": step.still_open,
            "ordered": step.ordered,
            "small": "too few" if not step.ordered or step.ordered.n < FEW else None,
        }
        for step in steps
    ]
    columns = (
        Column("step", "Step taken", Unit.NAME),
        Column("reached", "Reached", Unit.COUNT),
        Column("days", "After the first touch, median", Unit.DAYS),
        Column("left", "Left here", Unit.COUNT, total=True),
        Column("left_share", "Of those who reached it", Unit.SHARE),
        Column("open", "Still open", Unit.COUNT),
        Column("ordered", "Ended in an order", Unit.SHARE),
        Column("small", "Small sample", Unit.TERM),
    )
    return table_of_rows(rows, "steps", "Steps in the order they are usually taken", columns)


def _reached(steps: Sequence[Step]) -> Chart:
    most = max(steps, key=lambda step: step.left, default=None)
    return Chart(
        key="reached",
        title="Journeys that reached each step",
        mark=Mark.BAR,
        columns=(
            Column("step", "Step taken", Unit.NAME),
            Column("reached", "Reached", Unit.COUNT),
        ),
        rows=tuple((step.name, step.reached) for step in steps),
        x="step",
        y=("reached",),
        text=Sentence(
            "Most leave at {step}: {n}.",
            {
                "step": Figure(most.name if most else None, Unit.NAME),
                "n": Figure(most.left if most else None, Unit.COUNT),
            },
        ),
        highlight=(most.name,) if most and most.left else (),
    )


def _transitions(found: Sequence[Journey], steps: Sequence[Step]) -> Chart:
    """What came next after each step, as a share of its journeys that are not open there."""
    nexts: dict[str, Counter[str]] = {step.name: Counter() for step in steps}
    for journey in found:
        end = {ORDERED: ORDERED, ENDED: LEFT, OPEN: None}[journey.outcome]
        for step, after in zip(journey.steps, (*journey.steps[1:], end), strict=True):
            if after is not None:
                nexts[step][after] += 1
    places = [*(step.name for step in steps), ORDERED, LEFT]
    rows = tuple(
        (after, step, count / counts.total())
        for after in places
        for step, counts in nexts.items()
        if (count := counts[after])
    )
    straight = [nexts[step.name][ORDERED] for step in steps]
    return Chart(
        key="transitions",
        title="What came next after each step",
        mark=Mark.HEAT_MAP,
        columns=(
            Column("next", "Next", Unit.TERM),
            Column("step", "Step taken", Unit.NAME),
            Column("share", "Share", Unit.SHARE),
        ),
        rows=rows,
        x="next",
        y=("share",),
        series="step",
        text=Sentence(
            "{n:journey|journeys} ended in an order.", {"n": Figure(sum(straight), Unit.COUNT)}
        ),
    )


def _paths(found: Sequence[Journey]) -> Table:
    grouped = _grouped(found, lambda one: one.steps)
    ways = sorted(grouped.items(), key=lambda way: (-len(way[1]), way[0]))
    rows = [
        {
            "path": " → ".join(steps),
            "journeys": len(by),
            "ordered": ordered(by),
            "days": _days_to_order(by),
        }
        for steps, by in ways[:PATHS]
    ]
    columns = (
        Column("path", "Way", Unit.NAME),
        Column("journeys", "Journeys", Unit.COUNT),
        Column("ordered", "Ended in an order", Unit.SHARE),
        Column("days", "From first touch to order, median", Unit.DAYS),
    )
    return table_of_rows(rows, "paths", "The most frequent ways", columns)


def _grouped(found: Iterable[Journey], by: Callable[[Journey], Key]) -> dict[Key, list[Journey]]:
    groups: dict[Key, list[Journey]] = {}
    for one in found:
        groups.setdefault(by(one), []).append(one)
    return groups


def _channels(found: Sequence[Journey]) -> Table:
    rows = [
        {
            "channel": channel,
            "journeys": len(by),
            "ordered": ordered(by),
            "days": _days_to_order(by),
        }
        for channel, by in sorted(
            _grouped(found, lambda one: one.channel).items(),
            key=lambda group: (-len(group[1]), group[0] or ""),
        )
    ]
    columns = (
        Column("channel", "Channel of the first touch", Unit.NAME),
        Column("journeys", "Journeys", Unit.COUNT, total=True),
        Column("ordered", "Ended in an order", Unit.SHARE),
        Column("days", "From first touch to order, median", Unit.DAYS),
    )
    return table_of_rows(rows, "channels", "By the channel they began in", columns)


def _where_they_leave(steps: Sequence[Step], on: date) -> list[Finding]:
    """The step most leave at, where enough have ended to say so."""
    ended = [step for step in steps if step.ordered and step.ordered.n >= FEW and step.left]
    if not ended:
        return []
    worst = max(ended, key=lambda step: (step.left, step.name))
    says = Sentence(
        "{left} of {reached} journeys that reached {step} end there; in all {share} of those "
        "that reached it end in an order.",
        {
            "left": Figure(worst.left, Unit.COUNT),
            "reached": Figure(worst.reached, Unit.COUNT),
            "step": Figure(worst.name, Unit.NAME),
            "share": Figure(worst.ordered and worst.ordered.value, Unit.SHARE),
        },
    )
    action = Sentence("Call the last ten who left there and write down what they chose instead.")
    return [Finding(f"purchase_path.left.{worst.name}", says, Severity.SOON, on, action=action)]


def _better_channels(found: Sequence[Journey], on: date) -> list[Finding]:
    """Channels whose journeys end in orders oftener or seldomer than all others, beyond chance."""
    told = []
    for channel, by in sorted(
        _grouped(found, lambda one: one.channel).items(), key=lambda group: group[0] or ""
    ):
        own = ordered(by)
        rest = ordered(one for one in found if one.channel != channel)
        if not channel or not own or not rest or min(own.n, rest.n) < FEW or not apart(own, rest):
            continue
        says = Sentence(
            "{share} of {n:journey|journeys} that began with {channel} ended in an order, "
            "{others} of the others.",
            {
                "share": Figure(own.value, Unit.SHARE),
                "n": Figure(own.n, Unit.COUNT),
                "channel": Figure(channel, Unit.NAME),
                "others": Figure(rest.value, Unit.SHARE),
            },
        )
        severity = Severity.GOOD if own.value > rest.value else Severity.INFO
        told.append(Finding(f"purchase_path.channel.{channel}", says, severity, on))
    return told
