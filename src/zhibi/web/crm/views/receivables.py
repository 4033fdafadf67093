"""What is owed: late, due this month, retained; by account, the most urgent first."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from zhibi.web.crm.access import today
from zhibi.web.crm.models import Receivable
from zhibi.web.crm.owed import collections, month_ends, owed_to, receivables_of

SHOWN: Final = 100
WHICH: Final = ("late", "this month", "retained", "all")


def receivables(request: HttpRequest) -> HttpResponse:
    """`?which=` chooses late (at first), this month, retained or all."""
    which = request.GET.get("which", "late")
    which = which if which in WHICH else "late"
    rows, until = _chosen(receivables_of(request.user), which)
    found = collections(rows, until, most=SHOWN + 1)
    seen = {
        "owed": owed_to(request.user),
        "which": which,
        "collections": found[:SHOWN],
        "is_cut": len(found) > SHOWN,
        "shown": SHOWN,
    }
    return render(request, "receivables/receivables.html", seen)


def _chosen(rows: QuerySet[Receivable], which: str) -> tuple[QuerySet[Receivable], date]:
    now = today()
    if which == "late":
        return rows, now - timedelta(days=1)
    if which == "this month":
        return rows.filter(due_on__gte=now), month_ends()
    if which == "retained":
        return rows.filter(is_retention=True, due_on__gte=now), date.max
    return rows, date.max
