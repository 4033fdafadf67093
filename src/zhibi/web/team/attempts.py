"""Failed sign-ins close the door for a while, so that passwords cannot be guessed by trying."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil
from typing import Final

from django.db.models import Q
from django.utils import timezone

from zhibi.errors import ZhibiError
from zhibi.web.team.models import SignInAttempt

WINDOW: Final = timedelta(minutes=15)
OF_ONE_NAME: Final = 5
OF_ONE_ADDRESS: Final = 20  # a whole office may share one address
KEPT: Final = timedelta(days=1)


def begin_attempt(username: str, address: str) -> None:
    """Count an attempt as failed until `forgive`: counted first, so that many at once do not slip
    through together. ZhibiError with the minutes to wait when there were too many."""
    now = timezone.now()
    SignInAttempt.objects.filter(at__lt=now - KEPT).delete()
    attempt = SignInAttempt.objects.create(username=username, address=address, at=now)
    wait = max(
        _wait(Q(username=username), OF_ONE_NAME, now),
        _wait(Q(address=address), OF_ONE_ADDRESS, now),
    )
    if wait > timedelta():
        attempt.delete()  # who only waits badly does not wait for ever
        raise ZhibiError(
            "Too many failed sign-ins; try again in {minutes} min.",
            minutes=ceil(wait / timedelta(minutes=1)),
        )


def forgive(username: str) -> None:
    """This person has signed in: their failures count no more."""
    SignInAttempt.objects.filter(username=username).delete()


def _wait(whose: Q, limit: int, now: datetime) -> timedelta:
    """How long until fewer than `limit` earlier attempts lie within the window."""
    recent = SignInAttempt.objects.filter(whose, at__gt=now - WINDOW).order_by("-at", "-pk")
    moments = list(recent.values_list("at", flat=True)[: limit + 1])
    return moments[limit] + WINDOW - now if len(moments) > limit else timedelta()
