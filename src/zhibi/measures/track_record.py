"""How past warnings fared: a rule's marks against what followed, as a table and in sentences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from zhibi.result import Column, Estimate, Figure, Sentence, Table, Unit

FEW = 30  # marked accounts; below, the interval says more than the share


@dataclass(frozen=True, slots=True)
class RuleRecord:
    """How one way to mark accounts fared. Counts are accounts at a cut, over all cuts."""

    rule: str
    marked: int
    stopped: int  # of the marked, without an order within the horizon
    share: Estimate | None  # stopped ÷ marked, with Wilson's interval
    found: float | None  # of all that stopped, the share that was marked
    lift: float | None  # share ÷ the share among all asked
    caught: Decimal  # sales, in the twelve months before the cut, of the marked that stopped


@dataclass(frozen=True, slots=True)
class BackTest:
    """`red` against the `others` that were watched, and against the fixed rule with as many
    marks (`same_count`) and with its own number of days (`fixed`)."""

    cuts: tuple[date, ...]
    horizon: int
    asked: int
    red: RuleRecord
    others: RuleRecord
    same_count: RuleRecord
    fixed: RuleRecord

    @property
    def records(self) -> tuple[RuleRecord, ...]:
        return (self.red, self.others, self.same_count, self.fixed)

    @property
    def is_small(self) -> bool:
        return self.red.marked < FEW

    @property
    def beats_fixed(self) -> bool:
        """Whether more of the red stopped than of as many that were silent longest."""
        return self.red.stopped > self.same_count.stopped


RECORD = (
    Column("rule", "Marked by", Unit.TERM),
    Column("marked", "Marked", Unit.COUNT),
    Column("stopped", "Without an order since", Unit.COUNT),
    Column("share", "Share", Unit.SHARE),
    Column("found", "Found of all that stopped", Unit.SHARE),
    Column("lift", "Times the average", Unit.RATIO),
    Column("caught", "Sales found", Unit.MONEY),
)


def record_table(record: BackTest) -> Table:
    rows = tuple(tuple(getattr(one, column.key) for column in RECORD) for one in record.records)
    return Table("record", "What followed past warnings", RECORD, rows, len(rows))


def record_notes(record: BackTest | None) -> tuple[Sentence, ...]:
    """How far the record carries: what was asked, how few, and whether a simpler rule does it."""
    if record is None:
        return (Sentence("The history is too short to hold past warnings against what followed."),)
    asked = Sentence(
        "Asked at {cuts:quarter end|quarter ends}, of customers who usually order within "
        "{horizon:day|days}: who ordered in the {horizon:day|days} after? A customer counts once "
        "a quarter.",
        {
            "cuts": Figure(len(record.cuts), Unit.COUNT),
            "horizon": Figure(record.horizon, Unit.COUNT),
        },
    )
    few = Sentence(
        "Only {n:case was|cases were} marked red: read the range, not the share.",
        {"n": Figure(record.red.marked, Unit.COUNT)},
    )
    beaten = Sentence(
        "As many customers, marked because they were silent longest: {fixed} of them stopped, "
        "with sales of {fixed_sales}; of the red {red}, with {red_sales}. By count the rhythm "
        "does not beat a fixed number of days here.",
        {
            "red": Figure(record.red.share, Unit.SHARE),
            "red_sales": Figure(record.red.caught, Unit.MONEY),
            "fixed": Figure(record.same_count.share, Unit.SHARE),
            "fixed_sales": Figure(record.same_count.caught, Unit.MONEY),
        },
    )
    is_beaten = record.red.marked and not record.beats_fixed
    return (asked, *([few] if record.is_small else []), *([beaten] if is_beaten else []))
