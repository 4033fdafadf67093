"""A workspace: one company's data and settings in one folder.

zhibi.toml   settings, for people to edit
lake/        the tables
scratch/     what an import is working on
lock         held by the one process that writes
"""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from pathlib import Path

from zhibi.errors import ZhibiError
from zhibi.tables.lake import Lake
from zhibi.tables.scratch import scratch
from zhibi.tables.settings import FILE_NAME, Settings

HOME_VARIABLE = "ZHIBI_HOME"


class Workspace:
    """An existing workspace folder. Use `Workspace.open` or `Workspace.create`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = Settings.load(folder)
        self.lake = Lake(folder)

    @classmethod
    def create(cls, folder: Path, settings: Settings) -> Workspace:
        """Make a folder a workspace. ZhibiError when it is one already."""
        if (folder / FILE_NAME).exists():
            raise ZhibiError(
                "{folder} is a workspace already; edit its {file}, or choose another folder.",
                folder=folder,
                file=FILE_NAME,
            )
        try:
            folder.mkdir(parents=True, exist_ok=True)
            settings.save(folder)
        except OSError as problem:
            raise ZhibiError(
                "The workspace {folder} cannot be written ({problem}); "
                "make the folder writable or choose another with --workspace.",
                folder=folder,
                problem=problem.strerror,
            ) from problem
        return cls(folder)

    @classmethod
    def open(cls, folder: Path | None = None) -> Workspace:
        """The workspace in this folder, else in ZHIBI_HOME, else in the current folder."""
        chosen = folder or Path(os.environ.get(HOME_VARIABLE) or ".")
        if not (chosen / FILE_NAME).is_file():
            raise ZhibiError(
                "{folder} is no workspace (it has no {file}); make one with `zhibi init`, or "
                "name one with --workspace.",
                folder=chosen.resolve(),
                file=FILE_NAME,
            )
        return cls(chosen)

    def scratch(self) -> AbstractContextManager[Path]:
        """A temporary folder on the workspace's own disk, deleted at the end."""
        return scratch(self.folder)
