"""A result as a workbook: the findings first, then a sheet for each section.

Numbers stay numbers with a format by unit, days stay days, texts are always written as texts:
a name that looks like a formula is only a name. The same result gives the same bytes, so dates
inside the file are those of the result and not of the clock.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from zhibi.errors import ZhibiError
from zhibi.locale import translate
from zhibi.render import native
from zhibi.render.grid import Grid, clean, table_grid
from zhibi.render.patterns import CELLS
from zhibi.render.series import plot
from zhibi.render.text import width
from zhibi.render.values import Formatter
from zhibi.render.words import SEVERITY_WORDS, SHAPES, addressed, provenance, subtitle_of
from zhibi.result import (
    Block,
    Chart,
    Figure,
    Note,
    Result,
    Section,
    Table,
    Unit,
    Value,
)

_MOST_ROWS: Final = 1_048_576 - 3  # what a sheet holds between its headings and its totals
_MOST_TEXT: Final = 32_767  # what a cell holds
_A4: Final = 9
_NARROWEST, _WIDEST = 8, 44
_SENTENCE, _ACTION = 80, 44  # columns of the first sheet
_LINE: Final = 15.0  # points
_NO_SHEET_NAME: Final = re.compile(r"[\[\]:*?/\\\x00-\x1f]")


def write_xlsx(result: Result, path: Path, language: str) -> None:
    """Write the workbook of a result, whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    try:
        with xlsxwriter.Workbook(str(part)) as book:
            _Writer(book, Formatter(language, result.identity.currency)).result(result)
        part.replace(path)
    except (OSError, xlsxwriter.exceptions.FileCreateError) as problem:
        raise ZhibiError(
            "{file} could not be written ({problem}); close it if it is open, or choose "
            "another place.",
            file=path.name,
            problem=problem,
        ) from problem
    finally:
        part.unlink(missing_ok=True)


