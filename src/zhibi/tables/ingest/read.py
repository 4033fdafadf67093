"""The first step of an import: from a file to sheets of text, whatever the file calls itself.

What a file is, is told by its first bytes and not by its name, since systems write tab-separated
text and HTML under the name .xls.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from zhibi.errors import ZhibiError
from zhibi.said import Said
from zhibi.tables.ingest import staging as stage
from zhibi.tables.ingest.archives import refuse_bomb, unpack
from zhibi.tables.ingest.html_tables import read_html
from zhibi.tables.ingest.kinds import Kind, kind_of
from zhibi.tables.ingest.parquet_files import read_parquet
from zhibi.tables.ingest.stages import Sheet
from zhibi.tables.ingest.text_files import read_text
from zhibi.tables.ingest.workbooks import protected, read_workbook
from zhibi.tables.ingest.xml_workbooks import read_xml_workbook

_WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_SUFFIXES: dict[str, Kind] = {
    **dict.fromkeys(_WORKBOOKS, "workbook"),
    **dict.fromkeys((".csv", ".tsv", ".txt"), "text"),
    ".parquet": "parquet",
}
_CALLED = {
    "workbook": "a workbook",
    "xml workbook": "a workbook in the XML format of 2003",
    "text": "delimited text",
    "html": "an HTML page",
    "parquet": "Parquet",
}


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the user says about a file, where finding it out would go wrong."""

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    is_numbered: bool = False  # a text file without a header, whose columns go by number


def read(path: Path, staging: Path, options: ReadOptions = ReadOptions()) -> list[Sheet]:
    """The sheets of a file, staged as Parquet in an existing folder.

    Raises ZhibiError for what cannot be read, and for a file that holds no table.
    """
    _refuse_unreadable(path)
    try:
        with stage.connect(staging) as con:
            if kind_of(path) in ("gzip", "zip"):
                return _read_archive(con, path, staging, options)
            return _read_one(con, stage.Source(path, path), staging, options)
    except (OSError, duckdb.IOException, duckdb.OutOfMemoryException) as error:
        raise ZhibiError(
            "{file} could not be staged in {folder} ({reason}): look for free space and the right "
            "to write there",
            file=path.name,
            folder=str(staging),
            reason=str(error).splitlines()[0],
        ) from error


def _refuse_unreadable(path: Path) -> None:
    if path.is_dir():
        raise ZhibiError("{file} is a folder: name the files in it", file=str(path))
    try:
        with path.open("rb") as file:
            start = file.read(1)
    except FileNotFoundError:
        raise ZhibiError("{file} does not exist: check the name", file=str(path)) from None
    except OSError as error:
        raise ZhibiError(
            "{file} cannot be opened ({reason}): close it elsewhere or ask for the right to read "
            "it",
            file=str(path),
            reason=error.strerror or str(error),
        ) from None
    if not start:
        raise ZhibiError("{file} is empty: export it again", file=path.name)


def _read_archive(
    con: duckdb.DuckDBPyConnection, path: Path, staging: Path, options: ReadOptions
) -> list[Sheet]:
    sheets: list[Sheet] = []
    left_out: list[str] = []
    problem: ZhibiError | None = None
    for unpacked in unpack(path, staging, left_out):
        source = stage.Source(path, unpacked.path, unpacked.member)
        try:
            sheets += _read_one(con, source, staging, options)
        except ZhibiError as error:  # a note to the reader, say, which is no table
            if unpacked.path.suffix.lower() != ".txt":
                raise
            problem = error
            left_out.append(unpacked.member)
    if problem and not sheets:
        raise problem
    if not sheets:
        raise ZhibiError(
            "{file} holds no file that may be a table: import a .csv or .xlsx", file=path.name
        )
    if left_out:
        note = Said("Files left out: {files}.", {"files": tuple(left_out)})
        sheets = [replace(sheet, notes=(*sheet.notes, note)) for sheet in sheets]
    return sheets


def _read_one(
    con: duckdb.DuckDBPyConnection, source: stage.Source, staging: Path, options: ReadOptions
) -> list[Sheet]:
    kind = kind_of(source.path)
    match kind:
        case "protected":
            raise protected(source.path.name)
        case "workbook":
            refuse_bomb(source.path)
            sheets = read_workbook(con, source, staging, sheet=options.sheet)
        case "parquet":
            sheets = [read_parquet(con, source, staging)]
        case "xml workbook":
            sheets = [read_xml_workbook(con, source, staging)]
        case "html":
            sheets = [read_html(con, source, staging, encoding=options.encoding)]
        case _:
            sheets = [
                read_text(
                    con,
                    source,
                    staging,
                    encoding=options.encoding,
                    delimiter=options.delimiter,
                    is_numbered=options.is_numbered,
                )
            ]
    note = _misnamed(source.path, kind)
    return [replace(sheet, notes=(note, *sheet.notes)) for sheet in sheets] if note else sheets


def _misnamed(path: Path, kind: Kind) -> Said | None:
    usual = _SUFFIXES.get(path.suffix.lower(), kind)
    if usual == kind:
        return None
    called = {"suffix": path.suffix, "kind": Said(_CALLED[kind])}
    return Said("Is named {suffix} but was read as {kind}.", called)
