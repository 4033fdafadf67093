"""Giving somebody something to do, and its end."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone

from zhibi.web.crm.models import Task
from zhibi.web.team.actions.edit import create, edit
from zhibi.web.team.models import User


def give_task(task: Task, *, by: User) -> Task:
    """Keep a task. A second one for the same finding and person is the first one."""
    if task.finding:
        known = Task.objects.filter(
            finding=task.finding, assignee=task.assignee, deleted_at=None
        ).first()
        if known is not None:
            return known
    return create(task, by=by, of_account=_account_of(task))


def finish_task(task: Task, *, by: User, outcome: str = "") -> None:
    """It is done, and what came of it; said twice, the first time stays."""
    if task.done_at is None:
        _set(task, by, done_at=timezone.now(), outcome=outcome)


def reopen_task(task: Task, *, by: User) -> None:
    """It is not done after all."""
    _set(task, by, done_at=None)


def _set(task: Task, by: User, **values: object) -> None:
    edit(task, values, by=by, version=task.version, of_account=_account_of(task))


def _account_of(task: Task) -> UUID | None:
    return task.account.uid if task.account else None
