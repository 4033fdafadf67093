"""What an XLSX sheet holds that the spreadsheet reader does not tell.

These are error values (#N/A), which must reach the rejected rows as what they are, formulas whose
value was never stored, because a program wrote the file and no spreadsheet has opened it, and rows
that are hidden. All are rare, so the sheet's XML is searched for them and never parsed.
"""

from __future__ import annotations

import functools
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree as ET  # only of files the reader already opened

from zhibi.said import Said

UNCOMPUTED = (
    "{count:formula|formulas} without a stored value on sheet {sheet} (the first in {cell}): taken "
    "as empty; open the file in a spreadsheet and save it."
)
_BLOCK = 4 << 20
_CELL = re.compile(rb'<c r="([A-Z]+)(\d+)"([^>]*)>((?:(?!</c>).)*)</c>', re.S)
_ERROR = re.compile(rb"<v>(#[^<]+)</v>")
_NO_VALUE = re.compile(rb"(?:</f>|<f [^>]*/>)(?:<v></v>|<v */>)?</c>")
_HIDDEN = re.compile(rb'<row r="(\d+)"[^>]* hidden="(?:1|true)"')
_ADDRESS = re.compile(rb'<c r="([A-Z]+\d+)"')
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass(frozen=True, slots=True)
class CellTexts:
    """`errors` has, per row, (column from 1, text); rows count from 1, those `hidden` too."""

    errors: dict[int, list[tuple[int, str]]] = field(default_factory=dict)
    hidden: tuple[int, ...] = ()
    notes: tuple[Said, ...] = ()


def lost_cells(path: Path, sheet: str) -> CellTexts:
    """The error values and hidden rows of a sheet, and a note on formulas without a value. XLSX
    only."""
    if not zipfile.is_zipfile(path):
        return CellTexts()
    errors: dict[int, list[tuple[int, str]]] = defaultdict(list)
    empty: list[str] = []
    hidden: list[int] = []
    with zipfile.ZipFile(path) as archive:
        part = _part_of(archive, sheet)
        for xml in _cells_of(archive, part) if part else ():
            for at in _all(xml, b't="e"'):
                cell = _CELL.match(xml, xml.rfind(b"<c ", 0, at))
                if cell and (value := _ERROR.search(cell[4])):
                    errors[int(cell[2])].append((_column(cell[1]), value[1].decode()))
            if b" hidden=" in xml:
                hidden += [int(row[1]) for row in _HIDDEN.finditer(xml)]
            for formula in _NO_VALUE.finditer(xml):
                cell = _ADDRESS.match(xml, xml.rfind(b"<c ", 0, formula.start()))
                empty += [cell[1].decode()] if cell else []
    notes: tuple[Said, ...] = ()
    if empty:
        notes = (
            Said(
                UNCOMPUTED,
                {"count": len(empty), "sheet": sheet, "cell": empty[0]},
            ),
        )
    return CellTexts(dict(errors), tuple(hidden), notes)


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """The name inside the archive of a sheet's XML."""
    try:
        book = ET.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314
        links = ET.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    except (KeyError, ET.ParseError):
        return None
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    for node in book.iter():
        if node.tag.endswith("}sheet") and node.get("name") == sheet:
            target = targets.get(node.get(_REL), "")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            return part if part in archive.namelist() else None
    return None


def _cells_of(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """The XML in blocks that end between two cells."""
    rest = b""
    with archive.open(part) as file:
        while block := file.read(_BLOCK):
            xml = rest + block
            cut = xml.rfind(b"<c ")
            if cut > 0:
                yield xml[:cut]
                rest = xml[cut:]
            else:
                rest = xml
    yield rest


def _all(text: bytes, wanted: bytes) -> Iterator[int]:
    at = text.find(wanted)
    while at >= 0:
        yield at
        at = text.find(wanted, at + 1)


def _column(letters: bytes) -> int:
    return functools.reduce(lambda number, letter: number * 26 + letter - 64, letters, 0)
