"""Two accounts that were one: what moved from the one to the other, so that it can move back."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from zhibi.web.crm.models.account import Account
from zhibi.web.fields import new_uid


class Merge(models.Model):
    """`moved` names the rows that moved, by kind, and the values that were filled in or taken."""

    uid = models.UUIDField(unique=True, default=new_uid, editable=False)
    kept = models.ForeignKey(Account, models.PROTECT, related_name="took_in")
    gone = models.ForeignKey(Account, models.PROTECT, related_name="went_into")
    moved = models.JSONField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
