"""Imports of a CSV against DuckDB's own way from CSV to Parquet."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from measure import Took, run

import data

SHARE_OF_SPEED = 0.25
MEMORY = 2.0  # GiB
COMMIT_SECONDS = 30  # of the 10 M lines into 50 M


@dataclass(frozen=True, slots=True)
class Imported:
    """The CSV into an empty lake, and into one that holds five times as many lines."""

    lines: int
    megabytes: int
    copy: Took
    into_empty: Took
    into_held: Took

    @property
    def share_of_speed(self) -> float:
        return self.copy.seconds / self.into_empty.seconds


def imports(scale: int) -> Imported:
    """Each once: they take long enough to be an average of their own."""
    csv = data.csv(scale)
    held = data.held(scale)
    scratch = data.FOLDER / "imports"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    copy = run("copy", csv, scratch / "copy.parquet")
    into_empty = run("bring_in", csv, data.empty(_fresh(scratch)))
    into_held = run("bring_in", csv, _copied(held, _fresh(scratch)))
    shutil.rmtree(scratch)
    with csv.open("rb") as opened:
        lines = sum(block.count(b"\n") for block in iter(lambda: opened.read(2**24), b"")) - 1
    return Imported(lines, csv.stat().st_size // 10**6, copy, into_empty, into_held)


def _fresh(scratch: Path) -> Path:
    folder = scratch / "workspace"
    shutil.rmtree(folder, ignore_errors=True)
    return folder


def _copied(workspace: Path, to: Path) -> Path:
    """Files of a lake are never changed, only added and deleted, so that links are enough."""
    return Path(shutil.copytree(workspace, to, copy_function=os.link))
