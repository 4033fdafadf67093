"""Small batches for the lake, and what the lake holds, as plain Python."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from zhibi.tables.lake import Lake
from zhibi.tables.schema import SCHEMAS

ARROW_TYPES = {
    "VARCHAR": pa.string(),
    "DATE": pa.date32(),
    "DECIMAL(18,4)": pa.decimal128(18, 4),
    "DECIMAL(9,6)": pa.decimal128(9, 6),
}


def line(order_id: str, line_no: str | None = "1", **more: Any) -> dict[str, Any]:
    """An order line; what is not given is the same for all."""
    given = {"customer_id": "C1", "order_date": date(2024, 5, 3), "amount": Decimal(100)}
    return {"order_id": order_id, "line_no": line_no, **given, **more}


def batch(path: Path, table: str, rows: Iterable[Mapping[str, Any]]) -> Path:
    """Write rows as an import hands them over: every field of the table, null where not given."""
    rows = list(rows)
    schema = SCHEMAS[table]
    columns = {
        field.name: pa.array(
            [row.get(field.name) for row in rows], ARROW_TYPES[schema.sql_columns[field.name]]
        )
        for field in schema.fields
    }
    pq.write_table(pa.table({"row": pa.array(range(2, len(rows) + 2)), **columns}), path)
    return path


class Imports:
    """Commits batches written to a folder of their own, one import after the other."""

    def __init__(self, workspace: Path, folder: Path) -> None:
        self.lake = Lake(workspace)
        self.folder = folder
        self.number = 0

    def batches(self, tables: Mapping[str, Iterable[Mapping[str, Any]]]) -> dict[str, Path]:
        self.number += 1
        return {
            table: batch(self.folder / f"{self.number}-{table}.parquet", table, rows)
            for table, rows in tables.items()
        }

    def commit(self, import_id: str, source_system: str = "erp", **tables: Any) -> Any:
        return self.lake.commit(
            self.batches(tables), source_system=source_system, import_id=import_id, about={}
        )


def rows(lake: Lake, table: str, columns: str = "*", order: str = "ALL") -> list[tuple[Any, ...]]:
    """The rows of a table as the current manifest has them."""
    files = list(lake.files(table))
    if not files:
        return []
    with duckdb.connect() as connection:
        query = f"SELECT {columns} FROM read_parquet({files}) ORDER BY {order}"
        return connection.execute(query).fetchall()


def state(lake: Lake) -> dict[str, str]:
    """A hash of the sorted rows of every table that has any."""
    hashes = {}
    for table in (*SCHEMAS, "customer_links"):
        held = sorted(map(repr, rows(lake, table)))
        if held:
            hashes[table] = hashlib.sha256("\n".join(held).encode()).hexdigest()
    return hashes
