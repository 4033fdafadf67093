"""Large text files, staged by the engine's own reader.

It reads a file at the speed of the disk, but only counts lines that are as they should be: so the
file is looked through for what it would leave out or read otherwise, and is given back to the
slower reader if there is any.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt

from zhibi.tables.ingest import staging as stage
from zhibi.tables.ingest.duck import STAGED
from zhibi.tables.ingest.encodings import BLOCK
from zhibi.tables.ingest.header_rows import BLANKS
from zhibi.tables.ingest.stages import SetAside
from zhibi.tables.ingest.text_layout import Layout

_EXTRA = 8  # cells beyond the header that a ragged row may have


def stage_by_engine(
    con: duckdb.DuckDBPyConnection, utf8: Path, staged: Path, layout: Layout
) -> tuple[SetAside, ...] | None:
    """The rows that have more cells than the header; None when nothing could be staged.

    The engine numbers rows on one core, so the other looks through the whole file meanwhile.
    """
    guessed = _blanks_in(utf8, layout.delimiter, limit=8 * BLOCK)
    if guessed is None:
        return None
    with ThreadPoolExecutor(1) as other:
        looking = other.submit(_blanks_in, utf8, layout.delimiter)
        extra = _copy(con, utf8, staged, layout, blanks=guessed)
        blanks = looking.result()
    if extra is not None and blanks is not None and len(blanks) > len(guessed):
        extra = _copy(con, utf8, staged, layout, blanks=blanks)
    if extra is None or blanks is None:
        staged.unlink(missing_ok=True)
        return None
    return _cut(con, staged, len(layout.header.names), extra) if extra else ()


def _copy(
    con: duckdb.DuckDBPyConnection, utf8: Path, staged: Path, layout: Layout, *, blanks: str
) -> int | None:
    """How many columns beyond the header were staged to hold ragged rows, None if it failed."""
    for extra in (0, _EXTRA):
        try:
            con.execute(_copy_sql(utf8, staged, layout, blanks, extra=extra))
        except duckdb.InvalidInputException:
            continue
        return extra
    return None


def _copy_sql(utf8: Path, staged: Path, layout: Layout, blanks: str, *, extra: int) -> str:
    names = stage.columns(len(layout.header.names) + extra)
    trim = f"nullif(trim({{0}}, {stage.quoted(blanks)}), '') AS {{0}}" if blanks else "{0}"
    cells = ", ".join(trim.format(name) for name in names)
    types = ", ".join(f"{name}: 'VARCHAR'" for name in names)
    return (
        f"COPY (SELECT row_number() OVER () + {layout.header.last + 1} AS row, {cells} "
        f"FROM read_csv({stage.quoted(stage.literal(utf8))}, columns = {{{types}}}, "
        f"auto_detect = false, delim = {stage.quoted(layout.delimiter)}, quote = '\"', "
        f"escape = '\"', header = false, skip = {layout.lines_above}, strict_mode = true, "
        f"null_padding = {extra > 0}, compression = 'none')) "
        f"TO {stage.quoted(staged)} {STAGED}"
    )


def _cut(
    con: duckdb.DuckDBPyConnection, staged: Path, width: int, extra: int
) -> tuple[SetAside, ...]:
    """Take out the rows that are longer than the header, and the columns that held the rest."""
    names = stage.columns(width + extra)
    ragged = stage.free_path(staged.parent, ".parquet")
    staged.rename(ragged)
    source = f"read_parquet({stage.quoted(stage.literal(ragged))})"
    is_long = f"coalesce({', '.join(names[width:])}) IS NOT NULL"
    rows = con.execute(f"SELECT * FROM {source} WHERE {is_long} ORDER BY row").fetchall()
    con.execute(
        f"COPY (SELECT row, {', '.join(names[:width])} FROM {source} WHERE NOT ({is_long})) "
        f"TO {stage.quoted(staged)} {STAGED}"
    )
    ragged.unlink()
    return tuple(stage.aside(row, stage.TOO_LONG, cells) for row, *cells in rows)


def _blanks_in(path: Path, delimiter: str, *, limit: int | None = None) -> str | None:
    """The blanks that stand at the edge of some cell, or None for a file with blank lines.

    Trimming takes a third of the time of reading, or twice that time for more than spaces, and
    few files need it. The engine leaves blank lines out, and then its row numbers are wrong.
    """
    found, overlap = "", b""
    left = _content_end(path)
    left = min(left, limit) if limit else left
    with path.open("rb") as file:
        while left > 0 and (block := file.read(min(BLOCK, left))):
            left -= len(block)
            edges = _blanks_at_edges(overlap + block, ord(delimiter))
            if edges is None:
                return None
            found = max(found, edges, key=len)
            overlap = block[-2:]
    return found


def _blanks_at_edges(block: bytes, delimiter: int) -> str | None:
    """Looks for the rarer byte first and at what stands beside it then: comparing every byte with
    every border takes five times as long."""
    text = np.frombuffer(block, np.uint8)
    is_end = text == 10
    if b"\r" in block:
        is_end |= text == 13
    ends = np.flatnonzero(is_end[:-1])
    is_pair = (text[ends] == 13) & (text[ends + 1] == 10)
    if (is_end[ends + 1] & ~is_pair).any():
        return None
    if any(_holds(text, rare) for rare in (b"\xc2\xa0", b"\xe3\x80\x80")):
        return BLANKS
    if (delimiter != 9 and b"\t" in block) or _has_line_end_at_edge(text, is_end, delimiter):
        return BLANKS
    spaces = np.flatnonzero(text == 32)
    before, after = text[np.maximum(spaces, 1) - 1], text[np.minimum(spaces, len(text) - 2) + 1]
    is_border = np.isin(np.arange(256), (10, 13, delimiter, 34))
    return " " if (is_border[before] | is_border[after]).any() else ""


def _holds(text: npt.NDArray[np.uint8], letter: bytes) -> bool:
    """Whether a letter of several bytes occurs; Python's own search is twenty times slower."""
    first, *others = letter
    found = np.flatnonzero(text[: len(text) - len(others)] == first)
    for place, byte in enumerate(others, 1):
        found = found[text[found + place] == byte]
    return bool(len(found))


def _has_line_end_at_edge(
    text: npt.NDArray[np.uint8], is_end: npt.NDArray[np.bool_], delimiter: int
) -> bool:
    """A quoted cell that begins or ends with a line break, as when pasted into a form."""
    quote = np.flatnonzero(text[1:-1] == 34) + 1
    before, after = text[quote - 1], text[quote + 1]
    begins = (before == delimiter) & is_end[quote + 1]
    ends = is_end[quote - 1] & ((after == delimiter) | is_end[quote + 1])
    return bool((begins | ends).any())


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
