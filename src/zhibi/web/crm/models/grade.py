"""What is judged of an account, by the analysis and by people; kept with its history."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.db import models

from zhibi.web.crm.models.account import Account

GRADES: Final = ("A", "B", "C", "D")  # best first


class Grade(models.Model):
    """A computed grade: the letter, its score and each criterion that made it. Append-only."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="grades")
    letter = models.CharField(max_length=1)
    score = models.FloatField()
    is_provisional = models.BooleanField(default=False)
    criteria = models.JSONField()  # criterion, raw value, normalised, weight, contribution
    as_of = models.DateField()
    data_version = models.CharField(max_length=40)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["account", "-as_of", "-id"], name="grade_of_account")]


class Judgement(models.Model):
    """One criterion as a person judged it on a day; the last one holds. Append-only.

    The criteria are those of `zhibi.measures.assessments`; a grade set over the computed one is
    the criterion `grade`, its reason the evidence.
    """

    account = models.ForeignKey(Account, models.CASCADE, related_name="judgements")
    criterion = models.CharField(max_length=40)
    value = models.CharField(max_length=40, blank=True)  # "" takes the judgement back
    evidence = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    on = models.DateField()
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["account", "criterion", "-on", "-id"], name="judgement_of_account")
        ]
