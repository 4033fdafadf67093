"""An analysis as a file: made by the worker where it is not there yet, then given, and noted."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from zhibi.web.insight import results
from zhibi.web.insight.actions.analyse import is_made, row_of
from zhibi.web.insight.asked import Asked, asked
from zhibi.web.insight.files import TYPES, File, file_asked, name_for_reader
from zhibi.web.insight.params_form import AS_OF, ParamsForm
from zhibi.web.insight.question import Question
from zhibi.web.insight.views.analysis import address_of
from zhibi.web.jobs.actions.ask import ask
from zhibi.web.jobs.models import Job
from zhibi.web.jobs.models.job import UNFINISHED
from zhibi.web.team.models import Change


def download(request: HttpRequest, asking: Question) -> HttpResponseBase:
    """`format` is html, xlsx, pptx, or csv with the place of a `table`; cut to the reader's
    accounts as the page is."""
    form = ParamsForm(asking, request.GET, request.user)
    file = file_asked(request.GET.dict())
    if not form.is_valid() or file is None:
        raise Http404
    wanted = asked(request.user, asking, form.params(), day=form.day(AS_OF))
    path = results.folder_of(wanted.key) / file.name
    is_there = is_made(row_of(wanted)) and path.is_file()
    is_asking = bool(request.htmx and request.htmx.target == "waiting")
    if is_there and not is_asking:
        return _given(request, wanted, file, path)
    job = None if is_there else _job(request, wanted, file)
    seen = {"job": job, "file": file, "asking": asking, "back": address_of(asking, form)}
    template = "insight/_file.html" if is_asking else "insight/file.html"
    return render(request, template, seen)


def _job(request: HttpRequest, wanted: Asked, file: File) -> Job:
    """The one that makes the file, or the last one that failed, until the page is opened anew."""
    name = f"{wanted.key}/{file.name}"
    if request.htmx:
        last = Job.objects.filter(kind="analysis", same_as=name).order_by("-pk").first()
        if last and (last.state in UNFINISHED or last.error):
            return last
    return ask(
        "analysis",
        by=request.user,
        same_as=name,
        question=wanted.question.name,
        params=wanted.values,
        file=file.to_data(),
    )


def _given(request: HttpRequest, wanted: Asked, file: File, path: Path) -> FileResponse:
    part = ""
    if file.style == "csv":
        part = results.tables_of(wanted.key)[file.table]["title"]
    name = name_for_reader(
        wanted.question.title, file.language, as_of=wanted.as_of, style=file.style, part=part
    )
    Change.objects.create(
        subject_kind="analysis",
        subject_uid=UUID(hex=wanted.key[:32]),
        what="exported",
        after=name,
        by=request.user,
        at=timezone.now(),
    )
    return FileResponse(
        path.open("rb"), as_attachment=True, filename=name, content_type=TYPES[file.style]
    )
