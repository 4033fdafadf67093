"""One import: what was understood, what it would change, and what became of it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from zhibi.web.data.access import import_for
from zhibi.web.data.answers import DATE_ORDERS, ENCODINGS, kept
from zhibi.web.data.kinds import LISTS, fields_of, kinds_for
from zhibi.web.data.models import Import


def brought(request: HttpRequest, uid: UUID) -> HttpResponse:
    one = import_for(request.user, uid)
    sheets = (one.seen or {}).get("sheets", ())
    for sheet in sheets:
        sheet["fields"] = fields_of(sheet["table"]) if sheet["table"] else ()
    seen = {
        "one": one,
        "sheets": sheets,
        "answers": kept(one.answers),
        "kinds": kinds_for(request.user),
        "encodings": ENCODINGS,
        "date_orders": DATE_ORDERS,
        "is_list": one.kind in LISTS,
        "is_working": bool(one.job and not one.job.is_finished),
        "may_answer": one.created_by_id == request.user.pk
        and one.state in (Import.State.CHECKED, Import.State.STUCK),
    }
    return render(request, "data/import.html", seen)
