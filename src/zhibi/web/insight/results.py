"""Where the pages of analyses lie: a folder for each key in the workspace's cache."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings

from zhibi.web.insight.findings import KeptFinding

if TYPE_CHECKING:
    from zhibi.render.fragment import Fragment


MARK: Final = "customers"
TABLES: Final = "tables.json"
FINDINGS: Final = "findings.json"


def folder_of(key: str) -> Path:
    return Path(settings.RESULTS) / key[:2] / key


def keep(
    key: str,
    pages: Mapping[str, Fragment],
    *,
    findings: Iterable[KeptFinding],
    tables: list[dict[str, Any]],
    mark: str,
) -> None:
    """Write the page of each language, the findings and what tables there are, all or none; what
    somebody else just wrote stays. `mark` is that of the customers they speak of."""
    folder = folder_of(key)
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=".part-", dir=folder.parent))
    try:
        for language, page in pages.items():
            (part / f"{language}.json").write_text(page.to_json(), encoding="utf-8")
        told = json.dumps([one.to_data() for one in findings], ensure_ascii=False)
        (part / FINDINGS).write_text(told, encoding="utf-8")
        (part / TABLES).write_text(json.dumps(tables), encoding="utf-8")
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


def findings_of(key: str) -> list[KeptFinding]:
    """The findings of a result, to decide on one."""
    text = (folder_of(key) / FINDINGS).read_text(encoding="utf-8")
    return [KeptFinding.from_data(one) for one in json.loads(text)]


def tables_of(key: str) -> list[dict[str, Any]]:
    """Title and row count of each table of a result, in order."""
    found: list[dict[str, Any]] = json.loads((folder_of(key) / TABLES).read_text(encoding="utf-8"))
    return found


def mark_of(key: str) -> str:
    """That of the customers a result speaks of."""
    return (folder_of(key) / MARK).read_text(encoding="utf-8")


def throw_away(key: str) -> None:
    shutil.rmtree(folder_of(key), ignore_errors=True)


def throw_all_away() -> None:
    """OSError when something of it cannot be removed: it must not stay unseen."""
    for folder in Path(settings.RESULTS).glob("??"):
        shutil.rmtree(folder)
