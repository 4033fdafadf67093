"""Taking a list back: what it made goes, what it changed is as before, unless somebody went on
working with it since."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import F
from django.utils import timezone

from zhibi.web.crm.actions.book_owed import rebooked
from zhibi.web.crm.bringing.lists import ACCOUNTS, CONTACTS
from zhibi.web.crm.bringing.proposal import Written
from zhibi.web.crm.bringing.writing import account_of
from zhibi.web.crm.models import Account, Contact
from zhibi.web.rows import update_records
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
    living = model.objects.filter(uid__in=[one.uid for one in lot], deleted_at=None)
    if model is Contact:
        living = living.select_related("account")
    records = {record.uid: record for record in living.select_for_update(of=("self",))}
    found = [(records[one.uid], one) for one in lot if one.uid in records]
    untouched = [(record, one) for record, one in found if record.version == one.version]
    made = [record for record, one in untouched if one.is_new]
    changed = [(record, one) for record, one in untouched if not one.is_new]
    _delete(made, by)
    _restore(changed, by)
    return {
        "deleted": len(made),
        "restored": len(changed),
        "kept": len(found) - len(untouched),
    }


def _delete(made: Sequence[Record], by: User) -> None:
    """As `team.actions.edit.delete` does each."""
    if made:
        of_kind = type(made[0]).objects.filter(pk__in=[record.pk for record in made])
        of_kind.update(deleted_at=timezone.now(), deleted_by=by, version=F("version") + 1)
    note_all((Line(record, account_of(record), "deleted") for record in made), by=by)


def _restore(changed: Iterable[tuple[Record, Written]], by: User) -> None:
    """As `team.actions.edit.edit` does each."""
    lines, others = [], []
    for record, one in changed:
        own = _set(record, one)
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
            lines.append(Line(record, account_of(record), name, shown(now), shown(value)))
    return lines


def _value(record: Record, name: str, text: str | None) -> Any:
    """A value as the audit keeps it, as the column holds it; empty is unknown."""
    field = record._meta.get_field(name)
    if text in (None, ""):
        return None if field.null else ""
    value = field.to_python(text)
    assert shown(value) == text, (name, text)
    return value
