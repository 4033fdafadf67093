"""How a text file is laid out: its delimiter, and the header above its rows."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from zhibi.errors import ZhibiError
from zhibi.tables.ingest import staging as stage
from zhibi.tables.ingest.header_rows import SAMPLE, Header, filled, find_header, trimmed

MAX_CELL = 16 << 20  # characters
_SAMPLE_CHARS = 8 << 20
_DELIMITERS = ("\t", ";", "|", "^", ",")  # on a tie the earlier: commas are also in numbers
FEWEST = 3  # cells in each line of a file divided by spaces
_SPELLED = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "space": " "}


@dataclass(frozen=True, slots=True)
class Layout:
    name: str  # of the file, for messages
    delimiter: str
    header: Header
    lines_above: int  # lines up to the end of the header, for a reader that counts lines


def layout_of(utf8: Path, name: str, delimiter: str | None, *, is_numbered: bool = False) -> Layout:
    """`is_numbered`: columns of a file without a header are called 1, 2, 3."""
    lines = list(_sample(utf8))
    chosen = _delimiter_given(delimiter) if delimiter else _delimiter_of(lines, name)
    first, ends = _parsed(lines, chosen, name)
    if not any(filled(record) for record in first):
        raise ZhibiError("{file} is empty: export it again", file=name)
    if max(map(filled, first)) < 2:
        raise ZhibiError(
            "{file} has only one column: if its columns are divided by an unusual character, give "
            "the delimiter",
            file=name,
        )
    header = find_header(first)
    if header is None and is_numbered:
        header = _numbers(first)
    if header is None:
        row = next(n for n, record in enumerate(first, 1) if filled(record) > 1)
        raise ZhibiError(
            "{file} has no header row: the first full row (row {row}) already holds data; put a "
            "row with the names of the columns above it, or name columns by number, as --map "
            "1=customer_id --map 3=order_date --map 5=amount",
            file=name,
            row=row,
        )
    stage.check_width(name, len(header.names))
    return Layout(name, chosen, header, ends[header.last] if header.last >= 0 else 0)


def _numbers(records: list[list[str | None]]) -> Header:
    width = max(map(len, records))
    return Header(-1, tuple(str(place) for place in range(1, width + 1)), (), ())


def _sample(path: Path) -> Iterator[str]:
    left = _SAMPLE_CHARS
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


def _delimiter_of(lines: list[str], name: str) -> str:
    """The character that divides most records into the same number of cells, two or more."""
    best, chosen = 0.0, ","
    for delimiter in _DELIMITERS:
        widths = [len(cells) for cells, _ in records(lines, delimiter, name) if any(cells)]
        usual = max(set(widths), key=lambda width: (widths.count(width), width), default=1)
        share = widths.count(usual) / len(widths) if usual > 1 else 0.0
        if share > best:
            best, chosen = share, delimiter
    return chosen if best else _spaces_or(chosen, lines, name)


def _spaces_or(delimiter: str, lines: list[str], name: str) -> str:
    """Spaces, where they divide every line into the same number of cells, three or more."""
    widths = {len(cells) for cells, _ in records(lines, " ", name) if any(cells)}
    return " " if len(widths) == 1 and widths.pop() >= FEWEST else delimiter


def _parsed(
    lines: list[str], delimiter: str, name: str
) -> tuple[list[list[str | None]], list[int]]:
    """The first records, and the number of lines read at the end of each."""
    found = list(islice(records(lines, delimiter, name), SAMPLE))
    return [trimmed(cells) for cells, _ in found], [end for _, end in found]


def records(lines: Iterable[str], delimiter: str, name: str) -> Iterator[tuple[list[str], int]]:
    """The cells of each record, and the number of lines read at its end."""
    csv.field_size_limit(MAX_CELL)
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    number = 0
    try:
        for cells in reader:
            number += 1
            yield cells, reader.line_num
    except csv.Error:
        raise ZhibiError(
            "Row {row} of {file} holds a cell of more than {limit} million characters: look for a "
            "quotation mark that is never closed",
            row=number + 1,
            file=name,
            limit=MAX_CELL // 1_000_000,
        ) from None
