"""A list of contacts: at which account each is, whether they are known there, what would change.

A contact is known by the name at the account. Only accounts that the person may edit are looked
at: a row of any other is refused in the same words as one of an account there is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from django.db import transaction

from zhibi.said import Said
from zhibi.web.crm.access import may_edit
from zhibi.web.crm.actions.search_terms import key_of, pinyin_of
from zhibi.web.crm.bringing.accounts import CHUNK, Progress, known_accounts, seen_of
from zhibi.web.crm.bringing.proposal import (
    CHANGED,
    NEW,
    REJECTED,
    SAME,
    Proposal,
    Proposed,
    Written,
    chunks,
    differing,
)
from zhibi.web.crm.bringing.writing import write_changes
from zhibi.web.crm.models import Account, Contact
from zhibi.web.fields import new_uid
from zhibi.web.rows import Among, insert_rows, numbers_of
from zhibi.web.team.actions.note_all import Line, note_all
from zhibi.web.team.models import User
from zhibi.web.team.once import one_request

FIELDS: Final = ("name", "title", "department", "phone", "email", "message_id", "note")
LENGTHS: Final = {
    name: getattr(Contact._meta.get_field(name), "max_length", None) for name in FIELDS
}
NAMELESS: Final = Said("there is no name in this row")
NO_ACCOUNT: Final = Said("none of the accounts you may change is called so")
TWICE: Final = Said("the same contact stands further up in the list")


def propose_contacts(
    lines: Sequence[Mapping[str, Any]], *, by: User, overwrite: bool = False
) -> Proposal:
    """What each row would do."""
    with one_request():
        accounts = _accounts(lines, by)
    known = _known(accounts.values())
    seen: set[tuple[int, str]] = set()
    rows = [
        _proposed(line, accounts.get(line["row"]), known, seen, overwrite=overwrite)
        for line in lines
    ]
    return Proposal("contacts", tuple(rows))


def write_contacts(
    proposal: Proposal, *, by: User, done: Callable[[list[Written]], None], progress: Progress
) -> None:
    """As `write_accounts`."""
    todo = [row for row in proposal.rows if row.state in (NEW, CHANGED)]
    for at, lot in enumerate(chunks(todo, CHUNK)):
        with transaction.atomic():
            done(_write(lot, by))
        progress((at + 1) * CHUNK / max(1, len(todo)))


def _accounts(lines: Sequence[Mapping[str, Any]], by: User) -> dict[int, Any]:
    """Row → the account it names, where the person may change it."""
    named = [
        {
            "name": line.get("account") or "",
            "credit_code": line.get("credit_code"),
            "customer_id": line.get("customer_id"),
            "row": line["row"],
        }
        for line in lines
    ]
    known = known_accounts(named)
    found = {line["row"]: account for line in named if (account := known.of(line))}
    visible = seen_of(by, found.values())
    return {
        row: account
        for row, account in found.items()
        if account.pk in visible and may_edit(by, account)
    }


def _known(accounts: Iterable[Any]) -> dict[tuple[int, str], Any]:
    """The contacts of these accounts by account and name, the oldest of a name."""
    people = Contact.objects.filter(
        Among("account", {account.pk for account in accounts}), deleted_at=None, erased_at=None
    )
    rows = people.order_by("-pk").values_list("uid", "account_id", *FIELDS, named=True)
    return {(one.account_id, key_of(one.name)): one for one in rows}


def _proposed(
    line: Mapping[str, Any],
    account: Any | None,
    known: Mapping[tuple[int, str], Any],
    seen: set[tuple[int, str]],
    *,
    overwrite: bool,
) -> Proposed:
    row, name = line["row"], _fitting("name", line.get("name") or "")
    if not name:
        return Proposed(row, REJECTED, "", reason=NAMELESS)
    if account is None:
        return Proposed(row, REJECTED, name, reason=NO_ACCOUNT)
    this = (account.pk, key_of(name))
    if this in seen:
        return Proposed(row, REJECTED, name, reason=TWICE)
    seen.add(this)
    said = {field: _fitting(field, line[field]) for field in FIELDS if line.get(field)}
    contact = known.get(this)
    if contact is None:
        return Proposed(row, NEW, name, after=said, account=account.uid)
    del said["name"]
    before, after, kept = differing(contact, said, overwrite=overwrite)
    state = CHANGED if after else SAME
    return Proposed(row, state, name, contact.uid, before, after, kept, account=account.uid)


def _fitting(name: str, value: str) -> str:
    return value.strip().replace("\0", "")[: LENGTHS[name]]


def _write(lot: Sequence[Proposed], by: User) -> list[Written]:
    rows = [(row, row.account) for row in lot if row.state == NEW and row.account]
    accounts = numbers_of(Account, {account for _, account in rows})
    new = [
        {
            **row.after,
            "uid": new_uid(),
            "account_id": accounts[account],
            "initials": pinyin_of(row.name)[1][:60],
            "created_by_id": by.pk,
        }
        for row, account in rows
    ]
    insert_rows(Contact, new)
    living = Contact.objects.select_related("account")
    _, lines, written = write_changes(living, lot, FIELDS)
    uids = [one["uid"] for one in new]
    made = [
        Line(Contact, uid, account, "created") for uid, (_, account) in zip(uids, rows, strict=True)
    ]
    note_all([*made, *lines], by=by)
    return [*(Written(uid, True, 1, {}, {}) for uid in uids), *written]
