"""How accounts of a grade are treated (分级待遇): one row a grade, for people to change."""

from __future__ import annotations

from django.db import models

from zhibi.web.team.models import Record


class Treatment(Record):
    """Coverage, level of selling, how often, up to which price, on which terms (domain 5.4).

    The rows start from `crm.treatment.DEFAULTS`; a company sets its own.
    """

    grade = models.CharField(max_length=1, unique=True)  # A B C D
    coverage = models.CharField(max_length=60)
    selling_level = models.CharField(max_length=60)
    contact_every_days = models.PositiveSmallIntegerField()
    discount_limit_percent = models.PositiveSmallIntegerField(null=True, blank=True)
    payment_days = models.PositiveSmallIntegerField(null=True, blank=True)
    response_hours = models.PositiveSmallIntegerField(null=True, blank=True)
    support = models.CharField(max_length=120, blank=True)

    def __str__(self) -> str:
        return self.grade
