"""Temporary folders inside a workspace, so that files move into the lake without being copied.

Each is held by a file lock while it is in use; one whose process died is deleted by the next.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from zhibi.errors import ZhibiError

FOLDER = "scratch"
LOCK = ".lock"


@contextmanager
def scratch(workspace: Path) -> Iterator[Path]:
    """A new empty folder that is deleted at the end."""
    held = None
    try:
        folder, held = _make(workspace / FOLDER)
        yield folder
    finally:
        if held is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(held)


def _make(base: Path) -> tuple[Path, int]:
    try:
        base.mkdir(exist_ok=True)
        guard = os.open(base / LOCK, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as problem:
        raise ZhibiError(
            "The workspace {folder} cannot be written ({problem}); "
            "make the folder writable or choose another with --workspace.",
            folder=base.parent,
            problem=problem.strerror,
        ) from problem
    try:
        fcntl.flock(guard, fcntl.LOCK_EX)  # or a new folder could be taken for a dead one
        _delete_dead(base)
        folder = Path(tempfile.mkdtemp(dir=base))
        held = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o666)
        fcntl.flock(held, fcntl.LOCK_EX)
    finally:
        os.close(guard)
    return folder, held


def _delete_dead(base: Path) -> None:
    for lock in base.glob(f"*/{LOCK}"):
        descriptor = os.open(lock, os.O_RDWR)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        else:
            shutil.rmtree(lock.parent, ignore_errors=True)
        finally:
            os.close(descriptor)
