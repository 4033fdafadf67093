"""A list of accounts: which are new, which are known, and what would change of them.

A row is a known account by its credit code, else by its customer number, else by its name. What
belongs to somebody whose accounts the person does not see is not told, only refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from zhibi.said import Said
from zhibi.web.crm.access import accounts_of, may_edit
from zhibi.web.crm.actions.search_terms import add_terms, key_of, keys_of_name, write_terms
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
from zhibi.web.crm.models import Account, SourceCustomer
from zhibi.web.crm.models.account import LIVING
from zhibi.web.fields import new_uid
from zhibi.web.rows import Among, insert_rows, numbers_of
from zhibi.web.team.actions.note_all import Line, note_all
from zhibi.web.team.called import people_called
from zhibi.web.team.models import Role, User
from zhibi.web.team.once import one_request

CHUNK: Final = 2_000
SYSTEM: Final = ""  # customer numbers of a list are those of the company's own system
FIELDS: Final = (
    "name", "former_names", "credit_code", "industry", "region", "size", "kind", "route", "source",
    "since", "employees", "annual_revenue", "credit_limit",
)  # fmt: skip
LENGTHS: Final = {
    name: getattr(Account._meta.get_field(name), "max_length", None) for name in FIELDS
}
LONGEST_NUMBER: Final = SourceCustomer._meta.get_field("customer_id").max_length
NOT_YOURS: Final = Said("it belongs to somebody whose accounts you do not see")
READ_ONLY: Final = Said("you may see this account, but not change it")
TWICE: Final = Said("the same account stands further up in the list")
HELD: Final = Said("a deleted account has its credit code; bring that one back first")

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Known:
    """The accounts that rows of a list may be about, by what a row can say. Of an account only
    those columns are read that are looked at: there may be as many as the list has rows."""

    by_code: Mapping[str, Any]
    by_number: Mapping[str, Any]
    by_name: Mapping[str, Any]
    codes_of_deleted: frozenset[str]  # no two accounts have one, deleted or not

    def of(self, line: Mapping[str, Any]) -> Any | None:
        number = line.get("customer_id")
        return (
            self.by_code.get(_code_of(line))
            or self.by_number.get(number or "")
            or self.by_name.get(key_of(line["name"]))
        )


def propose_accounts(
    lines: Sequence[Mapping[str, Any]], *, by: User, overwrite: bool = False
) -> Proposal:
    """What each row would do. Rows without a problem of their own never fail each other."""
    lines = [_findable(line) for line in lines]
    known = known_accounts(lines, FIELDS)
    people = people_called(User.objects.filter(is_active=True))
    visible = seen_of(by, _each(known))
    seen: set[object] = set()
    rows = []
    with one_request():
        for line in lines:
            account = known.of(line)
            this = _signs_of(line, account)
            if seen & this:
                rows.append(Proposed(line["row"], REJECTED, line["name"], reason=TWICE))
                continue
            seen |= this
            if _code_of(line) in known.codes_of_deleted:
                rows.append(Proposed(line["row"], REJECTED, line["name"], reason=HELD))
                continue
            rows.append(_proposed(line, account, by, people, visible, overwrite=overwrite))
    return Proposal("accounts", tuple(rows))


def write_accounts(
    proposal: Proposal, *, by: User, done: Callable[[list[Written]], None], progress: Progress
) -> None:
    """Write new and changed rows, some thousands at a time; `done` is told of each lot within its
    transaction. Interrupted and proposed again, what is written already is unchanged."""
    todo = [row for row in proposal.rows if row.state in (NEW, CHANGED)]
    for at, lot in enumerate(chunks(todo, CHUNK)):
        with transaction.atomic():
            done(_write(lot, by))
        progress((at + 1) * CHUNK / max(1, len(todo)))


def known_accounts(lines: Sequence[Mapping[str, Any]], fields: Sequence[str] = ()) -> Known:
    """The accounts these rows may be about, whoever sees them, with these of their fields."""
    codes = {_code_of(line) for line in lines} - {""}
    numbers = {line.get("customer_id") or "" for line in lines} - {""}
    names = {key_of(line["name"]) for line in lines} - {""}
    read = dict.fromkeys(("pk", "uid", "owner_id", "credit_code", "name_key", *fields))
    # The oldest comes last, so that it holds.
    found = Account.objects.filter(LIVING).order_by("-pk").values_list(*read, named=True)
    ties = SourceCustomer.objects.filter(Among("customer_id", numbers)).order_by("-pk")
    tied = dict(ties.values_list("customer_id", "account"))
    by_pk = {one.pk: one for one in found.filter(Among("pk", set(tied.values())))}
    deleted = Account.objects.filter(~LIVING, Among("credit_code", codes))
    return Known(
        {one.credit_code: one for one in found.filter(Among("credit_code", codes))},
        {number: by_pk[account] for number, account in tied.items() if account in by_pk},
        {one.name_key: one for one in found.filter(Among("name_key", names))},
        frozenset(deleted.values_list("credit_code", flat=True)),
    )


def seen_of(user: User, accounts: Iterable[Any]) -> set[int]:
    """The keys of those of these accounts that `user` may see."""
    among = Among("pk", {account.pk for account in accounts})
    return set(accounts_of(user).filter(among).values_list("pk", flat=True))


def _signs_of(line: Mapping[str, Any], account: Any | None) -> set[object]:
    """By what a row is the same as another one of the list."""
    if account is not None:
        return {account.pk}
    signs = {"code": _code_of(line), "number": line.get("customer_id")}
    return {("name", key_of(line["name"])), *((name, said) for name, said in signs.items() if said)}


def _code_of(line: Mapping[str, Any]) -> str:
    return (line.get("credit_code") or "").upper()


def _each(known: Known) -> Iterable[Any]:
    yield from known.by_code.values()
    yield from known.by_number.values()
    yield from known.by_name.values()


def _proposed(
    line: Mapping[str, Any],
    account: Any | None,
    by: User,
    people: Mapping[str, User],
    visible: set[int],
    *,
    overwrite: bool,
) -> Proposed:
    row, name = line["row"], line["name"]
    if account is None:
        after = _said(line) | _owner(line, by, people)
        return Proposed(row, NEW, name, after=after, number=line.get("customer_id") or "")
    if account.pk not in visible:
        return Proposed(row, REJECTED, name, reason=NOT_YOURS)
    said = _said(line)
    del said["name"]
    before, after, kept = differing(account, said, overwrite=overwrite)
    if after and not may_edit(by, account):
        return Proposed(row, REJECTED, name, reason=READ_ONLY)
    state = CHANGED if after else SAME
    return Proposed(row, state, name, account.uid, before, after, kept)


def _said(line: Mapping[str, Any]) -> dict[str, Any]:
    """What a row says of an account, as its columns hold it."""
    said = {name: _fitting(name, line[name]) for name in FIELDS if line.get(name) is not None}
    if "credit_code" in said:
        said["credit_code"] = said["credit_code"].upper()[:18]
    return said


def _findable(line: Mapping[str, Any]) -> dict[str, Any]:
    """A row with its name and number as they will be on record, so that it is known again."""
    number = (line.get("customer_id") or "").replace("\0", "")[:LONGEST_NUMBER]
    return {**line, "name": _fitting("name", line["name"]), "customer_id": number}


def _fitting(name: str, value: Any) -> Any:
    if isinstance(value, Decimal):
        return round(value, 2) if name in ("annual_revenue", "credit_limit") else int(value)
    if isinstance(value, str):
        return value.replace("\0", "")[: LENGTHS[name]]
    return value


def _owner(line: Mapping[str, Any], by: User, people: Mapping[str, User]) -> dict[str, Any]:
    """The person the row names; a salesperson's list is their own, others' go to the pool."""
    if by.role == Role.SALESPERSON:
        return {"owner": by}
    return {"owner": people.get(line.get("owner") or "")}


def _write(lot: Sequence[Proposed], by: User) -> list[Written]:
    rows = [row for row in lot if row.state == NEW]
    new = [_new(row, by) for row in rows]
    insert_rows(Account, new)
    pks = numbers_of(Account, [one["uid"] for one in new])
    _tie((row.number, pks[one["uid"]]) for row, one in zip(rows, new, strict=True) if row.number)
    add_terms((pks[one["uid"]], one) for one in new)
    changed, lines, written = write_changes(Account.objects, lot, FIELDS)
    write_terms(changed)
    made = [Line(Account, one["uid"], one["uid"], "created", after=one["name"]) for one in new]
    note_all([*made, *lines], by=by)
    return [*(Written(one["uid"], True, 1, {}, {}) for one in new), *written]


def _new(row: Proposed, by: User) -> dict[str, Any]:
    """The columns of a new account."""
    said = dict(row.after)
    owner = said.pop("owner")
    return said | {
        "uid": new_uid(),
        "owner_id": owner.pk if owner else None,
        "currency": settings.COMPANY.currency,
        "created_by_id": by.pk,
        **keys_of_name(row.after["name"]),
    }


def _tie(said: Iterable[tuple[str, int]]) -> None:
    """Tie customer numbers to the accounts of these keys; those of living accounts stay theirs."""
    wanted = dict(said)
    ties = SourceCustomer.objects.filter(Among("customer_id", wanted), source_system=SYSTEM)
    ties.exclude(account__deleted_at=None).delete()  # a deleted account keeps nobody's orders
    rows = (
        {"source_system": SYSTEM, "customer_id": number, "account_id": account}
        for number, account in wanted.items()
    )
    insert_rows(SourceCustomer, rows, only_new=True)
