"""Keeping a file with an account, under the hash of its content."""

from __future__ import annotations

import errno
import hashlib
import mimetypes
import tempfile
from pathlib import Path, PurePosixPath
from typing import Any, Final

from django.conf import settings

from zhibi.errors import ZhibiError
from zhibi.web.crm.models import Account, Attachment
from zhibi.web.folders import throw_away_strays
from zhibi.web.team.actions.edit import create
from zhibi.web.team.models import User

MAX_BYTES: Final = 50_000_000
PART: Final = ".part-"  # what is not whole yet
# What runs when somebody opens it.
REFUSED: Final = frozenset(
    f".{ending}"
    for ending in (
        "apk", "app", "bat", "chm", "cmd", "com", "cpl", "dll", "docm", "exe", "hta", "htm", "html",
        "jar", "js", "jse", "lnk", "msc", "msi", "pif", "pptm", "ps1", "reg", "scr", "sh", "svg",
        "vbe", "vbs", "wsf", "xhtml", "xlam", "xlsm",
    )
)  # fmt: skip


def attach(account: Account, upload: Any, *, by: User) -> Attachment:
    """Keep an uploaded file. ZhibiError for one that is too large, empty or could do harm."""
    name = safe_name(upload.name or "")
    if upload.size > MAX_BYTES:
        raise too_large()
    if not upload.size:
        raise ZhibiError("{file} is empty; choose another file.", file=name)
    record = Attachment(
        account=account,
        name=name,
        content_type=mimetypes.guess_type(name)[0] or "application/octet-stream",
        size=upload.size,
        sha256=_keep(upload),
    )
    kept: Attachment = create(record, by=by, of_account=account.uid)
    return kept


def too_large() -> ZhibiError:
    return ZhibiError(
        "A file may have up to {most} MB; make it smaller, or keep a link to it in a note.",
        most=MAX_BYTES // 1_000_000,
    )


def no_room() -> ZhibiError:
    return ZhibiError(
        "The server's disk is full; nothing was kept. Tell an administrator, then send it again."
    )


def path_of(sha256: str) -> Path:
    return Path(settings.MEDIA_ROOT) / sha256[:2] / sha256


def throw_away_attachments() -> None:
    """Contents that no row leads to."""
    root = Path(settings.MEDIA_ROOT)
    throw_away_strays([*root.glob(f"{PART}*"), *root.glob("??/*")], _is_known)


def _is_known(path: Path) -> bool:
    return Attachment.objects.filter(sha256=path.name).exists()


def safe_name(name: str) -> str:
    """The file's own name. ZhibiError for a path, and for what runs when it is opened."""
    shown = "".join(letter for letter in name if letter.isprintable()).strip(" .")
    if not shown or "/" in name or "\\" in name or "\0" in name:
        raise ZhibiError(
            "{file} is no name of a file; rename it and send it again.", file=shown or "–"
        )
    if PurePosixPath(shown).suffix.lower() in REFUSED:
        raise ZhibiError(
            "{file} could run on the computer of who opens it; files of this kind are not kept. "
            "Send a document, a picture or an archive.",
            file=shown,
        )
    return _shortened(shown)


def _shortened(name: str) -> str:
    longest: int = Attachment._meta.get_field("name").max_length
    path = PurePosixPath(name)
    if len(name) <= longest or len(path.suffix) >= longest:
        return name[:longest]
    return path.stem[: longest - len(path.suffix)] + path.suffix


def _keep(upload: Any) -> str:
    """Write the content whole or not at all; the same content is kept once."""
    root = Path(settings.MEDIA_ROOT)
    part: Path | None = None
    try:
        root.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256()
        with tempfile.NamedTemporaryFile(dir=root, prefix=PART, delete=False) as file:
            part = Path(file.name)
            for chunk in upload.chunks():
                digest.update(chunk)
                file.write(chunk)
        target = path_of(digest.hexdigest())
        target.parent.mkdir(exist_ok=True)
        part.replace(target)
    except OSError as problem:
        if part:
            part.unlink(missing_ok=True)
        if problem.errno in (errno.ENOSPC, errno.EDQUOT):
            raise no_room() from problem
        raise
    return digest.hexdigest()
