"""What the tests of reading share: reading a file they made, and the rows that came out."""

from __future__ import annotations

from pathlib import Path
from tempfile import mkdtemp

import duckdb

from zhibi.tables.ingest.read import ReadOptions, read
from zhibi.tables.ingest.stages import Sheet


def sheets_of(path: Path, **options: str) -> list[Sheet]:
    """Read a file beside itself; every row must be accounted for, and every name in its place."""
    sheets = read(path, Path(mkdtemp(dir=path.parent)), ReadOptions(**options))
    for sheet in sheets:
        described = duckdb.sql(f"DESCRIBE FROM '{sheet.staged}'").fetchall()
        expected = ["row", *(f"c{n}" for n in range(len(sheet.headers)))]
        assert [name for name, *_ in described] == expected
        assert [kind for _, kind, *_ in described] == ["BIGINT"] + ["VARCHAR"] * len(sheet.headers)
        assert len(set(sheet.headers)) == len(sheet.headers)
        assert sheet.rows == len(rows_of(sheet)) + len(sheet.set_aside)
        numbers = [row[0] for row in rows_of(sheet)] + [aside.row for aside in sheet.set_aside]
        assert len(set(numbers)) == len(numbers)
    return sheets


def sheet_of(path: Path, **options: str) -> Sheet:
    (sheet,) = sheets_of(path, **options)
    return sheet


def rows_of(sheet: Sheet) -> list[tuple]:
    """(row number, cells …) in file order."""
    return duckdb.sql(f"FROM '{sheet.staged}' ORDER BY row").fetchall()


def cells_of(sheet: Sheet) -> list[list]:
    return [cells for _, *cells in rows_of(sheet)]
