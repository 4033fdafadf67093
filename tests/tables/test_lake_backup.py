"""Backups: one file that brings the same rows back, or says that it cannot."""

from __future__ import annotations

import io
import sqlite3
import tarfile
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest
from tests.tables.lake_rows import Imports, line, state

from zhibi.errors import ZhibiError
from zhibi.tables.lake import Lake, backup, restore
from zhibi.tables.settings import Settings
from zhibi.tables.workspace import Workspace


@pytest.fixture
def imports(tmp_path: Path) -> Imports:
    workspace = Workspace.create(tmp_path / "workspace", Settings(name="test"))
    imports = Imports(workspace.folder, tmp_path)
    imports.commit("i1", order_lines=[line("A"), line("B")])
    imports.commit("i2", order_lines=[line("B", amount=Decimal(1))])
    imports.commit("i3", order_lines=[line("C")])
    return imports


def test_a_restored_backup_has_the_same_rows_settings_and_undo(
    imports: Imports, tmp_path: Path
) -> None:
    backup(imports.lake.folder, tmp_path / "all.tar")
    restore(tmp_path / "all.tar", tmp_path / "again")
    again = Workspace.open(tmp_path / "again")
    assert again.settings.name == "test"
    assert again.lake.manifest() == imports.lake.manifest()
    assert state(again.lake) == state(imports.lake)
    for lake in (again.lake, imports.lake):
        lake.undo("i2")
    assert state(again.lake) == state(imports.lake)


def test_what_people_typed_comes_along(imports: Imports, tmp_path: Path) -> None:
    """The database is copied as of one moment, while somebody goes on writing in it."""
    folder = imports.lake.folder
    with closing(sqlite3.connect(folder / "zhibi.db", isolation_level=None)) as writing:
        writing.execute("PRAGMA journal_mode=WAL")
        writing.execute("CREATE TABLE said (text)")
        writing.execute("INSERT INTO said VALUES ('before')")
        writing.execute("BEGIN IMMEDIATE")
        writing.execute("INSERT INTO said VALUES ('not yet')")
        (folder / "attachments" / "ab").mkdir(parents=True)
        (folder / "attachments" / "ab" / "cd").write_bytes(b"offer")
        (folder / "secret-key").write_text("secret")
        backup(folder, tmp_path / "all.tar")
    restore(tmp_path / "all.tar", tmp_path / "again")
    with closing(sqlite3.connect(tmp_path / "again" / "zhibi.db")) as again:
        assert again.execute("SELECT text FROM said").fetchall() == [("before",)]
    assert (tmp_path / "again" / "attachments" / "ab" / "cd").read_bytes() == b"offer"
    assert not (tmp_path / "again" / "secret-key").exists()


def test_leftovers_are_not_backed_up(imports: Imports, tmp_path: Path) -> None:
    (imports.lake.folder / "lake" / "order_lines" / "9-9-0.parquet").write_bytes(b"half")
    backup(imports.lake.folder, tmp_path / "all.tar")
    with tarfile.open(tmp_path / "all.tar") as archive:
        assert not [name for name in archive.getnames() if "9-9-0" in name]


def test_neither_a_file_nor_a_folder_is_written_over(imports: Imports, tmp_path: Path) -> None:
    backup(imports.lake.folder, tmp_path / "all.tar")
    with pytest.raises(ZhibiError, match="exists already"):
        backup(imports.lake.folder, tmp_path / "all.tar")
    with pytest.raises(ZhibiError, match="is not empty"):
        restore(tmp_path / "all.tar", imports.lake.folder)


def test_a_damaged_backup_leaves_nothing_behind(imports: Imports, tmp_path: Path) -> None:
    file = tmp_path / "all.tar"
    backup(imports.lake.folder, file)
    whole = file.read_bytes()
    place = whole.rindex(b"PAR1")
    file.write_bytes(whole[: place - 9] + b"\x00\x01\x02" + whole[place - 6 :])
    with pytest.raises(ZhibiError, match="is damaged at lake/"):
        restore(file, tmp_path / "again")
    file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ZhibiError, match=r"damaged|could not be restored"):
        restore(file, tmp_path / "again")
    file.write_bytes(b"something else")
    with pytest.raises(ZhibiError, match="could not be restored"):
        restore(file, tmp_path / "again")
    assert not (tmp_path / "again").exists()
    assert not (tmp_path / "again.part").exists()


@pytest.mark.parametrize("name", ["../outside", "/tmp/outside", "lake/../../outside"])
def test_a_backup_cannot_write_outside_its_folder(tmp_path: Path, name: str) -> None:
    with tarfile.open(tmp_path / "bad.tar", "w") as archive:
        for member, text in (
            ("contents.json", f'{{"schema_version": 1, "files": {{"{name}": ""}}}}'),
            (name, "text"),
        ):
            info = tarfile.TarInfo(member)
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text.encode()))
    with pytest.raises(ZhibiError, match="is damaged at"):
        restore(tmp_path / "bad.tar", tmp_path / "again")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.tar"]


def test_another_archive_is_no_backup(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "other.tar", "w") as archive:
        archive.addfile(tarfile.TarInfo("readme"))
    with pytest.raises(ZhibiError, match="is no backup"):
        restore(tmp_path / "other.tar", tmp_path / "again")


def test_restoring_into_an_empty_folder_is_allowed(imports: Imports, tmp_path: Path) -> None:
    backup(imports.lake.folder, tmp_path / "all.tar")
    (tmp_path / "again").mkdir()
    restore(tmp_path / "all.tar", tmp_path / "again")
    assert state(Lake(tmp_path / "again")) == state(imports.lake)
