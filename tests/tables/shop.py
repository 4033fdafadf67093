"""A company's tables as a warehouse keeps them: under names of its own, columns renamed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pyarrow as pa
from tests import usual
from tests.methods.given import ARROW_TYPES

from zhibi.tables.facts import Facts, from_arrow
from zhibi.tables.schema import SCHEMAS
from zhibi.tables.warehouse import Source

# What the warehouse calls what it has; other columns and tables have our names.
TABLES = {"order_lines": "sales", "customers": "buyers", "receipts": "payments"}
COLUMNS = {
    "order_lines": {
        "order_id": "bill", "customer_id": "buyer", "order_date": "day", "amount": "net",
        "product_id": "item", "category": "line", "quantity": "pieces",
    },
    "customers": {
        "customer_id": "id", "name": "title", "parent_id": "owner_id", "industry": "trade",
    },
    "receipts": {"received_on": "paid"},
}  # fmt: skip


def rows_of(table: str) -> list[dict[str, Any]]:
    """The usual company, with a group of three and every other order over two days."""
    if table == "customers":
        parents = {"c03": "c00", "c04": "c00"}
        return [row | {"parent_id": parents.get(row["customer_id"])} for row in usual.customers()]
    if table == "order_lines":
        lines = usual.order_lines()
        later = [
            row | {"order_date": row["order_date"] + timedelta(days=1), "delivered_date": None}
            for row in lines[::2]
        ]
        return lines + [row for row in later if row["order_date"] <= usual.DAY]
    return usual.further()[table]


def given(table: str) -> pa.Table:
    """A table in our columns, those that any row has."""
    rows = rows_of(table)
    used = [field for field in SCHEMAS[table].fields if any(field.name in row for row in rows)]
    return pa.table(
        {
            field.name: pa.array(
                [row.get(field.name) for row in rows], ARROW_TYPES.get(field.kind, pa.string())
            )
            for field in used
        }
    )


def names() -> list[str]:
    return ["order_lines", "customers", *usual.further()]


def columns(table: str) -> dict[str, str]:
    """Field → column."""
    renamed = COLUMNS.get(table, {})
    return {name: renamed.get(name, name) for name in given(table).column_names}


def held(table: str) -> pa.Table:
    """A table as the warehouse holds it."""
    return given(table).rename_columns(list(columns(table).values()))


def sources(schema: str = "") -> dict[str, Source]:
    return {name: Source(f"{schema}{TABLES.get(name, name)}", columns(name)) for name in names()}


def in_memory() -> Facts:
    further = {name: given(name) for name in usual.further()}
    return from_arrow(given("order_lines"), given("customers"), further=further)
