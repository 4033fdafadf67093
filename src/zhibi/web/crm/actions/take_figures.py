"""After an import: every legal entity of the lake has its account, and every account its figures.

Asked for after each commit, undo and merge, each day, and when the server starts on data it has
not seen. Done in short transactions of a few thousand accounts, so that people go on working; an
interrupted one is simply done again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from zhibi.web.crm.access import today
from zhibi.web.crm.actions.search_terms import SEARCHED, write_terms
from zhibi.web.crm.actions.take_accounts import (
    FOLLOWED,
    Batch,
    Key,
    Owners,
    Row,
    accounts_by_key,
    cents,
    key_of_row,
    owners,
    take_accounts,
)
from zhibi.web.crm.actions.tie_customers import let_go, take_groups, tie_customers
from zhibi.web.crm.models import Account
from zhibi.web.team.models import Change

if TYPE_CHECKING:
    from zhibi.tables.tables import Tables

CHUNK: Final = 2_000
FIGURES: Final = (
    "sales", "sales_before", "orders", "first_order_on", "last_order_on", "next_order_on",
    "usual_gap", "open_balance", "overdue", "monthly", "figures_as_of",
)  # fmt: skip
WRITTEN: Final = (
    *(name.removesuffix("_id") for name in FOLLOWED), *SEARCHED, *FIGURES,
    "deleted_at", "merged_into", "version",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Taken:
    """How many legal entities there are, and for how many an account was made."""

    accounts: int
    created: int
    as_of: date
    data_version: str


def take_figures(*, progress: Callable[[float], None] | None = None) -> Taken:
    """Let the accounts follow the lake: who there is, whose they are, and their figures."""
    tables = lake_tables()
    rows = _rows(tables)
    own = accounts_by_key(map(key_of_row, rows))
    known, people = len(own), owners()
    for at in range(0, len(rows), CHUNK):
        if progress:
            progress(0.3 + 0.6 * at / len(rows))
        own |= _take(rows[at : at + CHUNK], own, people, tables.day)
    left_behind = tie_customers(_entities(tables), own)
    let_go(left_behind)
    take_groups({own[key_of_row(row)]: own[_group_of(row)] for row in rows})
    tables.facts.close()
    return Taken(len(rows), len(own) - known, tables.day, tables.facts.data_version)


def are_taken(as_of: date, data_version: str) -> bool:
    """Whether the lake is still what it was when figures were taken, and the day the same."""
    tables = lake_tables()
    tables.facts.close()
    return (tables.day, tables.facts.data_version) == (as_of, data_version)


def lake_tables() -> Tables:
    """The facts of the company on the day that is looked from; today when there is no order."""
    from zhibi import run
    from zhibi.tables.tables import Tables

    workspace = run.open_workspace(settings.WORKSPACE)
    known = run.facts_of(workspace)
    if known.last_day is None:
        return Tables(known, workspace.settings, today(), "ordered", workspace.folder)
    known.close()
    return run.open_tables(workspace, today=today())


def _rows(tables: Tables) -> Sequence[Row]:
    """What is known of each legal entity, with who sold to it last."""
    from zhibi.measures.account_figures import account_figures
    from zhibi.measures.last_seller import last_seller

    sellers = {key_of_row(row): row["salesperson"] for row in last_seller(tables).to_pylist()}
    rows: list[dict[str, Any]] = account_figures(tables).to_pylist()
    for row in rows:
        row["salesperson"] = sellers.get(key_of_row(row))
    return rows


def _entities(tables: Tables) -> list[tuple[Key, Key]]:
    """Each customer of the lake, and the first one of its legal entity."""
    from zhibi.measures.rows import fetch

    customers = tables.bring(
        tables.sources.select("customer_key", "entity_key", "source_system", "customer_id")
    ).order_by("customer_key")
    found = fetch(customers)
    keys = {row["customer_key"]: key_of_row(row) for row in found}
    return [(key_of_row(row), keys[row["entity_key"]]) for row in found]


def _group_of(row: Row) -> Key:
    return row["group_source_system"] or "", row["group_customer_id"]


def _take(rows: Sequence[Row], own: Mapping[Key, int], people: Owners, day: date) -> dict[Key, int]:
    """Write some accounts; by key, those that there are now."""
    with transaction.atomic():
        batch = take_accounts(rows, own, people)
        for row, account in zip(rows, batch.accounts, strict=True):
            _set_figures(account, row, day)
        _write(batch)
    return {key_of_row(row): account.pk for row, account in zip(rows, batch.accounts, strict=True)}


def _set_figures(account: Account, row: Row, day: date) -> None:
    account.sales, account.sales_before = cents(row["net"]), cents(row["net_before"])
    account.orders, account.usual_gap = row["order_count"], row["usual"]
    account.first_order_on, account.last_order_on = row["first_on"], row["last_on"]
    account.next_order_on = row["expected_on"]
    account.open_balance, account.overdue = cents(row["open"]), cents(row["overdue"])
    account.monthly = [float(cents(amount)) for amount in row["monthly"]]  # to be drawn, not added
    account.figures_as_of = day


def _write(batch: Batch) -> None:
    """New accounts, what else changed of known ones, and the figures of the rest."""
    fresh = [account for account in batch.accounts if account.pk is None]
    known = [account for account in batch.accounts if account.pk is not None]
    Account.objects.bulk_create(fresh)
    # An insert that becomes an update is several times as fast as Django's bulk_update.
    Account.objects.bulk_create(
        [account for account in known if account.pk in batch.changed],
        update_conflicts=True,
        unique_fields=["pk"],
        update_fields=WRITTEN,
    )
    _write_figures([account for account in known if account.pk not in batch.changed])
    Account.objects.filter(pk__in=batch.changed).update(changed_at=timezone.now())
    Change.objects.bulk_create(batch.audit)
    write_terms(batch.renamed)


def _write_figures(accounts: Sequence[Account]) -> None:
    """One short statement, run for each: there may be a million, and it happens every day."""
    fields = [Account._meta.get_field(name) for name in FIGURES]
    values = [
        [field.get_db_prep_save(getattr(account, field.attname), connection) for field in fields]
        + [account.pk]
        for account in accounts
    ]
    columns = ", ".join(f"{field.column} = %s" for field in fields)
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {Account._meta.db_table} SET {columns} WHERE id = %s", values)
