"""The team tree, and who belonged where when."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from zhibi.web.team.models.record import Record
from zhibi.web.team.models.user import User


class Team(Record):
    """A team; its accounts are those its people own, and those of the teams below."""

    name = models.CharField(max_length=60)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person in a team from one day to another (exclusive); empty = still there."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    team = models.ForeignKey(Team, models.CASCADE, related_name="memberships")
    is_lead = models.BooleanField(default=False)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
                name="membership_ends_after_start",
            )
        ]
