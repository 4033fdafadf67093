"""Order lines written by hand, as tables an analysis can be given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from zhibi.tables import facts
from zhibi.tables.schema import CUSTOMERS, ORDER_LINES, SCHEMAS, Kind, TableSchema
from zhibi.tables.settings import Settings
from zhibi.tables.tables import Tables

ARROW_TYPES = {
    Kind.DATE: pa.date32(),
    Kind.MONEY: pa.decimal128(18, 4),
    Kind.QUANTITY: pa.decimal128(18, 4),
    Kind.RATE: pa.decimal128(9, 6),
}


def line(customer_id: str, order_id: str, order_date: date, amount: int | str, **more: Any) -> dict:
    """One order line; `more` are other columns of the schema."""
    given = {
        "customer_id": customer_id,
        "order_id": order_id,
        "order_date": order_date,
        "amount": Decimal(amount),
    }
    return given | more


def tables_of(
    lines: Iterable[Mapping[str, Any]],
    day: date,
    customers: Iterable[Mapping[str, Any]] = (),
    **further: list[Mapping[str, Any]],
) -> Tables:
    """Tables seen on `day` that hold just these lines and customers, and rows of further tables by
    their name (`receipts=[…]`); a line is a sale unless it says otherwise."""
    people = _arrow(CUSTOMERS, list(customers))
    given = facts.from_arrow(
        _arrow(ORDER_LINES, [{"line_kind": "sale", **row} for row in lines]),
        people if people.num_columns else None,
        further={name: _arrow(SCHEMAS[name], list(rows)) for name, rows in further.items() if rows},
    )
    return Tables(given, Settings(), day, "ordered")


def _arrow(schema: TableSchema, rows: list[Mapping[str, Any]]) -> pa.Table:
    """The columns that any row has, typed as the schema says."""
    used = [field for field in schema.fields if any(field.name in row for row in rows)]
    return pa.table(
        {
            field.name: pa.array(
                [row.get(field.name) for row in rows], ARROW_TYPES.get(field.kind, pa.string())
            )
            for field in used
        }
    )
