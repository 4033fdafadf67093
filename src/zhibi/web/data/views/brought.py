"""One import: what was understood, what it would change, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from zhibi.web.crm.access import today
from zhibi.web.data.access import import_for
from zhibi.web.data.answers import DATE_ORDERS, ENCODINGS, kept
from zhibi.web.data.kinds import LISTS, fields_of, kinds_for
from zhibi.web.data.models import Import
from zhibi.web.team.scope import people_seen

REVIEW: Final = "reports/key_accounts"
ANALYSED_FIRST: Final = {
    "receivables": "receivables",
    "receipts": "receivables",
    "allocations": "receivables",
    "efforts": "input_output",
    "surveys": "satisfaction",
    "touches": "purchase_path",
    "assessments": "man",
}


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
        "analysis": analysed_first(sheets),
        "sees_all": people_seen(request.user, today()) is None,
        "is_working": bool(one.job and not one.job.is_finished),
        "may_answer": one.created_by_id == request.user.pk
        and one.state in (Import.State.CHECKED, Import.State.STUCK),
    }
    return render(request, "data/import.html", seen)


def analysed_first(sheets: Iterable[Mapping[str, Any]]) -> str:
    """The question to which these files are the answer: of all that hold orders, the review."""
    found = {ANALYSED_FIRST.get(sheet["table"], REVIEW) for sheet in sheets}
    return found.pop() if len(found) == 1 else REVIEW
