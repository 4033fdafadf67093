"""Workbooks in the XML format of 2003, which report servers still write under the name .xls."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET  # entities are declared in a DOCTYPE, which is refused
from xml.parsers import expat

import duckdb

from zhibi.errors import ZhibiError
from zhibi.said import Said
from zhibi.tables.ingest import staging as stage
from zhibi.tables.ingest.data_rows import sheet_of
from zhibi.tables.ingest.header_rows import trimmed
from zhibi.tables.ingest.stages import Sheet

_SPACE = "{urn:schemas-microsoft-com:office:spreadsheet}"
_MAX_BYTES = 200 << 20  # its rows are held in memory
_HEAD = 4096
_MIDNIGHT = "T00:00:00.000"
_NOTE = Said("Is a workbook in XML: its largest sheet was read.")


def read_xml_workbook(con: duckdb.DuckDBPyConnection, source: stage.Source, scratch: Path) -> Sheet:
    """The largest sheet. ZhibiError for XML that is broken, too large or defines entities."""
    path = source.path
    if _has_doctype(path) or path.stat().st_size > _MAX_BYTES:
        raise _unreadable(path, Said("too large or of an unknown kind"))
    try:
        sheets = dict(_sheets(path))
    except (ET.ParseError, ValueError) as error:  # also a place that is no number
        raise _unreadable(path, str(error)) from None
    name, rows = max(sheets.items(), key=lambda one: len(one[1]), default=("", []))
    raw = stage.stage_grid(source, name, lambda: iter(rows), scratch)
    if isinstance(raw, str):
        raise ZhibiError(
            "{file} has no table to import: {sheets}; name the columns in one row, with the orders "
            "below it",
            file=path.name,
            sheets=(Said("sheet {sheet} is {why}", {"sheet": name, "why": Said(raw)}),),
        )
    sheet = sheet_of(con, replace(raw, notes=(_NOTE,)))
    if sheet is None:
        raise stage.no_rows(path)
    return sheet


def _has_doctype(path: Path) -> bool:
    """A DOCTYPE stands before the first element, in whatever encoding and however far down."""
    seen: list[str] = []
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = lambda *_: seen.append("doctype")
    parser.StartElementHandler = lambda *_: seen.append("element")
    with path.open("rb") as file, suppress(expat.ExpatError):  # what is broken is told by who reads
        while not seen and (block := file.read(_HEAD)):
            parser.Parse(block)
    return seen[:1] == ["doctype"]


def _sheets(path: Path) -> Iterator[tuple[str, list[stage.Row]]]:
    name, rows, number = "", [], 0  # type: str, list[stage.Row], int
    for event, node in ET.iterparse(path, events=("start", "end")):  # noqa: S314
        if event == "start" and node.tag == f"{_SPACE}Worksheet":
            name, rows, number = node.get(f"{_SPACE}Name", ""), [], 0
        elif event == "end" and node.tag == f"{_SPACE}Row":
            number = int(node.get(f"{_SPACE}Index", number + 1))
            rows.append((number, trimmed(_cells(node))))
            node.clear()
        elif event == "end" and node.tag == f"{_SPACE}Worksheet":
            yield name, rows


def _cells(row: ET.Element) -> list[str | None]:
    """The texts of a row; cells may name their column, or be merged over several."""
    cells: list[str | None] = []
    for cell in row.iter(f"{_SPACE}Cell"):
        place = min(int(cell.get(f"{_SPACE}Index", len(cells) + 1)), stage.MAX_COLUMNS)
        cells += [None] * (place - 1 - len(cells))
        data = cell.find(f"{_SPACE}Data")
        text = "".join(data.itertext()) if data is not None else ""
        cells.append(text.removesuffix(_MIDNIGHT) or None)
        merged = min(int(cell.get(f"{_SPACE}MergeAcross", "0")), stage.MAX_COLUMNS)
        cells += [None] * merged
    return cells


def _unreadable(path: Path, reason: str | Said) -> ZhibiError:
    return ZhibiError(
        "{file} cannot be read as a workbook ({reason}): open it, save it as .xlsx and import that",
        file=path.name,
        reason=reason,
    )
