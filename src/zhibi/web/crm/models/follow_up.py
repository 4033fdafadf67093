"""What was done at a customer, in one sentence, and what was promised there."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from zhibi.web.crm.models.account import Account
from zhibi.web.crm.models.contact import Contact
from zhibi.web.team.models import Record


class FollowUp(Record):
    """A visit, call, message, proposal, service or note."""

    class Kind(models.TextChoices):
        VISIT = "visit", "visit"
        CALL = "call", "call"
        MESSAGE = "message", "message"
        PROPOSAL = "proposal", "proposal"
        SERVICE = "service", "service"
        NOTE = "note", "note"

    account = models.ForeignKey(Account, models.CASCADE, related_name="follow_ups")
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, blank=True)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.NOTE)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="follow_ups")
    text = models.TextField()

    class Meta:
        indexes = [
            models.Index(fields=["account", "-at", "-id"], name="follow_up_of_account"),
            models.Index(fields=["by", "-at"], name="follow_up_by_person"),
        ]


class Promise(Record):
    """Something promised, by us or by them, for a day."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="promises")
    follow_up = models.ForeignKey(
        FollowUp, models.SET_NULL, null=True, blank=True, related_name="promises"
    )
    is_ours = models.BooleanField(default=True)
    text = models.CharField(max_length=300)
    due_on = models.DateField(null=True, blank=True)
    kept_on = models.DateField(null=True, blank=True)
    dropped_because = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["due_on", "id", "account"],
                name="promise_open_in_order",
                condition=models.Q(kept_on=None, dropped_because="", deleted_at=None),
            )
        ]
