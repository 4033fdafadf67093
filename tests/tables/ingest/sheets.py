"""Sheets as the read step stages them, from rows written in a test."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from zhibi.tables.ingest.stages import Parsed, Sheet


def sheet_of(
    folder: Path,
    headers: Sequence[str],
    rows: Sequence[Sequence[str | None]],
    file: str = "file.csv",
    titles: tuple[str, ...] = (),
) -> Sheet:
    """A staged sheet whose first data row is row 2."""
    columns: dict[str, pa.Array] = {"row": pa.array(range(2, len(rows) + 2), pa.int64())}
    for index in range(len(headers)):
        cells = [(row[index] or "").strip() or None for row in rows]
        columns[f"c{index}"] = pa.array(cells, pa.string())
    staged = folder / f"{file}.staged.parquet"
    pq.write_table(pa.table(columns), staged)
    return Sheet(Path(file), "", staged, tuple(headers), len(rows), titles=titles)


def query(sql: str, path: Path) -> list[tuple[Any, ...]]:
    """The answer of `sql`, where FROM names the Parquet file as `it`."""
    with duckdb.connect() as connection:
        connection.execute(f"CREATE VIEW it AS FROM read_parquet('{path}')")
        return connection.execute(sql).fetchall()


def column(parsed: Parsed, name: str) -> dict[int, Any]:
    """Row → value of the rows that were kept."""
    return dict(query(f'SELECT "row", {name} FROM it', parsed.rows))


def reasons(parsed: Parsed) -> list[tuple[int, str, str | None, str]]:
    return query('SELECT "row", header, value, reason FROM it ORDER BY ALL', parsed.rejected)
