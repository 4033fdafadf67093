"""Files kept with an account."""

from __future__ import annotations

from django.db import models

from zhibi.web.crm.models.account import Account
from zhibi.web.team.models import Record


class Attachment(Record):
    """The content lies in the workspace's attachments under its own hash."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
