"""The key that signs sessions and forms: made once for a workspace, readable by its owner alone."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from zhibi.errors import ZhibiError

FILE_NAME = "secret-key"


def secret_key(workspace: Path) -> str:
    """The key of a workspace, made when it has none. ZHIBI_SECRET_KEY goes before it."""
    if given := os.environ.get("ZHIBI_SECRET_KEY"):
        return given
    path = workspace / FILE_NAME
    try:
        return _written(path) if path.exists() else _made(path)
    except OSError as problem:
        raise ZhibiError(
            "{file} cannot be read or written ({problem}); make the workspace folder writable.",
            file=path,
            problem=problem.strerror,
        ) from problem


def _written(path: Path) -> str:
    return path.read_text(encoding="ascii").strip()


def _made(path: Path) -> str:
    """Created exclusively: of two processes that start together, both use the same one."""
    key = secrets.token_urlsafe(64)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.touch(0o600, exist_ok=False)
    part.write_text(key, encoding="ascii")
    try:
        path.hardlink_to(part)
    except FileExistsError:
        return _written(path)
    finally:
        part.unlink()
    return key
