"""What the accounts of each owner owe by day, kept as a ledger (`OwedByDay`): what is owed to a
whole company is then read at once.

It is made anew with the amounts themselves. Whatever else changes whose an account is, whether it
is in use, or which amounts stand at it, is done within `rebooked`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from zhibi.web.crm.models import OwedByDay, Receivable

CHUNK: Final = 2_000
COLUMNS: Final = ("open", "retention", "debtors")
NOTHING: Final = (Decimal(0), Decimal(0), 0)

Owed = dict[tuple[int | None, date], tuple[Any, ...]]  # by owner and day, in the order of COLUMNS


@contextmanager
def rebooked(accounts: Iterable[int]) -> Iterator[None]:
    """One transaction for what is done to these accounts and what it moves in the ledger."""
    own = Receivable.objects.filter(account__in=sorted(accounts))
    with transaction.atomic():
        hold_ledger()
        before = _owed(own)
        yield
        _write(_moved(before, _owed(own)))


def book_anew() -> None:
    """The ledger of all amounts there are."""
    with transaction.atomic():
        hold_ledger()
        OwedByDay.objects.all().delete()
        _write(_owed(Receivable.objects.all()))


def hold_ledger() -> None:
    """Until the transaction ends nobody else books; to be done before any row is locked, as two
    who wait for each other never end. On SQLite a transaction is alone from its beginning."""
    if connection.vendor == "postgresql":
        table = connection.ops.quote_name(OwedByDay._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")


def _owed(amounts: QuerySet[Receivable]) -> Owed:
    of_account = Receivable.objects.filter(account=OuterRef("account"))
    same_day = Q(due_on=OuterRef("due_on"), pk__lt=OuterRef("pk"))
    earlier = of_account.filter(Q(due_on__lt=OuterRef("due_on")) | same_day)
    found = (
        amounts.filter(account__deleted_at=None)
        .order_by()
        .values_list("account__owner", "due_on")
        .annotate(
            sum=Sum("open"),
            kept=Sum("open", filter=Q(is_retention=True), default=Decimal(0)),
            first=Count("pk", filter=~Exists(earlier)),
        )
    )
    return {(owner, day): tuple(sums) for owner, day, *sums in found.iterator()}


def _moved(before: Owed, after: Owed) -> Owed:
    """What is to be added to the one to have the other."""
    moved = {}
    for key in before | after:
        was, became = before.get(key, NOTHING), after.get(key, NOTHING)
        if was != became:
            moved[key] = tuple(new - old for old, new in zip(was, became, strict=True))
    return moved


def _write(owed: Owed) -> None:
    lines = (
        OwedByDay(owner_id=owner, due_on=day, **dict(zip(COLUMNS, sums, strict=True)))
        for (owner, day), sums in owed.items()
    )
    OwedByDay.objects.bulk_create(lines, batch_size=CHUNK)
