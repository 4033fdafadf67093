"""A result as a workbook: the findings first, then a sheet for each table and chart.

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

FORMATS: Final[dict[Unit, str]] = {
    Unit.MONEY: "#,##0.00",
    Unit.MONEY_CHANGE: "+#,##0.00;-#,##0.00;0.00",
    Unit.COUNT: "#,##0",
    Unit.QUANTITY: "#,##0.00",
    Unit.SHARE: "0.0%",
    Unit.CHANGE: "+0.0%;-0.0%;0.0%",
    Unit.POINTS: "+0.0%;-0.0%;0.0%",
    Unit.DAYS: "#,##0.0",
    Unit.DATE: "yyyy-mm-dd",
    Unit.MONTH: "yyyy-mm",
    Unit.SCORE: "0.0",
    Unit.RATIO: "0.00",
}
_MOST_ROWS: Final = 1_048_576 - 1  # what a sheet holds below its heading
_MOST_TEXT: Final = 32_767  # what a cell holds
_NARROWEST, _WIDEST = 8, 44
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
        for block in _leaves(result.blocks()):
            title = self.word(block.title)
            if isinstance(block, Table):
                title = f"{block.number} {title}" if block.number else title
                self.grid(title, table_grid(block, self.formatter))
            else:
                data = native.chart_grid(block, self.formatter)
                native.insert(self.book, self.grid(title, data), block, data, self.formatter)

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
            sheet.write_string(row, 2, self.formatter.sentence(finding.says), self.wrapped)
            sheet.write_string(row, 3, action, self.wrapped)
            self.cell(sheet, (row, 4), finding.stake, Unit.MONEY)
            row += 1
        row = self.remarks(sheet, row + 1, result)
        for label, text in provenance(result.identity, self.formatter):
            sheet.write_string(row, 1, label)
            sheet.write_string(row, 2, text)
            row += 1
        for at, size in enumerate((5, 14, 80, 44, 18)):
            sheet.set_column(at, at, size)

    def remarks(self, sheet: Worksheet, row: int, result: Result) -> int:
        """Figures and notes of the result, each on a line; gives the next free row."""
        for block in _remarks(result.blocks()):
            if isinstance(block, Figure):
                sheet.write_string(row, 1, self.word(block.label))
                sheet.write_string(row, 2, self.formatter.hover(block), self.wrapped)
            else:
                sheet.write_string(row, 2, self.formatter.sentence(block.says), self.wrapped)
            row += 1
        return row + 1

    def grid(self, title: str, data: Grid) -> Worksheet:
        """A sheet of rows under a heading that stays in sight."""
        sheet = self.sheet(title)
        sheet.freeze_panes(1, 1)
        for at, label in enumerate(data.headings):
            sheet.write_string(0, at, clean(label), self.heading)
        rows = data.rows[:_MOST_ROWS]
        for number, row in enumerate(rows, start=1):
            for at, (value, unit) in enumerate(zip(row, data.units, strict=True)):
                self.cell(sheet, (number, at), value, unit)
        if data.totals:
            for at, (value, unit) in enumerate(zip(data.totals, data.units, strict=True)):
                self.cell(sheet, (len(rows) + 1, at), value, unit, is_total=True)
        sheet.autofilter(0, 0, len(rows), len(data.headings) - 1)
        self.fit(sheet, data)
        return sheet

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
        """The number format of the unit; whole quantities and days without a fraction."""
        pattern = FORMATS.get(unit, "General")
        if unit in (Unit.QUANTITY, Unit.DAYS) and _is_whole(value):
            pattern = "#,##0"
        key = (pattern, is_total)
        if key not in self.formats:
            self.formats[key] = self.book.add_format(
                {"num_format": pattern} | (self.total if is_total else {})
            )
        return self.formats[key]

    def fit(self, sheet: Worksheet, data: Grid) -> None:
        """Columns wide enough for what the first rows show, wide characters counted twice."""
        for at, (label, unit) in enumerate(zip(data.headings, data.units, strict=True)):
            shown = (self.formatter.value(row[at], unit, exact=True) for row in data.rows[:200])
            widest = max((width(text) for text in shown), default=0)
            size = max(_NARROWEST, min(width(label), 16), widest) + 2
            sheet.set_column(at, at, min(size, _WIDEST))

    def sheet(self, title: str) -> Worksheet:
        """A new sheet; its name is the title as far as a workbook allows, and its own."""
        name = _NO_SHEET_NAME.sub(" ", title).strip(" '")[:31] or "Sheet"
        number = 2
        while name.casefold() in self.names:
            name = f"{name[:27].rstrip(' (0123456789)')} ({number})"
            number += 1
        self.names.add(name.casefold())
        sheet: Worksheet = self.book.add_worksheet(name)
        return sheet


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
