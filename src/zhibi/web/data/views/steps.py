"""The steps of an import that the person decides: answer, commit, undo, forget."""

from __future__ import annotations

import shutil
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from zhibi.errors import ZhibiError
from zhibi.web.data.access import import_for, refuse_outsiders
from zhibi.web.data.actions.commit import refuse_unready
from zhibi.web.data.answers import kept, posted
from zhibi.web.data.kinds import kinds_for
from zhibi.web.data.models import Import
from zhibi.web.data.models.brought import WAITING
from zhibi.web.data.uploads import folder_of
from zhibi.web.jobs.actions.ask import ask
from zhibi.web.team.actions.edit import delete


@require_POST
def answer(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What the files are and how to read them; they are looked at again."""
    one = _own(request, uid)
    if one.state not in WAITING:
        raise ZhibiError("This import was committed already; look at it in the history.")
    kind = request.POST.get("kind", one.kind)
    if kind not in kinds_for(request.user):
        raise PermissionDenied
    given = posted(request.POST, one.seen, kept(one.answers))
    given.rate  # noqa: B018 - refuses what is no rate before anything is kept
    columns = given.columns if kind == one.kind else {}
    before = (one.kind, one.answers)
    one.kind, one.answers = kind, given.to_json() | {"columns": columns}
    if before != (one.kind, one.answers):
        _refuse_working(one)  # it has read the answers before
    return _work(request, one, "look_at_import")


@require_POST
def commit(request: HttpRequest, uid: UUID) -> HttpResponse:
    one = _own(request, uid)
    refuse_outsiders(request.user, one)
    refuse_unready(one)
    _refuse_working(one, but="commit_import")
    return _work(request, one, "commit_import")


@require_POST
def undo(request: HttpRequest, uid: UUID) -> HttpResponse:
    one = import_for(request.user, uid)
    refuse_outsiders(request.user, one)
    if one.state != Import.State.COMMITTED:
        raise ZhibiError("This import was not committed, or was undone already.")
    _refuse_working(one, but="undo_import")
    return _work(request, one, "undo_import")


@require_POST
def forget(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Throw away files that were not committed."""
    one = _own(request, uid)
    if one.state not in WAITING:
        raise ZhibiError("What was committed stays in the history; undo it instead.")
    _refuse_working(one, but="look_at_import")
    delete(one, by=request.user)
    shutil.rmtree(folder_of(one.uid), ignore_errors=True)
    return redirect("data")


def _own(request: HttpRequest, uid: UUID) -> Import:
    """The steps before the commit are taken by the one who brought the files."""
    one = import_for(request.user, uid)
    if one.created_by_id != request.user.pk:
        raise PermissionDenied
    return one


def _refuse_working(one: Import, *, but: str = "") -> None:
    """ZhibiError while a step is being done, `but` that one: the same form sent again."""
    if one.job and not one.job.is_finished and one.job.kind != but:
        raise ZhibiError("The files are being worked on.")


def _work(request: HttpRequest, one: Import, step: str) -> HttpResponse:
    uid = str(one.uid)
    with transaction.atomic():  # or the worker begins before the answers are there to be read
        one.job = ask(step, by=request.user, same_as=f"{step} {uid}", **{"import": uid})
        one.save(update_fields=["kind", "answers", "job"])
    return redirect("import", one.uid)
