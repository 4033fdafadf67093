"""Workspaces to break: one with orders, copied for each test, and an empty one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.faults.shell import lines
from tests.tables.ingest.bringing import bring, make_workspace, write


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with orders, to be copied."""
    folder = tmp_path_factory.mktemp("prepared")
    bring(make_workspace(folder / "w"), write(folder / "orders.csv", *lines()))
    return folder / "w"


@pytest.fixture
def workspace(prepared: Path, tmp_path: Path) -> Path:
    return shutil.copytree(prepared, tmp_path / "w")


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    return make_workspace(tmp_path / "w").folder


@pytest.fixture
def more(tmp_path: Path) -> Path:
    """A file of orders that no workspace has yet."""
    return write(tmp_path / "more.csv", *lines(name="新公司"))
