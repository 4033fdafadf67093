"""`zhibi …` as a process of its own: what a shell sees, and what can be limited or killed.

Where nothing is, the same command runs in the process of the test, which need not start and load
everything anew.
"""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest

from zhibi import cli

ZHIBI = str(Path(sys.executable).with_name("zhibi"))
SECONDS = 300


@dataclass(frozen=True, slots=True)
class Ended:
    code: int
    out: str
    err: str

    @property
    def sentence(self) -> str:
        """The one line on stderr that says what is wrong."""
        assert self.code not in (0, 1, 70), self
        assert len(self.err.strip().splitlines()) == 1, self.err
        return self.err.strip()


def start(
    *words: object,
    cwd: Path,
    before: Callable[[], object] | None = None,
    out: int = subprocess.PIPE,
    **variables: str,
) -> subprocess.Popen[str]:
    """Start the command in a folder, without a terminal, in English unless told otherwise.
    `before` runs in the new process: it sets limits. Ctrl-C reaches the command also where these
    tests run in the background, whose processes inherit that it is ignored."""

    def prepared() -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        if before:
            before()

    environment = {**os.environ, "LANG": "C.UTF-8", "NO_COLOR": "1", **variables}
    environment.pop("ZHIBI_HOME", None)
    return subprocess.Popen(
        [ZHIBI, *map(str, words)],
        cwd=cwd,
        env={"ZHIBI_LANG": "en", **environment},
        preexec_fn=prepared,  # noqa: PLW1509 - tests have one thread
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=subprocess.PIPE,
        text=True,
    )


def end(process: subprocess.Popen[str]) -> Ended:
    out, err = process.communicate(timeout=SECONDS)
    assert "Traceback" not in (out or "") + err, err
    return Ended(process.returncode, out or "", err)


def run(
    *words: object, cwd: Path, before: Callable[[], object] | None = None, **variables: str
) -> Ended:
    return end(start(*words, cwd=cwd, before=before, **variables))


def run_here(*words: object, cwd: Path) -> Ended:
    """The command in this process, in English: Chinese help would stay for the tests after it."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.chdir(cwd)
        patch.delenv("ZHIBI_HOME", raising=False)
        patch.setenv("ZHIBI_LANG", "en")
        patch.setattr(sys, "argv", ["zhibi", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
    assert "Traceback" not in out.getvalue() + err.getvalue()
    return Ended(int(ended.value.code or 0), out.getvalue(), err.getvalue())


def held(folder: Path) -> dict[str, bytes]:
    """Every file of a workspace that says something: not its locks, nor what is in work."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and path.name not in (".lock", "lock")
        and "scratch" not in path.relative_to(folder).parts
    }


def assert_unchanged(folder: Path, before: dict[str, bytes]) -> None:
    """All that was there is there; in the lake there may be files that no manifest names, which
    the next import clears away."""
    after = held(folder)
    assert {name: after.get(name) for name in before} == before
    new = [name for name in after if name not in before]
    assert all(name.startswith("lake/") and "manifests" not in name for name in new), new


def refused(*words: object, workspace: Path, language: str = "en", **limits: object) -> str:
    """The sentence of a command that must fail and change nothing."""
    before = held(workspace)
    ended = run(*words, cwd=workspace, ZHIBI_LANG=language, **limits)
    assert_unchanged(workspace, before)
    return ended.sentence


def refused_here(*words: object, workspace: Path) -> str:
    """The same of a command in this process."""
    before = held(workspace)
    ended = run_here(*words, cwd=workspace)
    assert_unchanged(workspace, before)
    return ended.sentence


def lines(customers: int = 6, months: int = 26, name: str = "公司") -> list[str]:
    """Orders of some customers in each of some months up to the end of 2025."""
    days = [date(2025, 12, 20) - timedelta(days=30 * ago) for ago in range(months)]
    buyers = [(f"{name[0]}{place}", f"{name}{place}", place) for place in range(customers)]
    return [
        f"{code}-{number},{code},{buyer},{day},P{place % 3},2,{100 + 37 * place}.50"
        for number, day in enumerate(days)
        for code, buyer, place in buyers
    ]
