"""What the web workspace keeps beside the lake: made when it is missing, for its owner alone."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from zhibi.errors import ZhibiError

NEEDED: Final = ("uploads", "attachments", "backups", "cache", "cache/results", "cache/static")


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
