"""What is done again and again: when it is due next, and which job does it."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from zhibi.web.fields import new_uid


class Schedule(models.Model):
    """The worker makes a job of each that is due and moves it on."""

    class Every(models.TextChoices):
        DAY = "day", "day"
        WEEK = "week", "week"  # Mondays
        MONTH = "month", "month"  # the first

    uid = models.UUIDField(unique=True, default=new_uid, editable=False)
    kind = models.CharField(max_length=40)
    params = models.JSONField(default=dict)
    every = models.CharField(max_length=10, choices=Every)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True)
    next_at = models.DateTimeField(db_index=True)
