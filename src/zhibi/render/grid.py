"""A table for a spreadsheet: one plain value a cell, one heading a column.

An estimate becomes four columns (value, low, high, n), so that each can be calculated with;
a column of money says its currency.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from zhibi.locale import CHINESE, translate
from zhibi.render.columns import in_brackets
from zhibi.render.values import MONEY_UNITS, Formatter
from zhibi.result import Column, Estimate, Row, Table, Unit, Value

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


@dataclass(frozen=True, slots=True)
class Grid:
    """Headings, units and rows of equal length; `totals` is a last row or None. `places` says in
    which column each of those it was made of begins."""

    headings: tuple[str, ...]
    units: tuple[Unit, ...]
    rows: tuple[Row, ...]
    totals: Row | None = None
    places: tuple[int, ...] = ()


def table_grid(table: Table, formatter: Formatter) -> Grid:
    """All rows of a table, not only those a page shows."""
    return grid(table.columns, table.all_rows(), formatter, totals=table.totals)


def grid(
    columns: Sequence[Column],
    rows: tuple[Row, ...],
    formatter: Formatter,
    *,
    totals: Row | None = None,
) -> Grid:
    """Columns and rows with estimates spread over columns of their own."""
    spread = [any(isinstance(row[at], Estimate) for row in rows) for at in range(len(columns))]
    headings: list[str] = []
    units: list[Unit] = []
    places: list[int] = []
    for column, is_spread in zip(columns, spread, strict=True):
        label = heading(column, formatter)
        places.append(len(headings))
        headings.append(label)
        units.append(column.unit)
        if is_spread:
            ends = [f"{label} {translate(end, formatter.language)}" for end in ("from", "to", "n")]
            headings += ends
            units += [column.unit, column.unit, Unit.COUNT]
    return Grid(
        tuple(headings),
        tuple(units),
        tuple(_spread(row, spread) for row in rows),
        None if totals is None else _spread(totals, spread),
        tuple(places),
    )


def heading(column: Column, formatter: Formatter) -> str:
    """The label with its unit: amounts are whole here, so the currency alone."""
    label = translate(column.label, formatter.language)
    unit = formatter.unit_word(column.unit) if column.unit is Unit.DAYS else ""
    if column.unit in MONEY_UNITS:
        is_chinese = formatter.language == CHINESE
        unit = (formatter.currency_word if is_chinese else formatter.currency).strip()
    return label + in_brackets(unit, formatter.language)


def clean(text: str) -> str:
    """Without the control characters that no spreadsheet can hold."""
    return _CONTROL.sub("", text)


def _spread(row: Row, spread: Sequence[bool]) -> Row:
    cells: list[Value] = []
    for value, is_spread in zip(row, spread, strict=True):
        if not is_spread:
            cells.append(value)
        elif isinstance(value, Estimate):
            cells += [value.value, value.low, value.high, value.n]
        else:
            cells += [value, None, None, None]
    return tuple(cells)
