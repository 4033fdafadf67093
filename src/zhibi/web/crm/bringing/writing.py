"""What a list changes of records that are known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from zhibi.web.crm.bringing.proposal import CHANGED, Proposed, Written
from zhibi.web.crm.models import Contact
from zhibi.web.rows import update_records
from zhibi.web.team.actions.edit import shown
from zhibi.web.team.actions.note_all import Line
from zhibi.web.team.models import Record


def write_changes(
    living: Any, lot: Sequence[Proposed], fields: Iterable[str]
) -> tuple[list[Any], list[Line], list[Written]]:
    """Write what the rows of a lot change of known records: these, what the audit has to say of
    them, and what is to be kept so that it can be taken back."""
    rows = {row.uid: row for row in lot if row.state == CHANGED}
    changed = list(living.filter(uid__in=rows).select_for_update(of=("self",)))
    lines = [line for one in changed for line in _set(one, rows[one.uid])]
    update_records(changed, (*fields, "version", "changed_at"))
    return changed, lines, [_written(one, rows[one.uid]) for one in changed]


def account_of(record: Record) -> UUID:
    """The uid of the account that a record is shown under."""
    account = record.account if isinstance(record, Contact) else record
    return account.uid


def _set(record: Record, row: Proposed) -> list[Line]:
    at = account_of(record)
    for name, value in row.after.items():
        setattr(record, name, value)
    record.version += 1
    return [
        Line(type(record), record.uid, at, name, shown(row.before[name]), shown(value))
        for name, value in row.after.items()
    ]


def _written(record: Record, row: Proposed) -> Written:
    return Written(
        record.uid,
        False,
        record.version,
        {name: shown(value) for name, value in row.before.items()},
        {name: shown(value) for name, value in row.after.items()},
    )
