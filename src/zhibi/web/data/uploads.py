"""Files on their way in: kept on the workspace's own disk, none larger than agreed, and a full
disk told in a sentence."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler

from zhibi.errors import ZhibiError
from zhibi.said import Said

LONGEST_NAME: Final = 120
LONGEST_ENDING: Final = 16  # what is longer ends no name
NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT)
DISK_FULL: Final = (
    "There was no room on the server for the file; nothing was kept. Free some space and try again."
)


class LimitedUpload(TemporaryFileUploadHandler):
    """Writes to the workspace's own disk, and says why when that is full."""

    def handle_raw_input(self, *_: Any) -> None:
        settings.UPLOADS.mkdir(parents=True, exist_ok=True)

    def new_file(self, *names: Any, **more: Any) -> None:
        if getattr(self.request, "upload_problem", None):
            raise StopUpload(connection_reset=False)
        with self._told():
            super().new_file(*names, **more)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        with self._told():
            super().receive_data_chunk(raw_data, start)

    def _told(self) -> _Told:
        return _Told(self.request)


class _Told:
    """Turns a full disk into a stop with a sentence; what else goes wrong stays a fault."""

    def __init__(self, request: Any) -> None:
        self.request = request

    def __enter__(self) -> None:
        return None

    def __exit__(self, _: Any, problem: BaseException | None, __: Any) -> None:
        if isinstance(problem, OSError) and problem.errno in NO_ROOM:
            self.request.upload_problem = Said(DISK_FULL)
            raise StopUpload(connection_reset=False) from problem


def refuse_upload_problem(request: Any) -> None:
    """ZhibiError with what stopped the upload, if anything did."""
    said: Said | None = getattr(request, "upload_problem", None)
    if said:
        raise ZhibiError(said.template, **said.fields)


def folder_of(uid: UUID) -> Path:
    """Where the files of an import lie."""
    folder: Path = settings.UPLOADS / str(uid)
    return folder


def rejected_folder(uid: UUID) -> Path:
    """Where the rows that an import rejected lie as files."""
    return folder_of(uid) / "rejected"


def lines_of(uid: UUID) -> Path:
    """Where the rows of a list lie as they were shown, until they are committed."""
    return folder_of(uid) / "lines.arrow"


def keep(uid: UUID, files: Sequence[UploadedFile]) -> list[dict[str, Any]]:
    """Keep the files of an import under the names the person gave them; name and size of each."""
    folder = folder_of(uid)
    folder.mkdir(parents=True, exist_ok=True)
    kept: list[dict[str, Any]] = []
    try:
        for place, file in enumerate(files):
            # A folder each: two files may have one name.
            path = folder / str(place) / safe_name(file.name or "")
            path.parent.mkdir(exist_ok=True)
            shutil.copyfile(file.temporary_file_path(), path)
            kept.append({"name": path.name, "size": file.size})
    except OSError as problem:
        shutil.rmtree(folder, ignore_errors=True)
        if problem.errno not in NO_ROOM:
            raise
        raise ZhibiError(DISK_FULL) from problem
    return kept


def paths_of(uid: UUID, files: Sequence[dict[str, Any]]) -> list[Path]:
    """The kept files; ZhibiError when they are gone."""
    found = [folder_of(uid) / str(place) / file["name"] for place, file in enumerate(files)]
    if not all(path.is_file() for path in found):
        raise ZhibiError("The files of this import are no longer here; upload them again.")
    return found


def safe_name(name: str) -> str:
    """The name without a way to another folder, and short enough for every disk."""
    plain = name.replace("\\", "/").rpartition("/")[2].replace("\0", "").strip().lstrip(".")
    if len(plain.encode()) > LONGEST_NAME:
        stem, dot, ending = plain.rpartition(".")
        if not dot or len(ending.encode()) > LONGEST_ENDING:
            stem, ending = plain, ""
        end = dot + ending if ending else ""
        room = LONGEST_NAME - len(end.encode())
        plain = stem.encode()[:room].decode(errors="ignore") + end
    return plain or "file"
