"""The table of an HTML page: what many web-based systems write under the name .xls."""

from __future__ import annotations

import codecs
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import duckdb

from zhibi.errors import ZhibiError
from zhibi.said import Said
from zhibi.tables.ingest import staging as stage
from zhibi.tables.ingest.data_rows import sheet_of
from zhibi.tables.ingest.encodings import find_encoding, text_blocks
from zhibi.tables.ingest.header_rows import trimmed
from zhibi.tables.ingest.stages import Sheet

_MAX_BYTES = 200 << 20  # its tables are held in memory, at about ten times that
_HEAD = 4096
_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([A-Za-z0-9_-]+)""", re.I)
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_NOTE = Said("Is an HTML page: its largest table was read.")


def read_html(
    con: duckdb.DuckDBPyConnection, source: stage.Source, scratch: Path, *, encoding: str | None
) -> Sheet:
    """The largest table of a page. Row numbers count the rows of that table."""
    name = source.path.name
    if source.path.stat().st_size > _MAX_BYTES:
        raise ZhibiError(
            "{file} is an HTML page of more than {limit} MB: export the orders as .csv",
            file=name,
            limit=_MAX_BYTES >> 20,
        )
    found = find_encoding(source.path, encoding or _declared(source.path))
    page = _Tables()
    for text in text_blocks(source.path, found.name):
        page.feed(text)
    page.close()
    rows = max(page.tables, key=len, default=[])
    numbered = [(number, trimmed(cells)) for number, cells in enumerate(rows, 1)]
    raw = stage.stage_grid(source, "", lambda: iter(numbered), scratch)
    if isinstance(raw, str):
        raise ZhibiError(
            "{file} is an HTML page whose table is {reason}: export the orders as .xlsx or .csv",
            file=name,
            reason=Said(raw),
        )
    notes = tuple(note for note in (_NOTE, found.note) if note)
    sheet = sheet_of(con, replace(raw, notes=notes, encoding=found.name))
    if sheet is None:
        raise stage.no_rows(source.path)
    return sheet


def _declared(path: Path) -> str | None:
    """The encoding the page names, where all of it can be read so; a byte-order mark goes first."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    said = _CHARSET.search(head)
    if said is None or head.startswith(_MARKS):
        return None
    try:
        name = find_encoding(path, said[1].decode()).name
        for _ in text_blocks(path, name):
            pass
    except ZhibiError:
        return None
    return name


class _Tables(HTMLParser):
    """All tables of a page as rows of cells; a merged cell stands in its first place only."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str | None]]] = []
        self._open: list[list[list[str | None]]] = []  # tables begun, the innermost last
        self._cell: list[str] | None = None
        self._span = 1
        self._below: list[tuple[int, int, int]] = []  # column, columns, rows still covered

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._end_cell()
            self._open.append([])
            self._below = []
        elif tag == "tr" and self._open:
            self._end_cell()
            self._open[-1].append([])
            self._below = [(at, wide, left - 1) for at, wide, left in self._below if left > 1]
        elif tag in ("td", "th") and self._open:
            self._end_cell()
            self._begin_cell(dict(attrs))
        elif tag in ("br", "p", "div") and self._cell:
            self._cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr"):
            self._end_cell()
        elif tag == "table" and self._open:
            self._end_cell()
            self.tables.append(self._open.pop())

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

    def close(self) -> None:
        super().close()
        self._end_cell()
        self.tables += self._open

    def _begin_cell(self, attrs: dict[str, str | None]) -> None:
        if not self._open[-1]:
            self._open[-1].append([])
        row = self._open[-1][-1]
        while covered := [wide for at, wide, _ in self._below if at == len(row)]:
            row.extend([None] * covered[0])
        self._cell = []
        self._span = _count(attrs.get("colspan"))
        if (rows := _count(attrs.get("rowspan"))) > 1:
            self._below.append((len(row), self._span, rows))

    def _end_cell(self) -> None:
        if self._cell is not None:
            text = " ".join("".join(self._cell).split())
            self._open[-1][-1] += [text or None, *[None] * (self._span - 1)]
            self._cell = None


def _count(text: str | None) -> int:
    return min(int(text), stage.MAX_COLUMNS) if text and text.isdecimal() else 1
