"""The ledger of findings: what each said, what people did about it, and what came of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from zhibi.web.crm.models import Account, Task
from zhibi.web.fields import MoneyField, new_uid


class FindingRecord(models.Model):
    """One finding by its stable id, which stays the same when the analysis runs again."""

    class State(models.TextChoices):
        OPEN = "open", "open"
        TASK = "task", "task"
        NOT_SO = "not so", "not so"
        LATER = "later", "later"
        GONE = "gone", "gone"  # nobody decided, and it is not said any more

    uid = models.UUIDField(unique=True, default=new_uid, editable=False)
    finding = models.CharField(max_length=16)
    # A finding on no account says something of a scope: it is another one for another scope.
    scope = models.CharField(max_length=64, blank=True)
    account = models.ForeignKey(Account, models.CASCADE, null=True, related_name="findings")
    method = models.CharField(max_length=60)
    code = models.CharField(max_length=60)
    severity = models.CharField(max_length=10)
    says = models.JSONField()  # by language: news, action
    stake = MoneyField(null=True)
    cause_on = models.DateField()
    first_said_on = models.DateField()
    last_said_on = models.DateField()
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    reason = models.CharField(max_length=300, blank=True)  # why it is not so
    later_until = models.DateField(null=True)
    task = models.ForeignKey(Task, models.SET_NULL, null=True, related_name="+")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    # When the days it foretold were over (`zhibi.measures.foretold`): whether it came true, null
    # where that cannot be said.
    came_true = models.BooleanField(null=True)
    judged_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["finding", "scope"], name="finding_once_in_a_scope")
        ]
        indexes = [
            models.Index(fields=["account", "state", "-last_said_on"], name="finding_of_account"),
            models.Index(fields=["state", "-last_said_on", "-stake"], name="finding_open"),
        ]


class BaseRate(models.Model):
    """Of all the company's accounts to which an event could happen from a day on, to how many it
    did within so many days: what a warning must beat."""

    event = models.CharField(max_length=10)
    days = models.PositiveSmallIntegerField()
    since = models.DateField()
    asked = models.PositiveIntegerField()
    happened = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "days", "since"], name="base_rate_of_a_day")
        ]
