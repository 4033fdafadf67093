"""After an import: what each account still owes and has paid, copied from the lake, so that its
pages open at once.

The rows are replaced as a whole, in one transaction: nobody sees half of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.db.models import Max

from zhibi.web.crm.actions.book_owed import book_anew, hold_ledger
from zhibi.web.crm.actions.take_accounts import Key, accounts_by_key, cents, key_of_row
from zhibi.web.crm.models import Receipt, Receivable

if TYPE_CHECKING:
    import pyarrow as pa

    from zhibi.tables.tables import Tables

CHUNK: Final = 2_000
RECEIPTS_OF: Final = timedelta(days=3 * 365)  # earlier ones answer nobody's question


def take_receivables(tables: Tables) -> int:
    """Copy the open amounts and the receipts of every account there is; how many amounts. None
    are kept where the lake has no receivables."""
    from zhibi.measures.open_debts import open_debts
    from zhibi.measures.receipts_matched import receipts_matched

    owed = _listed(open_debts(tables))
    paid = _listed(receipts_matched(tables, since=tables.day - RECEIPTS_OF))
    own = accounts_by_key({key_of_row(row) for row in (*owed, *paid)})
    with transaction.atomic():
        last = Receivable.objects.aggregate(pk=Max("pk"))["pk"] or 0
        kept = Receivable.objects.bulk_create(_records(owed, own), batch_size=CHUNK)
        hold_ledger()
        Receivable.objects.filter(pk__lte=last).delete()
        book_anew()
        Receipt.objects.all().delete()
        Receipt.objects.bulk_create(_receipts(paid, own), batch_size=CHUNK)
    return len(kept)


def _listed(found: pa.Table | None) -> list[dict[str, Any]]:
    return found.to_pylist() if found is not None else []


def _receipts(rows: Iterable[dict[str, Any]], own: Mapping[Key, int]) -> Iterator[Receipt]:
    """The receipts of parts that stand together, the earliest first."""
    for (_, *key), parts in groupby(rows, key=lambda row: (row["payment_n"], *key_of_row(row))):
        account, of_one = own.get((key[0], key[1])), list(parts)
        if account is None:
            continue
        amounts = [(part["debt_id"], cents(part["amount"])) for part in of_one]
        yield Receipt(
            account_id=account,
            receipt_id=of_one[0]["receipt_id"],
            received_on=of_one[0]["received_on"],
            amount=sum(amount for _, amount in amounts),
            paid=[(debt, str(amount)) for debt, amount in amounts if debt],
        )


def _records(rows: list[dict[str, Any]], own: Mapping[Key, int]) -> Iterator[Receivable]:
    for row in rows:
        account = own.get(key_of_row(row))
        if account is not None:
            yield Receivable(
                account_id=account,
                receivable_id=row["debt_id"],
                contract_id=row["contract_id"] or "",
                milestone=row["milestone"] or "",
                is_retention=row["is_retention"],
                due_on=row["due_on"],
                amount=cents(row["amount"]),
                open=cents(row["open"]),
            )
