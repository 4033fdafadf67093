"""Writing down what was done at an account, and what was promised there."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from zhibi.web.crm.models import Account, FollowUp, Promise
from zhibi.web.team.actions.edit import create, edit
from zhibi.web.team.models import User


def follow_up(account: Account, record: FollowUp, *, by: User) -> FollowUp:
    """Keep a follow-up; any but a note counts as a contact with the account."""
    record.account, record.by = account, by
    with transaction.atomic():
        record = create(record, by=by, of_account=account.uid)
        if record.kind != FollowUp.Kind.NOTE:
            contacted(account, timezone.localdate(record.at))
    return record


def contacted(account: Account, on: date) -> None:
    """Remember the day, unless a later one is known."""
    Account.objects.filter(
        Q(last_contact_on=None) | Q(last_contact_on__lt=on), pk=account.pk
    ).update(last_contact_on=on)


def promise(account: Account, record: Promise, *, by: User) -> Promise:
    """Keep what was promised, by us or by them."""
    record.account = account
    return create(record, by=by, of_account=account.uid)


def keep_promise(record: Promise, *, by: User, on: date) -> None:
    """It was kept; said twice, the first day stays."""
    if record.kept_on is None:
        _set(record, by, kept_on=on, dropped_because="")


def drop_promise(record: Promise, *, by: User, because: str) -> None:
    """It will not be kept, and why."""
    _set(record, by, dropped_because=because)


def move_promise(record: Promise, *, by: User, to: date) -> None:
    """It is now due on another day; the audit keeps the day before."""
    _set(record, by, due_on=to)


def _set(record: Promise, by: User, **values: object) -> None:
    edit(record, values, by=by, version=record.version, of_account=record.account.uid)
