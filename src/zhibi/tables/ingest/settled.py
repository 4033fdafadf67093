"""Invoices of which a list says on which day they were settled: a receipt of the whole amount on
that day, matched to the invoice.

    INV-7 · due 1 March · settled 9 March · 400.00   →   receipt INV-7 of 400.00 on 9 March

Only where the money that came in is not known otherwise, or it would be counted twice. Without
these receipts the list would say what is owed, and not how late each customer pays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from zhibi.tables.ingest.buyers import file_list
from zhibi.tables.ingest.duck import connect, literal
from zhibi.tables.ingest.stages import Notice
from zhibi.tables.lake import Lake
from zhibi.tables.lake.manifest import Manifest

_RECEIPTS = "receivable_id AS receipt_id, customer_id, received_on, amount, currency"
_ALLOCATIONS = "receivable_id AS receipt_id, receivable_id, amount"


def write(connection: duckdb.DuckDBPyConnection, number: int, staging: Path) -> Path:
    """One row for each settled invoice of a sheet that stays."""
    path = staging / f"settled-{number}.parquet"
    connection.execute(
        f"""
        COPY (SELECT receivable_id, min(customer_id) AS customer_id,
                     max(settled_on) AS received_on, sum(amount_due) AS amount,
                     min(currency) AS currency
              FROM staying_{number} WHERE settled_on IS NOT NULL GROUP BY receivable_id
              ORDER BY receivable_id)
        TO {literal(path)} (FORMAT parquet)
        """
    )
    return path


def noticed(
    connection: duckdb.DuckDBPyConnection, path: Path, *, is_known: bool
) -> tuple[Notice, ...]:
    """What to say of the settled invoices of a sheet."""
    ((count, amount),) = connection.execute(
        f"SELECT count(*), sum(amount) FROM read_parquet({literal(path)})"
    ).fetchall()
    if not count:
        return ()
    template = (
        "Settled: {count:invoice|invoices} of {amount}, each with a receipt on its day of "
        "settlement."
    )
    if is_known:
        template = (
            "Settled: {count:invoice|invoices} of {amount}; the money is looked for among the "
            "receipts, which are known."
        )
    return (Notice("settled", template, {"count": count, "amount": amount}, count),)


def batches(paths: Sequence[Path], staging: Path) -> tuple[dict[str, Path], Mapping[str, int]]:
    """The receipts of these files and what each paid, and how many of both there are."""
    if not paths:
        return {}, {}
    found = f"read_parquet({file_list(map(str, paths))})"
    written, counts = {}, {}
    with connect(staging) as connection:
        for table, columns in {"receipts": _RECEIPTS, "allocations": _ALLOCATIONS}.items():
            written[table] = staging / f"settled-{table}.parquet"
            connection.execute(
                f"COPY (SELECT {columns} FROM {found} ORDER BY receivable_id) "
                f"TO {literal(written[table])} (FORMAT parquet)"
            )
            ((counts[table],),) = connection.execute(
                f"SELECT count(*) FROM read_parquet({literal(written[table])})"
            ).fetchall()
    return (written, counts) if counts["receipts"] else ({}, {})


def has_receipts(lake: Lake, manifest: Manifest, staging: Path) -> bool:
    """Whether the lake holds receipts other than those of settled invoices."""
    receipts = lake.files("receipts", manifest)
    if not receipts:
        return False
    paid = lake.files("allocations", manifest)
    own = f"SELECT source_system, receipt_id FROM read_parquet({file_list(receipts)})"
    if paid:
        own += (
            " EXCEPT SELECT source_system, receipt_id FROM "
            f"read_parquet({file_list(paid)}) WHERE receipt_id = receivable_id"
        )
    with connect(staging) as connection:
        return bool(connection.execute(f"{own} LIMIT 1").fetchall())
