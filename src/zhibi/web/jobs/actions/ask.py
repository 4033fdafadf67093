"""Asking for work to be done."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction

from zhibi.web.jobs import registry
from zhibi.web.jobs.models import Job
from zhibi.web.team.models import User


def ask(name: str, *, by: User | None, same_as: str | None = None, **params: Any) -> Job:
    """Queue a job, or give the unfinished one that does the same (`same_as`)."""
    fresh = Job(
        kind=name, params=params, by=by, same_as=same_as, may_resume=registry.kind(name).may_resume
    )
    try:
        with transaction.atomic():
            fresh.save()
    except IntegrityError:
        running = Job.objects.filter(same_as=same_as, state__in=UNFINISHED).first()
        return running or ask(name, by=by, same_as=same_as, **params)
    return fresh


UNFINISHED = (Job.State.QUEUED, Job.State.RUNNING)
