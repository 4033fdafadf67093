"""Something to be done by a day, by one person."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from zhibi.web.crm.models.account import Account
from zhibi.web.fields import MoneyField
from zhibi.web.team.models import Record


class Task(Record):
    """`finding` is the stable id of the finding it came from, so that a new run of the analysis
    knows it is being dealt with."""

    account = models.ForeignKey(
        Account, models.CASCADE, null=True, blank=True, related_name="tasks"
    )
    title = models.CharField(max_length=300)
    due_on = models.DateField(null=True, blank=True)
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="tasks")
    finding = models.CharField(max_length=16, blank=True, db_index=True)
    method = models.CharField(max_length=60, blank=True)  # that found it
    stake = MoneyField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["assignee", "due_on", "id"],
                name="task_open_of_person",
                condition=models.Q(done_at=None, deleted_at=None),
            ),
            models.Index(fields=["account", "-id"], name="task_of_account"),
        ]

    def __str__(self) -> str:
        return self.title
