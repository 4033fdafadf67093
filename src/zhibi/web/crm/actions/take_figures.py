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
from django.db import transaction

from zhibi.web.crm.access import today
from zhibi.web.crm.actions.book_owed import hold_ledger, rebooked
from zhibi.web.crm.actions.search_terms import SEARCHED, write_terms
from zhibi.web.crm.actions.take_accounts import (
    FIGURES,
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
from zhibi.web.rows import insert_records, update_records, update_rows
from zhibi.web.team.actions.note_all import note_all

if TYPE_CHECKING:
    import pyarrow as pa

    from zhibi.tables.tables import Tables

CHUNK: Final = 2_000
WRITTEN: Final = (*FOLLOWED, *SEARCHED, "deleted_at", "merged_into", "version", "changed_at")


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
    found, sellers = _found(tables), _sellers(tables)
    heads, tops = _keys(found, ""), _keys(found, "group_")
    own = accounts_by_key(heads)
    known, people = len(own), owners()
    for at in range(0, len(heads), CHUNK):
        if progress:
            progress(0.3 + 0.6 * at / len(heads))
        own |= _take(_rows(found.slice(at, CHUNK), sellers), own, people, tables.day)
    left_behind = tie_customers(_entities(tables), own)
    let_go(left_behind)
    take_groups({own[head]: own[top] for head, top in zip(heads, tops, strict=True)})
    tables.facts.close()
    return Taken(len(heads), len(own) - known, tables.day, tables.facts.data_version)


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


def _found(tables: Tables) -> pa.Table:
    """What is known of each legal entity; kept as Arrow, a tenth of what its rows would take."""
    from zhibi.measures.account_figures import account_figures

    return account_figures(tables)


def _sellers(tables: Tables) -> dict[Key, str]:
    """Who sold to each legal entity last."""
    from zhibi.measures.last_seller import last_seller

    found = last_seller(tables)
    return dict(zip(_keys(found, ""), found.column("salesperson").to_pylist(), strict=True))


def _keys(found: pa.Table, prefix: str) -> list[Key]:
    systems, numbers = (found.column(prefix + name) for name in ("source_system", "customer_id"))
    return [
        (system or "", number)
        for system, number in zip(systems.to_pylist(), numbers.to_pylist(), strict=True)
    ]


def _rows(found: pa.Table, sellers: Mapping[Key, str]) -> list[Row]:
    rows: list[dict[str, Any]] = found.to_pylist()
    for row in rows:
        row["salesperson"] = sellers.get(key_of_row(row))
    return list(rows)


def _entities(tables: Tables) -> list[tuple[Key, Key]]:
    """Each customer of the lake, and the first one of its legal entity."""
    from zhibi.measures.rows import fetch

    customers = tables.bring(
        tables.sources.select("customer_key", "entity_key", "source_system", "customer_id")
    ).order_by("customer_key")
    found = fetch(customers)
    keys = {row["customer_key"]: key_of_row(row) for row in found}
    return [(key_of_row(row), keys[row["entity_key"]]) for row in found]


def _take(rows: Sequence[Row], own: Mapping[Key, int], people: Owners, day: date) -> dict[Key, int]:
    """Write some accounts; by key, those that there are now."""
    with transaction.atomic():
        hold_ledger()
        batch = take_accounts(rows, own, people)
        others = []
        for row, account in zip(rows, batch.accounts, strict=True):
            figures = _figures(row)
            if account.pk is None:
                vars(account).update(figures, figures_as_of=day)
            elif any(getattr(account, name) != value for name, value in figures.items()):
                others.append((account.pk, figures.values()))
        _write(batch)
        update_rows(Account, FIGURES, others)
        _date([account.pk for account in batch.accounts if account.figures_as_of != day], day)
    return {key_of_row(row): account.pk for row, account in zip(rows, batch.accounts, strict=True)}


def _figures(row: Row) -> dict[str, Any]:
    """By column; in the order of FIGURES."""
    found = {
        "sales": cents(row["net"]),
        "sales_before": cents(row["net_before"]),
        "orders": row["order_count"],
        "first_order_on": row["first_on"],
        "last_order_on": row["last_on"],
        "next_order_on": row["expected_on"],
        "usual_gap": row["usual"],
        "open_balance": cents(row["open"]),
        "overdue": cents(row["overdue"]),
        "monthly": [float(cents(amount)) for amount in row["monthly"]],  # to be drawn, not added
    }
    return {name: found[name] for name in FIGURES}


def _write(batch: Batch) -> None:
    """New accounts, and what else changed of known ones than their figures."""
    insert_records(batch.new)
    with rebooked([account.pk for account in batch.changed]):
        update_records(batch.changed, [name.removesuffix("_id") for name in WRITTEN])
    note_all(batch.audit, by=None)
    write_terms(batch.renamed)


def _date(accounts: Sequence[int], day: date) -> None:
    """All figures are of that day, most of them as they were the day before."""
    Account.objects.filter(pk__in=accounts).update(figures_as_of=day)
