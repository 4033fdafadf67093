"""Parquet files: typed already, and turned back into exact text, so that all files go one way."""

from __future__ import annotations

from pathlib import Path

import duckdb

from zhibi.errors import ZhibiError
from zhibi.tables.ingest import staging as stage
from zhibi.tables.ingest.data_rows import sheet_of
from zhibi.tables.ingest.header_rows import BLANKS, Header
from zhibi.tables.ingest.stages import Sheet


def read_parquet(con: duckdb.DuckDBPyConnection, source: stage.Source, scratch: Path) -> Sheet:
    """The columns of a Parquet file as text; the row number is that of the record."""
    file = f"read_parquet({stage.quoted(stage.literal(source.path))}, file_row_number = true)"
    staged = stage.free_path(scratch, ".parquet")
    try:
        described = con.execute(f"DESCRIBE SELECT * FROM {file}").fetchall()
        typed = [(name, kind) for name, kind, *_ in described if name != "file_row_number"]
        stage.check_width(source.path.name, len(typed))
        cells = ", ".join(f"{_text(*column)} AS c{n}" for n, column in enumerate(typed))
        con.execute(
            f"COPY (SELECT file_row_number + 1 AS row, {cells} FROM {file}) "
            f"TO {stage.quoted(staged)} (FORMAT parquet)"
        )
    except duckdb.Error as error:
        raise ZhibiError(
            "{file} is a damaged Parquet file ({reason}): write or fetch it again",
            file=source.path.name,
            reason=str(error).splitlines()[0],
        ) from error
    names = tuple(" ".join(name.split()) for name, _ in typed)
    header = Header(last=-1, names=names, titles=(), repeats=())
    sheet = sheet_of(con, stage.Raw(source.file, source.member, staged, header))
    if sheet is None:
        raise stage.no_rows(source.path)
    return sheet


def _text(name: str, kind: str) -> str:
    """Whole numbers kept as floats lose their .0, as in a workbook."""
    column = '"' + name.replace('"', '""') + '"'
    if kind in ("DOUBLE", "FLOAT"):
        is_whole = f"{column} = trunc({column}) AND abs({column}) < 1e15"
        return (
            f"CASE WHEN {is_whole} THEN CAST(CAST({column} AS BIGINT) AS VARCHAR) "
            f"ELSE CAST({column} AS VARCHAR) END"
        )
    return f"nullif(trim(CAST({column} AS VARCHAR), {stage.quoted(BLANKS)}), '')"
