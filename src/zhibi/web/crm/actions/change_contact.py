"""People at customers: made, changed, and who looked up how to reach them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from zhibi.web.crm.actions.search_terms import pinyin_of
from zhibi.web.crm.models import Contact
from zhibi.web.team.actions.edit import create, edit, note
from zhibi.web.team.models import User


def add_contact(contact: Contact, *, by: User) -> Contact:
    contact.initials = _initials(contact.name)
    kept: Contact = create(contact, by=by, of_account=contact.account.uid)
    return kept


def change_contact(contact: Contact, values: Mapping[str, Any], *, by: User, version: int) -> None:
    with transaction.atomic():
        edit(contact, values, by=by, version=version, of_account=contact.account.uid)
        # Follows from the name, which the audit has.
        Contact.objects.filter(pk=contact.pk).update(initials=_initials(contact.name))


def note_revealed(contact: Contact, field: str, *, by: User) -> None:
    """Somebody outside the account's team looked up how to reach a person: the owner sees it."""
    note(contact, "revealed", by=by, of_account=contact.account.uid, after=field)


def _initials(name: str) -> str:
    length: int = Contact._meta.get_field("initials").max_length
    return pinyin_of(name)[1][:length]
