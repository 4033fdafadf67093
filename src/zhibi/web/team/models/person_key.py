"""The key under which the audit keeps what it says about one person."""

from __future__ import annotations

from django.db import models


class PersonKey(models.Model):
    """Erasure deletes the key, and with it what past changes say about the person."""

    person = models.UUIDField(unique=True)  # uid of the contact
    key = models.CharField(max_length=64)
