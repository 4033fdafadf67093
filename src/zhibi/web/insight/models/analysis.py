"""Analyses that were made, kept by what makes them what they are, and those people keep."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from zhibi.web.jobs.models import Job
from zhibi.web.team.models import Record


class Analysis(models.Model):
    """One result for one scope. `key` is the hash of identity and scope; what it says lies in the
    workspace's cache under that key and can be made again."""

    key = models.CharField(max_length=64, unique=True)
    method = models.CharField(max_length=60)
    params = models.JSONField()
    as_of = models.DateField()
    data_version = models.CharField(max_length=40)
    records_version = models.CharField(max_length=40)
    scope = models.CharField(max_length=64)
    job = models.ForeignKey(Job, models.SET_NULL, null=True)
    made_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(auto_now=True)


class SavedAnalysis(Record):
    """An address of an analysis under a name; one with a schedule is made anew by itself. `told`
    are the findings of the last making, `seen` those of when its person last looked."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved")
    name = models.CharField(max_length=80)
    method = models.CharField(max_length=60)
    query = models.TextField(blank=True)
    every = models.CharField(max_length=10, blank=True)  # "", day, week, month
    last_made_at = models.DateTimeField(null=True)
    told = models.JSONField(default=list)
    seen = models.JSONField(default=list)
    looked_at = models.DateTimeField(null=True)

    @property
    def new_findings(self) -> int:
        """How many the person has not seen."""
        return len(set(self.told) - set(self.seen))
