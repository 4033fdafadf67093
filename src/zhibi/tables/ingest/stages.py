"""What each step of an import hands to the next."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from zhibi.said import Said


@dataclass(frozen=True, slots=True)
class SetAside:
    """A row that is no data row: a title, a totals row, a repeated header, a blank."""

    row: int
    reason: str  # "totals row", "blank row", "repeated header", "below the table"
    text: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """One rectangle of text, as found in a file.

    `staged` is a Parquet file with the column `row` (BIGINT: the row as the user sees it when the
    file is opened, counting from 1) and one VARCHAR column per header, named c0, c1, …; an empty
    cell is null. `rows` counts all rows below the header, so rows = staged + set aside.
    """

    file: Path
    member: str  # name inside the archive and/or of the sheet, "" when there is none
    staged: Path
    headers: tuple[str, ...]  # the two rows of a two-row header joined by a space
    rows: int
    set_aside: tuple[SetAside, ...] = ()
    titles: tuple[str, ...] = ()  # text lines above the header
    encoding: str | None = None
    delimiter: str | None = None
    notes: tuple[Said, ...] = ()  # what was guessed or repaired, one sentence each


IN_CELL = " in cell "


def reason_said(reason: str) -> Said:
    """The reason kept with a rejected row: a few words, after which a cell may be named."""
    text, separator, cell = reason.partition(IN_CELL)
    if not separator:
        return Said(text)
    return Said("{reason} in cell {cell}", {"reason": Said(text), "cell": cell})


def sheet_name(sheet: Sheet) -> str:
    """How a message names the sheet: `sales.xlsx [Sheet1]`."""
    return f"{sheet.file.name} [{sheet.member}]" if sheet.member else sheet.file.name


@dataclass(frozen=True, slots=True)
class Match:
    """What one column of a sheet was taken for. `target` is a field of the canonical table."""

    column: int
    header: str
    target: str | None
    confidence: float  # 1 = given by the user or remembered
    reason: str  # "given", "remembered", "preset", "header", "values", "unknown"


@dataclass(frozen=True, slots=True)
class Mapping:
    """What the columns of a sheet were taken for, and which table the rows belong to."""

    table: str
    matches: tuple[Match, ...]
    preset: str | None = None
    constants: dict[str, str] = field(default_factory=dict)  # target → value for every row

    def column_of(self, target: str) -> Match | None:
        return next((match for match in self.matches if match.target == target), None)

    def header_of(self, target: str) -> str:
        """What the file calls a field; the field's own name where it has no column."""
        match = self.column_of(target)
        return match.header if match else target


@dataclass(frozen=True, slots=True)
class Reading:
    """How the text of one column was read: shown to the user, e.g. "day first", "decimal comma"."""

    target: str
    header: str
    how: Said


@dataclass(frozen=True, slots=True)
class Parsed:
    """Typed rows. `rows` is a Parquet file with `row` and the canonical columns that the file
    fills; `rejected` one with row, header, value and reason: a row may have several reasons but
    counts once. rows_read = parsed + rejected (+ set aside, on the sheet)."""

    sheet: Sheet
    mapping: Mapping
    rows: Path
    rejected: Path
    parsed_count: int
    rejected_count: int
    readings: tuple[Reading, ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a person should know or decide before the commit, with how often it occurs.

    `template` with `fields` is one sentence; `examples` are (row, text) pairs.
    """

    code: str
    template: str
    fields: dict[str, object]
    count: int
    is_question: bool = False
    examples: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """Rows ready for the lake: `rows` is a Parquet file with `row` and fields of the canonical
    table, among others; a field it lacks is null in every row. `customers` is one with the
    customers the rows name (customer_id, name, and what else the file says of them), `settled`
    one with the invoices that have a day of settlement (see `settled`);
    `left_out` one with the rows that a rule leaves out, and `reason` and `detail`."""

    parsed: Parsed
    rows: Path
    rejected: Path  # those of the parse and those of the check
    customers: Path | None
    settled: Path | None
    row_count: int
    rejected_count: int
    skipped_count: int  # cancelled orders, and what else is left out by rule
    left_out: Path
    notices: tuple[Notice, ...] = ()
