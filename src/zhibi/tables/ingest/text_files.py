"""Delimited text: the rows of a CSV, TSV or the like.

A large, regular file is staged by the engine's own reader, many times faster than Python; one it
refuses (blank lines, stray quotes, mixed line ends) and any small one is staged by the csv
module, which takes rows as they come. Both give the same rows. The row number is that of the
record, as a spreadsheet shows it: a line break inside quotes does not count, a blank line does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb

from zhibi.errors import ZhibiError
from zhibi.tables.ingest import staging as stage
from zhibi.tables.ingest.data_rows import sheet_of
from zhibi.tables.ingest.encodings import find_encoding, text_blocks
from zhibi.tables.ingest.header_rows import trimmed
from zhibi.tables.ingest.stages import SetAside, Sheet
from zhibi.tables.ingest.text_engine import stage_by_engine
from zhibi.tables.ingest.text_layout import Layout, layout_of, records

ENGINE_FROM = 16 << 20  # bytes; below, Python takes less than a second


def read_text(
    con: duckdb.DuckDBPyConnection,
    source: stage.Source,
    scratch: Path,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    is_numbered: bool = False,
) -> Sheet:
    """The sheet of one text file."""
    found = find_encoding(source.path, encoding)
    is_utf8 = found.name in ("utf-8", "utf-8-sig")
    utf8 = source.path if is_utf8 else _transcoded(source.path, found.name, scratch)
    try:
        layout = layout_of(utf8, source.path.name, delimiter, is_numbered=is_numbered)
        staged = stage.free_path(scratch, ".parquet")
        too_long = _stage(con, utf8, staged, layout)
    finally:
        if not is_utf8:
            utf8.unlink()
    raw = stage.Raw(
        file=source.file,
        member=source.member,
        path=staged,
        header=layout.header,
        set_aside=too_long,
        encoding=found.name,
        delimiter=layout.delimiter,
        notes=(found.note,) if found.note else (),
    )
    sheet = sheet_of(con, raw)
    if sheet is None:
        raise stage.no_rows(source.path)
    return sheet


def _transcoded(path: Path, encoding: str, scratch: Path) -> Path:
    """A copy in UTF-8, which is what the engine reads."""
    copy = stage.free_path(scratch, ".txt")
    with copy.open("w", encoding="utf-8", newline="") as out:
        out.writelines(text_blocks(path, encoding))
    return copy


def _stage(
    con: duckdb.DuckDBPyConnection, utf8: Path, staged: Path, layout: Layout
) -> tuple[SetAside, ...]:
    is_large = utf8.stat().st_size >= ENGINE_FROM
    if is_large and layout.delimiter.isascii() and layout.delimiter != " ":
        too_long = stage_by_engine(con, utf8, staged, layout)
        if too_long is not None:
            return too_long
    width = len(layout.header.names)
    with utf8.open(encoding="utf-8-sig", newline="") as lines:
        return stage.write_rows(staged, _rows(lines, layout), width)


def _rows(lines: Iterable[str], layout: Layout) -> Iterator[tuple[int, list[str | None]]]:
    open_lines: list[str] = []  # those of the record being read

    def kept() -> Iterator[str]:
        for line in lines:
            open_lines.append(line)
            yield line

    number, last_long, quotes = 0, 0, 0
    read = records(kept(), layout.delimiter, layout.name)
    for number, (cells, _) in enumerate(read, 1):
        if len(open_lines) > 1:
            last_long, quotes = number, sum(line.count('"') for line in open_lines)
        open_lines.clear()
        if number > layout.header.last + 1:
            yield number, trimmed(cells)
    if last_long == number and quotes % 2:  # the last record ran on to the end of the file
        raise ZhibiError(
            "Row {row} of {file} has a quotation mark that is never closed: close or remove it",
            row=number,
            file=layout.name,
        )
