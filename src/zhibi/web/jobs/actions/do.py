"""Doing one job in this process: what the worker's child does, and what tests call."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from zhibi.errors import ZhibiError
from zhibi.said import Said
from zhibi.web.jobs import registry
from zhibi.web.jobs.actions.ask import ask
from zhibi.web.jobs.models import Job
from zhibi.web.jobs.models.job import UNFINISHED
from zhibi.web.text import said_to_json

log = logging.getLogger(__name__)
FAULT = Said("A fault of Zhibi; it was written to the server's log. Try again, or tell us.")


@dataclass(slots=True)
class Doing:
    """The job as its work sees it."""

    job: Job
    last: float = -1.0

    @property
    def params(self) -> dict[str, Any]:
        return self.job.params

    @property
    def by(self) -> Any:
        return self.job.by

    def progress(self, done: float, doing: Said | None = None) -> None:
        """Tell how far the work is, 0 to 1; small steps are not written down."""
        if done - self.last < 0.01 and doing is None:
            return
        self.last = done
        said = {"doing": said_to_json(doing)} if doing else {}
        _still(self.job).update(progress=min(1.0, done), **said)


def do(job: Job) -> Job:
    """Do the work and write down how it ended. A failure ends in a sentence on the job."""
    try:
        result = registry.kind(job.kind).work(Doing(job))
    except ZhibiError as problem:
        _finish(job, Job.State.FAILED, error=said_to_json(problem))
    except Exception:
        log.exception("job %s %s", job.kind, job.uid)
        _finish(job, Job.State.FAILED, error=said_to_json(FAULT))
    else:
        with transaction.atomic():  # killed between the two, what follows would never be asked for
            if _finish(job, Job.State.DONE, result=result, progress=1.0):
                _ask_for_what_follows(job)
    job.refresh_from_db()
    return job


def _still(job: Job) -> Any:
    """The job, as long as it is this attempt's: not when it was stopped or given to another."""
    return Job.objects.filter(pk=job.pk, attempts=job.attempts, state__in=UNFINISHED)


def _finish(job: Job, state: Any, **values: Any) -> bool:
    ended: int = _still(job).update(
        state=state, finished_at=timezone.now(), lease_until=None, **values
    )
    return ended == 1


def _ask_for_what_follows(job: Job) -> None:
    for kind in registry.kinds().values():
        if kind.after == job.kind:
            ask(kind.name, by=None, same_as=kind.name)
