"""What a file is, told by its content: names lie, and exports are often given a wrong one."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Literal

from zhibi.errors import ZhibiError
from zhibi.said import Said

Kind = Literal["text", "html", "workbook", "xml workbook", "protected", "parquet", "gzip", "zip"]

_HEAD = 4096
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PROTECTED = "EncryptedPackage".encode("utf-16-le")
_OTHERS = {
    b"%PDF": "a PDF",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"\x28\xb5\x2f\xfd": "a Zstandard archive",
    b"SQLite format 3": "a database",
    b"\x7fELF": "a program",
    b"MZ": "a program",
}
_MARKS_OF_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_SPREADSHEETML = b"urn:schemas-microsoft-com:office:spreadsheet"


def kind_of(path: Path) -> Kind:
    """Raises ZhibiError for what is no table in any format we read."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _kind_of_zip(path)
    if head.startswith(_OLE):
        return "protected" if _has_protected_package(path) else "workbook"
    if head[257:262] == b"ustar":
        raise _unknown(path, "a tar archive")
    for start, what in _OTHERS.items():
        if head.startswith(start):
            raise _unknown(path, what)
    return _kind_of_text(path, head)


def _kind_of_zip(path: Path) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            mimetype = archive.read("mimetype")[:100] if "mimetype" in names else b""
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError) as error:
        raise ZhibiError(
            "{file} is damaged or was cut off ({reason}): fetch it again",
            file=path.name,
            reason=str(error),
        ) from None
    if any(name.startswith("xl/workbook.") for name in names) or b"spreadsheet" in mimetype:
        return "workbook"
    if mimetype or "[Content_Types].xml" in names:
        raise _unknown(path, "a document, not a workbook")
    return "zip"


def _has_protected_package(path: Path) -> bool:
    """A workbook with a password is kept inside an old-style container, under this entry."""
    with path.open("rb") as file:
        tail = b""
        while block := file.read(1 << 20):
            if _PROTECTED in tail + block:
                return True
            tail = block[-len(_PROTECTED) :]
    return False


def _kind_of_text(path: Path, head: bytes) -> Kind:
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"{", b"[")) and b'":' in text:
        raise _unknown(path, "a JSON file")
    if _SPREADSHEETML in text and text.startswith(b"<"):
        return "xml workbook"
    if text.startswith((b"<!doctype html", b"<html", b"<table", b"<meta", b"<head", b"<style")):
        return "html"
    if b"<html" in text and text.startswith(b"<"):
        return "html"
    if not head.startswith(_MARKS_OF_UTF16) and _is_binary(head):
        raise _unknown(path, "binary")
    return "text"


def _is_binary(head: bytes) -> bool:
    """Text has no control characters; NULs in every other byte are UTF-16."""
    fewer, more = sorted((head[::2].count(0), head[1::2].count(0)))
    if more > len(head) * 0.02 and fewer < more * 0.1:
        return False
    controls = sum(byte < 32 and byte not in b"\t\n\r\f\v\x1a\x1b" for byte in head)
    return controls > len(head) * 0.02


def _unknown(path: Path, what: str) -> ZhibiError:
    return ZhibiError(
        "{file} is {what}: export the orders as .xlsx or .csv and import that",
        file=path.name,
        what=Said(what),
    )
