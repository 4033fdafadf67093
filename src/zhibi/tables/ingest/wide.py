"""Tables with a column for each of several things, turned into one row for each: 0-30 | 31-60.

Row numbers are those of the new rows, since several of them come from one of the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from zhibi.said import Said
from zhibi.tables.ingest.duck import STAGED, connect, literal
from zhibi.tables.ingest.stages import SetAside, Sheet


@dataclass(frozen=True, slots=True)
class Across:
    """A column that becomes rows: what each of the new columns holds there, as text; None for the
    cell itself."""

    column: int
    holds: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """A column that stands on each row, or, `once`, on the first of the rows made of one."""

    column: int
    header: str
    once: bool = False


def in_rows(
    sheet: Sheet,
    staging: Path,
    kept: Sequence[Kept],
    across: Sequence[Across],
    *,
    headers: Sequence[str],
    note: Said,
    without: str = "false",
    holding: str = ".",
) -> Sheet:
    """The sheet with a row for each cell of the columns `across` that holds the pattern. Rows of
    which `without` (SQL) is true are set aside as totals."""
    source = f"read_parquet({literal(sheet.staged)})"
    path = staging / f"{sheet.staged.stem}.rows-of-cells.parquet"
    selects = [
        _select(source, place, one, kept, f"{without} OR {_lacks(one, holding)}")
        for place, one in enumerate(across)
    ]
    names = [f"c{place}" for place in range(len(kept) + len(headers))]
    with connect(staging) as connection:
        rows = connection.execute(
            f"SELECT row, concat_ws(' | ', {', '.join(f'c{one.column}' for one in kept)}) "
            f"FROM {source} WHERE {without} ORDER BY row"
        ).fetchall()
        connection.execute(
            f"COPY (SELECT row_number() OVER (ORDER BY of_row, place) AS row, {', '.join(names)} "
            f"FROM ({' UNION ALL '.join(selects)}) ORDER BY row) TO {literal(path)} {STAGED}"
        )
        ((count,),) = connection.execute(
            f"SELECT count(*) FROM read_parquet({literal(path)})"
        ).fetchall()
    aside = tuple(SetAside(row, "totals row", text) for row, text in rows)
    return replace(
        sheet,
        staged=path,
        headers=(*(one.header for one in kept), *headers),
        rows=count + len(sheet.set_aside) + len(aside),
        set_aside=(*sheet.set_aside, *aside),
        notes=(*sheet.notes, note),
    )


def _select(source: str, place: int, one: Across, kept: Sequence[Kept], without: str) -> str:
    values = ["NULL" if each.once and place else f"c{each.column}" for each in kept]
    values += [f"c{one.column}" if text is None else literal(text) for text in one.holds]
    columns = ", ".join(f"{value}::VARCHAR AS c{at}" for at, value in enumerate(values))
    return f"SELECT row AS of_row, {place} AS place, {columns} FROM {source} WHERE NOT ({without})"


def _lacks(one: Across, pattern: str) -> str:
    return f"NOT coalesce(regexp_matches(c{one.column}, {literal(pattern)}), false)"
