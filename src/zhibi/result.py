"""What every method returns: facts with units, findings and blocks. No text, no formatting.

A result is data, so that one result reads the same in a terminal, a page, a slide and a
workbook, in two languages, and can be compared, stored and tested. Renderers know the block
kinds of this file and no method.

English templates and labels are the keys under which `zhibi.locale` finds the other languages.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Protocol


class Unit(StrEnum):
    """What a number counts; `zhibi.render.values` turns each into text."""

    MONEY = "money"  # in the result's currency
    COUNT = "count"  # whole things: customers, orders, lines
    QUANTITY = "quantity"  # amounts of goods, may be fractional
    SHARE = "share"  # part of a whole, 0.814 → 81.4 %
    CHANGE = "change"  # relative change, signed, 0.061 → +6.1 %
    MONEY_CHANGE = "money_change"  # a difference of money, signed
    POINTS = "points"  # difference of two shares, signed, 0.035 → +3.5 points
    DAYS = "days"
    DATE = "date"
    MONTH = "month"  # any day of the month meant
    SCORE = "score"
    RATIO = "ratio"  # 1.25 → 1.25
    NAME = "name"  # a proper name: never translated
    NAMES = "names"  # a tuple of proper names
    TERM = "term"  # a word of the glossary: translated
    TERMS = "terms"  # a tuple of such words
    TREND = "trend"  # a tuple of numbers, drawn as a sparkline


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number that is not known exactly: `value` within `low`…`high`, from `n` observations."""

    value: float
    low: float
    high: float
    n: int


Value = (
    Decimal
    | int
    | float
    | str
    | date
    | Estimate
    | tuple[float | None, ...]
    | tuple[str, ...]
    | None
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One value with its unit, and its label when it stands alone."""

    value: Value
    unit: Unit
    label: str = ""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A template with named figures: `Sentence("{n:customer|customers} hold {share}", …)`.

    `{n:one|many}` prints the number and the English noun that fits it.
    """

    template: str
    figures: Mapping[str, Figure] = field(default_factory=dict)


class Severity(StrEnum):
    """How soon a finding asks for action. Shown with a shape and a word, never by colour alone."""

    NOW = "now"
    SOON = "soon"
    GOOD = "good"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a finding or a row is about: a customer (group or legal entity) of the workspace."""

    customer_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A claim with its evidence and one proposed action.

    `stake` is the money that depends on it (result currency), by which findings are ranked;
    `owner` is who should take the action, where the data names one.
    `cause_on` is the first day of what caused it: the same cause keeps the same id when the
    analysis runs again, so that a task or a "not so" survives.
    """

    code: str
    says: Sentence
    severity: Severity
    cause_on: date
    subject: Subject | None = None
    action: Sentence | None = None
    owner: str | None = None
    stake: Decimal | None = None

    @property
    def id(self) -> str:
        who = self.subject.customer_id if self.subject else ""
        return hashlib.sha256(f"{self.code}\n{who}\n{self.cause_on}".encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table. `total` claims that the rows add up exactly to the total row."""

    key: str
    label: str
    unit: Unit
    total: bool = False


Row = tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows with units. `rows` are the first ones, `row_count` says how many there are in all;
    `fetch_all` brings the rest when an export asks (never kept in JSON). `number` is that of the
    finding it is the evidence of."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    row_count: int
    totals: Row | None = None
    number: int | None = None
    fetch_all: Callable[[], tuple[Row, ...]] | None = field(default=None, compare=False, repr=False)

    def all_rows(self) -> tuple[Row, ...]:
        return self.fetch_all() if self.fetch_all and self.row_count > len(self.rows) else self.rows

    def column(self, key: str) -> tuple[Value, ...]:
        """The shown values of one column."""
        at = [column.key for column in self.columns].index(key)
        return tuple(row[at] for row in self.rows)


class Mark(StrEnum):
    """The kinds of chart a renderer must know."""

    BAR = "bar"
    LINE = "line"
    AREA = "area"
    SCATTER = "scatter"
    HEAT_MAP = "heat_map"
    WATERFALL = "waterfall"
    INTERVAL = "interval"


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture of rows: `x` and each of `y` name columns; `series` splits, `highlight` names the
    x values in accent. `text` answers the chart in one sentence for who cannot see it.
    For INTERVAL, `y` is (value, low, high); for WATERFALL each row is one step, the column
    `kind` says "total" or "change"; for SCATTER, `quadrants` is where four of them meet."""

    key: str
    title: str
    mark: Mark
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    x: str
    y: tuple[str, ...]
    text: Sentence
    series: str | None = None
    highlight: tuple[str, ...] = ()
    quadrants: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence about the figures: what was left out, what was assumed, where not to trust."""

    says: Sentence


@dataclass(frozen=True, slots=True)
class Section:
    """A heading over blocks; the reader's question as its title."""

    title: str
    blocks: tuple[Block, ...]


Block = Figure | Note | Table | Chart | Section


@dataclass(frozen=True, slots=True)
class Identity:
    """What makes a result what it is: the same identity gives the same bytes. `among` is how many
    customers its reader sees, where that is not all: ranks, classes and shares are among these."""

    method: str
    as_of: date
    params: Mapping[str, Value]
    currency: str
    basis: str  # ordered, shipped or invoiced; "net of tax" always
    level: str  # group or legal entity
    data_version: str
    code_version: str
    engine: str
    records_version: str = ""  # of what people typed over the data; empty where nobody did
    among: int | None = None


class Result(Protocol):
    """What renderers rely on. Each method returns its own frozen type that has these."""

    @property
    def title(self) -> str: ...
    @property
    def identity(self) -> Identity: ...
    @property
    def findings(self) -> tuple[Finding, ...]: ...
    def blocks(self) -> tuple[Block, ...]: ...
