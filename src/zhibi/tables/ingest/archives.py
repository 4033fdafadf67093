"""Files inside .gz and .zip, unpacked beside the staged files under limits.

A few kilobytes can unpack to more than a disk holds, so size and ratio are watched while
unpacking, whatever the archive says of itself. Archives inside archives are refused.
"""

from __future__ import annotations

import gzip
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import mkdtemp
from typing import Protocol

from zhibi.errors import ZhibiError
from zhibi.tables.ingest.kinds import kind_of
from zhibi.tables.ingest.workbooks import protected

MAX_BYTES = 32 << 30
MAX_RATIO = 250  # order lines shrink to a tenth, the dullest to a hundredth
_HARMLESS = 64 << 20  # bytes below which no ratio matters
_MAX_MEMBERS = 1_000
_BLOCK = 1 << 20
_TABLES = {
    *(".csv", ".tsv", ".txt", ".tab", ".dat", ".prn", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"),
    *(".parquet", ".htm", ".html", ".zip", ".gz", ""),
}
_LITTER = {"__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini"}


@dataclass(frozen=True, slots=True)
class Unpacked:
    member: str
    path: Path  # under its own name, for messages; in a folder of its own


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def unpack(path: Path, scratch: Path, left_out: list[str]) -> Iterator[Unpacked]:
    """The tables inside an archive, one on disk at a time; `left_out` gets the other names."""
    if kind_of(path) == "gzip":
        name = path.name[:-3] if path.name.lower().endswith(".gz") else path.name
        with gzip.open(path) as stream:
            yield from _on_disk(path, scratch, name, stream, path.stat().st_size)
        return
    with zipfile.ZipFile(path) as archive:
        for info in _members(path, archive, left_out):
            try:
                packed = archive.open(info)
            except (RuntimeError, NotImplementedError, zipfile.BadZipFile) as error:
                raise _damaged(path, error) from None
            with packed:
                yield from _on_disk(path, scratch, _name(info), packed, info.compress_size)


def refuse_bomb(path: Path) -> None:
    """A workbook is a zip too, and the reader takes its parts into memory."""
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            if info.compress_size * 1_032 < _HARMLESS:  # more than deflate can ever gain
                continue
            try:
                with archive.open(info) as packed:
                    for _ in _watched(path, packed, info.compress_size):
                        pass
            except (RuntimeError, NotImplementedError) as error:
                raise _damaged(path, error) from None


def _members(
    path: Path, archive: zipfile.ZipFile, left_out: list[str]
) -> Iterator[zipfile.ZipInfo]:
    infos = [info for info in archive.infolist() if not info.is_dir()]
    infos = [info for info in infos if not _LITTER & set(PurePosixPath(info.filename).parts)]
    if len(infos) > _MAX_MEMBERS:
        raise ZhibiError(
            "{file} holds {count} files, more than the {limit} that are read at once: unpack it "
            "and name the files you want",
            file=path.name,
            count=len(infos),
            limit=_MAX_MEMBERS,
        )
    for info in infos:
        if info.flag_bits & 1:
            raise protected(path.name)
        if PurePosixPath(info.filename).suffix.lower() in _TABLES:
            yield info
        else:
            left_out.append(_name(info))


def _name(info: zipfile.ZipInfo) -> str:
    """Chinese archivers write names in GBK without saying so, and they come as code page 437."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return info.filename


def _on_disk(
    path: Path, scratch: Path, name: str, packed: Readable, packed_size: int
) -> Iterator[Unpacked]:
    folder = Path(mkdtemp(dir=scratch))
    target = folder / (PurePosixPath(name.replace("\\", "/")).name or "member")
    try:
        with target.open("wb") as out:
            for block in _watched(path, packed, packed_size):
                out.write(block)
        _refuse_unfit(path, target)
        yield Unpacked(name, target)
    finally:
        shutil.rmtree(folder)


def _watched(path: Path, packed: Readable, packed_size: int) -> Iterator[bytes]:
    size = 0
    try:
        while block := packed.read(_BLOCK):
            size += len(block)
            if size > MAX_BYTES or size > max(_HARMLESS, packed_size * MAX_RATIO):
                raise ZhibiError(
                    "{file} unpacks to more than {size} MB from {packed} MB, as no order export "
                    "does: if it is one, unpack it yourself and import the file",
                    file=path.name,
                    size=size >> 20,
                    packed=max(1, packed_size >> 20),
                )
            yield block
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile) as error:
        raise _damaged(path, error) from error


def _refuse_unfit(path: Path, target: Path) -> None:
    if target.stat().st_size == 0:
        raise ZhibiError(
            "{member} in {file} is empty: export it again", member=target.name, file=path.name
        )
    if kind_of(target) in ("gzip", "zip"):
        raise ZhibiError(
            "{file} holds another archive, {member}: unpack {file} and import what is in it",
            file=path.name,
            member=target.name,
        )


def _damaged(path: Path, error: Exception) -> ZhibiError:
    return ZhibiError(
        "{file} is damaged or was cut off ({reason}): fetch it again",
        file=path.name,
        reason=str(error),
    )
