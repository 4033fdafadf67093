"""Which staged rows are data: blank rows, totals, repeated headers and footers are set aside.

One look at the staged columns finds the few rows in question, and those are judged one by one.
Nothing is lost: what is set aside keeps its row number and its text. A row is taken for a totals
row only if it names a total and leaves cells empty that other rows fill, or adds up, since there
are customers called Total.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import duckdb

from zhibi.errors import ZhibiError
from zhibi.said import Said
from zhibi.tables.ingest.duck import STAGED
from zhibi.tables.ingest.header_rows import Header, distinct_names
from zhibi.tables.ingest.stages import SetAside, Sheet
from zhibi.tables.ingest.staging import Raw, aside, columns, free_path, literal, quoted

MAX_SET_ASIDE = 100_000
_TAIL = 50  # rows at the end that may be a footer; more sparse rows than that are data

_CN = "合计|总计|小计|共计|累计|总合计|合计数|汇总"
_EN = "grand ?totals?|sub[- ]?totals?|totals?"
_CN_TOTAL = re.compile(rf"(本页|本月|本年|本期|当前)?({_CN})([:：(（].*)?|.+({_CN})", re.S)
_EN_TOTAL = re.compile(rf"(.+ )?({_EN}):?|({_EN}) (for|of) .+", re.I | re.S)
_TOTAL_OF = re.compile(rf"({_EN}) .+", re.I | re.S)  # Total Acme Inc: or a company's own name
# The same words for the engine, to bring only the likely rows to Python.
_SPACED_CN = "|".join("[ \u3000]*".join(word) for word in _CN.split("|"))
_STARS = r"\*{1,9}|[Σ∑]"  # how SAP marks the subtotals of its lists
_LIKELY = rf"(?is).*({_SPACED_CN}|{_EN}).*|{_STARS}"


def sheet_of(con: duckdb.DuckDBPyConnection, raw: Raw) -> Sheet | None:
    """The data rows of a staged file; None when there are none."""
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
            reason=Said(aside[0].reason),
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

    usual: int  # cells that a well-filled row fills: at the upper quartile, above most footers
    least: int  # cells that the emptiest row fills
    last_row: int  # the last that holds anything
    last_full: int  # the last that is at least half as full as usual
    fills: tuple[int, ...]  # filled cells per column

    @classmethod
    def of(cls, con: duckdb.DuckDBPyConnection, raw: Raw) -> _Shape:
        fills = ", ".join(f"count({name})" for name in columns(raw.width))
        usual, least, last, *found = con.execute(
            "SELECT quantile_disc(filled, 0.75) FILTER (filled > 0), min(filled), "
            f"max(row) FILTER (filled > 0), {fills} FROM ({_with_fill(raw)})"
        ).fetchall()[0]
        (full,) = con.execute(
            f"SELECT max(row) FROM ({_with_fill(raw)}) WHERE filled * 2 >= {usual or 0}"
        ).fetchall()[0]
        return cls(usual or 0, least or 0, last or 0, full or 0, tuple(found))


def _with_fill(raw: Raw) -> str:
    fill = _balanced(" + ", [f"({name} IS NOT NULL)::INT" for name in columns(raw.width)])
    return f"SELECT *, {fill} AS filled FROM read_parquet({quoted(literal(raw.path))})"


def _no_data_rows(con: duckdb.DuckDBPyConnection, raw: Raw, shape: _Shape) -> list[SetAside]:
    names = columns(raw.width)
    wanted = [f"row >= {shape.last_full}"]
    wanted += [_same_as(record, names) for record in _recurring(con, raw)]
    if shape.least < max(shape.usual, 1):  # else no row is blank or lacks a cell
        likely = _balanced(" OR ", [f"regexp_full_match({n}, {quoted(_LIKELY)})" for n in names])
        wanted += ["filled = 0", f"(filled < {shape.usual} AND {likely})"]
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
        after_totals = after_totals or (reason == "totals row" and number >= shape.last_full)
        if reason:
            found.append(aside(number, reason, cells))
    return found


def _recurring(con: duckdb.DuckDBPyConnection, raw: Raw) -> list[tuple[str | None, ...]]:
    """The records of the header whose first cell occurs below it. Mostly there are none, and then
    no row need be compared with them cell by cell."""
    records = [record for record in raw.header.repeats if any(record[: raw.width])]
    if not records:
        return []
    firsts = [next((n, cell) for n, cell in enumerate(record) if cell) for record in records]
    tests = ", ".join(f"bool_or(c{place} = {quoted(cell)})" for place, cell in firsts)
    found = con.execute(f"SELECT {tests} FROM read_parquet({quoted(literal(raw.path))})")
    return [record for record, occurs in zip(records, found.fetchall()[0], strict=True) if occurs]


def _same_as(record: tuple[str | None, ...], names: list[str]) -> str:
    padded = [*record, *[None] * len(names)]
    tests = [
        f"{name} = {quoted(cell)}" if cell else f"{name} IS NULL"
        for name, cell in zip(names, padded, strict=False)
    ]
    return _balanced(" AND ", tests)


def _balanced(sign: str, parts: list[str]) -> str:
    """A chain of a thousand terms, in brackets so that the engine's parser nests it ten deep."""
    if len(parts) == 1:
        return parts[0]
    half = len(parts) // 2
    return f"({_balanced(sign, parts[:half])}{sign}{_balanced(sign, parts[half:])})"


