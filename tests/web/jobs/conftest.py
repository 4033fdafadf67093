"""A workspace with a database of its own, which workers in other processes can see."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import dj_database_url
import pytest
from django.core.management import call_command
from django.db import connections

from zhibi.web.jobs.models import Job, Schedule

NAME = "company"
ROOT = Path(__file__).parents[3]


@dataclass
class Company:
    folder: Path
    url: str
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def jobs(self) -> Any:
        return Job.objects.using(NAME)

    @property
    def schedules(self) -> Any:
        return Schedule.objects.using(NAME)

    def queue(self, kind: str, *, may_resume: bool = True, **params: Any) -> Job:
        made: Job = self.jobs.create(kind=kind, params=params, may_resume=may_resume)
        return made

    def worker(self) -> subprocess.Popen[bytes]:
        environment = os.environ | {
            "ZHIBI_HOME": str(self.folder),
            "DATABASE_URL": self.url,
            "DJANGO_SETTINGS_MODULE": "tests.web.jobs.worker_settings",
            "PYTHONPATH": str(ROOT),
        }
        command = [sys.executable, "-m", "zhibi.web", "worker"]
        started = subprocess.Popen(command, env=environment, cwd=ROOT, stderr=subprocess.PIPE)
        self.workers.append(started)
        return started

    def wait(self, job: Job, until: Callable[[Job], bool], seconds: float = 60) -> Job:
        """The job as soon as it is as it should be."""
        for _ in range(int(seconds / 0.05)):
            job.refresh_from_db()
            if until(job):
                return job
            died = [one for one in self.workers if one.poll() not in (None, -signal.SIGKILL)]
            assert not died, died[0].communicate()[1].decode()
            time.sleep(0.05)
        raise AssertionError(f"{job.kind}: {job.state} {job.error}")

    def finished(self, job: Job) -> Job:
        return self.wait(job, lambda found: found.is_finished)

    def running(self, job: Job) -> Job:
        return self.wait(job, lambda found: found.progress == 0.5)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any) -> str:
    """The address of a database with every table and no row, to be copied for each test."""
    url = _database(tmp_path_factory.mktemp("migrated"))
    with django_db_blocker.unblock(), _connected(url):
        call_command("migrate", database=NAME, verbosity=0)
    return url


@pytest.fixture
def company(tmp_path: Path, migrated: str, django_db_blocker: Any) -> Iterator[Company]:
    (tmp_path / "zhibi.toml").write_text('name = "测试"\ncurrency = "CNY"\n', encoding="utf-8")
    made = Company(tmp_path, url=_database(tmp_path, copied=migrated))
    with django_db_blocker.unblock(), _connected(made.url):
        yield made
        for worker in made.workers:
            if worker.poll() is None:
                worker.terminate()
            worker.communicate(timeout=20)


@contextmanager
def _connected(url: str) -> Iterator[None]:
    """Django knows the database by NAME."""
    connections.databases[NAME] = connections["default"].settings_dict | dj_database_url.parse(url)
    yield
    connections[NAME].close()
    del connections[NAME], connections.databases[NAME]


def _database(folder: Path, copied: str = "") -> str:
    """A file, or a new database beside the one that the tests were given."""
    given = os.environ.get("ZHIBI_TEST_DATABASE_URL")
    if given is None:
        if copied:
            shutil.copy(copied.removeprefix("sqlite:///"), folder / "zhibi.db")
        return f"sqlite:///{folder / 'zhibi.db'}"
    name = f"jobs_{uuid4().hex[:12]}"
    import psycopg

    with psycopg.connect(given, autocommit=True) as server:
        server.execute(
            f"CREATE DATABASE {name} TEMPLATE {copied.rpartition('/')[2] or 'template1'}"
        )
    return f"{given.rpartition('/')[0]}/{name}"


def end(process: subprocess.Popen[bytes], number: int = signal.SIGTERM) -> int:
    process.send_signal(number)
    process.communicate(timeout=20)
    return process.returncode
