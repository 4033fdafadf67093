"""Where a table begins: the title lines, the header and its names, found in the first records.

Exports put a title, a period and a company above the header, and group headings above column
names. Nothing here knows the business words: a header is told by its shape, as the first record
that is as wide as the table and holds names where the records below hold numbers and dates.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from math import ceil
from statistics import median_high, median_low

Record = Sequence[str | None]  # cells, trimmed; None where a cell is empty

SAMPLE = 60  # records looked at; no export seen has a header further down
GUARDS = 3  # ="" itself
BLANKS = " \t\r\n\u00a0\u3000"  # what is trimmed from every cell

_NUMBER = re.compile(
    r"[-+(]?[¥￥$€£]?[-+]?[\d０-９][\d０-９,.， ']*(E[-+]?\d+)?[%％万亿元)]*", re.I
)
_DATE = re.compile(
    r"(\d{4}[-/.年]\d{1,2}([-/.月]\d{0,2}日?)?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})([ T]\d{1,2}:.*)?"
)
_PERIOD = re.compile(r"(19|20)\d\d([-/.年]?(Q?\d{1,2})?月?)?", re.I)


@dataclass(frozen=True, slots=True)
class Header:
    """`last` is the index of the last header record: data begin with the record after it."""

    last: int
    names: tuple[str, ...]  # "" where a column has none
    titles: tuple[str, ...]
    repeats: tuple[tuple[str | None, ...], ...]  # records that print exports repeat on each page


def trimmed(cells: Iterable[str | None]) -> list[str | None]:
    return [(_unguarded(cell.strip(BLANKS)) or None) if cell else None for cell in cells]


def _unguarded(cell: str) -> str:
    """="00123" and '00123, written so that a spreadsheet keeps the zeros, are 00123."""
    if cell[:2] == '="' and cell[-1] == '"' and len(cell) > GUARDS:
        return cell[2:-1].strip(BLANKS)
    return cell[1:] if cell[:1] == "'" and cell[1:].isdigit() else cell


def filled(record: Record) -> int:
    return sum(cell is not None for cell in record)


def find_header(records: Sequence[Record]) -> Header | None:
    """None when the first record as wide as the table already holds data."""
    usual = _usual_fill(records)
    return _first_header(records, ceil(0.7 * usual)) or _first_header(records, ceil(0.5 * usual))


def _first_header(records: Sequence[Record], enough: int) -> Header | None:
    for index, record in enumerate(records):
        if _is_pair(records, index, enough):
            return _header(records, index, index + 1)
        if filled(record) >= enough and not _is_caption(record):
            return _header(records, index, index) if _is_names(records, index) else None
    return None


def distinct_names(names: Sequence[str]) -> tuple[str, ...]:
    """Unnamed columns are called by their place, and a name that comes again gets a number."""
    given = [name or f"Column {place}" for place, name in enumerate(names, 1)]
    taken = set(given)
    seen: Counter[str] = Counter()
    result = []
    for name in given:
        seen[name] += 1
        unique = name
        while seen[name] > 1 and (unique := f"{name} ({seen[name]})") in taken:
            seen[name] += 1
        taken.add(unique)
        result.append(unique)
    return tuple(result)


def _usual_fill(records: Sequence[Record]) -> int:
    """How many cells a record of the table fills, whatever titles stand around it."""
    counts = [filled(record) for record in records]
    widest = max(counts, default=0)
    return median_high([count for count in counts if count * 2 >= widest]) if widest else 0


def _kind(cell: str | None) -> str:
    if cell is None:
        return "blank"
    if _DATE.fullmatch(cell):
        return "date"
    return "number" if _NUMBER.fullmatch(cell) else "text"


def _is_caption(record: Record) -> bool:
    """A line such as `单位：元 | 制单：李四`, which is as wide as a narrow table."""
    return all(cell is None or "：" in cell or ": " in cell for cell in record)


def _is_names(records: Sequence[Record], index: int) -> bool:
    """Names are text; a year or a month may be one when it heads a column of a wide table."""
    odd = [cell for cell in records[index] if _kind(cell) in ("number", "date")]
    if not odd:
        return True
    return all(_is_period(cell) for cell in odd) and _has_contrast(records, index)


def _has_contrast(records: Sequence[Record], index: int) -> bool:
    """Whether some column has a name in this record and a number or date in one below."""
    return any(
        _kind(cell) in ("number", "date") and (_kind(name) == "text" or _is_period(name))
        for below in records[index + 1 :]
        for name, cell in zip(records[index], below, strict=False)
        if not (_is_period(name) and _is_period(cell))
    )


def _is_period(cell: str | None) -> bool:
    return cell is not None and _PERIOD.fullmatch(cell) is not None


def _is_pair(records: Sequence[Record], index: int, enough: int) -> bool:
    """A record of group headings over one of names, which would not do alone."""
    if index + 1 >= len(records):
        return False
    groups, names = records[index], records[index + 1]
    if filled(groups) == 0 or (filled(groups) == 1 and groups[0] is not None):
        return False
    if filled(names) < 2 or _is_caption(groups) or not _are_headings(groups, names):
        return False
    cells = list(zip_longest(groups, names))
    has_gaps = any(group and not name for group, name in cells)
    has_twins = len({name for name in names if name}) < filled(names)
    has_spans = any(name and not group for group, name in cells)
    is_wide = sum(bool(group or name) for group, name in cells) >= enough
    return is_wide and has_spans and (has_gaps or has_twins) and _has_contrast(records, index + 1)


def _are_headings(groups: Record, names: Record) -> bool:
    values = [cell for cell in groups if _kind(cell) in ("number", "date")]
    return all(_is_period(cell) for cell in values) and not any(
        _kind(cell) in ("number", "date") for cell in names
    )


def _header(records: Sequence[Record], first: int, last: int) -> Header:
    width = max(len(record) for record in records[first : last + 1])
    rows = [[*record, *[None] * (width - len(record))] for record in records[first : last + 1]]
    names = _joined(rows[0], rows[1]) if len(rows) == 2 else [cell or "" for cell in rows[0]]
    below = [len(record) for record in map(_to_last_cell, records[last + 1 :]) if record]
    names += [""] * ((median_low(below) if below else 0) - len(names))
    above = [record for record in records[:first] if filled(record)]
    return Header(
        last=last,
        names=tuple(" ".join(name.split()) for name in names),
        titles=tuple(" ".join(cell for cell in record if cell) for record in above),
        repeats=tuple(tuple(record) for record in [*above, *records[first : last + 1]]),
    )


def _to_last_cell(record: Record) -> Record:
    return record[: max((place for place, cell in enumerate(record, 1) if cell), default=0)]


def _joined(groups: Record, names: Record) -> list[str]:
    """`金额 | (merged) | 备注` over `不含税 | 税额 | (blank)`: 金额 不含税, 金额 税额, 备注."""
    joined = []
    current = ""
    for group, name in zip(groups, names, strict=True):
        current = group or (current if name else "")
        joined.append(" ".join(part for part in (current, name) if part))
    return joined
