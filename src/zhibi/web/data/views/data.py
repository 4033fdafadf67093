"""What was brought in, and the place to drop more."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from zhibi.errors import ZhibiError
from zhibi.web.data.access import imports_of
from zhibi.web.data.kinds import FOUND_OUT, kinds_for
from zhibi.web.data.models import Import
from zhibi.web.data.reading import last_reading, may_look_again
from zhibi.web.data.uploads import keep, refuse_upload_problem
from zhibi.web.failures import too_large_in_words
from zhibi.web.fields import new_uid
from zhibi.web.given import uid_in
from zhibi.web.jobs.actions.ask import ask
from zhibi.web.team.actions.edit import create
from zhibi.web.team.scope import SEES_ALL
from zhibi.web.warehouse import is_connected

SHOWN: Final = 50
MOST_FILES: Final = 20


def data(request: HttpRequest) -> HttpResponse:
    """The history, latest first; a POST brings files."""
    if request.method == "POST":
        return _upload(request)
    known = imports_of(request.user).select_related("created_by").order_by("-pk")
    seen = {
        "imports": known[:SHOWN],
        "kinds": kinds_for(request.user),
        "uid": new_uid(),
        "most_bytes": settings.MAX_UPLOAD_BYTES,
        "too_large": too_large_in_words(),
        "may_see_quality": request.user.role in SEES_ALL and not is_connected(),
    }
    if is_connected():
        seen |= {"reading": last_reading(), "may_look_again": may_look_again(request.user)}
    return render(request, "data/data.html", seen)


def _upload(request: HttpRequest) -> HttpResponse:
    files = request.FILES.getlist("files")
    refuse_upload_problem(request)
    kind = request.POST.get("kind", FOUND_OUT)
    if kind not in kinds_for(request.user):
        raise PermissionDenied
    if not files:
        raise ZhibiError("No file arrived; choose one or more, and wait until they are sent.")
    if len(files) > MOST_FILES:
        raise ZhibiError("These are {n} files; bring up to {most} at once.", n=len(files), most=20)
    fresh = Import(kind=kind, uid=uid_in(request.POST.get("uid")) or new_uid())
    if known := imports_of(request.user).filter(uid=fresh.uid).first():
        return redirect("import", known.uid)  # the same form sent again
    if Import.objects.filter(uid=fresh.uid).exists():  # somebody else's, whose files stay theirs
        raise Http404
    fresh.files = keep(fresh.uid, files)
    with transaction.atomic():  # killed in between, files without a row are left and thrown away
        one = create(fresh, by=request.user)
        one.job = ask("look_at_import", by=request.user, **{"import": str(one.uid)})
        one.save(update_fields=["job"])
    return redirect("import", one.uid)
