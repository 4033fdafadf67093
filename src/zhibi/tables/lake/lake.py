"""The lake of one workspace: read at a version, import into, undo, tidy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from zhibi.errors import ZhibiError
from zhibi.tables.lake import files, manifest
from zhibi.tables.lake.batch import open_batches
from zhibi.tables.lake.commit import Import, commit, compare_all
from zhibi.tables.lake.link import Link, link
from zhibi.tables.lake.lock import one_writer
from zhibi.tables.lake.manifest import Change, Commit, Manifest
from zhibi.tables.lake.sql import session
from zhibi.tables.lake.undo import undo
from zhibi.tables.lake.upkeep import compact, vacuum
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
        paths = [self._lake / table / name for name in files.live(self._lake / table, version)]
        for path in paths:
            if not path.is_file():
                raise ZhibiError(
                    "The table {table} of the lake is damaged ({problem}); restore a backup.",
                    table=table,
                    problem=f"no {path.name}",
                )
        return tuple(map(str, paths))

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
        """Everything that was done to the lake, oldest first: also undoing and compacting."""
        return manifest.commits(self._lake)

    def undo(self, import_id: str, *, at: str | None = None) -> Commit:
        """Take one import back. ZhibiError when a later one has replaced some of its rows."""
        with writing(self.folder, "undo") as writer:
            return undo(writer, import_id, at=at)

    def link(self, links: Sequence[Link], *, import_id: str, about: dict[str, Any]) -> Commit:
        """Record which customers are one legal entity, or are not. Undone like an import."""
        with writing(self.folder, "link") as writer:
            return link(writer, links, import_id=import_id, about=about)

    def compact(self, *, at: str | None = None) -> Commit:
        """Write tables of several files anew, ordered by day; what they hold stays the same."""
        with writing(self.folder, "compact") as writer:
            return compact(writer, at=at)

    def vacuum(self, now: datetime, *, undo_days: int = 30) -> int:
        """Delete files that only versions older than `undo_days` have; the bytes freed.

        Imports older than that can no longer be undone where they replaced something.
        """
        with one_writer(self.folder, "vacuum"):
            return vacuum(self._lake, now, undo_days=undo_days)
