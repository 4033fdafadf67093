"""One file that holds a workspace: its settings, its tables, what undo needs, and what people
typed: the database with its attachments."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path, PurePosixPath
from typing import IO

from zhibi.errors import ZhibiError
from zhibi.tables.lake import files, manifest
from zhibi.tables.lake.lock import one_writer
from zhibi.tables.lake.manifest import SCHEMA_VERSION, sync_folder
from zhibi.tables.lake.upkeep import files_of
from zhibi.tables.scratch import scratch
from zhibi.tables.settings import FILE_NAME

# What the workspace in a browser keeps beside the lake.
DATABASE, ATTACHMENTS, ERASED = "zhibi.db", "attachments", "erased"
CONTENTS = "contents.json"  # the first file of the archive: path → SHA-256 of all the others


def backup(folder: Path, to_file: Path) -> None:
    """Write a workspace into one .tar file, which appears only when it is whole.

    Not compressed: nearly all of it is Parquet, which is compressed already.
    """
    if to_file.exists():
        raise ZhibiError("{file} exists already; choose another name.", file=to_file)
    temporary = to_file.with_name(to_file.name + ".part")
    try:
        with (
            one_writer(folder, "backup"),
            scratch(folder) as aside,
            tarfile.open(temporary, "w") as archive,
        ):
            files_in = {path: folder / path for path in _paths(folder)}
            if (folder / DATABASE).exists():
                files_in[DATABASE] = _copy_of_database(folder / DATABASE, aside)
            _add_contents(archive, {path: _hash_of(file) for path, file in files_in.items()})
            for path, file in files_in.items():
                archive.add(file, arcname=path, recursive=False)
        temporary.rename(to_file)
    except OSError as problem:
        raise ZhibiError(
            "The backup {file} could not be written ({problem}); choose another place.",
            file=to_file,
            problem=problem.strerror or problem,
        ) from problem
    finally:
        temporary.unlink(missing_ok=True)


def _paths(folder: Path) -> tuple[str, ...]:
    """What belongs in a backup, relative to the workspace: no leftovers, nothing vacuumed."""
    lake = folder / "lake"
    wanted = [folder / FILE_NAME, *(lake / manifest.FOLDER).glob("*.json")]
    for table in files.COLUMNS:
        wanted += (lake / table / "_delta_log").glob("*")
    wanted += [lake / table / file for table, file in files_of(lake, manifest.history(lake))]
    wanted += [folder / ERASED, *(folder / ATTACHMENTS).rglob("*")]
    there = [path.relative_to(folder).as_posix() for path in wanted if path.is_file()]
    return tuple(sorted(there))


def _copy_of_database(database: Path, aside: Path) -> Path:
    """The database as it is at one moment, while people go on working in it."""
    copy = aside / DATABASE
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    return copy


def _add_contents(archive: tarfile.TarFile, hashes: dict[str, str]) -> None:
    contents = {"schema_version": SCHEMA_VERSION, "files": hashes}
    text = json.dumps(contents, indent=1, ensure_ascii=False).encode()
    member = tarfile.TarInfo(CONTENTS)
    member.size = len(text)
    archive.addfile(member, io.BytesIO(text))


def _hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def restore(file: Path, folder: Path) -> None:
    """Make an empty or new folder the workspace that a backup holds; all of it or nothing."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ZhibiError(
            "{folder} is not empty; name a new folder to restore the backup into.", folder=folder
        )
    temporary = folder.with_name(folder.name + ".part")
    try:
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(parents=True)
        _extract(file, temporary)
        if folder.exists():
            folder.rmdir()
        temporary.rename(folder)
        sync_folder(folder.absolute().parent)
    except (OSError, tarfile.TarError, EOFError) as problem:
        raise ZhibiError(
            "The backup {file} could not be restored ({problem}); "
            "check that the file is whole and that {folder} has room.",
            file=file,
            problem=problem,
            folder=folder,
        ) from problem
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _extract(file: Path, folder: Path) -> None:
    """Extract the files that the contents list, each checked against its hash."""
    with tarfile.open(file, "r:") as archive:
        hashes = _contents(archive, file)
        for member in archive:
            if member.name == CONTENTS:
                continue
            source = archive.extractfile(member) if member.isreg() else None
            if source is None or not _is_inside(member.name) or member.name not in hashes:
                raise _damaged(file, member.name)
            place = folder / member.name
            place.parent.mkdir(parents=True, exist_ok=True)
            if _copy(source, place) != hashes.pop(member.name):
                raise _damaged(file, member.name)
    if hashes:
        raise _damaged(file, min(hashes))


def _contents(archive: tarfile.TarFile, file: Path) -> dict[str, str]:
    member = archive.next()
    source = archive.extractfile(member) if member and member.name == CONTENTS else None
    if source is None:
        raise ZhibiError("{file} is no backup of a workspace; name another file.", file=file)
    contents = json.loads(source.read())
    if contents["schema_version"] > SCHEMA_VERSION:
        raise ZhibiError(
            "The backup {file} was written by a newer Zhibi; install that version to restore it.",
            file=file,
        )
    hashes: dict[str, str] = contents["files"]
    return hashes


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts


def _copy(source: IO[bytes], place: Path) -> str:
    digest = hashlib.sha256()
    with place.open("wb") as target:
        while block := source.read(2**20):
            digest.update(block)
            target.write(block)
    return digest.hexdigest()


def _damaged(file: Path, member: str) -> ZhibiError:
    return ZhibiError(
        "The backup {file} is damaged at {member}; restore an older backup.",
        file=file,
        member=member,
    )
