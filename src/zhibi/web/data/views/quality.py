"""How good the data is."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from zhibi.web.data.quality import latest
from zhibi.web.team.scope import SEES_ALL
from zhibi.web.warehouse import is_connected


def quality(request: HttpRequest) -> HttpResponse:
    """For who sees the whole company: the figures are those of all."""
    if request.user.role not in SEES_ALL:
        raise PermissionDenied
    if is_connected():  # what the warehouse holds is for those to judge who keep it
        return redirect("data")
    found, job = latest(request.user)
    return render(request, "data/quality.html", {"quality": found, "job": job})
