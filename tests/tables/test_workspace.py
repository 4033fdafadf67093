"""Workspaces: where they are found, and their temporary folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from zhibi.errors import ZhibiError
from zhibi.tables.settings import Settings
from zhibi.tables.workspace import Workspace


def test_a_workspace_is_the_folder_given_or_the_variable_or_the_current_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("given", "home", "here"):
        Workspace.create(tmp_path / name, Settings(name=name))
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.delenv("ZHIBI_HOME", raising=False)
    assert Workspace.open().settings.name == "here"
    monkeypatch.setenv("ZHIBI_HOME", str(tmp_path / "home"))
    assert Workspace.open(None).settings.name == "home"
    assert Workspace.open(tmp_path / "given").settings.name == "given"


def test_a_folder_that_is_no_workspace_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ZhibiError, match="zhibi init"):
        Workspace.open(tmp_path)


def test_a_workspace_is_made_once(tmp_path: Path) -> None:
    Workspace.create(tmp_path / "one", Settings(currency="EUR"))
    with pytest.raises(ZhibiError, match="is a workspace already"):
        Workspace.create(tmp_path / "one", Settings())
    assert Workspace.open(tmp_path / "one").settings.currency == "EUR"


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ZhibiError, match="cannot be written"):
        Workspace.create(tmp_path / "file" / "workspace", Settings())


def test_scratch_is_inside_the_workspace_and_gone_afterwards(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path, Settings())
    with workspace.scratch() as folder:
        assert folder.is_relative_to(tmp_path)
        (folder / "file").write_text("x")
    assert not folder.exists()


def test_scratch_of_the_dead_is_deleted_and_of_the_living_kept(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path, Settings())
    dead = tmp_path / "scratch" / "dead"
    dead.mkdir(parents=True)
    (dead / ".lock").touch()
    with workspace.scratch() as living, workspace.scratch():
        assert living.exists()
        assert not dead.exists()
