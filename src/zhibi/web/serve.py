"""Serving a workspace: the web server and the worker, started, watched and ended together."""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Final

from zhibi.errors import ZhibiError

THREADS: Final = 8  # a process; most of them wait for the database
READY_WITHIN: Final = 60.0  # seconds
END_WITHIN: Final = 15.0
REST: Final = 5.0  # before a worker that died is started again
ANY_ADDRESS: Final = ("0.0.0.0", "::")  # noqa: S104 - only looked for


@dataclass(frozen=True, slots=True)
class Address:
    host: str
    port: int

    def __str__(self) -> str:
        host = "127.0.0.1" if self.host in ANY_ADDRESS else self.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def binding(self) -> str:
        return f"{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"


def refuse_taken(address: Address) -> None:
    """ZhibiError when nothing can listen there, before anything is started."""
    try:
        family = socket.getaddrinfo(address.host, address.port)[0][0]
        with closing(socket.socket(family)) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind((address.host, address.port))
    except socket.gaierror as problem:
        raise ZhibiError(
            "There is no address {host} here; name another one with --host.", host=address.host
        ) from problem
    except OSError as problem:
        if problem.errno == errno.EADDRINUSE:
            raise ZhibiError(
                "Port {port} is taken; end what runs there, or choose another one with --port.",
                port=str(address.port),
            ) from problem
        raise ZhibiError(
            "Port {port} of {host} cannot be used ({problem}); choose others with --port and "
            "--host.",
            port=str(address.port),
            host=address.host,
            problem=problem.strerror,
        ) from problem


def serve(address: Address, *, processes: int, when_ready: Callable[[], None]) -> None:
    """Serve until Ctrl-C or SIGTERM; a worker that dies is started again."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    if address.host not in ANY_ADDRESS:
        known = os.environ.get("ZHIBI_HOSTS", "127.0.0.1,localhost,[::1]")
        os.environ["ZHIBI_HOSTS"] = f"{known},{address.host}"
    server, worker = _start(_server(address, processes)), _start(_worker())
    try:
        _wait_for(server, address, stop)
        if not stop.is_set():
            when_ready()
        while not stop.wait(0.5):
            _refuse_ended(server)
            if worker.poll() is not None and not stop.wait(REST):
                worker = _start(_worker())
    finally:
        _end(server, worker)


def _server(address: Address, processes: int) -> list[str]:
    return [
        *(sys.executable, "-m", "gunicorn", "zhibi.web.wsgi:application"),
        *("--bind", address.binding, "--workers", str(processes), "--preload"),
        *("--worker-class", "gthread", "--threads", str(THREADS), "--timeout", "120"),
        *("--log-level", "warning", "--graceful-timeout", str(int(END_WITHIN) - 5)),
        "--no-control-socket",
    ]


def _worker() -> list[str]:
    return [sys.executable, "-m", "zhibi.web", "worker"]


def _start(command: list[str]) -> subprocess.Popen[bytes]:
    """In a session of its own: Ctrl-C is answered here, and then passed on in order."""
    return subprocess.Popen(command, start_new_session=True)  # noqa: S603 - our own command


def _wait_for(server: subprocess.Popen[bytes], address: Address, stop: threading.Event) -> None:
    """Until somebody answers at the address."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address.host, address.host)  # noqa: S104
    until = time.monotonic() + READY_WITHIN
    while time.monotonic() < until and not stop.wait(0.1):
        _refuse_ended(server)
        try:
            socket.create_connection((host, address.port), timeout=1).close()
        except OSError:
            continue
        return


def _refuse_ended(server: subprocess.Popen[bytes]) -> None:
    if server.poll() is not None:
        raise ZhibiError(
            "The web server ended by itself ({code}); what it wrote above says why.",
            code=str(server.returncode),
        )


def _end(*processes: subprocess.Popen[bytes]) -> None:
    for process in processes:
        if process.poll() is None:
            process.terminate()
    until = time.monotonic() + END_WITHIN
    for process in processes:
        try:
            process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
