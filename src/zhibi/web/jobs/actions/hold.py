"""Taking a job under a lease, renewing it, and giving it back when its process died."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.utils import timezone

from zhibi.said import Said
from zhibi.web.jobs import registry
from zhibi.web.jobs.models import Job
from zhibi.web.text import said_to_json

LEASE: Final = timedelta(seconds=30)
ATTEMPTS: Final = 2
KILLED = Said(
    "The work was stopped in the midst of it, by too little memory or from outside; nothing of it "
    "is half done. Try again, with less data at a time if it happens again."
)


def claim(worker: str, *, is_quick: bool) -> Job | None:
    """The oldest job that waits, of those somebody waits for first; this worker's from now on.

    Looked at before it is locked: on SQLite a lock keeps everybody else from writing.
    """
    if not _waiting(is_quick=is_quick).exists():
        return None
    with transaction.atomic():
        waiting = _waiting(is_quick=is_quick).order_by("is_nobodys", "pk")
        skips = connection.features.has_select_for_update_skip_locked
        job = waiting.select_for_update(skip_locked=skips, of=("self",) if skips else ()).first()
        if job is not None:
            job.state, job.worker = Job.State.RUNNING, worker
            job.attempts += 1
            job.started_at, job.lease_until = timezone.now(), timezone.now() + LEASE
            job.save(update_fields=["state", "worker", "attempts", "started_at", "lease_until"])
    return job


def _waiting(*, is_quick: bool) -> QuerySet[Job]:
    quick = Q(kind__in=[kind.name for kind in registry.kinds().values() if kind.is_quick])
    nobodys = ExpressionWrapper(Q(by=None), output_field=BooleanField())
    chosen = Job.objects.filter(quick if is_quick else ~quick, state=Job.State.QUEUED)
    return chosen.annotate(is_nobodys=nobodys)


def held(job: Job) -> QuerySet[Job]:
    """The job as long as it is this attempt's."""
    return Job.objects.filter(pk=job.pk, attempts=job.attempts, state=Job.State.RUNNING)


def renew(job: Job) -> bool:
    """Hold it for another while; False when it is not to go on: stopped, or given to another."""
    wanted = held(job).filter(cancel_asked=False)
    return wanted.update(lease_until=timezone.now() + LEASE) == 1


def give_back(job: Job, *, counts: bool = True) -> None:
    """Its process is gone: done again if that does no harm, else it has failed; `counts` is
    False where the worker ended it for reasons of its own."""
    ended: dict[str, Any] = {"lease_until": None, "finished_at": timezone.now()}
    held(job).filter(cancel_asked=True).update(state=Job.State.CANCELLED, **ended)
    if job.may_resume and (job.attempts < ATTEMPTS or not counts):
        held(job).update(
            state=Job.State.QUEUED,
            lease_until=None,
            worker="",
            progress=0,
            attempts=job.attempts - (0 if counts else 1),
        )
    else:
        held(job).update(state=Job.State.FAILED, error=said_to_json(KILLED), **ended)


def take_up_expired() -> None:
    """The jobs of workers that are gone."""
    gone = Job.objects.filter(state=Job.State.RUNNING, lease_until__lt=timezone.now())
    for job in gone:
        give_back(job)
