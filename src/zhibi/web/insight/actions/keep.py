"""Keeping an analysis under a name, and making it anew on its day."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import QueryDict
from django.utils import timezone

from zhibi.web.insight import results
from zhibi.web.insight.actions.make import Progress, make
from zhibi.web.insight.asked import Asked, asked
from zhibi.web.insight.models import SavedAnalysis
from zhibi.web.insight.params_form import AS_OF, ParamsForm
from zhibi.web.insight.question import question
from zhibi.web.jobs.actions.plan import next_at
from zhibi.web.jobs.models import Schedule
from zhibi.web.team.actions.edit import create, delete, edit
from zhibi.web.team.models import User

JOB = "made_anew"


@transaction.atomic
def keep(saved: SavedAnalysis, *, by: User) -> SavedAnalysis:
    """Keep it; the same form sent twice is one."""
    saved.user = by
    saved.told = saved.seen = _findings(saved)
    kept = create(saved, by=by)
    assert isinstance(kept, SavedAnalysis)
    _plan(kept)
    return kept


@transaction.atomic
def change(saved: SavedAnalysis, values: dict[str, Any], *, by: User) -> None:
    edit(saved, values, by=by, version=saved.version)
    _plan(saved)


@transaction.atomic
def let_go(saved: SavedAnalysis, *, by: User) -> None:
    """It is kept no longer, and not made anew."""
    Schedule.objects.filter(kind=JOB, params=_params(saved)).delete()
    delete(saved, by=by)


def make_anew(uid: str, *, progress: Progress) -> bool:
    """Make a saved analysis of the data of today; not one whose person has left or let it go."""
    saved = SavedAnalysis.objects.select_related("user").filter(uid=uid, deleted_at=None).first()
    if saved is None or not saved.user.is_active:
        return False
    wanted = _asked(saved)
    if wanted is None:
        return False
    made = make(saved.user, saved.method, wanted.values, progress=progress)
    told = [one.id for one in results.findings_of(made.key)]
    SavedAnalysis.objects.filter(pk=saved.pk).update(last_made_at=timezone.now(), told=told)
    return True


def look(saved: SavedAnalysis) -> None:
    """Its person looks at it now: what it tells is not new any more."""
    SavedAnalysis.objects.filter(pk=saved.pk).update(seen=saved.told, looked_at=timezone.now())


def _asked(saved: SavedAnalysis) -> Asked | None:
    """The question as it is asked now; None where it has a parameter there is no more."""
    form = ParamsForm(question(saved.method), QueryDict(saved.query).dict(), saved.user)
    if not form.is_valid():
        return None
    return asked(saved.user, form.question, form.params(), day=form.day(AS_OF))


def _findings(saved: SavedAnalysis) -> list[str]:
    """What the page tells from which it is kept."""
    wanted = _asked(saved)
    if wanted is None or not results.are_kept(wanted.key):
        return []
    return [one.id for one in results.findings_of(wanted.key)]


def _plan(saved: SavedAnalysis) -> None:
    """One schedule where it is wanted, none else."""
    Schedule.objects.filter(kind=JOB, params=_params(saved)).delete()
    if saved.every:
        Schedule.objects.create(
            kind=JOB,
            params=_params(saved),
            every=saved.every,
            by=saved.user,
            next_at=next_at(saved.every, timezone.now()),
        )


def _params(saved: SavedAnalysis) -> dict[str, str]:
    return {"saved": str(saved.uid)}
