"""The staged file of a sheet: rows of text with their numbers, and what is no data row set aside.

Every reader first stages all rows below the header as they are; `finish` then takes out blank
rows, totals, repeated headers and footers, and columns without name and content, by one look at
the staged columns. So a file is judged the same way whatever format it came in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count, islice
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from zhibi.errors import ZhibiError
from zhibi.tables.ingest.header_rows import Header, distinct_names
from zhibi.tables.ingest.stages import SetAside, Sheet

MAX_COLUMNS = 2_000
MAX_SET_ASIDE = 100_000
_BATCH = 20_000
_TAIL = 50  # rows at the end that may be a footer; more sparse rows than that are data
_TEXT = 200  # characters kept of a row set aside

_CN = "合计|总计|小计|共计|累计|总合计|合计数|汇总"
_EN = "grand ?totals?|sub[- ]?totals?|totals?"
_CN_TOTAL = re.compile(rf"(本页|本月|本年|本期|当前)?({_CN})([:：(（].*)?|.+({_CN})", re.S)
_EN_TOTAL = re.compile(rf"(.+ )?({_EN}):?|({_EN}) (for|of) .+", re.I | re.S)
# The same words for the engine, to bring only the likely rows to Python.
_SPACED_CN = "|".join("[ \u3000]*".join(word) for word in _CN.split("|"))
_LIKELY = rf"(?is).*({_SPACED_CN}|{_EN}).*"


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
    notes: tuple[str, ...] = field(default=())

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


def check_width(file: Path, width: int) -> None:
    if width > MAX_COLUMNS:
        raise ZhibiError(
            "{file} has {count} columns, more than the {limit} that can be read: "
            "export only the columns of the orders, or give the delimiter",
            file=file.name,
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
                too_long.append(_aside(number, "more cells than the header", cells))
                continue
            del cells[width:]
        yield number, cells


def _aside(row: int, reason: str, cells: Iterable[str | None]) -> SetAside:
    text = " | ".join(cell for cell in cells if cell)
    return SetAside(row, reason, text if len(text) <= _TEXT else text[: _TEXT - 1] + "…")


def finish(con: duckdb.DuckDBPyConnection, raw: Raw) -> Sheet | None:
    """Judge the rows of a staged file; None when no data row is left."""
    check_width(raw.file, raw.width)
    shape = _Shape.of(con, raw)
    aside = sorted([*raw.set_aside, *_no_data_rows(con, raw, shape)], key=lambda a: a.row)
    last = max([shape.last_row, *(a.row for a in raw.set_aside)])
    aside = [a for a in aside if a.row <= last]  # blank rows below the last are nobody's
    if len(aside) > MAX_SET_ASIDE:
        raise ZhibiError(
            "{file} has {count} rows that are no data rows, the first in row {row} ({reason}): "
            "check the delimiter and the export",
            file=raw.file.name,
            count=len(aside),
            row=aside[0].row,
            reason=aside[0].reason,
        )
    kept = [n for n in range(raw.width) if raw.header.names[n] or shape.fills[n]]
    staged_count, path = _without(con, raw, kept, aside, last)
    if not staged_count:
        path.unlink()
        return None
    names = distinct_names([raw.header.names[n] for n in kept])
    return Sheet(
        file=raw.file,
        member=raw.member,
        staged=path,
        headers=names,
        rows=staged_count + len(aside),
        set_aside=tuple(aside),
        titles=raw.header.titles,
        encoding=raw.encoding,
        delimiter=raw.delimiter,
        notes=raw.notes,
    )


@dataclass(frozen=True, slots=True)
class _Shape:
    """How full the rows and columns of a staged file are."""

    usual: int  # cells filled in the middle row
    last_row: int  # the last that holds anything
    last_full: int  # the last that is at least half as full as usual
    fills: tuple[int, ...]  # filled cells per column

    @classmethod
    def of(cls, con: duckdb.DuckDBPyConnection, raw: Raw) -> _Shape:
        fills = ", ".join(f"count({name})" for name in columns(raw.width))
        usual, last, *found = con.execute(
            "SELECT quantile_disc(filled, 0.5) FILTER (filled > 0), max(row) FILTER (filled > 0), "
            f"{fills} FROM ({_with_fill(raw)})"
        ).fetchall()[0]
        (full,) = con.execute(
            f"SELECT max(row) FROM ({_with_fill(raw)}) WHERE filled * 2 >= {usual or 0}"
        ).fetchall()[0]
        return cls(usual or 0, last or 0, full or 0, tuple(found))


def _with_fill(raw: Raw) -> str:
    fill = " + ".join(f"({name} IS NOT NULL)::INT" for name in columns(raw.width))
    return f"SELECT *, {fill} AS filled FROM read_parquet({quoted(raw.path)})"


def _no_data_rows(con: duckdb.DuckDBPyConnection, raw: Raw, shape: _Shape) -> list[SetAside]:
    names = columns(raw.width)
    likely = " OR ".join(f"regexp_full_match({name}, {quoted(_LIKELY)})" for name in names)
    wanted = [
        "filled = 0",
        f"(filled * 4 <= {shape.usual * 3} AND ({likely}))",
        f"row >= {shape.last_full}",
        *(_same_as(record, names) for record in raw.header.repeats),
    ]
    rows = con.execute(
        f"SELECT row, {', '.join(names)} FROM ({_with_fill(raw)}) "
        f"WHERE {' OR '.join(wanted)} ORDER BY row LIMIT {MAX_SET_ASIDE * 2}"
    ).fetchall()
    tail = [row for row in rows if row[0] > shape.last_full]
    footer = {row[0] for row in tail} if len(tail) <= _TAIL else set()
    found: list[SetAside] = []
    after_totals = False
    for number, *cells in rows:
        reason = _reason(cells, raw.header, shape)
        if number in footer and reason is None and shape.usual >= 3:
            single = sum(cell is not None for cell in cells) == 1
            reason = "below the table" if single or after_totals else None
        if reason is None and number == shape.last_row and _is_sum_row(con, raw, number, cells):
            reason = "totals row"
        after_totals = after_totals or (reason == "totals row" and number > shape.last_full)
        if reason:
            found.append(_aside(number, reason, cells))
    return found


def _same_as(record: tuple[str | None, ...], names: list[str]) -> str:
    padded = [*record, *[None] * len(names)]
    tests = [
        f"{name} = {quoted(cell)}" if cell else f"{name} IS NULL"
        for name, cell in zip(names, padded, strict=False)
    ]
    return "(" + " AND ".join(tests) + ")"


def _reason(cells: list[str | None], header: Header, shape: _Shape) -> str | None:
    there = [cell for cell in cells if cell]
    if not there:
        return "blank row"
    if any(there == [cell for cell in record if cell] for record in header.repeats):
        return "repeated header"
    is_sparse = len(there) * 4 <= shape.usual * 3
    return "totals row" if is_sparse and _names_total(there) else None


def _names_total(there: list[str]) -> bool:
    """Chinese total words are no names and may stand anywhere; a company may be called Total."""
    squeezed = ["".join(cell.split()) for cell in there]
    if _CN_TOTAL.fullmatch(squeezed[0]) or _EN_TOTAL.fullmatch(there[0]):
        return True
    return any(cell in _CN.split("|") for cell in squeezed)


def _is_sum_row(
    con: duckdb.DuckDBPyConnection, raw: Raw, row: int, cells: list[str | None]
) -> bool:
    """Whether a last row as full as the others names a total and some column adds up to it."""
    there = [cell for cell in cells if cell]
    if not there or not _names_total(there):
        return False
    sums = [
        f"sum({number}) FILTER (row < {row}) = max({number}) FILTER (row = {row})"
        for name in columns(raw.width)
        for number in [f"try_cast(replace({name}, ',', '') AS DECIMAL(38, 6))"]
    ]
    found = con.execute(f"SELECT {', '.join(sums)} FROM read_parquet({quoted(raw.path)})")
    return any(found.fetchall()[0])


def _without(
    con: duckdb.DuckDBPyConnection, raw: Raw, kept: list[int], aside: list[SetAside], last: int
) -> tuple[int, Path]:
    """The staged file without the rows set aside and the columns dropped, if there are any."""
    source = f"read_parquet({quoted(raw.path)})"
    (total, highest) = con.execute(f"SELECT count(*), max(row) FROM {source}").fetchall()[0]
    unstaged = {a.row for a in raw.set_aside}
    own = [a.row for a in aside if a.row not in unstaged]
    if not own and len(kept) == raw.width and (highest or 0) <= last:
        return total, raw.path
    con.execute("CREATE OR REPLACE TEMP TABLE aside AS SELECT unnest(?::BIGINT[]) AS row", [own])
    chosen = ", ".join(f"c{old} AS c{new}" for new, old in enumerate(kept))
    path = free_path(raw.path.parent, ".parquet")
    con.execute(
        f"COPY (SELECT row, {chosen} FROM {source} WHERE row <= {last} AND row NOT IN "
        f"(SELECT row FROM aside)) TO {quoted(path)} (FORMAT parquet)"
    )
    raw.path.unlink()
    (left,) = con.execute(f"SELECT count(*) FROM read_parquet({quoted(path)})").fetchall()[0]
    return left, path
