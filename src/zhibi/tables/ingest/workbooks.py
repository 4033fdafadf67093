"""Sheets of a spreadsheet file: XLSX, XLSM, XLSB, XLS and ODS.

An order export often comes with sheets of notes, lists or sums. The sheet with the most data rows
is taken, together with those that have the same header (one tab per month or year); the others
are named in the notes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path

import duckdb
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from zhibi.errors import ZhibiError
from zhibi.said import Said
from zhibi.tables.ingest import staging as stage
from zhibi.tables.ingest.data_rows import sheet_of
from zhibi.tables.ingest.header_rows import trimmed
from zhibi.tables.ingest.merged_cells import fill_merged
from zhibi.tables.ingest.stages import Sheet
from zhibi.tables.ingest.workbook_cells import CellTexts, lost_cells

_EXACT_DIGITS = 15  # a spreadsheet keeps no more, and rounds what it was given


def read_workbook(
    con: duckdb.DuckDBPyConnection, source: stage.Source, scratch: Path, *, sheet: str | None = None
) -> list[Sheet]:
    """The sheets that hold the table, or the one that is named."""
    name = source.path.name
    try:
        with CalamineWorkbook.from_path(source.path) as book:
            found = {
                title: _read_sheet(con, book.get_sheet_by_name(title), source, scratch)
                for title in _wanted(book, name, sheet)
            }
    except PasswordError:
        raise protected(name) from None
    except CalamineError as error:
        raise ZhibiError(
            "{file} cannot be read as a workbook ({reason}): open it, save it as .xlsx and import "
            "that",
            file=name,
            reason=str(error),
        ) from error
    tables = {title: table for title, table in found.items() if isinstance(table, Sheet)}
    if not tables:
        raise _nothing_in(name, found)
    return _chosen(tables, found)


def protected(name: str) -> ZhibiError:
    return ZhibiError(
        "{file} is protected by a password: open it, save a copy without the password and import "
        "the copy",
        file=name,
    )


def cell_text(value: object) -> str | None:
    """A cell as text, nothing lost: integers without .0, dates as ISO.

    A whole number of more digits than a spreadsheet keeps is a rounded code; written as 9.137E+17
    it is rejected where codes are read, as it is in a CSV saved from that spreadsheet.
    """
    match value:
        case str():
            return value
        case bool():
            return "TRUE" if value else "FALSE"
        case int() | float():
            return _number_text(float(value))
        case dt.datetime() if value.time() == dt.time():
            return value.date().isoformat()
        case dt.datetime():
            return value.isoformat(sep=" ")
        case dt.timedelta():
            minutes, seconds = divmod(round(value.total_seconds()), 60)
            return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
        case dt.date() | dt.time():
            return value.isoformat()
    return None if value is None else str(value)


def _number_text(value: float) -> str:
    if not value.is_integer():
        return format(Decimal(repr(value)), "f")
    if abs(value) < 10**_EXACT_DIGITS:
        return str(int(value))
    return f"{Decimal(repr(value)).normalize():E}"


def _wanted(book: CalamineWorkbook, name: str, sheet: str | None) -> list[str]:
    if sheet is None:
        return [
            each.name
            for each in book.sheets_metadata
            if each.typ == SheetTypeEnum.WorkSheet and each.visible == SheetVisibleEnum.Visible
        ]
    for title in book.sheet_names:
        if title.strip().casefold() == sheet.strip().casefold():
            return [title]
    raise ZhibiError(
        "{file} has no sheet {sheet}: it has {sheets}",
        file=name,
        sheet=sheet,
        sheets=", ".join(book.sheet_names),
    )


def _read_sheet(
    con: duckdb.DuckDBPyConnection, sheet: CalamineSheet, source: stage.Source, scratch: Path
) -> Sheet | str:
    """The table of a sheet, or why it has none."""
    lost = lost_cells(source.path, sheet.name)
    raw = stage.stage_grid(source, sheet.name, partial(_rows, sheet, lost), scratch)
    if isinstance(raw, str):
        return raw
    fill_merged(con, raw, sheet.merged_cell_ranges or (), first_column=(sheet.start or (0, 0))[1])
    found = sheet_of(con, replace(raw, notes=lost.notes))
    return _with_hidden(con, found, lost.hidden) if found else "without rows below its header"


def _with_hidden(con: duckdb.DuckDBPyConnection, sheet: Sheet, hidden: tuple[int, ...]) -> Sheet:
    """The sheet with a word on rows that a filter, or somebody, has hidden."""
    ((count,),) = con.execute(
        f"SELECT count(*) FROM read_parquet({stage.quoted(sheet.staged)}) "
        "WHERE row IN (SELECT unnest(?::BIGINT[]))",
        [list(hidden)],
    ).fetchall()
    if not count:
        return sheet
    said = Said(
        "{count:row is|rows are} hidden in the sheet, and read all the same.", {"count": count}
    )
    return replace(sheet, notes=(*sheet.notes, said))


def _rows(sheet: CalamineSheet, lost: CellTexts) -> Iterator[stage.Row]:
    """Row numbers are the spreadsheet's: the reader begins with row 1, but with the first column
    that holds anything."""
    _, first_column = sheet.start or (0, 0)
    for number, cells in enumerate(sheet.iter_rows(), 1):
        texts = trimmed(cell_text(cell) for cell in cells)
        for column, text in lost.errors.get(number, ()):
            texts[column - first_column - 1] = text
        yield number, texts


def _chosen(tables: dict[str, Sheet], found: dict[str, Sheet | str]) -> list[Sheet]:
    largest = max(tables.values(), key=lambda table: table.rows)
    same = [table for table in tables.values() if table.headers == largest.headers]
    left = [
        Said("{sheet} ({why})", {"sheet": title, "why": Said(why)})
        if isinstance(why, str)
        else Said("{sheet} ({rows} rows, other headers)", {"sheet": title, "rows": why.rows})
        for title, why in found.items()
        if why not in same
    ]
    for table in tables.values():
        if table not in same:
            table.staged.unlink()
    note = (Said("Sheets left out: {sheets}.", {"sheets": tuple(left)}),) if left else ()
    return [replace(table, notes=table.notes + note) for table in same]


def _nothing_in(name: str, found: dict[str, Sheet | str]) -> ZhibiError:
    if all(why == "empty" for why in found.values()):
        return ZhibiError("{file} is empty: none of its sheets has a cell", file=name)
    return ZhibiError(
        "{file} has no table to import: {sheets}; name the columns in one row, with the orders "
        "below it",
        file=name,
        sheets=tuple(
            Said("sheet {sheet} is {why}", {"sheet": title, "why": Said(str(why))})
            for title, why in found.items()
        ),
    )
