"""The lake of one workspace: read at a version, import into, undo, tidy."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from zhibi.tables.lake import files, manifest
from zhibi.tables.lake.batch import open_batches
from zhibi.tables.lake.commit import Import, commit, compare_all
from zhibi.tables.lake.manifest import Change, Commit, Manifest
from zhibi.tables.lake.sql import session
from zhibi.tables.lake.writer import writing
from zhibi.tables.scratch import scratch


class Lake:
    """The tables of a workspace folder. Looking at it creates nothing.

    A data version is one `Manifest`; resolve it once and pass it on, and what is read is one
    consistent state, whatever is imported meanwhile.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lake = folder / "lake"

    def manifest(self) -> Manifest:
        """The current version; version 0 without tables when nothing was ever imported."""
        return manifest.current(self._lake)

    def files(self, table: str, at: Manifest | None = None) -> tuple[str, ...]:
        """The Parquet files that make up a table at a version (by default the current one)."""
        version = (at or self.manifest()).tables.get(table, 0)
        folder = self._lake / table
        return tuple(str(folder / name) for name in files.live(folder, version))

    def compare(self, batches: Mapping[str, Path], *, source_system: str) -> tuple[Change, ...]:
        """What `commit` of the same batches would change. Changes nothing."""
        now = self.manifest()
        held = {table: self.files(table, now) for table in files.COLUMNS}
        with scratch(self.folder) as folder, session(folder) as connection:
            opened = open_batches(connection, batches, source_system=source_system)
            found = compare_all(connection, opened, held, source_system=source_system)
            return tuple(one.change for one in found.values())

    def commit(
        self,
        batches: Mapping[str, Path],
        *,
        source_system: str,
        import_id: str,
        about: dict[str, Any],
    ) -> Commit:
        """Bring an import into the lake, whole or not at all.

        `batches` are Parquet files by table, with the columns of its schema. A unit (an order)
        that is new is added, one that differs replaces all lines of the one before, one that is
        the same stays. `about` is kept with the import; its `at` is the moment, as ISO text.
        """
        given = Import(batches, source_system, import_id, about)
        with writing(self.folder, "import") as writer:
            return commit(writer, given)

    def imports(self) -> tuple[Commit, ...]:
        """Everything that was done to the lake, oldest first."""
        return tuple(one.commit for one in manifest.history(self._lake) if one.commit)
