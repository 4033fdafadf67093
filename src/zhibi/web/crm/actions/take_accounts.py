"""Accounts follow the customers of the lake, one account a legal entity.

What a person has changed stays as they left it, and so does what they typed when they made the
account; what a source does not say leaves what is known. A customer without an account is tied to
the one that has its credit code, when no other customer is that one yet, or gets a new one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.conf import settings

from zhibi.web.crm.actions.search_terms import name_for_search
from zhibi.web.crm.models import Account, SourceCustomer
from zhibi.web.crm.models.account import LIVING
from zhibi.web.team.actions.edit import shown
from zhibi.web.team.actions.note_all import Line
from zhibi.web.team.called import people_called
from zhibi.web.team.models import Change, User

Key = tuple[str, str]  # source system, customer id
Row = Mapping[str, Any]  # of `account_figures`
FOLLOWED: Final = (
    "name", "former_names", "credit_code", "industry", "region", "size", "kind", "route", "source",
    "owner_id", "since", "employees", "annual_revenue", "credit_limit",
)  # fmt: skip
LENGTHS: Final = {
    name: getattr(Account._meta.get_field(name), "max_length", None) for name in FOLLOWED
}
FIGURES: Final = (
    "sales", "sales_before", "orders", "first_order_on", "last_order_on", "next_order_on",
    "usual_gap", "open_balance", "overdue", "monthly",
)  # fmt: skip
READ: Final = (
    "uid",
    *FOLLOWED,
    *FIGURES,
    "figures_as_of",
    "created_by_id",
    "deleted_at",
    "deleted_by_id",
)


@dataclass(frozen=True, slots=True)
class Owners:
    """Whom a name of the lake means, and how colleagues call them."""

    by_name: Mapping[str, int]
    names: Mapping[int, str]


@dataclass(slots=True)
class Batch:
    """Some accounts as they are to be written. Most are known and as they were: of these only the
    columns are read that the lake may change, which takes a fifth of the time."""

    accounts: list[Any] = field(default_factory=list)  # in the order of the rows
    new: list[Account] = field(default_factory=list)
    changed: list[Account] = field(default_factory=list)
    renamed: list[Account] = field(default_factory=list)  # and the new ones: to be searched anew
    audit: list[Line] = field(default_factory=list)


def key_of_row(row: Row) -> Key:
    return row["source_system"] or "", row["customer_id"]


def owners() -> Owners:
    """The people there are; who has left owns what they owned until it is handed over."""
    by_name = {name: person.pk for name, person in people_called(User.objects.all()).items()}
    return Owners(by_name, dict(User.objects.values_list("pk", "name")))


def accounts_by_key(heads: Iterable[Key]) -> dict[Key, int]:
    """The account of each legal entity that has one: each account stands for one entity, that of
    the first customer it was made for."""
    wanted, found, taken = set(heads), {}, set()
    known = SourceCustomer.objects.order_by("pk")
    for source, customer, account in known.values_list(
        "source_system", "customer_id", "account_id"
    ).iterator():
        if (source, customer) in wanted and account not in taken:
            found[source, customer] = account
            taken.add(account)
    return found


def take_accounts(rows: Sequence[Row], own: Mapping[Key, int], people: Owners) -> Batch:
    """The accounts of some legal entities, new or as the lake says they are now; to be written
    within the transaction of the call."""
    by_code = _untied_by_code(rows, own)
    chosen = [own.get(key_of_row(row)) or by_code.get(_code(row)) for row in rows]
    known = _known([pk for pk in chosen if pk])
    holders = _holders_of_codes(rows)
    batch, others = Batch(), {}
    for row, pk in zip(rows, chosen, strict=True):
        account = known[pk] if pk else Account(currency=settings.COMPANY.currency)
        said = _said(row, people)
        code = said["credit_code"]
        if code and holders.setdefault(code, account.uid) != account.uid:
            said["credit_code"] = None  # two entities by a person's decision: the first keeps it
        batch.accounts.append(account)
        if not pk:
            _follow(account, said, frozenset(), batch, people)
        elif _is_back(account) or any(_is_news(account, *one) for one in said.items()):
            others[pk] = said
    _change(others, batch, people)
    return batch


def _known(numbers: Sequence[int]) -> dict[int, Any]:
    """Of each account, what the lake may say of it and what decides whether that is news."""
    rows = Account.objects.select_for_update().filter(pk__in=numbers)
    return {row.pk: row for row in rows.values_list("pk", *READ, named=True)}


def _change(others: Mapping[int, Mapping[str, Any]], batch: Batch, people: Owners) -> None:
    """Let known accounts follow that are otherwise than the lake says."""
    accounts = Account.objects.in_bulk(others)
    decided = _decided(accounts.values())
    for pk, said in others.items():
        account = accounts[pk]
        _follow(account, said, decided.get(account.uid, frozenset()), batch, people)


def _said(row: Row, people: Owners) -> dict[str, Any]:
    """What the lake says of an account, as its columns can hold it."""
    said = {name: row[name] for name in FOLLOWED if name not in ("owner_id", "credit_code")}
    for name in ("annual_revenue", "credit_limit"):
        said[name] = cents(said[name])
    said["employees"] = None if row["employees"] is None else max(0, int(row["employees"]))
    said["credit_code"] = _code(row)
    said["owner_id"] = people.by_name.get(row["owner"] or row["salesperson"] or "")
    return {name: _fitting(name, value) for name, value in said.items()}


def cents(amount: Any) -> Any:
    """An amount of the lake to two places, halves to even; None stays unknown."""
    return None if amount is None else round(amount, 2)


def _fitting(name: str, value: Any) -> Any:
    """Text as long as the column, without the one sign that databases do not keep."""
    if not isinstance(value, str):
        return value
    return value.replace("\0", "")[: LENGTHS[name]]


def _code(row: Row) -> str | None:
    code = (row["credit_code"] or "").strip().upper()
    return code if 0 < len(code) <= 18 else None


def _follow(
    account: Account, said: Row, decided: frozenset[str], batch: Batch, people: Owners
) -> None:
    """Set what the lake says where nobody decided otherwise, with a line in the audit."""
    is_new, is_back = account.pk is None, _is_back(account)
    names = [
        name
        for name, value in said.items()
        if name not in decided and _is_news(account, name, value)
    ]
    for name in names:
        if not is_new:
            batch.audit.append(_line(account, name, said[name], people))
        setattr(account, name, said[name])
    if is_back:
        account.deleted_at, account.merged_into = None, None
    if is_new or "name" in names or "former_names" in names:
        name_for_search(account)
        batch.renamed.append(account)
    if is_new:
        batch.new.append(account)
    elif names or is_back:
        account.version += 1 if names else 0
        batch.changed.append(account)


def _is_back(account: Any) -> bool:
    """Whether it had gone from the lake; nobody deleted it."""
    return account.deleted_at is not None and account.deleted_by_id is None


def _is_news(account: Any, name: str, value: Any) -> bool:
    before = getattr(account, name)
    if value is None or value == before:
        return False
    return account.created_by_id is None or before in (None, "")


def _line(account: Account, name: str, value: Any, people: Owners) -> Line:
    before = getattr(account, name)
    if name == "owner_id":
        before, value = people.names.get(before), people.names[value]
    what = name.removesuffix("_id")
    return Line(Account, account.uid, account.uid, what, shown(before), shown(value))


def _decided(accounts: Iterable[Account]) -> dict[UUID, frozenset[str]]:
    """By account, the columns a person has changed."""
    found: dict[UUID, set[str]] = defaultdict(set)
    lines = Change.objects.filter(
        subject_uid__in=[account.uid for account in accounts], by__isnull=False
    )
    for uid, what in lines.values_list("subject_uid", "what"):
        found[uid].add("owner_id" if what == "owner" else what)
    return {uid: frozenset(names) for uid, names in found.items()}


def _untied_by_code(rows: Sequence[Row], own: Mapping[Key, int]) -> dict[str | None, int]:
    """Accounts that people made, by the credit code of a customer that has no account yet. Not
    one that was deleted or merged away: its customer's orders would be out of sight."""
    codes = {_code(row) for row in rows if key_of_row(row) not in own} - {None}
    found = Account.objects.filter(LIVING, credit_code__in=codes, sources=None)
    return dict(found.values_list("credit_code", "pk"))


def _holders_of_codes(rows: Sequence[Row]) -> dict[str | None, UUID]:
    """By credit code, the account that has it: no two may."""
    codes = {_code(row) for row in rows} - {None}
    return dict(Account.objects.filter(credit_code__in=codes).values_list("credit_code", "uid"))
