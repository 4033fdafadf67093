"""What is done again and again: when next, and asking for it when its time has come."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from zhibi.web.jobs import registry
from zhibi.web.jobs.actions.ask import ask
from zhibi.web.jobs.models import Schedule

WEEK, MONTH = map(str, (Schedule.Every.WEEK, Schedule.Every.MONTH))
AT: Final = time(5, 30)  # in the morning, before anybody opens it


def next_at(every: str, now: datetime) -> datetime:
    """The next morning, Monday morning, or morning of a first, in the company's time zone."""
    zone = ZoneInfo(settings.TIME_ZONE)
    here = now.astimezone(zone)
    day = here.date() + timedelta(days=0 if here.timetz().replace(tzinfo=None) < AT else 1)
    while (every == WEEK and day.weekday() != 0) or (every == MONTH and day.day != 1):
        day += timedelta(days=1)
    return datetime.combine(day, AT, zone)


def plan(kind: str, *, every: str, **params: Any) -> Schedule:
    """Have the same done again and again for nobody in particular; planned once."""
    made, _ = Schedule.objects.get_or_create(
        kind=kind,
        params=params,
        every=every,
        by=None,
        defaults={"next_at": next_at(every, timezone.now())},
    )
    return made


def ask_for_due() -> None:
    """A job for each schedule whose time has come, one however often it was missed."""
    now = timezone.now()
    if not Schedule.objects.filter(next_at__lte=now).exists():
        return
    skips = connection.features.has_select_for_update_skip_locked
    with transaction.atomic():
        due = Schedule.objects.select_for_update(skip_locked=skips).filter(next_at__lte=now)
        for schedule in due:
            if schedule.kind in registry.kinds():
                ask(
                    schedule.kind,
                    by=schedule.by,
                    same_as=f"schedule {schedule.uid}",
                    **schedule.params,
                )
            schedule.next_at = next_at(schedule.every, now)
            schedule.save(update_fields=["next_at"])
