"""How a job is getting on: asked again and again by the page that waits for it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from zhibi.web.jobs.models import Job


def job(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The job's own person sees it, nobody else. A finished one reloads the page that waits."""
    found = get_object_or_404(Job, uid=uid, by=request.user)
    response = render(request, "parts/job.html", {"job": found})
    if found.is_finished and request.htmx:
        response.headers["HX-Refresh"] = "true"
    return response
