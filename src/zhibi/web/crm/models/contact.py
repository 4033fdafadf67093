"""People at customers. What says something about a person stands only in that person's columns."""

from __future__ import annotations

from django.db import models

from zhibi.web.crm.models.account import Account
from zhibi.web.team.models import Record


class Contact(Record):
    """Name and title are asked for; phone and message id are shown to the account's team only."""

    PERSONAL = ("name", "title", "department", "phone", "email", "message_id", "note", "initials")

    account = models.ForeignKey(Account, models.CASCADE, related_name="contacts")
    name = models.CharField(max_length=60)
    title = models.CharField(max_length=80, blank=True)
    department = models.CharField(max_length=80, blank=True)
    layer = models.CharField(max_length=20, blank=True)  # image, decision, execution, use
    function = models.CharField(max_length=20, blank=True)  # use, technical, purchasing
    reports_to = models.ForeignKey("self", models.SET_NULL, null=True, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    email = models.CharField(max_length=120, blank=True)
    message_id = models.CharField(max_length=80, blank=True)  # WeChat and the like
    note = models.TextField(blank=True)
    initials = models.CharField(max_length=60, blank=True, editable=False)
    has_left = models.BooleanField(default=False)
    erased_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["account", "id"], name="contact_of_account"),
            models.Index(fields=["name", "id"], name="contact_by_name"),
            models.Index(fields=["initials", "id"], name="contact_by_initials"),
        ]

    def __str__(self) -> str:
        return self.name
