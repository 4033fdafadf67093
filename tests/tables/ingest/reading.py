"""What the tests of reading share: reading a file they made, and the rows that came out."""

from __future__ import annotations

from pathlib import Path
from tempfile import mkdtemp

import pyarrow as pa
import pyarrow.parquet as pq

from zhibi.tables.ingest.read import ReadOptions, read
from zhibi.tables.ingest.stages import Sheet


def sheets_of(path: Path, **options: str) -> list[Sheet]:
    """Read a file beside itself; every row must be accounted for, and every name in its place."""
    sheets = read(path, Path(mkdtemp(dir=path.parent)), ReadOptions(**options))
    for sheet in sheets:
        staged = pq.read_schema(sheet.staged)
        assert staged.names == ["row", *(f"c{n}" for n in range(len(sheet.headers)))]
        assert staged.types == [pa.int64()] + [pa.string()] * len(sheet.headers)
        assert len(set(sheet.headers)) == len(sheet.headers)
        numbers = [row for row, *_ in rows_of(sheet)] + [aside.row for aside in sheet.set_aside]
        assert len(set(numbers)) == len(numbers) == sheet.rows
    return sheets


def sheet_of(path: Path, **options: str) -> Sheet:
    (sheet,) = sheets_of(path, **options)
    return sheet


def rows_of(sheet: Sheet) -> list[tuple]:
    """(row number, cells …) in file order."""
    columns = pq.read_table(sheet.staged).to_pydict().values()
    return list(zip(*columns, strict=True))


def cells_of(sheet: Sheet) -> list[list]:
    return [cells for _, *cells in rows_of(sheet)]
