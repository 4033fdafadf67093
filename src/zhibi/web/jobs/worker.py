"""The worker: does the jobs of a workspace, each in a process of its own.

One at a time of those that take long, and one of the quick ones beside it. Any number of workers
may run on one database. Tasks of Django know no lease, no stopping and no progress; so the table
is ours, and the loop too (docs/decisions.md).
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import socket
import threading
import time
from dataclasses import dataclass
from typing import Any, Final

from django.db import InterfaceError, OperationalError, connection

from zhibi.web.jobs.actions.hold import claim, give_back, renew, take_up_expired
from zhibi.web.jobs.actions.plan import ask_for_due
from zhibi.web.jobs.child import do_one
from zhibi.web.jobs.models import Job

log = logging.getLogger(__name__)
LOOK_EVERY: Final = 0.2  # seconds
TEND_EVERY: Final = 2.0  # schedules and the jobs of dead workers
RENEW_EVERY: Final = 1.0  # also how soon a stopped job stops
THREADS: Final = 2


@dataclass(slots=True)
class Slot:
    """Room for one job, and the process that does it."""

    is_quick: bool
    cores: tuple[int, ...]
    job: Job | None = None
    process: Any = None
    renewed_at: float = 0.0


def work_until(stop: threading.Event) -> None:
    """Do jobs until `stop` is set; what runs then is ended and done again later."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["zhibi.web.jobs.loaded"])
    name = f"{socket.gethostname()}-{os.getpid()}"
    slots = [Slot(is_quick, _cores(at)) for at, is_quick in enumerate((False, True))]
    tended_at = 0.0
    while not stop.is_set():
        try:
            if time.monotonic() - tended_at > TEND_EVERY:
                tended_at = time.monotonic()
                take_up_expired()
                ask_for_due()
            for slot in slots:
                _look_after(slot)
                if slot.job is None:
                    _begin(slot, name, context)
        except (OperationalError, InterfaceError):  # locked or gone: it will come back
            log.warning("the database does not answer", exc_info=True)
            connection.close()
            stop.wait(1)
        stop.wait(LOOK_EVERY)
    for slot in slots:
        _stop(slot)


def _cores(at: int) -> tuple[int, ...]:
    """Cores of one slot: two of those there are."""
    if not hasattr(os, "sched_getaffinity"):
        return ()
    there = sorted(os.sched_getaffinity(0))
    return tuple(there[(at * THREADS + one) % len(there)] for one in range(THREADS))


def _begin(slot: Slot, name: str, context: Any) -> None:
    job = claim(name, is_quick=slot.is_quick)
    if job is None:
        return
    process = context.Process(target=do_one, args=(job.pk, job.attempts, slot.cores))
    process.start()
    slot.job, slot.process, slot.renewed_at = job, process, time.monotonic()


def _look_after(slot: Slot) -> None:
    """Renew the lease of what runs, end what is not to go on, give back what died."""
    if slot.job is None:
        return
    if slot.process.is_alive():
        if time.monotonic() - slot.renewed_at < RENEW_EVERY:
            return
        slot.renewed_at = time.monotonic()
        if renew(slot.job):
            return
        _end(slot.process)
    elif slot.process.exitcode:
        log.warning("the process of job %s ended with %s", slot.job.uid, slot.process.exitcode)
    give_back(slot.job)
    slot.job = slot.process = None


def _stop(slot: Slot) -> None:
    if slot.job is not None:
        _end(slot.process)
        give_back(slot.job, counts=False)


def _end(process: Any) -> None:
    process.terminate()
    process.join(2)
    if process.is_alive():
        process.kill()
        process.join()
