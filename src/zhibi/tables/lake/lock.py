"""One writer per workspace: a lock on the file `lock`, which the system drops with the process."""

from __future__ import annotations

import fcntl
import getpass
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from zhibi.errors import ZhibiError

FILE_NAME = "lock"


@contextmanager
def one_writer(folder: Path, doing: str) -> Iterator[None]:
    """Hold the workspace's lock. ZhibiError when another process holds it, saying who."""
    path = folder / FILE_NAME
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as problem:
        raise ZhibiError(
            "The workspace {folder} cannot be written ({problem}); "
            "make the folder writable or choose another with --workspace.",
            folder=folder,
            problem=problem.strerror,
        ) from problem
    try:
        _take(descriptor, folder)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, _who(doing).encode(), 0)
        yield
        os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def _take(descriptor: int, folder: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as problem:
        holder = os.pread(descriptor, 1000, 0).decode(errors="replace")
        raise ZhibiError(
            "The workspace {folder} is being written by {holder}; "
            "wait until that has ended and try again.",
            folder=folder,
            holder=holder or "another process",
        ) from problem


def _who(doing: str) -> str:
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in some containers
        user = str(os.getuid())
    return f"{user}@{socket.gethostname()} ({doing}, process {os.getpid()})"
