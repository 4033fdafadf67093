"""Several commands at once, and commands that are stopped: what was there before stays whole."""

from __future__ import annotations

import signal
import subprocess
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from tests.faults.shell import end, held, lines, run, start
from tests.tables.ingest.bringing import OPTIONS, write

from zhibi.tables.ingest.importing import prepare
from zhibi.tables.lake import Lake
from zhibi.tables.workspace import Workspace

pytestmark = pytest.mark.slow


def test_two_imports_at_once(empty: Path, tmp_path: Path) -> None:
    files = [write(tmp_path / f"{name}.csv", *lines(name=name)) for name in ("甲", "乙")]

    both = [start("import", file, "--yes", cwd=empty) for file in files]
    ended = [end(process) for process in both]

    assert 0 in [one.code for one in ended]
    for one in ended:
        assert one.code == 0 or "again" in one.sentence
    done = [one for one in Lake(empty).imports() if one.action == "import"]
    assert len(done) == sum(one.code == 0 for one in ended)
    for file, one in zip(files, ended, strict=True):
        assert one.code == 0 or run("import", file, "--yes", cwd=empty).code == 0
    with prepare(files, Workspace.open(empty), OPTIONS) as plan:
        assert plan.report.is_nothing_new


def test_a_report_while_an_import_commits(workspace: Path, more: Path) -> None:
    importing = start("import", more, "--yes", cwd=workspace)
    wait_until(lambda: scratch_in_use(workspace), importing)
    reporting = run("report", "-o", "r.html", cwd=workspace)

    assert (end(importing).code, reporting.code) == (0, 0)
    assert (workspace / "r.html").read_text().rstrip().endswith("</html>")


def scratch_in_use(workspace: Path) -> bool:
    return any((workspace / "scratch").glob("*/*.parquet"))


def wait_until(condition: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    while process.poll() is None and not condition():
        time.sleep(0.005)


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_killed_while_importing(workspace: Path, more: Path, sent: signal.Signals) -> None:
    before = held(workspace)

    process = start("import", more, "--yes", cwd=workspace)
    wait_until(lambda: scratch_in_use(workspace), process)
    process.send_signal(sent)
    ended = end(process)

    assert ended.code == (130 if sent == signal.SIGINT else -sent)
    assert ended.err.strip() == ("Stopped; nothing was changed." if ended.code == 130 else "")
    assert held(workspace) == before
    assert run("import", more, "--yes", cwd=workspace).code == 0
    assert not list((workspace / "scratch").glob("*/*"))


WHOLE = (".html", ".xlsx")


def is_whole(path: Path) -> bool:
    """The page of last month, or this month's to its end; a workbook that opens."""
    if path.read_bytes() == b"of last month":
        return True
    if path.suffix == ".html":
        return path.read_text().rstrip().endswith("</html>")
    with zipfile.ZipFile(path) as book:
        return book.testzip() is None


def assert_killed_well(workspace: Path, sent: signal.Signals, after: float) -> None:
    for suffix in WHOLE:
        (workspace / f"r{suffix}").write_bytes(b"of last month")
    before = held(workspace)
    process = start("report", "-o", "r.html", cwd=workspace)
    time.sleep(after)
    process.send_signal(sent)
    ended = end(process)

    codes = {0, 130 if sent == signal.SIGINT else -sent}
    if ended.out:  # all is done and said, and Python itself ends, deaf to who would answer Ctrl-C
        codes.add(-sent)
    assert ended.code in codes
    for suffix in WHOLE:
        assert is_whole(workspace / f"r{suffix}")
    after = held(workspace)
    assert all(after[name] == kept for name, kept in before.items() if not name.startswith("r."))
    begun = [name for name in after if name.endswith(".part")]
    assert not begun or sent != signal.SIGINT
    for name in begun:
        (workspace / name).unlink()


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_killed_while_reporting(workspace: Path, sent: signal.Signals) -> None:
    assert_killed_well(workspace, sent, 1.8)


@pytest.mark.long
def test_killed_at_random_moments_of_a_report(workspace: Path) -> None:
    chance = Random(20240503)
    began = time.monotonic()
    assert run("report", "-o", "r.html", cwd=workspace).code == 0
    takes = time.monotonic() - began
    for _ in range(30):
        sent = chance.choice([signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
        assert_killed_well(workspace, sent, chance.uniform(0.5 * takes, takes))