def _reason(cells: list[str | None], header: Header, shape: _Shape) -> str | None:
    there = [cell for cell in cells if cell]
    if not there:
        return "blank row"
    if any(there == [cell for cell in record if cell] for record in header.repeats):
        return "repeated header"
    return "totals row" if _is_total(there, shape.usual) else None


def _is_total(there: list[str], usual: int) -> bool:
    """A total by its name and its gaps: no company is called 小计, but one may be called Total."""
    if any("".join(cell.split()).rstrip(":：") in _CN.split("|") for cell in there):
        return len(there) < usual
    if re.fullmatch(_STARS, there[0]):
        return len(there) < usual
    if len(there) > 1 and len(there) * 2 <= usual and _TOTAL_OF.fullmatch(there[0]):
        return True
    return len(there) * 4 <= usual * 3 and _names_total(there)


def _names_total(there: list[str]) -> bool:
    squeezed = "".join(there[0].split())
    return bool(_CN_TOTAL.fullmatch(squeezed) or _EN_TOTAL.fullmatch(there[0]))


def _is_sum_row(
    con: duckdb.DuckDBPyConnection, raw: Raw, row: int, cells: list[str | None]
) -> bool:
    """Whether a last row as full as the others names a total, and some column adds up to it."""
    there = [cell for cell in cells if cell]
    if not there or not _names_total(there):
        return False
    sums = [f"count(*) FILTER (row < {row}) = 0"]  # the total of an empty period
    sums += [
        f"sum({number}) FILTER (row < {row}) = max({number}) FILTER (row = {row})"
        for name in columns(raw.width)
        for number in [f"try_cast(replace({name}, ',', '') AS DECIMAL(38, 6))"]
    ]
    found = con.execute(f"SELECT {', '.join(sums)} FROM read_parquet({quoted(literal(raw.path))})")
    return any(found.fetchall()[0])


def _without(
    con: duckdb.DuckDBPyConnection, raw: Raw, kept: list[int], aside: list[SetAside], last: int
) -> tuple[int, Path]:
    """The staged file without the rows set aside and the columns dropped, if there are any."""
    source = f"read_parquet({quoted(literal(raw.path))})"
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
        f"(SELECT row FROM aside)) TO {quoted(path)} {STAGED}"
    )
    raw.path.unlink()
    (left,) = con.execute(f"SELECT count(*) FROM read_parquet({quoted(literal(path))})").fetchall()[
        0
    ]
    return left, path
