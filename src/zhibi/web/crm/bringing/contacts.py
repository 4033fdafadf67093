"""A list of contacts: at which account each is, whether they are known there, what would change.

A contact is known by the name at the account. Only accounts that the person may edit are looked
at: a row of any other is refused in the same words as one of an account there is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from django.db import transaction

from zhibi.said import Said
from zhibi.web.crm.access import accounts_of, may_edit
from zhibi.web.crm.actions.search_terms import key_of, pinyin_of
from zhibi.web.crm.bringing.accounts import ASKED, CHUNK, Progress, known_accounts
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
from zhibi.web.rows import insert_records
from zhibi.web.team.actions.note_all import Line, note_all
from zhibi.web.team.models import User
from zhibi.web.team.once import one_request

FIELDS: Final = ("name", "title", "department", "phone", "email", "message_id", "note")
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


def _accounts(lines: Sequence[Mapping[str, Any]], by: User) -> dict[int, Account]:
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
    found = {line["row"]: known.of(line) for line in named}
    seen = accounts_of(by).filter(pk__in={one.pk for one in found.values() if one})
    visible = set(seen.values_list("pk", flat=True))
    return {
        row: account
        for row, account in found.items()
        if account and account.pk in visible and may_edit(by, account)
    }


def _known(accounts: Iterable[Account]) -> dict[tuple[int, str], Contact]:
    """The contacts of these accounts by account and name."""
    keys = sorted({account.pk for account in accounts})
    found: dict[tuple[int, str], Contact] = {}
    for at in range(0, len(keys), ASKED):
        people = Contact.objects.filter(
            account__in=keys[at : at + ASKED], deleted_at=None, erased_at=None
        )
        for one in people.order_by("-pk"):
            found[one.account_id, key_of(one.name)] = one
    return found


def _proposed(
    line: Mapping[str, Any],
    account: Account | None,
    known: Mapping[tuple[int, str], Contact],
    seen: set[tuple[int, str]],
    *,
    overwrite: bool,
) -> Proposed:
    row, name = line["row"], (line.get("name") or "").strip()
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
    limit = Contact._meta.get_field(name).max_length
    return value.strip().replace("\0", "")[:limit]


def _write(lot: Sequence[Proposed], by: User) -> list[Written]:
    accounts = {one.uid: one for one in Account.objects.filter(uid__in={r.account for r in lot})}
    new = [
        Contact(
            **row.after,
            account=accounts[row.account],
            initials=pinyin_of(row.name)[1][:60],
            created_by=by,
        )
        for row in lot
        if row.state == NEW
    ]
    insert_records(new)
    living = Contact.objects.select_related("account")
    _, lines, written = write_changes(living, lot, FIELDS)
    note_all([*(Line(one, one.account.uid, "created") for one in new), *lines], by=by)
    return [*(Written(one.uid, True, 1, {}, {}) for one in new), *written]
