"""How the warnings on one's accounts fared, and the same as a file."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header

from zhibi.web.insight.fared import Fared, fared
from zhibi.web.insight.files import TYPES, File, file_asked, name_for_reader, tables_in, write_file
from zhibi.web.insight.links import links_for
from zhibi.web.team.models import Change
from zhibi.web.text import language

STYLES: Final = ("xlsx", "csv")


def warnings(request: HttpRequest) -> HttpResponse:
    from zhibi.render.fragment import render_fragment

    found = fared(request.user)
    page = render_fragment(found, language(), link=links_for(found, request.user))
    seen = {"found": found, "page": page, "tables": tables_in(found)}
    return render(request, "insight/warnings.html", seen)


def download(request: HttpRequest) -> HttpResponse:
    """`format` is xlsx, or csv with the place of a `table`; of the reader's accounts, and noted."""
    found, file = fared(request.user), file_asked(request.GET.dict(), STYLES)
    tables = tables_in(found)
    if file is None or file.table >= len(tables):
        raise Http404
    part = str(tables[file.table]["title"]) if file.style == "csv" else ""
    name = name_for_reader(
        found.title, file.language, as_of=found.identity.as_of, style=file.style, part=part
    )
    Change.objects.create(
        subject_kind="analysis",
        subject_uid=request.user.uid,
        what="exported",
        after=name,
        by=request.user,
        at=timezone.now(),
    )
    return HttpResponse(
        _written(found, file),
        content_type=TYPES[file.style],
        headers={"Content-Disposition": content_disposition_header(True, name) or ""},
    )


def _written(found: Fared, file: File) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        write_file(found, Path(folder), file)
        return (Path(folder) / file.name).read_bytes()
