"""What a workspace holds, and what is missing in it: `zhibi check`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from zhibi.tables.ingest.alike import of_workspace
from zhibi.tables.ingest.buyers import file_list
from zhibi.tables.ingest.duck import connect, literal
from zhibi.tables.ingest.import_report import Month
from zhibi.tables.ingest.names import Proposal
from zhibi.tables.schema import SCHEMAS
from zhibi.tables.workspace import Workspace

# Columns that methods ask for, beside the required ones.
USEFUL = (
    "product_id", "product_name", "category", "quantity", "cost", "tax_rate", "salesperson",
    "channel", "line_no", "promised_date", "delivered_date",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Missing:
    """A column of the order lines that is empty in some or all of them."""

    column: str
    empty: int
    of: int


@dataclass(frozen=True, slots=True)
class Quality:
    """`tables` are (table, rows); days, orders and customers are those of the order lines."""

    tables: tuple[tuple[str, int], ...]
    first_day: date | None
    last_day: date | None
    orders: int
    customers: int
    bases: tuple[tuple[str, int], ...]
    months: tuple[Month, ...]
    missing: tuple[Missing, ...]
    proposals: tuple[Proposal, ...]
    currency: str


def describe(workspace: Workspace, staging: Path) -> Quality:
    """The quality of what the lake holds at its current version."""
    manifest = workspace.lake.manifest()
    files = {table: workspace.lake.files(table, manifest) for table in SCHEMAS}
    with connect(staging) as connection:
        counts = {
            table: connection.execute(
                f"SELECT count(*) FROM read_parquet({file_list(paths)})"
            ).fetchall()[0][0]
            for table, paths in files.items()
            if paths
        }
    found = _of_lines(files["order_lines"], staging) if counts.get("order_lines") else _NOTHING
    first, last, orders, customers, bases, months, missing = found
    return Quality(
        tables=tuple(counts.items()),
        first_day=first,
        last_day=last,
        orders=orders,
        customers=customers,
        bases=bases,
        months=months,
        missing=missing,
        proposals=of_workspace(files["customers"], staging),
        currency=workspace.settings.currency,
    )


_Lines = tuple[
    date | None,
    date | None,
    int,
    int,
    tuple[tuple[str, int], ...],
    tuple[Month, ...],
    tuple[Missing, ...],
]
_NOTHING: _Lines = (None, None, 0, 0, (), (), ())


def _of_lines(files: Sequence[str], staging: Path) -> _Lines:
    source = f"read_parquet({file_list(files)})"
    filled = ", ".join(f"count({column})" for column in USEFUL)
    with connect(staging) as connection:
        first, last, orders, customers, count, *counts = connection.execute(
            "SELECT min(order_date), max(order_date), count(*) FILTER (is_order), "
            f"count(DISTINCT customer_key), count(*), {filled} FROM {source}"
        ).fetchall()[0]
        bases = connection.execute(
            f"SELECT basis, count(*) FROM {source} GROUP BY basis ORDER BY basis"
        ).fetchall()
        months = connection.execute(
            "SELECT strftime(order_date, '%Y-%m') AS month, count(*), "
            "count(*) FILTER (is_order), sum(amount) "
            f"FROM {source} GROUP BY month ORDER BY month"
        ).fetchall()
    missing = tuple(
        Missing(column, count - number, count)
        for column, number in zip(USEFUL, counts, strict=True)
        if number < count
    )
    found = tuple(Month(*row) for row in months)
    return first, last, orders, customers, tuple(bases), found, missing


def customer_keys(workspace: Workspace, ids: Sequence[str], source: str) -> dict[str, int]:
    """Customer id → customer_key, for those there are."""
    files = workspace.lake.files("customers")
    if not files:
        return {}
    wanted = ", ".join(literal(one) for one in ids)
    with connect(workspace.folder) as connection:
        rows = connection.execute(
            f"SELECT customer_id, customer_key FROM read_parquet({file_list(files)}) "
            f"WHERE source_system = {literal(source)} AND customer_id IN ({wanted})"
        ).fetchall()
    return dict(rows)
