"""The staged file of a sheet: all rows below its header as text, with their row numbers.

Every reader hands over its rows here, as a stream or as one file the engine wrote; which of them
are data is judged in `data_rows`, the same way whatever format the file came in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from zhibi.errors import ZhibiError
from zhibi.said import Said
from zhibi.tables.ingest.header_rows import SAMPLE, Header, find_header
from zhibi.tables.ingest.stages import SetAside

Row = tuple[int, list[str | None]]  # row number from 1, trimmed cells

MAX_COLUMNS = 2_000
TOO_LONG = "more cells than the header"
_BATCH = 20_000
_TEXT = 200  # characters kept of a row set aside


@dataclass(frozen=True, slots=True)
class Source:
    """What is read: the file the user named, or at `path` something unpacked from it."""

    file: Path
    path: Path
    member: str = ""

    def within(self, part: str) -> str:
        return f"{self.member}/{part}" if self.member else part


@dataclass(frozen=True, slots=True)
class Raw:
    """All rows below a header, staged but not yet judged. `path` holds row, c0, c1, …"""

    file: Path
    member: str
    path: Path
    header: Header
    set_aside: tuple[SetAside, ...] = ()  # by the reader: rows that do not fit into the columns
    encoding: str | None = None
    delimiter: str | None = None
    notes: tuple[Said, ...] = ()

    @property
    def width(self) -> int:
        return len(self.header.names)


def connect(staging: Path) -> duckdb.DuckDBPyConnection:
    """An engine that stays under the memory an import may take and spills beside its files."""
    con = duckdb.connect()
    con.execute("SET memory_limit = '700MB'")
    con.execute(f"SET temp_directory = {quoted(staging / 'spill')}")
    return con


def quoted(value: object) -> str:
    """A text literal of SQL."""
    return "'" + str(value).replace("'", "''") + "'"


def columns(width: int) -> list[str]:
    return [f"c{place}" for place in range(width)]


def free_path(staging: Path, suffix: str) -> Path:
    """The next unused name in the staging folder."""
    return next(path for n in count(1) if not (path := staging / f"{n:04}{suffix}").exists())


def literal(path: Path) -> str:
    """The path as a pattern of the engine that matches nothing else: a name may hold [1]."""
    return "".join(f"[{char}]" if char in "[*?" else char for char in str(path))


def check_width(name: str, width: int) -> None:
    if width > MAX_COLUMNS:
        raise ZhibiError(
            "{file} has {count} columns, more than the {limit} that can be read: "
            "export only the columns of the orders, or give the delimiter",
            file=name,
            count=width,
            limit=MAX_COLUMNS,
        )


def write_rows(
    path: Path, rows: Iterable[tuple[int, list[str | None]]], width: int
) -> tuple[SetAside, ...]:
    """Stage (row number, trimmed cells); gives back the rows that have more cells than `width`."""
    schema = pa.schema([("row", pa.int64()), *((name, pa.string()) for name in columns(width))])
    too_long: list[SetAside] = []
    with pq.ParquetWriter(path, schema) as writer:
        fitting = _fitted(rows, width, too_long)
        while batch := list(islice(fitting, _BATCH)):
            numbers, cells = zip(*batch, strict=True)
            arrays = [pa.array(numbers, pa.int64())]
            arrays += [pa.array(column, pa.string()) for column in zip(*cells, strict=True)]
            writer.write_batch(pa.record_batch(arrays, schema=schema))
    return tuple(too_long)


def _fitted(
    rows: Iterable[tuple[int, list[str | None]]], width: int, too_long: list[SetAside]
) -> Iterator[tuple[int, list[str | None]]]:
    for number, cells in rows:
        extra = len(cells) - width
        if extra < 0:
            cells = cells + [None] * -extra  # noqa: PLW2901
        elif extra > 0:
            if any(cells[width:]):
                too_long.append(aside(number, TOO_LONG, cells))
                continue
            del cells[width:]
        yield number, cells


def stage_grid(
    source: Source, part: str, rows: Callable[[], Iterator[Row]], scratch: Path
) -> Raw | str:
    """Stage a grid of cells (`rows` starts it anew), or say in a few words why it is no table."""
    head = [cells for _, cells in islice(rows(), SAMPLE)]
    if not any(map(any, head)):
        return "empty"
    header = find_header(head)
    if header is None or len(header.names) < 2:
        return "without a header"
    check_width(source.path.name, len(header.names))
    staged = free_path(scratch, ".parquet")
    too_long = write_rows(staged, islice(rows(), header.last + 1, None), len(header.names))
    return Raw(source.file, source.within(part), staged, header, too_long)


def no_rows(path: Path) -> ZhibiError:
    return ZhibiError(
        "{file} has a header but no rows below it: export it again with the orders in it",
        file=path.name,
    )


def aside(row: int, reason: str, cells: Iterable[str | None]) -> SetAside:
    text = " | ".join(cell for cell in cells if cell)
    return SetAside(row, reason, text if len(text) <= _TEXT else text[: _TEXT - 1] + "…")
