"""The manifest: one small file that names the version of every table.

Publishing a manifest is the commit. It appears whole or not at all, so a reader that resolves
one manifest sees one consistent state of all tables, whatever is being written meanwhile.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from zhibi.errors import ZhibiError
from zhibi.tables.lake.steps import step

SCHEMA_VERSION = 1
FOLDER = "manifests"

JSON = None | bool | int | float | str | list[Any] | dict[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """What an import does to one table. Rows in = rows_new + rows_changed + rows_unchanged.

    `rows_removed` are lines the lake held of changed units that have no counterpart in the new
    ones, and `losing` the first ids of such units: usually a file that holds only part of them.
    """

    table: str
    units_new: int = 0
    units_changed: int = 0
    units_unchanged: int = 0
    rows_new: int = 0
    rows_changed: int = 0
    rows_unchanged: int = 0
    rows_removed: int = 0
    units_losing: int = 0
    losing: tuple[str, ...] = ()

    @property
    def is_nothing(self) -> bool:
        return not (self.units_new or self.units_changed)


@dataclass(frozen=True, slots=True)
class Commit:
    """What one manifest did: an import, an undo, or tidying up.

    `tables` are the tables it wrote. `undone_by` is the version that undid it, None while it
    stands.
    """

    version: int
    action: str  # import, undo, link, compact
    import_id: str
    source_system: str = ""
    at: str | None = None  # moment in UTC, as the caller gave it
    about: dict[str, Any] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    tables: tuple[str, ...] = ()
    parent_cycles: tuple[str, ...] = ()  # customers that are their own parent, as found and cut
    undone_by: int | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """One state of the lake: table → Delta version. Version 0 is the lake before any import."""

    version: int = 0
    parent: int | None = None
    tables: Mapping[str, int] = field(default_factory=dict)
    next_customer_key: int = 1  # never given out twice, not even after an undo
    commit: Commit | None = None
    schema_version: int = SCHEMA_VERSION


def current(lake: Path) -> Manifest:
    """The highest manifest."""
    for version in sorted(versions(lake), reverse=True):
        manifest = read(lake, version)
        if manifest is not None:
            return manifest
    return Manifest()


def versions(lake: Path) -> tuple[int, ...]:
    """The versions there are files of, oldest first."""
    folder = lake / FOLDER
    if not folder.is_dir():
        return ()
    return tuple(sorted(int(file.stem) for file in folder.glob("*.json") if file.stem.isdigit()))


def read(lake: Path, version: int) -> Manifest | None:
    """One manifest; None when it is not there. ZhibiError when it is damaged: going on with the
    version before would give away an import without a word, and delete its files."""
    if version == 0:
        return Manifest()
    try:
        text = (lake / FOLDER / f"{version}.json").read_text(encoding="utf-8")
        return _from_json(lake, json.loads(text))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise ZhibiError(
            "The manifest {file} of the lake in {folder} is damaged; restore a backup, or delete "
            "that file to go on with the version before it.",
            file=f"{FOLDER}/{version}.json",
            folder=lake.parent.resolve(),
        ) from problem


def _from_json(lake: Path, kept: dict[str, Any]) -> Manifest:
    if kept["schema_version"] > SCHEMA_VERSION:
        raise ZhibiError(
            "The lake in {folder} was written by a newer Zhibi (layout {found}, this one knows "
            "{known}); install that version to read it.",
            folder=lake.parent,
            found=kept["schema_version"],
            known=SCHEMA_VERSION,
        )
    done = kept["commit"]
    changes = tuple(Change(**{**one, "losing": tuple(one["losing"])}) for one in done["changes"])
    commit = Commit(
        **{
            **done,
            "changes": changes,
            "tables": tuple(done["tables"]),
            "parent_cycles": tuple(done["parent_cycles"]),
        }
    )
    return Manifest(**{**kept, "commit": commit})


def history(lake: Path) -> tuple[Manifest, ...]:
    """Every manifest there is, oldest first."""
    found = (read(lake, version) for version in versions(lake))
    return tuple(manifest for manifest in found if manifest is not None)


def commits(lake: Path) -> tuple[Commit, ...]:
    """Everything that was done to the lake, oldest first, with what was undone later."""
    done = [manifest.commit for manifest in history(lake) if manifest.commit]
    undone = {one.import_id: one.version for one in done if one.action == "undo"}
    return tuple(
        one if one.action == "undo" else replace(one, undone_by=undone.get(one.import_id))
        for one in done
    )


def publish(lake: Path, manifest: Manifest) -> None:
    """Make a manifest the current one: this is the commit."""
    folder = lake / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f".{manifest.version}.tmp"
    kept = asdict(manifest)
    del kept["commit"]["undone_by"]  # known only to later manifests
    text = json.dumps(kept, ensure_ascii=False, indent=1, sort_keys=True)
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    step("manifest written")
    # A link fails when the name exists, so two writers can never publish the same version.
    os.link(temporary, folder / f"{manifest.version}.json")
    sync_folder(folder)
    step("manifest published")
    temporary.unlink()


def sync_folder(folder: Path) -> None:
    """Make what was created or renamed in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
