"""An analysis as a file to take along: page, workbook, slides, or one table as CSV."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from zhibi import run
from zhibi.errors import ZhibiError
from zhibi.locale import translate
from zhibi.web.given import number_in
from zhibi.web.text import language

if TYPE_CHECKING:
    from zhibi.result import Block, Result, Table

STYLES: Final = ("html", "xlsx", "pptx", "csv")
TYPES: Final = {
    "html": "text/html; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
MOST_TABLES: Final = 1_000  # no result has as many
NOT_IN_NAMES: Final = str.maketrans(dict.fromkeys('\\/:*?"<>|\r\n\t', " "))


@dataclass(frozen=True, slots=True)
class File:
    """`table` is the place of a table in its result, for CSV."""

    style: str
    language: str
    table: int = 0

    @property
    def name(self) -> str:
        """As it lies in the cache."""
        return f"{self.language}.{self.table}.{self.style}"

    def to_data(self) -> dict[str, Any]:
        return asdict(self)


def file_asked(query: Mapping[str, str], styles: Collection[str] = STYLES) -> File | None:
    """The file that an address asks for by `format` and, of CSV, the place of a `table`."""
    style, table = query.get("format", ""), number_in(query.get("table", "0"))
    if style not in styles or table is None or table >= MOST_TABLES:
        return None
    return File(style, language(), table if style == "csv" else 0)


def write_file(result: Result, folder: Path, file: File) -> None:
    """Write a result whole, or one of its tables with all rows."""
    from zhibi.render.csv import render_csv
    from zhibi.reports.document import Report

    if file.style != "csv":
        whole = result.whole() if isinstance(result, Report) and file.style == "xlsx" else result
        run.write(whole, folder / file.name, style=file.style, language=file.language)
        return
    tables = list(_tables(result.blocks()))
    if file.table >= len(tables):
        raise ZhibiError("This table is no longer part of the analysis; load its page anew.")
    text = render_csv(tables[file.table], file.language, result.identity.currency)
    run.write_whole(folder / file.name, text)


def tables_in(result: Result) -> list[dict[str, Any]]:
    """The tables that can be taken along, in order: title (an English msgid) and row count."""
    return [
        {"title": table.title, "row_count": table.row_count} for table in _tables(result.blocks())
    ]


def name_for_reader(title: str, language: str, *, as_of: object, style: str, part: str = "") -> str:
    """A file name that says what is in it, in the reader's language."""
    words = [translate(title, language).rstrip("?？"), translate(part, language), str(as_of)]
    name = " ".join(word.translate(NOT_IN_NAMES).strip() for word in words if word)
    return f"{name}.{style}"


def _tables(blocks: Iterable[Block]) -> Iterator[Table]:
    from zhibi.result import Section, Table

    for block in blocks:
        if isinstance(block, Section):
            yield from _tables(block.blocks)
        elif isinstance(block, Table):
            yield block