class _Writer:
    def __init__(self, book: xlsxwriter.Workbook, formatter: Formatter) -> None:
        self.book, self.formatter, self.language = book, formatter, formatter.language
        self.heading = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        self.total = {"bold": True, "top": 1}
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.formats: dict[tuple[str, bool], Any] = {}
        self.names: set[str] = set()

    def word(self, msgid: str) -> str:
        return translate(msgid, self.language)

    def result(self, result: Result) -> None:
        as_of = result.identity.as_of
        title = self.word(result.title)
        created = datetime(as_of.year, as_of.month, as_of.day)  # noqa: DTZ001 - XLSX has no zone
        self.book.set_properties({"title": title, "created": created})
        self.findings(result)
        for block in result.blocks():
            inside = list(_leaves((block,)))
            if inside:
                self.section(self.title_of(block), inside)

    def section(self, title: str, blocks: list[Table | Chart]) -> None:
        """A sheet: its tables and charts side by side, so that all their headings stay in sight
        and each has columns of its own width. The longest can be filtered."""
        sheet = self.sheet(title)
        top, left = int(len(blocks) > 1), 0
        areas = []
        for block in blocks:
            if top:
                sheet.write_string(0, left, clean(self.title_of(block)), self.title)
            data, taken = self.drawn(sheet, block, (top, left))
            areas.append((len(data.rows), -left, len(data.headings)))
            left += taken + 1
        rows, left, count = max(areas)
        sheet.autofilter(top, -left, top + min(rows, _MOST_ROWS), count - left - 1)
        sheet.freeze_panes(top + 1, 0 if top else 1)
        sheet.repeat_rows(0, top)

    def drawn(
        self, sheet: Worksheet, block: Table | Chart, place: tuple[int, int]
    ) -> tuple[Grid, int]:
        """A table or a chart from this cell on; gives its rows and the columns it took."""
        if isinstance(block, Table):
            data = table_grid(block, self.formatter)
            self.grid(sheet, data, place)
            return data, len(data.headings)
        plotted = plot(block, self.formatter)
        self.grid(sheet, plotted.grid, place)
        taken = len(plotted.grid.headings)
        if plotted.grid.rows:
            taken += native.insert(self.book, sheet, plotted, place, self.formatter)
        return plotted.grid, taken

    def title_of(self, block: Block) -> str:
        """The title in words; before that of a table the finding it is the evidence of."""
        if isinstance(block, Figure | Note):
            return ""
        title = self.word(block.title)
        return f"{block.number} {title}" if isinstance(block, Table) and block.number else title

    def findings(self, result: Result) -> None:
        """The first sheet: what a director reads, then figures, notes and provenance."""
        sheet = self.sheet(self.word("Key points"))
        sheet.write_string(0, 0, self.word(result.title), self.title)
        sheet.write_string(1, 0, self.formatter.sentence(subtitle_of(result)))
        for at, head in enumerate(("No.", "Urgency", "Finding", "Next step", "At stake")):
            sheet.write_string(3, at, self.word(head), self.heading)
        sheet.freeze_panes(4, 0)
        row = 4
        for number, finding in enumerate(result.findings, start=1):
            action = ""
            if finding.action:
                owner = addressed(finding, self.language)
                action = owner + self.formatter.sentence(finding.action)
            urgency = f"{SHAPES[finding.severity]} {self.word(SEVERITY_WORDS[finding.severity])}"
            sheet.write_number(row, 0, number, self.wrapped)
            sheet.write_string(row, 1, urgency, self.wrapped)
            says = self.formatter.sentence(finding.says)
            sheet.write_string(row, 2, says, self.wrapped)
            sheet.write_string(row, 3, action, self.wrapped)
            self.cell(sheet, (row, 4), finding.stake, Unit.MONEY)
            sheet.set_row(row, _height((says, _SENTENCE), (action, _ACTION)))
            row += 1
        row = self.remarks(sheet, row + 1, result)
        for label, text in provenance(result.identity, self.formatter):
            sheet.write_string(row, 1, label)
            sheet.write_string(row, 2, text)
            row += 1
        for at, size in enumerate((5, 14, _SENTENCE, _ACTION, 18)):
            sheet.set_column(at, at, size)

    def remarks(self, sheet: Worksheet, row: int, result: Result) -> int:
        """Figures and notes of the result, each on a line; gives the next free row."""
        for block in _remarks(result.blocks()):
            if isinstance(block, Figure):
                sheet.write_string(row, 1, self.word(block.label))
                sheet.write_string(row, 2, self.formatter.hover(block), self.wrapped)
            else:
                said = self.formatter.sentence(block.says)
                sheet.write_string(row, 2, said, self.wrapped)
                sheet.set_row(row, _height((said, _SENTENCE)))
            row += 1
        return row + 1

    def grid(self, sheet: Worksheet, data: Grid, place: tuple[int, int]) -> None:
        """Headings, rows and totals from this cell on."""
        top, left = place
        for at, label in enumerate(data.headings, start=left):
            sheet.write_string(top, at, clean(label), self.heading)
        rows = data.rows[:_MOST_ROWS]
        for number, row in enumerate(rows, start=top + 1):
            for at, (value, unit) in enumerate(zip(row, data.units, strict=True), start=left):
                self.cell(sheet, (number, at), value, unit)
        if data.totals:
            number = top + len(rows) + 1
            for at, (value, unit) in enumerate(
                zip(data.totals, data.units, strict=True), start=left
            ):
                self.cell(sheet, (number, at), value, unit, is_total=True)
        self.fit(sheet, data, left)

    def cell(
        self,
        sheet: Worksheet,
        place: tuple[int, int],
        value: Value,
        unit: Unit,
        *,
        is_total: bool = False,
    ) -> None:
        form = self.format(unit, value, is_total=is_total)
        if isinstance(value, date):
            sheet.write_datetime(*place, value, form)
        elif isinstance(value, Decimal | int | float):
            if math.isfinite(value):
                sheet.write_number(*place, value, form)
            else:
                sheet.write_blank(*place, None, form)
        elif value is None:
            sheet.write_blank(*place, None, form)
        else:
            text = self.formatter.value(value, unit, exact=True) if value else ""
            sheet.write_string(*place, clean(text)[:_MOST_TEXT], form)

    def format(self, unit: Unit, value: Value, *, is_total: bool) -> Any:
        """The number format of the unit; whole quantities, days and scores without one."""
        pattern = CELLS.get(unit, "General")
        if unit in (Unit.QUANTITY, Unit.DAYS, Unit.SCORE) and _is_whole(value):
            pattern = "#,##0"
        key = (pattern, is_total)
        if key not in self.formats:
            self.formats[key] = self.book.add_format(
                {"num_format": pattern, "valign": "top"} | (self.total if is_total else {})
            )
        return self.formats[key]

    def fit(self, sheet: Worksheet, data: Grid, left: int) -> None:
        """Columns wide enough for what the first rows show, wide characters counted twice."""
        for at, (label, unit) in enumerate(zip(data.headings, data.units, strict=True)):
            shown = (self.formatter.value(row[at], unit, exact=True) for row in data.rows[:200])
            widest = max((width(text) for text in shown), default=0)
            size = max(_NARROWEST, min(width(label), 16), widest) + 2
            sheet.set_column(left + at, left + at, min(size, _WIDEST))

    def sheet(self, title: str) -> Worksheet:
        """A new sheet; its name is the title as far as a workbook allows, and its own."""
        name = _NO_SHEET_NAME.sub(" ", title).strip(" '")[:31] or "Sheet"
        number = 2
        while name.casefold() in self.names:
            name = f"{name[:27].rstrip(' (0123456789)')} ({number})"
            number += 1
        self.names.add(name.casefold())
        sheet: Worksheet = self.book.add_worksheet(name)
        sheet.set_paper(_A4)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)  # as wide as a page, as long as it is
        return sheet


def _height(*texts: tuple[str, int]) -> float:
    """Of a row with these texts, each wrapped in a column so wide."""
    return _LINE * max(math.ceil((width(text) + 1) / (size - 2)) for text, size in texts)


def _is_whole(value: Value) -> bool:
    return isinstance(value, Decimal | int | float) and math.isfinite(value) and value % 1 == 0


def _leaves(blocks: tuple[Block, ...]) -> Iterator[Table | Chart]:
    """The tables and charts, sections opened."""
    for block in blocks:
        if isinstance(block, Section):
            yield from _leaves(block.blocks)
        elif isinstance(block, Table | Chart):
            yield block


def _remarks(blocks: tuple[Block, ...]) -> Iterator[Figure | Note]:
    """The figures and notes, sections opened."""
    for block in blocks:
        if isinstance(block, Section):
            yield from _remarks(block.blocks)
        elif isinstance(block, Figure | Note):
            yield block
