"""The samples that ship with the code, imported as a user would."""

from __future__ import annotations

import fcntl
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from zhibi import run
from zhibi.tables.ingest.importing import ImportOptions, prepare
from zhibi.tables.settings import Settings
from zhibi.tables.tables import Tables
from zhibi.tables.workspace import Workspace

SAMPLES = Path(__file__).parent.parent / "samples"
AT = datetime(2026, 11, 22, tzinfo=UTC)


SETTINGS = {
    "daichuan": Settings(currency="CNY", language="zh-CN"),
    "adventureworks": Settings(currency="USD", language="en", calendar="none"),
}


def imported(name: str, folders: pytest.TempPathFactory) -> Workspace:
    """A workspace with every data file of one sample, to be read only: whichever process of the
    run asks first imports it, the others wait for it."""
    base = folders.getbasetemp()  # of one process of the run, in the folder of all of them
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = shared / f"sample-{name}"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return Workspace.open(folder) if folder.exists() else _imported(name, folder)


_OPENED: dict[str, Tables] = {}


def opened(name: str, folders: pytest.TempPathFactory) -> Tables:
    """The tables of a sample, opened once in a process: what one test keeps of them the next need
    not work out again."""
    if name not in _OPENED:
        _OPENED[name] = run.open_tables(imported(name, folders), today=AT.date())
    return _OPENED[name]


def _imported(name: str, folder: Path) -> Workspace:
    workspace = Workspace.create(folder, SETTINGS[name])
    files = sorted(
        path for path in (SAMPLES / name).iterdir() if path.suffix in {".csv", ".gz", ".xlsx"}
    )
    options = ImportOptions(today=AT.date(), at=AT)
    with prepare(files, workspace, options) as plan:
        plan.commit()
    return workspace
