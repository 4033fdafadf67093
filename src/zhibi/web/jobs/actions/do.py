"""Doing one job in this process: what the worker's child does, and what tests call."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from zhibi.errors import ZhibiError
from zhibi.said import Said
from zhibi.web.jobs import registry
from zhibi.web.jobs.models import Job
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
        Job.objects.filter(pk=self.job.pk).update(progress=min(1.0, done), **said)


def do(job: Job) -> Job:
    """Do the work and write down how it ended. A failure ends in a sentence on the job."""
    kind = registry.kind(job.kind)
    try:
        result = kind.work(Doing(job))
    except ZhibiError as problem:
        _finish(job, Job.State.FAILED, error=said_to_json(problem))
    except Exception:
        log.exception("job %s %s", job.kind, job.uid)
        _finish(job, Job.State.FAILED, error=said_to_json(FAULT))
    else:
        _finish(job, Job.State.DONE, result=result, progress=1.0)
    job.refresh_from_db()
    return job


def _finish(job: Job, state: Any, **values: Any) -> None:
    """Only a job that is still running ends: one that was cancelled stays so."""
    Job.objects.filter(pk=job.pk, state__in=(Job.State.RUNNING, Job.State.QUEUED)).update(
        state=state, finished_at=timezone.now(), lease_until=None, **values
    )
