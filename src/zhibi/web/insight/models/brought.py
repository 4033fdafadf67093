"""A file somebody brings in, from the drop to the commit, and back."""

from __future__ import annotations

from django.db import models

from zhibi.web.jobs.models import Job
from zhibi.web.team.models import Record


class Import(Record):
    """Each step writes down what was understood, so that leaving the page loses nothing."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", "uploaded"
        READ = "read", "read"
        CHECKED = "checked", "checked"
        COMMITTED = "committed", "committed"
        UNDONE = "undone", "undone"
        FAILED = "failed", "failed"

    state = models.CharField(max_length=10, choices=State, default=State.UPLOADED)
    files = models.JSONField()  # name as the person called it, size, where it lies
    kind = models.CharField(max_length=20, blank=True)  # accounts, contacts, or a table of facts
    understood = models.JSONField(null=True)
    answers = models.JSONField(default=dict)  # the person's mapping and decisions
    checked = models.JSONField(null=True)
    import_id = models.CharField(max_length=80, blank=True)  # in the lake
    job = models.ForeignKey(Job, models.SET_NULL, null=True)
    committed_at = models.DateTimeField(null=True)
