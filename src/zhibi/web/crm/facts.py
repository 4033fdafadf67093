"""What was typed here, as tables for the core, which lays it over what was imported.

Only decisions are handed over: what a person set on an account, not what an import wrote there, so
that a later import still speaks where nobody did. Free text of follow-ups stays here, as it may
name people.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import tzinfo
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Max, QuerySet
from django.utils import timezone

from zhibi.locale import translate
from zhibi.tables.numbers import full_number
from zhibi.web.crm.models import Account, FollowUp, Judgement, SourceCustomer
from zhibi.web.crm.models.account import LIVING
from zhibi.web.team.models import Change

if TYPE_CHECKING:
    import pyarrow as pa

Key = tuple[str, str]  # source system, customer number

TYPED_HERE: Final = "zhibi"  # the source system of accounts that no file names
UNKNOWN: Final = "unknown"  # what a judgement says that was taken back
ATTRIBUTES: Final = (
    "name", "credit_code", "industry", "region", "size", "kind", "route", "source", "since",
    "employees", "annual_revenue", "credit_limit",
)  # fmt: skip
DECIDED: Final = (*ATTRIBUTES, "owner", "parent")
EFFORTS: Final = tuple(
    str(kind)
    for kind in (
        FollowUp.Kind.VISIT, FollowUp.Kind.CALL, FollowUp.Kind.MESSAGE, FollowUp.Kind.PROPOSAL,
        FollowUp.Kind.SERVICE,
    )
)  # fmt: skip
BATCH: Final = 5_000


def records() -> dict[str, pa.Table]:
    """Customers, assessments, efforts and touches of the whole company; a scope is taken of them
    as of the imported ones."""
    keys = _keys()
    return {
        "customers": _table("customers", _customers(keys)),
        "assessments": _table("assessments", _assessments(keys)),
        **_efforts(keys),
    }


def records_version() -> str:
    """Another one whenever `records` would be."""
    last = [
        _last(Change.objects.filter(subject_kind="account")),
        _last(Change.objects.filter(subject_kind="followup")),
        _last(Judgement.objects.all()),
    ]
    return "-".join(map(str, last))


def _last(rows: QuerySet[Any]) -> int:
    return rows.aggregate(last=Max("pk"))["last"] or 0


def keys_of(accounts: Iterable[Account]) -> dict[int, list[Key]]:
    """The customers of the core that each account is, the first in order first."""
    chosen = {account.pk: account.uid for account in accounts}
    found: dict[int, list[Key]] = {pk: [] for pk in chosen}
    sources = SourceCustomer.objects.filter(account__in=chosen)
    ordered = sources.order_by("source_system", "customer_id")
    for pk, *key in ordered.values_list("account_id", "source_system", "customer_id"):
        found[pk].append((key[0], key[1]))
    return {pk: keys or [(TYPED_HERE, str(chosen[pk]))] for pk, keys in found.items()}


def number_of(account: Account) -> str:
    """By which number the analyses know the account."""
    return numbers_of([account])[account.pk]


def numbers_of(accounts: Iterable[Account]) -> dict[int, str]:
    """By which number the analyses know each account: with its system where another one uses the
    same number (`zhibi.tables.numbers`)."""
    first = {pk: keys[0] for pk, keys in keys_of(accounts).items()}
    numbers = {number for _, number in first.values()}
    used = SourceCustomer.objects.filter(customer_id__in=numbers).order_by()
    systems = Counter(number for _, number in used.values_list("source_system", "customer_id"))
    return {
        pk: full_number(system, number) if systems[number] > 1 else number
        for pk, (system, number) in first.items()
    }


def _keys() -> dict[int, list[Key]]:
    """Those of every account that is not deleted."""
    found: dict[int, list[Key]] = {}
    sources = SourceCustomer.objects.order_by("source_system", "customer_id")
    rows = sources.values_list("account_id", "source_system", "customer_id")
    for pk, system, number in rows.iterator(BATCH):
        found.setdefault(pk, []).append((system, number))
    typed = Account.objects.filter(LIVING, merged_into=None, sources=None)
    for pk, uid in typed.values_list("pk", "uid").iterator(BATCH):
        found[pk] = [(TYPED_HERE, str(uid))]
    return found


def _customers(keys: dict[int, list[Key]]) -> Iterator[dict[str, Any]]:
    """A row a customer of each account of which somebody decided anything."""
    decided = _decided()
    accounts = Account.objects.filter(LIVING, merged_into=None)
    wanted = ("pk", "uid", "owner__name", "parent_id", *ATTRIBUTES)
    for account in accounts.values(*wanted).iterator(BATCH):
        own = keys.get(account["pk"], [])
        is_typed = bool(own) and own[0][0] == TYPED_HERE
        names = set(DECIDED) if is_typed else decided.get(account["uid"], set())
        if names:
            said = _said(account, names, keys, is_typed=is_typed)
            yield from ({**said, "source_system": s, "customer_id": number} for s, number in own)


def _decided() -> dict[UUID, set[str]]:
    """Account → the attributes that a person set; all of who was made by one."""
    by_people = Change.objects.filter(
        subject_kind="account", what__in=("created", *DECIDED), by__isnull=False
    )
    found: dict[UUID, set[str]] = {}
    for uid, what in by_people.values_list("subject_uid", "what").distinct().iterator(BATCH):
        found.setdefault(uid, set()).update(ATTRIBUTES if what == "created" else (what,))
    return found


def _said(
    account: dict[str, Any], names: set[str], keys: dict[int, list[Key]], *, is_typed: bool
) -> dict[str, Any]:
    """The values of one account; what is unknown is left to the file."""
    said: dict[str, Any] = {name: account[name] or None for name in ATTRIBUTES if name in names}
    if "owner" in names:
        said["owner"] = account["owner__name"]
    if "parent" in names:
        own = keys[account["pk"]][0]
        # Itself: it has none, whatever a file says.
        above = keys.get(account["parent_id"], [None if is_typed else own])[0]
        if above:
            said["parent_source_system"], said["parent_id"] = above
    return said


def _assessments(keys: dict[int, list[Key]]) -> Iterator[dict[str, Any]]:
    """Of several judgements of a criterion on one day the last one made."""
    rows = Judgement.objects.order_by("pk").values(
        "account_id", "criterion", "value", "on", "by__name", "evidence"
    )
    last = {
        (row["account_id"], row["criterion"], row["on"]): row
        for row in rows.iterator(BATCH)
        if row["account_id"] in keys
    }
    for row in last.values():
        system, number = keys[row["account_id"]][0]
        yield {
            "source_system": system,
            "customer_id": number,
            "criterion": row["criterion"],
            "value": row["value"] or UNKNOWN,
            "assessed_on": row["on"],
            "assessed_by": row["by__name"],
            "evidence": row["evidence"] or None,
        }


def _efforts(keys: dict[int, list[Key]]) -> dict[str, pa.Table]:
    """Each follow-up that is no mere note is an effort of ours and a step on the customer's path,
    in the words of the company's own lists: the same rows under the names of either table."""
    import pyarrow as pa

    words = {kind: translate(kind, language=settings.COMPANY.language) for kind in EFFORTS}
    done = FollowUp.objects.filter(kind__in=EFFORTS, deleted_at=None).order_by("pk")
    wanted = done.values_list("account_id", "kind", "at", "by__name")
    zone = _zone()
    rows = [
        (*keys[pk][0], words[kind], by, timezone.localdate(at, zone))
        for pk, kind, at, by in wanted.iterator(BATCH)
        if pk in keys
    ]
    schema = pa.schema(_COLUMNS["efforts"]())
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    given = [pa.array(*one) for one in zip(columns, schema.types, strict=True)]
    efforts = pa.Table.from_arrays(given, schema=schema)
    steps = [name for name, _ in _COLUMNS["touches"]()]
    return {"efforts": efforts, "touches": efforts.rename_columns(steps)}


