"""Writes a table as an ERP's workbook: titles, a header of one or two rows, a total."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

Cell = str | int | date | Decimal | None

WRITTEN_AT = datetime(2026, 10, 9, 9, 0)  # noqa: DTZ001  (a workbook's times have no zone)
COLUMN_WIDTH = 14


@dataclass(frozen=True, slots=True)
class Table:
    """Titles above, one row of headers, data, and a total below when there is one."""

    titles: tuple[str, ...]
    headers: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    sheet: str
    total: tuple[Cell, ...] = ()


@dataclass(frozen=True, slots=True)
class Notes:
    """A second sheet that says how to read the first."""

    sheet: str
    lines: tuple[str, ...]


def write(
    path: Path,
    table: Table,
    *,
    groups: Mapping[str, Sequence[str]] | None = None,
    notes: Notes | None = None,
) -> None:
    """Write the table to a workbook.

    With `groups` (group → its neighbouring headers) the header has two rows, the upper merged over
    each group and every other header merged over both.
    """
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"created": WRITTEN_AT})
        bold = book.add_format({"bold": True, "align": "center"})
        sheet = book.add_worksheet(table.sheet)
        sheet.set_column(0, len(table.headers) - 1, COLUMN_WIDTH)
        sheet.write_column(0, 0, table.titles)
        row = len(table.titles)
        if groups:
            _grouped_headers(sheet, row, table.headers, groups, bold)
            row += 2
        else:
            sheet.write_row(row, 0, table.headers, bold)
            row += 1
        _rows(book, sheet, row, [*table.rows, table.total] if table.total else table.rows)
        if notes:
            book.add_worksheet(notes.sheet).write_column(0, 0, notes.lines)


def _grouped_headers(
    sheet: Any,
    row: int,
    headers: Sequence[str],
    groups: Mapping[str, Sequence[str]],
    bold: Any,
) -> None:
    grouped = {header: group for group, members in groups.items() for header in members}
    for column, header in enumerate(headers):
        if header not in grouped:
            sheet.merge_range(row, column, row + 1, column, header, bold)
        else:
            sheet.write_string(row + 1, column, header, bold)
    for group, members in groups.items():
        first = list(headers).index(members[0])
        sheet.merge_range(row, first, row, first + len(members) - 1, group, bold)


def _rows(book: Any, sheet: Any, row: int, rows: Sequence[Sequence[Cell]]) -> None:
    """Each cell as what it is: codes as text, so that no digit is lost."""
    date_format = book.add_format({"num_format": "yyyy-mm-dd"})
    money_format = book.add_format({"num_format": "#,##0.00"})
    for cells in rows:
        for column, cell in enumerate(cells):
            if isinstance(cell, str):
                sheet.write_string(row, column, cell)
            elif isinstance(cell, date):
                sheet.write_datetime(row, column, cell, date_format)
            elif isinstance(cell, Decimal):
                sheet.write_number(row, column, float(cell), money_format)
            elif cell is not None:
                sheet.write_number(row, column, cell)
        row += 1
