"""How a job is getting on: asked again and again by the page that waits for it."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from zhibi.web.jobs.models import Job


def job(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Who asked for it sees it, nobody else. A finished one reloads the page that waits."""
    asked = Q(by=request.user) | Q(also_for=request.user)
    found = get_object_or_404(Job.objects.distinct(), asked, uid=uid)
    response = render(request, "parts/job.html", {"job": found})
    if found.is_finished and request.htmx:
        response.headers["HX-Refresh"] = "true"
    return response
