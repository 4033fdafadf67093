"""Taking the list of accounts out as a file."""

from __future__ import annotations

from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language

from zhibi.web.crm.actions.export import AT_ONCE, FORMATS, exported_bytes, file_of, note_export
from zhibi.web.crm.listing.columns import columns_of
from zhibi.web.crm.listing.conditions import found
from zhibi.web.crm.listing.filters import read_filters
from zhibi.web.crm.listing.orders import Way
from zhibi.web.crm.listing.paging import in_order
from zhibi.web.fields import new_uid
from zhibi.web.jobs.actions.ask import ask
from zhibi.web.jobs.models import Job

EXPORT = "export_accounts"


def export(request: HttpRequest) -> HttpResponse:
    """What is taken out is what the list shows: its filters, its order, its columns."""
    filters = read_filters(request.GET, request.user)
    query = filters.query.urlencode()
    kind = request.POST.get("kind", "")
    wanted = found(request.user, filters.asked)
    n = wanted.accounts.order_by().values("pk")[: AT_ONCE + 1].count()
    if request.method != "POST" or kind not in FORMATS:
        context = {"filters": filters, "n": n, "is_big": n > AT_ONCE, "query": query}
        return render(request, "accounts/export.html", context)
    way, columns = Way.read(request.GET.get("sort", "")), columns_of(request)
    if n > AT_ONCE:
        names = [column.name for column in columns]
        shown = {"sort": str(way), "columns": names, "language": get_language()}
        asked = {"query": query, "kind": kind, "file": str(new_uid()), **shown}
        job = ask(EXPORT, by=request.user, **asked)
        return redirect("export-job", job.uid)
    content = exported_bytes(kind, in_order(wanted, way), columns)
    note_export(request.user, rows=n, query=query, kind=kind)
    response = HttpResponse(content, content_type=FORMATS[kind])
    response["Content-Disposition"] = f'attachment; filename="accounts.{kind}"'
    return response


def export_job(request: HttpRequest, uid: UUID) -> HttpResponse:
    """How far it is; the file when it is there."""
    job = get_object_or_404(Job, uid=uid, by=request.user, kind=EXPORT)
    return render(request, "accounts/export_job.html", {"job": job})


def export_file(request: HttpRequest, uid: UUID) -> HttpResponse | FileResponse:
    """The file of a finished export, for who asked for it."""
    job = get_object_or_404(Job, uid=uid, by=request.user, kind=EXPORT, state=Job.State.DONE)
    path = file_of(job.params)
    if not path.exists():
        raise Http404
    kind = job.params["kind"]
    return FileResponse(
        path.open("rb"),
        as_attachment=True,
        filename=f"accounts.{kind}",
        content_type=FORMATS[kind],
    )
