"""The rejected rows as a file, to be corrected and brought in again."""

from __future__ import annotations

from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase

from zhibi.web.data.access import import_for
from zhibi.web.data.uploads import rejected_folder


def rejected(request: HttpRequest, uid: UUID, place: int) -> HttpResponseBase:
    """`place` counts the files of one import, from 1."""
    one = import_for(request.user, uid)
    names = (one.seen or {}).get("rejected_files", [])
    if not 1 <= place <= len(names):
        raise Http404
    path = rejected_folder(one.uid) / names[place - 1]
    if not path.is_file():
        raise Http404
    return FileResponse(path.open("rb"), as_attachment=True, filename=path.name)
