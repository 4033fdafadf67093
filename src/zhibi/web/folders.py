"""What the web workspace keeps beside the lake: made when it is missing, for its owner alone, and
thrown away when it is nobody's."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from zhibi.errors import ZhibiError

NEEDED: Final = ("uploads", "attachments", "backups", "cache", "cache/results", "cache/static")
UNFINISHED_FOR: Final = 24 * 3600  # seconds after which what no row knows of is nobody's


def make_folders(workspace: Path) -> None:
    """ZhibiError when the workspace cannot be written."""
    try:
        for name in NEEDED:
            (workspace / name).mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as problem:
        raise ZhibiError(
            "{file} cannot be made ({problem}); make the workspace folder writable.",
            file=problem.filename,
            problem=problem.strerror,
        ) from problem


def throw_away_strays(paths: Iterable[Path], is_known: Callable[[Path], bool]) -> None:
    """Files are written before the row that leads to them: what a process left behind that was
    killed in between."""
    long_ago = time.time() - UNFINISHED_FOR
    for path in paths:
        with suppress(FileNotFoundError):  # it has found its place meanwhile
            if path.stat().st_mtime > long_ago or is_known(path):
                continue
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink()
