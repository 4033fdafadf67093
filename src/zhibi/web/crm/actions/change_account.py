"""Changing what an account is: its name, its place in a group, its owner, its tags."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from zhibi.web.crm.actions.book_owed import rebooked
from zhibi.web.crm.actions.search_terms import index_accounts
from zhibi.web.crm.models import Account, Tag
from zhibi.web.team.actions.edit import (
    create,
    create_once,
    delete,
    edit,
    note,
    restore,
)
from zhibi.web.team.models import User


def add_account(account: Account, *, by: User) -> Account:
    """A new account is its maker's own; the same form sent again makes no second one."""
    account.owner = by
    with transaction.atomic():
        kept: Account = create(account, by=by, of_account=account.uid)
        if kept is account:
            index_accounts([account])
    return kept


def change_account(account: Account, values: Mapping[str, Any], *, by: User, version: int) -> None:
    """Set what a person typed; a former name stays known and is still found."""
    wanted = dict(values)
    with transaction.atomic():
        if wanted.get("name", account.name) != account.name:
            wanted["former_names"] = _with_former(account)
        edit(account, wanted, by=by, version=version, of_account=account.uid)
        if "former_names" in wanted:
            index_accounts([account])


def set_on_account(account: Account, values: Mapping[str, Any], *, by: User) -> None:
    """Set what does not come from a form of the whole account: whoever says it last is right."""
    with transaction.atomic():
        now = Account.objects.select_for_update().get(pk=account.pk)
        edit(now, values, by=by, version=now.version, of_account=now.uid)
    for name in (*values, "version"):
        setattr(account, name, getattr(now, name))


def delete_account(account: Account, *, by: User) -> None:
    """Put it out of sight, with what it owes."""
    with rebooked([account.pk]):
        delete(account, by=by, of_account=account.uid)


def restore_account(account: Account, *, by: User) -> None:
    with rebooked([account.pk]):
        restore(account, by=by, of_account=account.uid)


def set_tags(account: Account, names: Iterable[str], *, by: User) -> None:
    """The words that stand on an account; a new word becomes a tag."""
    wanted = list(dict.fromkeys(name.strip() for name in names if name.strip()))
    with transaction.atomic():
        before = sorted(account.tags.values_list("name", flat=True))
        if sorted(wanted) == before:
            return
        known = {tag.name: tag for tag in Tag.objects.filter(name__in=wanted)}
        tags = [known.get(name) or _new_tag(name, by) for name in wanted]
        account.tags.set(tags)
        said = {"before": "; ".join(before), "after": "; ".join(sorted(wanted))}
        note(account, "tags", by=by, of_account=account.uid, **said)


def _new_tag(name: str, by: User) -> Tag:
    made: Tag = create_once(Tag(name=name), by=by, known_by="name")
    return made


def _with_former(account: Account) -> str:
    formers = [name for name in account.former_names.split(";") if name]
    return ";".join(dict.fromkeys([*formers, account.name.replace(";", ",")]))
