"""Who changed what, from what to what, when: for administrators."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from zhibi.web.given import day_in, number_in, uid_in
from zhibi.web.team.access import only_administrators
from zhibi.web.team.audit import changes
from zhibi.web.team.models import User


def audit(request: HttpRequest) -> HttpResponse:
    """Newest first, of one person or one day if asked. What cannot be read in the address asks
    for nothing."""
    only_administrators(request.user)
    by, on = _person(request), day_in(request.GET.get("on"))
    below = number_in(request.GET.get("below"))
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
    uid = uid_in(request.GET.get("by"))
    found: User | None = User.objects.filter(uid=uid).first() if uid else None
    return found
