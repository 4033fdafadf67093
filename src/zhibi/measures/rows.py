"""From an expression to a `Table`: the first rows now, the rest when an export asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from zhibi.result import Column, Row, Table, Unit

if TYPE_CHECKING:
    import ibis.expr.types as ir

SHOWN = 50


def fetch(expression: ir.Table) -> list[dict[str, Any]]:
    """All rows as dicts, in the expression's order."""
    rows: list[dict[str, Any]] = expression.to_pyarrow().to_pylist()
    return rows


def tabulate(
    expression: ir.Table, key: str, title: str, *, columns: tuple[Column, ...], shown: int = SHOWN
) -> Table:
    """A table of an ordered expression that has a column for each key in `columns`.

    Totals are taken over all rows, not over the shown ones, for the columns that claim one.
    """
    names = [column.key for column in columns]
    every = _unordered(expression)
    sums = {column.key: every[column.key].sum() for column in columns if column.total}
    summary = fetch(every.agg(row_count=every.count(), **sums))[0]

    def rows_of(part: ir.Table) -> tuple[Row, ...]:
        return tuple(tuple(row[name] for name in names) for row in fetch(part.select(names)))

    return Table(
        key=key,
        title=title,
        columns=columns,
        rows=rows_of(expression.limit(shown)),
        row_count=summary["row_count"],
        totals=tuple(
            (summary[column.key] if summary[column.key] is not None else Decimal(0))
            if column.total
            else None
            for column in columns
        )
        if sums
        else None,
        fetch_all=lambda: rows_of(expression),
    )


def table_of_rows(
    rows: Sequence[Mapping[str, Any]], key: str, title: str, columns: tuple[Column, ...]
) -> Table:
    """A table of rows that are here already, with totals for the columns that claim one."""
    every: tuple[Row, ...] = tuple(tuple(row[column.key] for column in columns) for row in rows)
    return Table(
        key=key,
        title=title,
        columns=columns,
        rows=every[:SHOWN],
        row_count=len(every),
        totals=tuple(_total(rows, column) for column in columns)
        if any(column.total for column in columns)
        else None,
        fetch_all=lambda: every,
    )


def _total(rows: Sequence[Mapping[str, Any]], column: Column) -> Decimal | int | None:
    if not column.total:
        return None
    nothing = 0 if column.unit is Unit.COUNT else Decimal(0)
    return sum((row[column.key] or 0 for row in rows), nothing)


def _unordered(expression: ir.Table) -> ir.Table:
    """The same rows without their order: DuckDB would sort them even to count them."""
    from ibis.expr.operations import Sort

    operation = expression.op()
    return operation.parent.to_expr() if isinstance(operation, Sort) else expression
