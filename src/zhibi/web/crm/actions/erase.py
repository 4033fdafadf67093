"""Erasing a person: nothing that says who they were stays in the database.

Their own columns are blanked, the key of what the audit says of them is destroyed, and their name
is struck out of what colleagues wrote at the same account, with what the audit keeps of that. What
is left is their uid, here and in `Erasure`, so that a backup from before is brought back without
them (`replay`). An app that keeps anything else of people has a module `forget` with a function
`forget_person(contact)`, called with the person as they were.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.module_loading import module_has_submodule

from zhibi.web.crm.models import (
    Account,
    Attachment,
    Contact,
    Erasure,
    FollowUp,
    Judgement,
    Promise,
    Task,
)
from zhibi.web.team.actions.edit import note
from zhibi.web.team.actions.seal import forget
from zhibi.web.team.models import Change, User

STRUCK: Final = "▇▇"
FORGETTING: Final = "forget"
SHORTEST: Final = 2  # a name of one letter is part of too many words to be struck out
# What colleagues write freely at an account.
FREE_TEXTS: Final[dict[type[models.Model], tuple[str, ...]]] = {
    FollowUp: ("text",),
    Promise: ("text", "dropped_because"),
    Task: ("title", "outcome"),
    Judgement: ("evidence",),
    Attachment: ("name",),
}


@dataclass(frozen=True, slots=True)
class Mention:
    """A text that holds the name of a person."""

    record: Any
    field: str
    text: str


def mentions(contact: Contact) -> list[Mention]:
    """Where colleagues wrote the person's name at this account, or at one that was merged into
    it, for somebody to read before."""
    found: list[Mention] = []
    if len(contact.name) < SHORTEST:
        return found
    for model, fields in FREE_TEXTS.items():
        for field in fields:
            naming = _naming(model, field, contact)
            found += [Mention(record, field, getattr(record, field)) for record in naming]
    return found


def erase(contact: Contact, *, by: User) -> None:
    """Erase a person for good. Done twice, the second time does nothing."""
    with transaction.atomic():
        _, is_new = Erasure.objects.get_or_create(person=contact.uid, defaults={"by": by})
        _erase(contact)
        note(contact, "erased", by=by, of_account=contact.account.uid)
        if is_new:  # before the database says so: killed between the two, it is asked for again
            with _outside().open("a", encoding="ascii") as file:
                file.write(f"{contact.uid}\n")


def replay() -> int:
    """After a backup was brought back: erase again whoever was erased since. Gives how many.

    An older database does not know of later erasures; the list beside it does, and is to be
    copied along (docs/web/workspace.md).
    """
    listed = _outside().read_text(encoding="ascii").split() if _outside().exists() else []
    gone = {*map(UUID, listed), *Erasure.objects.values_list("person", flat=True)}
    back = Contact.objects.filter(uid__in=gone, erased_at=None).select_related("account")
    for contact in back:
        with transaction.atomic():
            _erase(contact)
    return len(back)


def _outside() -> Path:
    """The list of erased people beside the database: their uids, which say nothing of them."""
    place: Path = settings.WORKSPACE / "erased"
    return place


def _erase(contact: Contact) -> None:
    if len(contact.name) >= SHORTEST:
        _strike_out(contact)
    blank: dict[str, Any] = dict.fromkeys(Contact.PERSONAL, "")
    blank |= {"reports_to": None, "layer": "", "function": ""}
    Contact.objects.filter(pk=contact.pk).update(
        **blank, erased_at=timezone.now(), version=F("version") + 1
    )
    Contact.objects.filter(reports_to=contact).update(reports_to=None)
    forget(contact.uid)
    for app in apps.get_app_configs():  # those above this one are not known here
        if module_has_submodule(app.module, FORGETTING):
            import_module(f"{app.name}.{FORGETTING}").forget_person(contact)
    contact.refresh_from_db()


def _strike_out(contact: Contact) -> None:
    """The name in texts, and the same texts as the audit keeps them."""
    for model, fields in FREE_TEXTS.items():
        for field in fields:
            for record in _naming(model, field, contact):
                struck = getattr(record, field).replace(contact.name, STRUCK)
                model._default_manager.filter(pk=record.pk).update(**{field: struck})
    for line in _lines_naming(contact):
        line.before = line.before.replace(contact.name, STRUCK)
        line.after = line.after.replace(contact.name, STRUCK)
        line.save(update_fields=["before", "after"])


def _naming(model: type[models.Model], field: str, contact: Contact) -> QuerySet[Any]:
    rows = model._default_manager.filter(account__in=_accounts_of(contact))
    return rows.filter(**{f"{field}__contains": contact.name}).order_by("pk")


def _lines_naming(contact: Contact) -> Iterator[Change]:
    """Of this account, and not about another person: those lines are sealed."""
    named = Q(before__contains=contact.name) | Q(after__contains=contact.name)
    uids = [account.uid for account in _accounts_of(contact)]
    yield from Change.objects.filter(named, of_account__in=uids, person=None).order_by("pk")


def _accounts_of(contact: Contact) -> list[Account]:
    """The person's account, and those merged into it, over however many merges: judgements and
    the lines of the audit stay with the account they were said of."""
    found = [contact.account]
    for account in found:  # grows while it is walked; no account is merged into two
        found += Account.objects.filter(merged_into=account).order_by("pk")
    return found
