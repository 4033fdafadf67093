"""Stopping a job."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from zhibi.web.jobs.models import Job


@require_POST
def cancel(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A queued job ends at once, a running one when the worker hears of it."""
    found = get_object_or_404(Job, uid=uid, by=request.user)
    Job.objects.filter(pk=found.pk).update(cancel_asked=True)
    Job.objects.filter(pk=found.pk, state=Job.State.QUEUED).update(
        state=Job.State.CANCELLED, finished_at=timezone.now()
    )
    found.refresh_from_db()
    return render(request, "parts/job.html", {"job": found})
