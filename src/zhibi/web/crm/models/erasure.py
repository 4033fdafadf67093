"""Which people were erased: a backup from before is brought back without them."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Erasure(models.Model):
    """The uid of the contact is all that is kept; `crm.actions.erase.replay` erases again."""

    person = models.UUIDField(unique=True)
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
