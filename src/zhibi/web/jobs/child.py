"""The process that does one job and ends."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from multiprocessing import parent_process
from pathlib import Path


def do_one(pk: int, attempts: int, cores: tuple[int, ...]) -> None:
    """Do a job that the worker has claimed; how it ended stands on the job."""
    _keep_within(cores)
    _end_with_the_worker()
    from django.db import connection

    from zhibi.web.jobs.actions.do import do
    from zhibi.web.jobs.models import Job

    job = Job.objects.filter(pk=pk, attempts=attempts, state=Job.State.RUNNING).first()
    if job is not None:
        do(job)
    connection.close()


def _keep_within(cores: tuple[int, ...]) -> None:
    """At most these cores, which is how many threads DuckDB takes (its memory is bounded where it
    is opened); and where memory runs out, the system ends this process rather than the server."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the worker's to answer
    if cores and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, cores)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("500", encoding="ascii")


def _end_with_the_worker() -> None:
    """A worker that was killed cannot end its child, and another one will do the job again."""

    def watch() -> None:
        worker = parent_process()
        if worker is not None:
            worker.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
