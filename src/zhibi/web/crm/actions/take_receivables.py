"""After an import: what each account still owes, copied from the lake, so that Today opens at once.

The rows are replaced as a whole, in one transaction: nobody sees half of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from zhibi.web.crm.actions.take_accounts import Key, accounts_by_key, cents, key_of_row
from zhibi.web.crm.models import Receivable

if TYPE_CHECKING:
    from zhibi.tables.tables import Tables

CHUNK: Final = 2_000


def take_receivables(tables: Tables) -> int:
    """Copy the open amounts of every account there is; how many. None are kept where the lake
    has no receivables."""
    from zhibi.measures.open_debts import open_debts

    found = open_debts(tables)
    rows = found.to_pylist() if found is not None else []
    own = accounts_by_key({key_of_row(row) for row in rows})
    with transaction.atomic():
        Receivable.objects.all().delete()
        kept = Receivable.objects.bulk_create(_records(rows, own), batch_size=CHUNK)
    return len(kept)


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
