"""A list as somebody wants to find it again: its address under a name."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from zhibi.web.team.models import Record


class SavedView(Record):
    """`query` is the part of the address after the question mark."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=60)
    page = models.CharField(max_length=40)
    query = models.TextField(blank=True)
    is_shared = models.BooleanField(default=False)
