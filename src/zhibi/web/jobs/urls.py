"""How a job is getting on, and stopping it."""

from __future__ import annotations

from django.urls import path

from zhibi.web.jobs.views import cancel, job

urlpatterns = [
    path("<uuid:uid>/", job.job, name="job"),
    path("<uuid:uid>/cancel", cancel.cancel, name="cancel-job"),
]
