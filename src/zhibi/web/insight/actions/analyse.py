"""An analysis for one person: the one that is kept, else one that is being made."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from zhibi.web.insight import results
from zhibi.web.insight.asked import Asked, asked
from zhibi.web.insight.models import Analysis
from zhibi.web.insight.question import question
from zhibi.web.insight.scope import mark_of_customers
from zhibi.web.jobs.actions.ask import ask
from zhibi.web.jobs.models import Job
from zhibi.web.team.models import User

READ_NOTED_EVERY = timedelta(days=1)


def analyse(
    user: User, method: str, params: Any = None, *, as_of: date | None = None, again: bool = False
) -> Analysis:
    """What `method` says of the accounts that `user` sees: `made_at` is set when it is there to
    be read (`insight.results.read`), else `job` makes it or has failed; `again` tries once more.

    ZhibiError when there is no such method, or no orders to look at.
    """
    asking = question(method)
    chosen = asking.params() if params is None else params
    return analysis_of(asked(user, asking, chosen, day=as_of), user, again=again)


def analysis_of(wanted: Asked, user: User, *, again: bool = False) -> Analysis:
    found = Analysis.objects.select_related("job").filter(key=wanted.key).first()
    if found and is_made(found):
        _note_reading(found)
        return found
    if found and found.job and not found.made_at and not again and _is_open_or_failed(found.job):
        return found
    record = found or row_of(wanted)
    record.job = ask(
        "analysis",
        by=user,
        same_as=wanted.key,
        question=wanted.question.name,
        params=wanted.values,
    )
    record.made_at = None
    record.save()
    return record


def is_made(analysis: Analysis) -> bool:
    """Whether its pages are there: the cache may have been emptied."""
    return analysis.made_at is not None and results.are_kept(analysis.key)


def earlier(wanted: Asked, user: User) -> Analysis | None:
    """The last answer to the same question for the same scope, of earlier data; none when the
    person sees other customers now than then."""
    made = Analysis.objects.filter(
        method=wanted.question.name,
        params=wanted.values,
        scope=wanted.scope,
        made_at__isnull=False,
    )
    last = next((one for one in made.order_by("-made_at")[:3] if is_made(one)), None)
    if last is None or results.mark_of(last.key) != mark_of_customers(user):
        return None
    return last


def row_of(wanted: Asked) -> Analysis:
    """The row of an analysis, made if there is none."""
    row, _ = Analysis.objects.get_or_create(
        key=wanted.key,
        defaults={
            "method": wanted.question.name,
            "params": wanted.values,
            "as_of": wanted.as_of,
            "data_version": wanted.data_version,
            "records_version": wanted.records_version,
            "scope": wanted.scope,
        },
    )
    return row


def _is_open_or_failed(job: Job) -> bool:
    return job.state != Job.State.DONE


def _note_reading(analysis: Analysis) -> None:
    """So that what is still read is not thrown away; a row a day is enough."""
    now = timezone.now()
    if now - analysis.read_at > READ_NOTED_EVERY:
        Analysis.objects.filter(pk=analysis.pk).update(read_at=now)
