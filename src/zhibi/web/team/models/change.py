"""Who changed what, from what to what, when. Append-only."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Change(models.Model):
    """One field of one record, as it was and as it became.

    `of_account` is the uid of the account under which it is shown. What says something about a
    person is kept under that person's key (`person`, the uid of the contact), which erasure
    destroys: the row stays, its content can no longer be read.
    """

    subject_kind = models.CharField(max_length=40)  # account, contact, task …
    subject_uid = models.UUIDField(db_index=True)
    of_account = models.UUIDField(null=True, db_index=True)
    what = models.CharField(max_length=60)  # the field, or created, deleted, restored, revealed …
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    person = models.UUIDField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [models.Index(fields=["subject_kind", "id"], name="change_of_kind")]
