"""A piece of work that outlasts a page."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from zhibi.web.fields import new_uid


class Job(models.Model):
    """Held by a worker under a lease, which it renews while it works: a lease that runs out
    means the worker was killed, and the job is taken up again or given up with a sentence."""

    class State(models.TextChoices):
        QUEUED = "queued", "queued"
        RUNNING = "running", "running"
        DONE = "done", "done"
        FAILED = "failed", "failed"
        CANCELLED = "cancelled", "cancelled"

    uid = models.UUIDField(unique=True, default=new_uid, editable=False)
    kind = models.CharField(max_length=40)
    params = models.JSONField(default=dict)
    # Two requests for the same work share one job: unique while it is not finished.
    same_as = models.CharField(max_length=100, null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="jobs")
    # Others who asked for the same while it was not finished: they see it, and cannot stop it.
    also_for = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    progress = models.FloatField(default=0)  # 0 to 1
    doing = models.JSONField(null=True)  # a Said: template and fields, put into words on the page
    result = models.JSONField(null=True)
    error = models.JSONField(null=True)  # a Said
    cancel_asked = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    may_resume = models.BooleanField(default=True)  # done twice does no harm
    lease_until = models.DateTimeField(null=True)
    worker = models.CharField(max_length=80, blank=True)
    queued_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["same_as"],
                condition=Q(state__in=["queued", "running"]),
                name="one_unfinished_job_of_a_kind",
            )
        ]
        indexes = [
            models.Index(
                fields=["state", "id"],
                name="job_unfinished",
                condition=Q(state__in=["queued", "running"]),
            )
        ]

    @property
    def is_finished(self) -> bool:
        return self.state not in UNFINISHED


UNFINISHED = (Job.State.QUEUED, Job.State.RUNNING)
