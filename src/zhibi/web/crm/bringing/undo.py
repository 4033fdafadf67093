"""Taking a list back: what it made goes, what it changed is as before, unless somebody went on
working with it since."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction

from zhibi.web.crm.bringing.lists import ACCOUNTS, CONTACTS
from zhibi.web.crm.bringing.proposal import Written
from zhibi.web.crm.models import Account, Contact
from zhibi.web.team.actions.edit import delete, edit, shown
from zhibi.web.team.models import Record, User

CHUNK: Final = 200  # a transaction: others wait no longer than for these
MODELS: Final[dict[str, type[Record]]] = {ACCOUNTS: Account, CONTACTS: Contact}


@dataclass(frozen=True, slots=True)
class TakenBack:
    """How many records went, how many are as before, and how many stay as somebody changed them."""

    deleted: int = 0
    restored: int = 0
    kept: int = 0


def take_back(kind: str, written: Sequence[Written], *, by: User) -> TakenBack:
    """Undo what `written` says was done to records of a kind. Done again after it was
    interrupted, it goes on where it stopped."""
    counted: Counter[str] = Counter()
    for at in range(0, len(written), CHUNK):
        with transaction.atomic():
            counted.update(_take_back(kind, one, by) for one in written[at : at + CHUNK])
    return TakenBack(counted["deleted"], counted["restored"], counted["kept"])


def _take_back(kind: str, one: Written, by: User) -> str:
    record = MODELS[kind].objects.filter(uid=one.uid, deleted_at=None).first()
    if record is None:
        return "gone"
    if record.version != one.version:
        return "kept"
    if one.is_new:
        delete(record, by=by, of_account=_account_of(record))
        return "deleted"
    edit(
        record,
        {name: _value(record, name, text) for name, text in one.before.items()},
        by=by,
        version=record.version,
        of_account=_account_of(record),
    )
    return "restored"


def _value(record: Record, name: str, text: str | None) -> Any:
    """A value as the audit keeps it, as the column holds it; empty is unknown."""
    field = record._meta.get_field(name)
    if text in (None, ""):
        return None if field.null else ""
    value = field.to_python(text)
    assert shown(value) == text, (name, text)
    return value


def _account_of(record: Record) -> Any:
    return record.account.uid if isinstance(record, Contact) else record.uid
