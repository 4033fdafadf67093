"""The questions that can be asked of one's accounts, and whether the data answers them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from zhibi.web.insight.catalogue import GROUPS, missing, typed_tables
from zhibi.web.insight.known import known
from zhibi.web.insight.models import SavedAnalysis


def questions(request: HttpRequest) -> HttpResponse:
    held, typed = known(), typed_tables()
    groups = [
        (title, [(entry, missing(entry, held, typed)) for entry in entries])
        for title, entries in GROUPS.items()
    ]
    kept = SavedAnalysis.objects.filter(user=request.user, deleted_at=None).order_by("name", "pk")
    seen = {"groups": groups, "held": held, "saved": kept[:20]}
    return render(request, "insight/questions.html", seen)
