"""What every record people edit has: an address, a version, and a way back after deleting."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from zhibi.web.fields import new_uid


class Record(models.Model):
    """`uid` stands in every address; `version` tells two editors apart; a deleted record stays."""

    uid = models.UUIDField(unique=True, default=new_uid, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )
    changed_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True, editable=False)
    deleted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )

    class Meta:
        abstract = True
