"""What people do about a finding: make it a task, say it is not so, put it off, take that back."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone

from zhibi.web.crm.access import today
from zhibi.web.crm.actions.tasks import give_task
from zhibi.web.crm.models import Account, Task
from zhibi.web.insight.actions.warn import warn
from zhibi.web.insight.findings import KeptFinding, decisions, records_of
from zhibi.web.insight.models import FindingRecord
from zhibi.web.team.models import Change, User

State = FindingRecord.State


def line_for(kept: KeptFinding, user: User, scope: str) -> FindingRecord:
    """The line of the ledger a finding has; a new one, not saved, where it has none.

    A new one speaks of what this person's scope holds, so it stays within that scope and is not
    shown on the account to others; lines on accounts are written by `take_findings` alone.
    """
    known = records_of(user, [kept.id], scope)
    if known:
        return known[0]
    return FindingRecord(
        finding=kept.id,
        scope=scope,
        method=kept.method,
        code=kept.code,
        severity=kept.severity,
        says=dict(kept.says),
        stake=kept.stake,
        cause_on=kept.cause_on,
        first_said_on=today(),
        last_said_on=today(),
    )


def task_given(record: FindingRecord, user: User) -> Task | None:
    """The task that somebody made of it already."""
    decided = decisions(user, [record.finding], record.scope).get(record.finding)
    return decided.task if decided else None


@transaction.atomic
def make_task(record: FindingRecord, task: Task, *, by: User) -> Task:
    """Give the task; a second one for the same finding is the first one, also of two people at
    one moment: the line is locked before it is looked at."""
    kept = _saved(record)
    known = task_given(kept, by)
    if known:
        return known
    task.finding, task.method, task.stake = kept.finding, kept.method, kept.stake
    given = give_task(task, by=by)
    _decided(kept, State.TASK, by=by, account=task.account, task=given)
    return given


def say_not_so(record: FindingRecord, reason: str, *, by: User, account: Account | None) -> None:
    """It is not so, and why: it does not come back."""
    _decided(record, State.NOT_SO, by=by, account=account, reason=reason)


def put_off(record: FindingRecord, until: date, *, by: User, account: Account | None) -> None:
    """Not before that day."""
    _decided(record, State.LATER, by=by, account=account, later_until=until)


def open_again(record: FindingRecord, *, by: User, account: Account | None) -> None:
    """What was decided does not hold any more."""
    _decided(record, State.OPEN, by=by, account=account)


@transaction.atomic
def _decided(
    record: FindingRecord, state: str, *, by: User, account: Account | None, **values: object
) -> None:
    kept = _saved(record)
    before = kept.state
    nothing = {"reason": "", "later_until": None, "task": None}
    for name, value in {**nothing, **values}.items():
        setattr(kept, name, value)
    kept.state, kept.decided_by, kept.decided_at = state, by, timezone.now()
    kept.save()
    if kept.account_id and not kept.scope:
        warn([kept.account_id])
    Change.objects.create(
        subject_kind="finding",
        subject_uid=kept.uid,
        of_account=account.uid if account else None,
        what="decision",
        before=before,
        after=": ".join(filter(None, [str(state), kept.reason or str(kept.later_until or "")])),
        by=by,
        at=timezone.now(),
    )


def _saved(record: FindingRecord) -> FindingRecord:
    """The line as it is kept: somebody else may have written it meanwhile."""
    if record.pk:
        return FindingRecord.objects.select_for_update().get(pk=record.pk)
    fields = {
        field.attname: getattr(record, field.attname)
        for field in FindingRecord._meta.concrete_fields
        if field.attname not in ("id", "finding", "scope")
    }
    kept, _ = FindingRecord.objects.select_for_update().get_or_create(
        finding=record.finding, scope=record.scope, defaults=fields
    )
    return kept
