"""Joins staged sheets: lines with their order headers, orders with the names behind their keys.

The joined sheet keeps the row numbers of the lines file, and says in the header of every column
it brought in which file that came from.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from zhibi.said import Said
from zhibi.tables.ingest.columns import BROUGHT
from zhibi.tables.ingest.duck import connect, literal
from zhibi.tables.ingest.stages import Sheet

COVERED = 0.95  # of the lines' keys that must be found among the headers


@dataclass(frozen=True, slots=True)
class Brought:
    """Columns of `sheet` that come into another, where its column `key` equals `on` there.

    `columns` are (column of `sheet`, field it fills or "").
    """

    sheet: Sheet
    key: int
    on: int
    columns: tuple[tuple[int, str], ...]


@dataclass(slots=True)
class Joined:
    """A sheet being completed by others; `targets` are the fields of the brought columns."""

    base: Sheet
    brought: list[Brought] = field(default_factory=list)

    @property
    def headers(self) -> tuple[str, ...]:
        more = (
            f"{one.sheet.file.name}{BROUGHT}{one.sheet.headers[column]}"
            for one in self.brought
            for column, _ in one.columns
        )
        return (*self.base.headers, *more)

    @property
    def targets(self) -> dict[int, str]:
        """Column of the joined sheet → field, for the columns brought in."""
        filled = (target for one in self.brought for _, target in one.columns)
        return dict(enumerate(filled, start=len(self.base.headers)))

    def write(self, staging: Path) -> Sheet:
        """The joined sheet, staged as one Parquet file."""
        path = staging / f"{self.base.staged.stem}.joined.parquet"
        source, at = f"read_parquet({literal(self.base.staged)})", len(self.base.headers)
        with connect(staging) as connection:
            for one in self.brought:
                source = _join_sql(source, one, at)
                at += len(one.columns)
            connection.execute(
                f'COPY (FROM {source} ORDER BY "row") TO {literal(path)} (FORMAT parquet)'
            )
            notes = [self._note(connection, one, path) for one in self.brought]
        return replace(
            self.base, staged=path, headers=self.headers, notes=(*self.base.notes, *notes)
        )

    def _note(self, connection: duckdb.DuckDBPyConnection, one: Brought, path: Path) -> Said:
        """Which file, by what, how many rows found nothing there, and keys that are not unique."""
        (doubled,) = connection.execute(
            f"SELECT count(c{one.key}) - count(DISTINCT c{one.key})"
            f" FROM read_parquet({literal(one.sheet.staged)})"
        ).fetchone()
        found, rows = connection.execute(
            f"SELECT count(*) FILTER (WHERE c{one.on} IN"
            f" (SELECT c{one.key} FROM read_parquet({literal(one.sheet.staged)}))), count(*)"
            f" FROM read_parquet({literal(path)})"
        ).fetchone()
        template = (
            "Joined with {file} by {header}: {found} of {rows:row|rows} found there; "
            "{doubled:row repeats|rows repeat} a key there, of which the first row counts."
            if doubled
            else "Joined with {file} by {header}: {found} of {rows:row|rows} found there."
        )
        fields = {"file": one.sheet.file.name, "header": self.headers[one.on]}
        return Said(template, {**fields, "found": found, "rows": rows, "doubled": doubled})


def _join_sql(source: str, one: Brought, at: int) -> str:
    """A key that occurs twice counts with its first row, so that no line is doubled."""
    wanted = "".join(
        f", c{column} AS c{at + index}" for index, (column, _) in enumerate(one.columns)
    )
    first = (
        f"(SELECT c{one.key} AS key{wanted} FROM read_parquet({literal(one.sheet.staged)})"
        f" WHERE c{one.key} IS NOT NULL"
        f' QUALIFY row_number() OVER (PARTITION BY c{one.key} ORDER BY "row") = 1)'
    )
    return (
        f"(SELECT lines.*, found.* EXCLUDE (key) FROM {source} AS lines"
        f" LEFT JOIN {first} AS found ON lines.c{one.on} = found.key)"
    )


def covers(lines: Sheet, on: int, headers: Sheet, key: int) -> bool:
    """True when `key` is unique in `headers` and holds nearly all keys of the lines."""
    with connect(lines.staged.parent) as connection:
        filled, distinct = connection.execute(
            f"SELECT count(c{key}), count(DISTINCT c{key})"
            f" FROM read_parquet({literal(headers.staged)})"
        ).fetchone()
        if not filled or filled > distinct:
            return False
        wanted, found = connection.execute(
            f"SELECT count(*), count(*) FILTER (WHERE key IN"
            f" (SELECT c{key} FROM read_parquet({literal(headers.staged)})))"
            f" FROM (SELECT DISTINCT c{on} AS key FROM read_parquet({literal(lines.staged)})"
            f" WHERE c{on} IS NOT NULL)"
        ).fetchone()
    return bool(wanted) and found >= COVERED * wanted
