"""A server in a process of its own, on a database that other connections can lock."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.parse import urlencode

import pytest

ROOT = Path(__file__).parents[3]


@dataclass
class Server:
    home: Path
    port: int
    cookie: str
    mark: str

    def get(self, address: str) -> tuple[int, str]:
        return self._ask("GET", address, "")

    def post(self, address: str, **form: str) -> tuple[int, str]:
        return self._ask("POST", address, urlencode({"csrfmiddlewaretoken": self.mark, **form}))

    def connected(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)

    def database(self) -> closing[sqlite3.Connection]:
        connection = sqlite3.connect(self.home / "zhibi.db", isolation_level=None, timeout=10)
        return closing(connection)

    def count(self, table: str) -> int:
        with self.database() as database:
            found: int = database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            return found

    def _ask(self, method: str, address: str, body: str) -> tuple[int, str]:
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
            connection.request(method, address, body, headers)
            return read(connection.getresponse())


def read(answer: HTTPResponse) -> tuple[int, str]:
    return answer.status, answer.read().decode() + str(answer.headers)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("served")
    (home / "zhibi.toml").write_text('name = "测试"\ncurrency = "CNY"\n', encoding="utf-8")
    with closing(socket.socket()) as tried:
        tried.bind(("127.0.0.1", 0))
        port = tried.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment |= {
        "ZHIBI_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "tests.web.faults.served_settings",
        "PYTHONPATH": str(ROOT),
    }
    command = [
        *(sys.executable, "-m", "gunicorn", "tests.web.faults.served:application"),
        *("--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--threads", "4"),
        *("--log-level", "warning", "--no-control-socket", "--preload"),
    ]
    log = (home / "server.log").open("w")
    started = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=log, stderr=log)
    try:
        _wait(started, port, home)
        signed_in = json.loads((home / "signed-in.json").read_text())
        yield Server(home, port, signed_in["cookie"], signed_in["mark"])
    finally:
        started.terminate()
        started.wait(timeout=20)
        log.close()


def _wait(started: subprocess.Popen[bytes], port: int, home: Path) -> None:
    for _ in range(1200):
        assert started.poll() is None, (home / "server.log").read_text()
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError((home / "server.log").read_text())
