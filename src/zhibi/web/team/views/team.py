"""One team: its name, the team above, and who is in it from when to when."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from zhibi.errors import ZhibiError
from zhibi.web.team.access import only_administrators
from zhibi.web.team.actions import edit, memberships
from zhibi.web.team.forms.team import JoinForm, TeamForm
from zhibi.web.team.models import Team
from zhibi.web.text import say


def team(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Everybody reads it; administrators change name and place."""
    found = get_object_or_404(Team, uid=uid, deleted_at=None)
    if request.method != "POST":
        return _page(request, found)
    only_administrators(request.user)
    form = TeamForm(request.POST, instance=Team.objects.get(pk=found.pk))
    if not form.is_valid():
        return _page(request, found, form=form)
    try:
        version = form.cleaned_data["version"]
        edit.edit(found, form.values(), by=request.user, version=version)
    except edit.EditedMeanwhileError as clash:
        messages.warning(
            request,
            say("{by} changed this team meanwhile; look at it and send again.", by=clash.by),
        )
        return _page(request, clash.record, status=409)
    messages.success(request, say("Saved."))
    return redirect("team", found.uid)


@require_POST
def join_team(request: HttpRequest, uid: UUID) -> HttpResponse:
    only_administrators(request.user)
    found = get_object_or_404(Team, uid=uid, deleted_at=None)
    form = JoinForm(request.POST)
    if not form.is_valid():
        return _page(request, found, join=form)
    person = form.cleaned_data["person"]
    memberships.join(
        found,
        person,
        on=form.cleaned_data["starts_on"],
        is_lead=form.cleaned_data["is_lead"],
        by=request.user,
    )
    messages.success(
        request, say("{person} is in {team} now.", person=person.name, team=found.name)
    )
    return redirect("team", found.uid)


@require_POST
def delete_team(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Only one that is empty: nobody in it, no team below."""
    only_administrators(request.user)
    found = get_object_or_404(Team, uid=uid, deleted_at=None)
    is_used = found.children.filter(deleted_at=None).exists()
    if is_used or found.memberships.filter(ends_on=None).exists():
        raise ZhibiError(
            "{team} still has people or teams below; move them first.", team=found.name
        )
    edit.delete(found, by=request.user)
    messages.success(request, say("{team} is deleted.", team=found.name))
    return redirect("teams")


def _page(request: HttpRequest, found: Team, *, status: int = 200, **forms: Any) -> HttpResponse:
    invalid = any(form.errors for form in forms.values())
    shown = {
        "team": found,
        "form": forms.get("form") or TeamForm(instance=found),
        "join": forms.get("join") or JoinForm(),
        "above": found.parent,
        "below": found.children.filter(deleted_at=None).order_by("name", "pk"),
        "memberships": found.memberships.select_related("user").order_by(
            "-is_lead", "-starts_on", "-pk"
        ),
    }
    return render(request, "team/team.html", shown, status=422 if invalid else status)
