"""Where the pages of analyses lie: a folder for each key in the workspace's cache."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from django.conf import settings

if TYPE_CHECKING:
    from zhibi.render.fragment import Fragment


MARK: Final = "customers"


def folder_of(key: str) -> Path:
    return Path(settings.RESULTS) / key[:2] / key


def keep(key: str, pages: Mapping[str, Fragment], *, mark: str) -> None:
    """Write the page of each language, all or none; what somebody else just wrote stays. `mark`
    is that of the customers they speak of."""
    folder = folder_of(key)
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=".part-", dir=folder.parent))
    try:
        for language, page in pages.items():
            (part / f"{language}.json").write_text(page.to_json(), encoding="utf-8")
        (part / MARK).write_text(mark, encoding="utf-8")
        if not folder.exists():
            part.rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def are_kept(key: str) -> bool:
    return folder_of(key).is_dir()


def read(key: str, language: str) -> Fragment:
    """The page of a result in that language."""
    from zhibi.render.fragment import Fragment

    return Fragment.from_json((folder_of(key) / f"{language}.json").read_text(encoding="utf-8"))


def mark_of(key: str) -> str:
    """That of the customers a result speaks of."""
    return (folder_of(key) / MARK).read_text(encoding="utf-8")


def throw_away(key: str) -> None:
    shutil.rmtree(folder_of(key), ignore_errors=True)
