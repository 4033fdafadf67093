"""Taking a list back: what it made goes, what it changed is as before, unless somebody went on
working with it since."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from zhibi.web.crm.actions.book_owed import rebooked
from zhibi.web.crm.bringing.lists import ACCOUNTS, CONTACTS
from zhibi.web.crm.bringing.proposal import Written
from zhibi.web.crm.bringing.writing import account_of
from zhibi.web.crm.models import Account, Contact
from zhibi.web.rows import Among, update_records
from zhibi.web.team.actions.edit import shown
from zhibi.web.team.actions.note_all import Line, note_all
from zhibi.web.team.models import Record, User

CHUNK: Final = 500  # a transaction: others wait no longer than for these
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
        lot = written[at : at + CHUNK]
        accounts = Account.objects.filter(uid__in=[one.uid for one in lot])  # of contacts none
        with rebooked(accounts.values_list("pk", flat=True)):
            counted.update(_take_back(kind, lot, by))
    return TakenBack(counted["deleted"], counted["restored"], counted["kept"])


def _take_back(kind: str, lot: Sequence[Written], by: User) -> dict[str, int]:
    model = MODELS[kind]
    living = model.objects.filter(Among("uid", [one.uid for one in lot]), deleted_at=None)
    versions = dict(living.select_for_update().values_list("uid", "version"))
    found = [one for one in lot if one.uid in versions]
    untouched = [one for one in found if versions[one.uid] == one.version]
    made = [one.uid for one in untouched if one.is_new]
    changed = {one.uid: one for one in untouched if not one.is_new}
    _delete(model, made, by)
    _restore(model, changed, by)
    return {
        "deleted": len(made),
        "restored": len(changed),
        "kept": len(found) - len(untouched),
    }


def _delete(model: type[Record], made: Sequence[UUID], by: User) -> None:
    """As `team.actions.edit.delete` does each."""
    of_kind = model.objects.filter(Among("uid", made))
    of_kind.update(deleted_at=timezone.now(), deleted_by=by, version=F("version") + 1)
    own = "account__uid" if model is Contact else "uid"
    places = of_kind.values_list("uid", own)
    note_all((Line(model, uid, account, "deleted") for uid, account in places), by=by)


def _restore(model: type[Record], changed: Mapping[UUID, Written], by: User) -> None:
    """As `team.actions.edit.edit` does each."""
    records = model.objects.filter(Among("uid", changed))
    if model is Contact:
        records = records.select_related("account")
    lines, others = [], []
    for record in records:
        own = _set(record, changed[record.uid])
        if own:
            record.version += 1
            others.append(record)
        lines += own
    names = {line.what for line in lines}
    update_records(others, (*sorted(names), "version", "changed_at"))
    note_all(lines, by=by)


def _set(record: Record, one: Written) -> list[Line]:
    """Set what was before; what to say of it."""
    lines = []
    for name, text in one.before.items():
        now, value = getattr(record, name), _value(record, name, text)
        if now != value:
            setattr(record, name, value)
            at = account_of(record)
            lines.append(Line(type(record), record.uid, at, name, shown(now), shown(value)))
    return lines


def _value(record: Record, name: str, text: str | None) -> Any:
    """A value as the audit keeps it, as the column holds it; empty is unknown."""
    field = record._meta.get_field(name)
    if text in (None, ""):
        return None if field.null else ""
    value = field.to_python(text)
    assert shown(value) == text, (name, text)
    return value
