"""Full disks and missing rights: a sentence, and the workspace as it was."""

from __future__ import annotations

import ctypes
import os
import resource
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.faults.shell import end, refused, run, start

pytestmark = pytest.mark.slow

DROP_FROM_BOUNDS, OVERRIDE_RIGHTS, READ_EVERYTHING = 24, 1, 2  # of prctl(2) and capabilities(7)


def limited(size: int) -> Callable[[], None]:
    """No file may grow beyond this: what a full disk does, at whatever is being written."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@pytest.mark.parametrize("size", [0, 3_000])
def test_an_import_onto_a_full_disk(workspace: Path, more: Path, size: int) -> None:

    said = refused("import", more, "--yes", workspace=workspace, before=limited(size))

    assert "space" in said


def test_a_report_onto_a_full_disk(workspace: Path) -> None:
    for name in ("r.html", "r.xlsx"):
        (workspace / name).write_text("the one of last month")

    said = refused("report", "-o", "r.html", workspace=workspace, before=limited(2_000))

    assert "r.html could not be written" in said


def test_printing_onto_a_full_disk(workspace: Path) -> None:
    with Path("/dev/full").open("w") as full:
        ended = end(start("analyze", "rfm", cwd=workspace, out=full.fileno()))

    assert "disk is full" in ended.sentence


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")
@pytest.mark.parametrize("kilobytes", [64, 128])
def test_a_small_disk(empty: Path, more: Path, tmp_path: Path, kilobytes: int) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(disk)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("this machine lets nobody mount a disk")
    try:
        shutil.copy(empty / "zhibi.toml", disk)
        assert "space" in refused("import", more, "--yes", workspace=disk)
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def obey_rights() -> None:
    """Make root a user like any other: the rights of files hold for it."""
    libc = ctypes.CDLL(None)
    for capability in (OVERRIDE_RIGHTS, READ_EVERYTHING):
        libc.prctl(DROP_FROM_BOUNDS, capability, 0, 0, 0)


@pytest.mark.parametrize("place", [".", "lake", "lake/order_lines", "lake/manifests"])
def test_a_place_that_may_not_be_written(workspace: Path, more: Path, place: str) -> None:
    folder = workspace / place
    if place == ".":
        shutil.rmtree(workspace / "scratch")
    folder.chmod(0o555)
    try:
        said = refused("import", more, "--yes", workspace=workspace, before=obey_rights)
    finally:
        folder.chmod(0o755)

    assert "ermission denied" in said
    if place == "lake/order_lines":  # what was begun there is taken up again
        assert run("import", more, "--yes", cwd=workspace).code == 0


def test_a_file_and_a_workspace_that_may_not_be_read(workspace: Path, more: Path) -> None:
    more.chmod(0)
    said = refused("import", more, "--yes", workspace=workspace, before=obey_rights)
    assert "more.csv cannot be opened" in said

    (workspace / "zhibi.toml").chmod(0)
    ended = run("check", cwd=workspace, before=obey_rights)
    assert "zhibi.toml may not be written or read" in ended.sentence
