"""The weekly report, ready to be copied."""

from __future__ import annotations

from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from zhibi.web.crm.access import today
from zhibi.web.crm.weekly import monday_of, weekly
from zhibi.web.given import day_in, uid_in
from zhibi.web.team.models import User
from zhibi.web.team.scope import people_seen


def weekly_report(request: HttpRequest) -> HttpResponse:
    """One's own, or that of somebody whose accounts one sees (`?of=`), of a week (`?week=`)."""
    day = day_in(request.GET["week"]) if request.GET.get("week") else today()
    if day is None:
        raise Http404
    monday = monday_of(day)
    people = _people(request.user)
    person = _chosen(people, request.GET.get("of"), request.user)
    seen = {
        "weekly": weekly(request.user, person, monday),
        "people": people,
        "before": monday - timedelta(days=7),
        "after": monday + timedelta(days=7) if monday + timedelta(days=7) <= today() else None,
    }
    return render(request, "work/weekly.html", seen)


def _people(user: User) -> list[User]:
    """Oneself first, then those whose accounts one sees, by name: never by how much they did."""
    seen = people_seen(user, today())
    known = User.objects.filter(is_active=True).exclude(pk=user.pk).order_by("name", "pk")
    return [user, *(known if seen is None else known.filter(pk__in=seen))]


def _chosen(people: list[User], wanted: str | None, user: User) -> User:
    if not wanted:
        return user
    uid = uid_in(wanted)
    for person in people:
        if person.uid == uid:
            return person
    raise Http404
