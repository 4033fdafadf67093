"""Many lines of the audit at once, as `edit.note` writes each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from zhibi.web.rows import insert_rows
from zhibi.web.team.actions.edit import is_person
from zhibi.web.team.actions.seal import seals
from zhibi.web.team.models import Change, Record, User


@dataclass(frozen=True, slots=True)
class Line:
    """What is to be said of a record, shown under an account."""

    kind: type[Record]
    subject: UUID
    of_account: UUID
    what: str
    before: str = ""
    after: str = ""


def note_all(lines: Iterable[Line], *, by: User | None) -> None:
    """Write these lines. What they say of people goes under the people's keys."""
    noted = list(lines)
    keys = seals(one.subject for one in noted if is_person(one.kind) and (one.before or one.after))
    now = timezone.now()
    rows = []
    for one in noted:
        kept = keys.get(one.subject, str)
        rows.append(
            {
                "subject_kind": one.kind._meta.model_name,
                "subject_uid": one.subject,
                "of_account": one.of_account,
                "what": one.what,
                "before": kept(one.before),
                "after": kept(one.after),
                "person": one.subject if is_person(one.kind) else None,
                "by_id": by.pk if by else None,
                "at": now,
            }
        )
    insert_rows(Change, rows)
