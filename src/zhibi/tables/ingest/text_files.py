"""Delimited text: delimiter, header and rows of a CSV, TSV or the like.

A large, regular file is staged by the engine's own reader, many times faster than Python; one it
refuses (ragged rows, blank lines, stray quotes, mixed line ends) and any small one is staged by
the csv module, which takes rows as they come. Both give the same rows. The row number is that of
the record, as a spreadsheet shows it: a line break inside quotes does not count, a blank line does.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import duckdb

from zhibi.errors import ZhibiError
from zhibi.tables.ingest import staging as stage
from zhibi.tables.ingest.data_rows import sheet_of
from zhibi.tables.ingest.encodings import BLOCK, find_encoding, text_blocks
from zhibi.tables.ingest.header_rows import BLANKS, SAMPLE, Header, filled, find_header, trimmed
from zhibi.tables.ingest.stages import SetAside, Sheet

ENGINE_FROM = 16 << 20  # bytes; below, Python takes less than a second
MAX_CELL = 16 << 20
_DELIMITERS = ("\t", ";", "|", "^", ",")  # on a tie the earlier: commas are also in numbers
_SPELLED = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "space": " "}


@dataclass(frozen=True, slots=True)
class Layout:
    name: str  # of the file, for messages
    delimiter: str
    header: Header
    lines_above: int  # lines up to the end of the header, for a reader that counts lines


def read_text(
    con: duckdb.DuckDBPyConnection,
    source: stage.Source,
    scratch: Path,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> Sheet:
    """The sheet of one text file."""
    found = find_encoding(source.path, encoding)
    is_utf8 = found.name in ("utf-8", "utf-8-sig")
    utf8 = source.path if is_utf8 else _transcoded(source.path, found.name, scratch)
    try:
        layout = _layout(utf8, source.path.name, delimiter)
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


def _layout(utf8: Path, name: str, delimiter: str | None) -> Layout:
    lines = list(_sample(utf8))
    chosen = _delimiter_given(delimiter) if delimiter else _delimiter_of(lines)
    records, ends = _parsed(lines, chosen)
    if not any(filled(record) for record in records):
        raise ZhibiError("{file} is empty: export it again", file=name)
    if max(map(filled, records)) < 2:
        raise ZhibiError(
            "{file} has only one column: if its columns are divided by an unusual character, give "
            "the delimiter",
            file=name,
        )
    header = find_header(records)
    if header is None:
        row = next(n for n, record in enumerate(records, 1) if filled(record) > 1)
        raise ZhibiError(
            "{file} has no header row: the first full row (row {row}) already holds data; put a "
            "row with the names of the columns above it",
            file=name,
            row=row,
        )
    stage.check_width(name, len(header.names))
    return Layout(name, chosen, header, ends[header.last])


def _sample(path: Path) -> Iterator[str]:
    left = 8 << 20
    with path.open(encoding="utf-8-sig", newline="") as lines:
        for line in islice(lines, 10 * SAMPLE):
            yield line
            left -= len(line)
            if left < 0:
                return


def _delimiter_given(text: str) -> str:
    delimiter = _SPELLED.get(text.lower(), text)
    delimiter = delimiter.strip(" ") or delimiter
    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise ZhibiError(
            "The delimiter {delimiter} cannot be used: give one character, or tab",
            delimiter=repr(text),
        )
    return delimiter


def _delimiter_of(lines: list[str]) -> str:
    """The character that divides most records into the same number of cells, two or more."""
    best, chosen = 0.0, ","
    for delimiter in _DELIMITERS:
        widths = [len(cells) for cells, _ in _records(lines, delimiter) if any(cells)]
        usual = max(set(widths), key=lambda width: (widths.count(width), width), default=1)
        share = widths.count(usual) / len(widths) if usual > 1 else 0.0
        if share > best:
            best, chosen = share, delimiter
    return chosen


def _parsed(lines: list[str], delimiter: str) -> tuple[list[list[str | None]], list[int]]:
    """The first records, and the number of lines read at the end of each."""
    found = list(islice(_records(lines, delimiter), SAMPLE))
    return [trimmed(cells) for cells, _ in found], [end for _, end in found]


def _records(lines: Iterable[str], delimiter: str) -> Iterator[tuple[list[str], int]]:
    csv.field_size_limit(MAX_CELL)
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    for cells in reader:
        yield cells, reader.line_num


def _stage(
    con: duckdb.DuckDBPyConnection, utf8: Path, staged: Path, layout: Layout
) -> tuple[SetAside, ...]:
    if utf8.stat().st_size >= ENGINE_FROM and _stage_by_engine(con, utf8, staged, layout):
        return ()
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
    try:
        for number, (cells, _) in enumerate(_records(kept(), layout.delimiter), 1):
            if len(open_lines) > 1:
                last_long, quotes = number, sum(line.count('"') for line in open_lines)
            open_lines.clear()
            if number > layout.header.last + 1:
                yield number, trimmed(cells)
    except csv.Error as error:
        raise _unreadable(layout.name, number + 1) from error
    if last_long == number and quotes % 2:  # the last record ran on to the end of the file
        raise _unreadable(layout.name, number)


def _unreadable(name: str, row: int) -> ZhibiError:
    return ZhibiError(
        "Row {row} of {file} has a quotation mark that is never closed: close or remove it",
        row=row,
        file=name,
    )


def _stage_by_engine(
    con: duckdb.DuckDBPyConnection, utf8: Path, staged: Path, layout: Layout
) -> bool:
    """False when the file is not regular: then nothing has been staged."""
    blanks = _blanks_to_trim(utf8, layout.delimiter)
    if blanks is None:
        return False
    names = stage.columns(len(layout.header.names))
    cells = ", ".join(f"nullif(trim({name}{blanks}), '') AS {name}" for name in names)
    types = ", ".join(f"{name}: 'VARCHAR'" for name in names)
    try:
        con.execute(
            f"COPY (SELECT row_number() OVER () + {layout.header.last + 1} AS row, {cells} "
            f"FROM read_csv({stage.quoted(stage.literal(utf8))}, columns = {{{types}}}, "
            f"auto_detect = false, delim = {stage.quoted(layout.delimiter)}, quote = '\"', "
            f"escape = '\"', header = false, skip = {layout.lines_above}, strict_mode = true, "
            f"compression = 'none')) TO {stage.quoted(staged)} (FORMAT parquet)"
        )
    except duckdb.InvalidInputException:
        staged.unlink(missing_ok=True)
        return False
    return True


def _blanks_to_trim(path: Path, delimiter: str) -> str | None:
    """What trim() is to take off besides spaces, or None for a file with blank lines.

    Trimming all kinds of blanks takes three times as long as spaces alone, and few files have any.
    """
    mark = delimiter.encode()
    rare = [char.encode() for char in BLANKS if char not in " \r\n" and char != delimiter]
    rare += [mark + b'"\n', mark + b'"\r', b'\n"' + mark, b'\r"' + mark]
    blank_lines = (b"\n\n", b"\n\r", b"\r\r")
    has_rare, overlap = False, b""
    with path.open("rb") as file:
        left = _content_end(path)
        file.read(3)  # a byte-order mark is no blank
        while left > 0 and (block := file.read(min(4 * BLOCK, left))):
            left -= len(block)
            window = overlap + block
            if any(pair in window for pair in blank_lines):
                return None
            has_rare = has_rare or any(char in window for char in rare)
            overlap = window[-4:]
    return f", {stage.quoted(BLANKS)}" if has_rare else ""


def _content_end(path: Path) -> int:
    """How many bytes there are before the line ends that close the file."""
    with path.open("rb") as file:
        end = file.seek(0, 2)
        while end:
            start = max(0, end - BLOCK)
            file.seek(start)
            kept = len(file.read(end - start).rstrip(b"\r\n"))
            if kept:
                return start + kept
            end = start
    return 0
