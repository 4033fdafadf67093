"""Which day it is."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.utils import timezone


def today() -> date:
    """The day it is where the reader is; a demo company stands still at a day of its own."""
    if settings.COMPANY.today:
        return date.fromisoformat(settings.COMPANY.today)
    return timezone.localdate()
