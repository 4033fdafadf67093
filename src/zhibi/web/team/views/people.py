"""The people who sign in: for administrators."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from zhibi.web.day import today
from zhibi.web.team.access import only_administrators
from zhibi.web.team.models import User
from zhibi.web.team.tree import members_on


def people(request: HttpRequest) -> HttpResponse:
    """All of them, those who may sign in first. A company has hundreds of people, not thousands."""
    only_administrators(request.user)
    teams: dict[int, list[str]] = {}
    for membership in members_on(today()):
        teams.setdefault(membership.user_id, []).append(membership.team.name)
    everybody = User.objects.prefetch_related("seller_names").order_by("-is_active", "name", "pk")
    rows = [(person, teams.get(person.pk, ())) for person in everybody]
    return render(request, "team/people.html", {"rows": rows})
