"""What every change of the lake has in common: the lock, the tidying, the manifest at the end."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from deltalake.exceptions import DeltaError

from zhibi.errors import ZhibiError
from zhibi.tables.lake import files, manifest
from zhibi.tables.lake.lock import one_writer
from zhibi.tables.lake.manifest import Commit, Manifest
from zhibi.tables.lake.sql import Connection, session
from zhibi.tables.lake.steps import step

SCRATCH = ".scratch"
SPARE_BYTES = 64 * 2**20


@dataclass
class Writer:
    """A change being made. Nothing of it can be seen before `publish`."""

    lake: Path
    connection: Connection
    before: Manifest
    version: int
    tables: dict[str, int] = field(default_factory=dict)  # those written so far
    _outputs: int = 0

    @property
    def scratch(self) -> Path:
        return self.lake / SCRATCH

    def names(self, table: str) -> tuple[str, ...]:
        """Names of the files the table has before the change."""
        return files.live(self.lake / table, self.before.tables.get(table, 0))

    def paths(self, table: str) -> tuple[str, ...]:
        return tuple(str(self.lake / table / name) for name in self.names(table))

    def write(self, query: str) -> tuple[files.NewFile, ...]:
        """Write the rows of a query to files that no table has yet."""
        self._outputs += 1
        return files.write(self.connection, query, self.scratch / str(self._outputs))

    def enter(self, swaps: Mapping[str, files.Swap]) -> None:
        """Bring what was written into the tables; nothing can be seen of it yet."""
        step("files written")
        for table, swap in swaps.items():
            if swap.new or swap.old:
                folder = self.lake / table
                files.make_ready(folder, self.before.tables.get(table, 0))
                self.tables[table] = files.advance(folder, swap, data_version=self.version)

    def publish(self, commit: Commit, *, next_customer_key: int | None = None) -> Commit:
        """Make the change the current version."""
        done = replace(commit, version=self.version, tables=tuple(sorted(self.tables)))
        manifest.publish(
            self.lake,
            Manifest(
                version=self.version,
                parent=self.before.version,
                tables={**self.before.tables, **self.tables},
                next_customer_key=next_customer_key or self.before.next_customer_key,
                commit=done,
            ),
        )
        return done


@contextmanager
def writing(folder: Path, doing: str) -> Iterator[Writer]:
    """Lock the workspace, clear away what a killed process left, and clean up at the end."""
    with one_writer(folder, doing):
        lake = folder / "lake"
        _refuse_escapes(folder)
        try:
            before = manifest.current(lake)
            _tidy(lake, before)
            (lake / SCRATCH).mkdir(parents=True)
            with session(lake / SCRATCH) as connection:
                highest = max(manifest.versions(lake), default=0)
                yield Writer(lake, connection, before, highest + 1)
        except (OSError, DeltaError) as problem:
            raise ZhibiError(
                "The lake in {folder} could not be written ({problem}); nothing was changed. "
                "Free some disk space or make the folder writable, and try again.",
                folder=folder,
                problem=getattr(problem, "strerror", None) or str(problem).splitlines()[0],
            ) from problem
        finally:
            shutil.rmtree(lake / SCRATCH, ignore_errors=True)
            step("cleaned")


def _tidy(lake: Path, before: Manifest) -> None:
    shutil.rmtree(lake / SCRATCH, ignore_errors=True)
    for temporary in (lake / manifest.FOLDER).glob(".*.tmp"):
        temporary.unlink()
    for table in files.COLUMNS:
        if (lake / table).is_dir():
            files.drop_orphans(lake / table, before.version)


def _refuse_escapes(folder: Path) -> None:
    """Delta reads %20 in a path as a space, and would write beside the workspace."""
    if re.search("%[0-9A-Fa-f]{2}", str(folder.resolve())):
        raise ZhibiError(
            "The path {folder} has a percent sign followed by two digits, which the lake cannot "
            "hold; rename the folder.",
            folder=folder.resolve(),
        )


def check_space(lake: Path, needed: int) -> None:
    """Refuse before anything is written when the disk is too small for it."""
    free = shutil.disk_usage(lake).free
    if needed + SPARE_BYTES > free:
        raise ZhibiError(
            "The disk of {folder} has {free} MB free, and this import needs about {needed} MB; "
            "free some space and try again. Nothing was changed.",
            folder=lake.parent,
            free=free // 2**20,
            needed=(needed + SPARE_BYTES) // 2**20,
        )
