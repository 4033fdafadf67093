"""Files of an account: sent, fetched, removed."""

from __future__ import annotations

import errno
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from zhibi.errors import ZhibiError
from zhibi.web.crm.access import account_for
from zhibi.web.crm.actions.attach import MAX_BYTES, no_room, path_of, too_large
from zhibi.web.crm.actions.attach import attach as keep
from zhibi.web.team.actions import edit

FORM_BYTES = 100_000  # what the form adds to its file


@require_POST
@csrf_exempt  # looked at below, once the size is known to be bearable
def attach(request: HttpRequest, uid: UUID) -> HttpResponse:
    account_for(request.user, uid, to_edit=True)
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > MAX_BYTES + FORM_BYTES:
        raise too_large()
    try:
        request.FILES  # noqa: B018 - the upload is read here
    except OSError as problem:
        if problem.errno in (errno.ENOSPC, errno.EDQUOT):
            raise no_room() from problem
        raise
    return _attach(request, uid)


@csrf_protect
def _attach(request: HttpRequest, uid: UUID) -> HttpResponse:
    account = account_for(request.user, uid, to_edit=True)
    upload = request.FILES.get("file")
    if upload is None:
        raise ZhibiError("No file came; choose one and send it again.")
    keep(account, upload, by=request.user)
    return redirect("account-file", uid)


def attachment(request: HttpRequest, uid: UUID, file: UUID) -> FileResponse:
    """Always to be saved, never shown here: what is in it must not act as one of our pages."""
    account = account_for(request.user, uid)
    found = get_object_or_404(account.attachments, uid=file, deleted_at=None)
    try:
        content = path_of(found.sha256).open("rb")
    except OSError as problem:
        raise ZhibiError(
            "{file} is not where it should be; ask an administrator to bring back the backup.",
            file=found.name,
        ) from problem
    response = FileResponse(
        content, as_attachment=True, filename=found.name, content_type=found.content_type
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


@require_POST
def remove(request: HttpRequest, uid: UUID, file: UUID) -> HttpResponse:
    """Out of sight; the content stays, as another account may keep the same file."""
    account = account_for(request.user, uid, to_edit=True)
    found = get_object_or_404(account.attachments, uid=file, deleted_at=None)
    edit.delete(found, by=request.user, of_account=account.uid)
    return redirect("account-file", uid)
