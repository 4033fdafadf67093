"""`zhibi serve`: ready from nothing, told apart from what is wrong, migrated with a backup."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

ZHIBI = [sys.executable, "-c", "from zhibi.cli import main; main()"]


def environment(folder: Path) -> dict[str, str]:
    ours = ("DJANGO", "DATABASE", "ZHIBI")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | {"ZHIBI_HOME": str(folder), "ZHIBI_LANG": "en"}


def run(command: list[str], folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, env=environment(folder) | more, capture_output=True, text=True, check=False
    )


SETTINGS = 'name = "测试"\ncurrency = "CNY"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "zhibi.toml").write_text(SETTINGS, encoding="utf-8")
    return tmp_path


@pytest.fixture
def port() -> int:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        found: int = free.getsockname()[1]
    return found


class Served:
    def __init__(self, folder: Path, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(
            [*ZHIBI, "serve", "--port", str(port), "--workers", "1"],
            env=environment(folder),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said: list[str] = []

    def wait_until_said(self, words: str) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line)
            if words in line:
                return
        raise AssertionError("".join(self.said))

    def get(self, path: str) -> tuple[int, str]:
        with urllib.request.urlopen(self.address + path) as answer:
            return answer.status, answer.read().decode()

    def worker(self) -> int | None:
        """The process of the worker, by its parent."""
        listed = run(["ps", "-o", "pid=,args=", "--ppid", str(self.process.pid)], Path())
        found = [line.split()[0] for line in listed.stdout.splitlines() if "worker" in line]
        return int(found[0]) if found else None

    def end(self) -> str:
        self.process.send_signal(signal.SIGTERM)
        rest = self.process.communicate(timeout=40)[0]
        return "".join(self.said) + rest


@pytest.fixture
def serving(folder: Path, port: int) -> Iterator[Served]:
    served = Served(folder, port)
    yield served
    if served.process.poll() is None:
        served.process.terminate()
        served.process.communicate(timeout=40)


def test_from_nothing_to_a_page(folder: Path, port: int, serving: Served) -> None:
    serving.wait_until_said("Sign in as admin with the password")
    status, page = serving.get("/sign-in")
    assert status == 200
    style = next(part for part in page.split('"') if part.endswith(".css"))
    assert serving.get(style)[0] == 200  # collected, under the name of its content
    taken = run([*ZHIBI, "serve", "--port", str(port)], folder)
    assert taken.returncode == 2
    assert f"Port {port} is taken" in taken.stderr
    first = serving.worker()
    assert first is not None
    os.kill(first, signal.SIGKILL)
    until = time.monotonic() + 30
    while serving.worker() in (first, None) and time.monotonic() < until:
        time.sleep(0.2)
    assert serving.worker() not in (first, None)
    said = serving.end()
    assert serving.process.returncode == 0
    assert "Ended." in said
    assert "leaked" not in said  # by what was loaded and never collected
    with pytest.raises(OSError):
        serving.get("/sign-in")


PREPARE = """
import sys
from pathlib import Path
from zhibi.web.prepare import prepare
made = prepare(Path(sys.argv[1]), administrator="boss", has_backup=False)
print(bool(made.password), made.backup)
"""
BACK = """
import sys
from pathlib import Path
from zhibi.web.prepare import set_up
set_up(Path(sys.argv[1]))
from django.core.management import call_command
call_command("migrate", "jobs", "0001", verbosity=0)
"""


def python(code: str, folder: Path) -> str:
    done = run([sys.executable, "-c", code, str(folder)], folder)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a database and an administrator, to be copied."""
    folder = tmp_path_factory.mktemp("prepared")
    (folder / "zhibi.toml").write_text(SETTINGS, encoding="utf-8")
    assert python(PREPARE, folder) == "True None\n"
    return folder


@pytest.fixture
def filled(prepared: Path, tmp_path: Path) -> Path:
    return shutil.copytree(prepared, tmp_path / "filled")


def test_a_filled_database_is_copied_before_it_is_migrated(filled: Path) -> None:
    assert python(PREPARE, filled) == "False None\n"
    python(BACK, filled)
    assert python(PREPARE, filled).startswith("False ")
    (copy,) = (filled / "backups").iterdir()
    with closing(sqlite3.connect(copy)) as database:
        assert database.execute("SELECT username FROM team_user").fetchall() == [("boss",)]
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        assert ("jobs_job_also_for",) not in tables  # as it was before


def test_a_database_of_a_newer_version_is_left_alone(filled: Path, port: int) -> None:
    with closing(sqlite3.connect(filled / "zhibi.db")) as database:
        database.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('crm', '9999_later', '')"
        )
        database.commit()
    done = run([*ZHIBI, "serve", "--port", str(port)], filled)
    assert done.returncode == 2
    assert "newer Zhibi" in done.stderr


def test_no_workspace_is_a_sentence(tmp_path: Path) -> None:
    done = run([*ZHIBI, "serve"], tmp_path)
    assert done.returncode == 2
    assert "is no workspace" in done.stderr


def test_https_passes_the_check_for_deployment(filled: Path) -> None:
    done = run(
        [sys.executable, "-m", "zhibi.web", "check", "--deploy", "--fail-level", "WARNING"],
        filled,
        ZHIBI_HTTPS="1",
        ZHIBI_HOSTS="crm.example.com",
    )
    assert done.returncode == 0, done.stderr


def test_help_does_not_wait_for_django(tmp_path: Path) -> None:
    code = "import sys; from zhibi.cli import serve; print('django' in sys.modules)"
    done = run([sys.executable, "-c", code], tmp_path)
    assert done.stdout == "False\n"
