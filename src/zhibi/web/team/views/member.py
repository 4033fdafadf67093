"""A member of a team leaves it, or leads it from a day on."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from zhibi.errors import ZhibiError
from zhibi.web.team.access import only_administrators
from zhibi.web.team.actions import memberships
from zhibi.web.team.forms.team import DayForm
from zhibi.web.team.models import Team, User
from zhibi.web.text import say


@require_POST
def leave_team(request: HttpRequest, uid: UUID, person: UUID) -> HttpResponse:
    only_administrators(request.user)
    team, user = _both(uid, person)
    memberships.leave(memberships.current(user, team), on=_day(request), by=request.user)
    messages.success(request, say("{person} leaves {team}.", person=user.name, team=team.name))
    return redirect("team", team.uid)


@require_POST
def lead_team(request: HttpRequest, uid: UUID, person: UUID) -> HttpResponse:
    """Leads from that day on, or no more: as the button says."""
    only_administrators(request.user)
    team, user = _both(uid, person)
    is_lead = request.POST.get("is_lead") == "yes"
    membership = memberships.current(user, team)
    memberships.set_lead(membership, is_lead=is_lead, on=_day(request), by=request.user)
    messages.success(request, say("Saved."))
    return redirect("team", team.uid)


def _both(uid: UUID, person: UUID) -> tuple[Team, User]:
    return get_object_or_404(Team, uid=uid, deleted_at=None), get_object_or_404(User, uid=person)


def _day(request: HttpRequest) -> date:
    form = DayForm(request.POST)
    if not form.is_valid():
        raise ZhibiError("From which day? Choose one and send again.")
    chosen: date = form.cleaned_data["on"]
    return chosen
