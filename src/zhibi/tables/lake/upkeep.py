"""Keeping the lake small: many files into few, and files nothing needs any more off the disk."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from zhibi.errors import ZhibiError
from zhibi.tables.lake import files, manifest
from zhibi.tables.lake.files import COLUMNS, Swap
from zhibi.tables.lake.manifest import Commit, Manifest
from zhibi.tables.lake.sql import names, stored
from zhibi.tables.lake.writer import Writer, check_space
from zhibi.tables.schema import SCHEMAS

DAYS_READERS_TAKE = 7


def compact(writer: Writer, *, at: str | None) -> Commit:
    """Write every table of several files anew, in the order of its days."""
    swaps = {}
    for table in SCHEMAS:
        old = writer.names(table)
        if len(old) < 2:
            continue
        held = sum((writer.lake / table / file).stat().st_size for file in old)
        check_space(writer.lake, 3 * held)
        schema = SCHEMAS[table]
        # In the order of its days, so that a reader of some months opens few files.
        order = names([*filter(None, [schema.day]), "source_system", *schema.unit])
        rows = stored(writer.paths(table), COLUMNS[table])
        swaps[table] = Swap(writer.write(f"FROM {rows} ORDER BY {order}"), old)
    commit = Commit(writer.before.version, "compact", "", at=at)
    if not swaps:
        return commit
    writer.enter(swaps)
    return writer.publish(commit)


def vacuum(lake: Path, now: datetime, *, undo_days: int) -> int:
    """Delete files that no recent version has; the bytes freed.

    What is newer than `undo_days` can still be undone, and read by whoever began before.
    """
    if undo_days < DAYS_READERS_TAKE:
        raise ZhibiError(
            "A vacuum keeps at least {days} days, for analyses that are still reading; "
            "ask for {days} or more.",
            days=DAYS_READERS_TAKE,
        )
    needed = _needed(lake, now - timedelta(days=undo_days))
    freed = 0
    for table in COLUMNS:
        for path in (lake / table).glob("*.parquet"):
            if (table, path.name) not in needed:
                freed += path.stat().st_size
                path.unlink()
    return freed


def _needed(lake: Path, since: datetime) -> set[tuple[str, str]]:
    """(table, file) of the current version, of those made since a moment, and those before them."""
    kept: dict[int, Manifest] = {}
    current = manifest.current(lake)
    for one in manifest.history(lake):
        if one.version == current.version or _is_since(one, since):
            for version in (one.version, one.parent or 0):
                found = manifest.read(lake, version)
                assert found is not None
                kept[version] = found
    return files_of(lake, kept.values())


def _is_since(one: Manifest, since: datetime) -> bool:
    at = one.commit.at if one.commit else None
    return at is None or datetime.fromisoformat(at) >= since


def files_of(lake: Path, states: Iterable[Manifest]) -> set[tuple[str, str]]:
    """(table, file) of all the tables at these states."""
    versions = {(table, version) for one in states for table, version in one.tables.items()}
    return {
        (table, file) for table, version in versions for file in files.live(lake / table, version)
    }
