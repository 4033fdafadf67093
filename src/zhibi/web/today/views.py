"""The page people open first."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from zhibi.web.crm.access import today as day_here
from zhibi.web.crm.owed import owed_to
from zhibi.web.today.agenda import agenda
from zhibi.web.today.made_anew import made_anew


def today(request: HttpRequest) -> HttpResponse:
    seen = {
        "agenda": agenda(request.user),
        "owed": owed_to(request.user),
        "made_anew": made_anew(request.user),
        "today": day_here(),
    }
    return render(request, "today/today.html", seen)
