"""The team tree: everybody sees who is where, administrators change it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from zhibi.web.day import today
from zhibi.web.team.tree import tree


def teams(request: HttpRequest) -> HttpResponse:
    return render(request, "team/teams.html", {"branches": tree(today())})