def _zone() -> tzinfo:
    """The company's: a day must not depend on who asks."""
    return ZoneInfo(settings.TIME_ZONE)


def _table(name: str, rows: Iterable[dict[str, Any]]) -> pa.Table:
    """Rows as Arrow, with the columns and types of the core's table."""
    import pyarrow as pa

    return pa.Table.from_pylist(list(rows), schema=pa.schema(_COLUMNS[name]()))


Columns = list[tuple[str, "pa.DataType"]]


def _text(*names: str) -> Columns:
    import pyarrow as pa

    return [(name, pa.string()) for name in names]


def _customer_columns() -> Columns:
    import pyarrow as pa

    money = pa.decimal128(18, 4)
    return [
        *_text(
            "source_system", "customer_id", "name", "credit_code", "industry", "region", "size",
            "kind", "route", "source", "owner", "parent_source_system", "parent_id",
        ),
        ("since", pa.date32()),
        ("employees", pa.int64()),
        ("annual_revenue", money),
        ("credit_limit", money),
    ]  # fmt: skip


def _dated_columns(day: str, *names: str) -> Columns:
    import pyarrow as pa

    return [*_text("source_system", "customer_id", *names), (day, pa.date32())]


_COLUMNS: Final[dict[str, Callable[[], Columns]]] = {
    "customers": _customer_columns,
    "assessments": lambda: _dated_columns(
        "assessed_on", "criterion", "value", "assessed_by", "evidence"
    ),
    "efforts": lambda: _dated_columns("spent_on", "kind", "salesperson"),
    "touches": lambda: _dated_columns("touched_on", "step", "salesperson"),
}
