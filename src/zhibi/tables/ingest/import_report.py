"""What a person is shown of an import before it is committed, and what is kept of it after.

Every row of the files is in exactly one of five counts; `accounted` is the proof of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from zhibi.said import Said
from zhibi.tables.ingest.names import Proposal
from zhibi.tables.ingest.stages import Match, Notice, Reading, SetAside
from zhibi.tables.lake.manifest import Change


@dataclass(frozen=True, slots=True)
class Reject:
    """One reason why a row was rejected."""

    row: int
    header: str
    value: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class SheetReport:
    """How one sheet was read. `rows` are all rows below the header: kept, rejected, left out by a
    rule, or set aside. A sheet with no table only completed others."""

    name: str
    table: str | None
    rows: int
    kept: int = 0
    rejected: int = 0
    left_out: int = 0
    preset: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    titles: tuple[str, ...] = ()
    notes: tuple[Said, ...] = ()
    matches: tuple[Match, ...] = ()
    readings: tuple[Reading, ...] = ()
    constants: tuple[tuple[str, str], ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    rejects: tuple[Reject, ...] = ()  # the first
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Month:
    """What an import, or a workspace, holds for one month."""

    month: str  # 2024-05
    rows: int
    orders: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class TableReport:
    """The account of all rows that belong to one table. `derived` are rows for the lake
    that no file has as rows: customers that order lines name, receipts of settled invoices."""

    table: str
    rows_read: int
    rejected: int
    left_out: int  # by a rule, or set aside as no data row
    derived: int
    change: Change

    @property
    def is_accounted(self) -> bool:
        """Rows read = new + changed + unchanged + rejected + left out."""
        change = self.change
        arrived = change.rows_new + change.rows_changed + change.rows_unchanged
        return self.rows_read + self.derived == arrived + self.rejected + self.left_out


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The whole preview. Amounts are in `currency`."""

    sheets: tuple[SheetReport, ...]
    tables: tuple[TableReport, ...]
    months: tuple[Month, ...]
    notices: tuple[Notice, ...]
    proposals: tuple[Proposal, ...]
    currency: str
    source_system: str

    @property
    def is_nothing_new(self) -> bool:
        return all(one.change.is_nothing for one in self.tables)

    @property
    def rejected(self) -> int:
        return sum(sheet.rejected for sheet in self.sheets)

    @property
    def questions(self) -> tuple[Notice, ...]:
        """What only a person can answer, of all files."""
        every = [notice for sheet in self.sheets for notice in sheet.notices]
        return tuple(notice for notice in (*every, *self.notices) if notice.is_question)


def assert_accounted(tables: Sequence[TableReport]) -> None:
    """A row lost without a trace is a fault of ours, and stops the import."""
    for one in tables:
        if not one.is_accounted:
            raise AssertionError(f"rows of {one.table} do not add up: {one}")
