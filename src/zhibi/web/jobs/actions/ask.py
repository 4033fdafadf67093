"""Asking for work to be done."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction

from zhibi.web.jobs import registry
from zhibi.web.jobs.models import Job
from zhibi.web.jobs.models.job import UNFINISHED
from zhibi.web.team.models import User


def ask(name: str, *, by: User | None, same_as: str | None = None, **params: Any) -> Job:
    """Queue a job, or give the unfinished one that does the same (`same_as`): whoever asks for
    that waits for it too."""
    fresh = Job(
        kind=name, params=params, by=by, same_as=same_as, may_resume=registry.kind(name).may_resume
    )
    try:
        with transaction.atomic():
            fresh.save()
    except IntegrityError:
        running = Job.objects.filter(same_as=same_as, state__in=UNFINISHED).first()
        if running is None:  # it has just ended
            return ask(name, by=by, same_as=same_as, **params)
        if by and by.pk != running.by_id:
            running.also_for.add(by)
        return running
    return fresh
