"""Making a team."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from zhibi.web.team.access import only_administrators
from zhibi.web.team.actions.edit import create
from zhibi.web.team.forms.team import TeamForm


def new_team(request: HttpRequest) -> HttpResponse:
    only_administrators(request.user)
    form = TeamForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        team = form.save(commit=False)
        team.uid = form.cleaned_data["uid"]
        return redirect("team", create(team, by=request.user).uid)
    status = 422 if form.errors else 200
    return render(request, "team/new_team.html", {"form": form}, status=status)
