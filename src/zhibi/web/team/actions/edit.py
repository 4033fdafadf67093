"""Changing a record: only if nobody else did since it was opened, and with a line in the audit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from zhibi.errors import ZhibiError
from zhibi.web.team.actions.seal import sealed
from zhibi.web.team.models import Change, Record, User


@dataclass(frozen=True, slots=True)
class Clash:
    """Two people changed one field: what it was made by the other, and what this one wants."""

    field: str
    theirs: Any
    mine: Any


class EditedMeanwhileError(Exception):
    """Somebody saved the record after this person opened it. Nothing was changed."""

    def __init__(self, record: Record, clashes: tuple[Clash, ...], by: User | None) -> None:
        super().__init__(record)
        self.record = record
        self.clashes = clashes
        self.by = by


def create(record: Record, *, by: User, of_account: UUID | None = None) -> Record:
    """Save a new record, or give the one that the same form made when it was sent before."""
    known = _made_before(record, by)
    if known is not None:
        return known
    record.created_by = by
    try:
        with transaction.atomic():
            record.save(force_insert=True)
            note(record, "created", by=by, of_account=of_account, after=str(record))
    except IntegrityError:
        known = _made_before(record, by)  # at the same moment
        if known is None:
            raise
        return known
    return record


def create_once(record: Record, *, by: User, known_by: str) -> Record:
    """Save a new record, or give the one that somebody made at the same moment with the same
    value in the field `known_by`, which two may not share."""
    try:
        return create(record, by=by)
    except IntegrityError:
        known = type(record).objects.filter(**{known_by: getattr(record, known_by)}).first()
        if known is None:
            raise
        return known


def _made_before(record: Record, by: User) -> Record | None:
    """The record of the same uid. ZhibiError when it is somebody else's, which a guessed uid must
    not lead to."""
    known = type(record).objects.filter(uid=record.uid).first()
    if known is not None and known.created_by_id != by.pk:
        raise ZhibiError(
            "This form is too old or was not made here; go back, load the page anew, send again."
        )
    return known


def edit(
    record: Record,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int,
    of_account: UUID | None = None,
) -> tuple[str, ...]:
    """Set `values` and give the names of the fields that changed.

    EditedMeanwhileError when the record is no longer of that version and the same fields differ.
    """
    model = type(record)
    with transaction.atomic():
        now = model.objects.select_for_update().get(pk=record.pk)
        changed = {name: value for name, value in values.items() if getattr(now, name) != value}
        if now.version != version and changed:
            raise EditedMeanwhileError(now, _clashes(now, changed), _last_editor(now))
        for name, value in changed.items():
            before = getattr(now, name)
            setattr(now, name, value)
            note(now, name, by=by, of_account=of_account, before=shown(before), after=shown(value))
        if changed:
            now.version = version + 1
            now.save(update_fields=[*changed, "version", "changed_at"])
    for name in (*changed, "version", "changed_at"):
        setattr(record, name, getattr(now, name))
    return tuple(changed)


def delete(record: Record, *, by: User, of_account: UUID | None = None) -> None:
    """Put a record out of sight; `restore` brings it back."""
    _set_deleted(record, timezone.now(), by, "deleted", of_account)


def restore(record: Record, *, by: User, of_account: UUID | None = None) -> None:
    """Bring a deleted record back as it was."""
    _set_deleted(record, None, by, "restored", of_account)


def note(record: Record | User, what: str, *, by: User | None, **said: Any) -> None:
    """A line in the audit about a record. What it says of a person goes under that person's key."""
    person = record.uid if is_person(record) else None
    before, after = said.get("before", ""), said.get("after", "")
    Change.objects.create(
        subject_kind=record._meta.model_name,
        subject_uid=record.uid,
        of_account=said.get("of_account"),
        what=what,
        before=sealed(before, person) if person else before,
        after=sealed(after, person) if person else after,
        person=person,
        by=by,
        at=timezone.now(),
    )


def shown(value: Any) -> str:
    """A value as the audit keeps it: empty for unknown, a person by their uid."""
    if value is None:
        return ""
    return str(value.uid) if is_person(value) else str(value)


def is_person(value: Any) -> bool:
    """Whether a record says something about a person."""
    return hasattr(value, "PERSONAL")


def _set_deleted(record: Record, at: Any, by: User, what: str, of_account: UUID | None) -> None:
    with transaction.atomic():
        type(record).objects.filter(pk=record.pk).update(
            deleted_at=at, deleted_by=by if at else None, version=F("version") + 1
        )
        note(record, what, by=by, of_account=of_account)
    record.refresh_from_db(fields=["deleted_at", "deleted_by", "version"])


def _clashes(now: Record, changed: Mapping[str, Any]) -> tuple[Clash, ...]:
    return tuple(Clash(name, getattr(now, name), mine) for name, mine in changed.items())


def _last_editor(record: Record) -> User | None:
    last = Change.objects.filter(subject_uid=record.uid).order_by("-pk").first()
    return last.by if last else None
