"""The first step of an import: from a file to sheets of text, whatever the file calls itself.

What a file is, is told by its first bytes and not by its name, since systems write tab-separated
text and HTML under the name .xls.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from zhibi.errors import ZhibiError
from zhibi.tables.ingest import staging as stage
from zhibi.tables.ingest.kinds import kind_of
from zhibi.tables.ingest.stages import Sheet
from zhibi.tables.ingest.text_files import read_text
from zhibi.tables.ingest.workbooks import read_workbook


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the user says about a file, where finding it out would go wrong."""

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None


def read(path: Path, staging: Path, options: ReadOptions = ReadOptions()) -> list[Sheet]:
    """The sheets of a file, staged as Parquet in an existing folder.

    Raises ZhibiError for what cannot be read, and for a file that holds no table.
    """
    _refuse_unreadable(path)
    with stage.connect(staging) as con:
        return _Reading(con, staging, options, path).sheets(path, "")


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


@dataclass(frozen=True, slots=True)
class _Reading:
    """One file being read: `path` below is it, or something unpacked from it."""

    con: duckdb.DuckDBPyConnection
    staging: Path
    options: ReadOptions
    file: Path

    def sheets(self, path: Path, member: str) -> list[Sheet]:
        match kind_of(path):
            case "workbook":
                return read_workbook(
                    self.con,
                    path,
                    self.staging,
                    name=self.file,
                    member=member,
                    sheet=self.options.sheet,
                )
            case _:
                return [self._text(path, member)]

    def _text(self, path: Path, member: str) -> Sheet:
        return read_text(
            self.con,
            path,
            self.staging,
            name=self.file,
            member=member,
            encoding=self.options.encoding,
            delimiter=self.options.delimiter,
        )
