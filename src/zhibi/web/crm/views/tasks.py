"""The tasks of a person and of their team."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from zhibi.web.crm.access import tasks_of, today
from zhibi.web.crm.models import Task

SHOWN: Final = 100
DONE_FOR: Final = timedelta(days=30)
WHOSE: Final = ("mine", "given", "team")


def tasks(request: HttpRequest) -> HttpResponse:
    """Open ones by day, then those done in the last thirty days."""
    whose = request.GET.get("whose", "mine")
    whose = whose if whose in WHOSE else "mine"
    found = _of(request, whose).select_related("account", "assignee")
    opened = found.filter(done_at=None).order_by(F("due_on").asc(nulls_last=True), "pk")
    since = timezone.now() - DONE_FOR
    done = found.filter(done_at__gte=since).order_by("-done_at", "-pk")
    seen = {
        "whose": whose,
        "tabs": WHOSE,
        "opened": opened[: SHOWN + 1],
        "done": done[:20],
        "shown": SHOWN,
        "today": today(),
    }
    return render(request, "work/tasks.html", seen)


def _of(request: HttpRequest, whose: str) -> QuerySet[Task]:
    seen = tasks_of(request.user)
    if whose == "mine":
        return seen.filter(assignee=request.user)
    if whose == "given":
        return seen.filter(created_by=request.user).exclude(assignee=request.user)
    return seen.exclude(assignee=request.user)
