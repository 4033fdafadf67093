"""How the reading of the warehouse stands, and who may ask for it."""

from __future__ import annotations

from typing import Final

from zhibi.web.jobs.models import Job
from zhibi.web.team.models import User
from zhibi.web.team.scope import SEES_ALL

READING: Final = ("look_at_warehouse", "take_figures")


def last_reading() -> Job | None:
    """The job that reads the warehouse or did so last."""
    return Job.objects.filter(kind__in=READING).order_by("-pk").first()


def may_look_again(user: User) -> bool:
    """It reads every order line there: for who answers for the data."""
    return user.brings_data or user.role in SEES_ALL
