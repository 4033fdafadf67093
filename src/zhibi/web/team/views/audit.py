"""Who changed what, from what to what, when: for administrators."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from zhibi.web.team.access import only_administrators
from zhibi.web.team.audit import changes
from zhibi.web.team.models import User


def audit(request: HttpRequest) -> HttpResponse:
    """Newest first, of one person or one day if asked. What cannot be read in the address asks
    for nothing."""
    only_administrators(request.user)
    by, on, below = _person(request), _day(request), _number(request)
    lines, more = changes(by=by, on=on, below=below)
    query = request.GET.copy()
    query["below"] = str(more)
    shown = {
        "lines": lines,
        "by": by,
        "on": on,
        "people": User.objects.order_by("name", "pk"),
        "next_url": f"?{query.urlencode()}" if more else "",
    }
    return render(request, "team/audit.html", shown)


def _person(request: HttpRequest) -> User | None:
    try:
        uid = UUID(request.GET.get("by", ""))
    except ValueError:
        return None
    found: User | None = User.objects.filter(uid=uid).first()
    return found


def _day(request: HttpRequest) -> date | None:
    try:
        return date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return None


def _number(request: HttpRequest) -> int | None:
    text = request.GET.get("below", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
