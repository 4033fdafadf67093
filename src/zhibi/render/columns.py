"""How the columns of a table are written: the unit in the heading, one scale for all amounts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, cast

from zhibi.locale import CHINESE, translate
from zhibi.render.rounding import Scale, digits, to_decimal
from zhibi.render.values import MONEY_UNITS, SIGNED_UNITS, UNKNOWN, Formatter
from zhibi.result import Column, Estimate, Figure, Row, Table, Value

COUNTED_AS: Final = {"owners": "人"}  # names that are no things, when a list is cut short


@dataclass(frozen=True, slots=True)
class ColumnFormat:
    """How the cells of one column are written; `unit` is what the heading adds to the label."""

    formatter: Formatter
    column: Column
    label: str
    unit: str = ""
    scale: Scale | None = None
    decimals: int = 0

    @property
    def heading(self) -> str:
        return self.label + self.unit

    def cell(self, value: Value) -> str:
        """The text of one cell, without what the heading says."""
        unit = self.column.unit
        if self.column.key in COUNTED_AS and isinstance(value, tuple) and value:
            return self.formatter.names(
                cast("tuple[str, ...]", value), counter=COUNTED_AS[self.column.key]
            )
        if self.scale is None:
            return self.formatter.value(value, unit, is_short=True)
        if isinstance(value, Estimate):
            return self.formatter.interval(value, unit, self.scale.divisor, "")
        number = _amount(value)
        if number is None:
            return UNKNOWN
        signed = unit in SIGNED_UNITS
        return digits(number / self.scale.divisor, self.decimals, signed=signed)

    def total(self, value: Value, *, is_first: bool) -> str:
        """The text of a cell in the totals row: empty where nothing adds up."""
        if value is None:
            return translate("Total", self.formatter.language) if is_first else ""
        return self.cell(value)

    def exact(self, value: Value) -> str:
        """The exact text of one cell, which says its currency."""
        return self.formatter.hover(Figure(value, self.column.unit))


def column_formats(formatter: Formatter, table: Table) -> tuple[ColumnFormat, ...]:
    """One format for each column of a table."""
    rows: tuple[Row, ...] = table.rows + ((table.totals,) if table.totals else ())
    return tuple(
        column_format(formatter, column, [row[at] for row in rows])
        for at, column in enumerate(table.columns)
    )


def column_format(formatter: Formatter, column: Column, values: Iterable[Value]) -> ColumnFormat:
    """How to write one column: money in the one scale that fits its largest amount."""
    label = translate(column.label, formatter.language)
    if column.unit not in MONEY_UNITS:
        unit = in_brackets(formatter.unit_word(column.unit), formatter.language)
        return ColumnFormat(formatter, column, label, unit)
    amounts = [abs(number) for value in values if (number := _amount(value)) is not None]
    scale, decimals = _scale_of(max(amounts, default=Decimal(0)), formatter.scales)
    if formatter.language == CHINESE:
        unit = (scale.suffix + formatter.currency_word).strip()
    else:
        unit = f"{formatter.symbol.strip()} {scale.suffix}".strip()
    unit = in_brackets(unit, formatter.language)
    return ColumnFormat(formatter, column, label, unit, scale, decimals)


def in_brackets(unit: str, language: str) -> str:
    """The unit as it follows a label; nothing for none."""
    if not unit:
        return ""
    return f"（{unit}）" if language == CHINESE else f" ({unit})"


def _amount(value: Value) -> Decimal | None:
    if isinstance(value, Estimate):
        value = max(abs(value.low), abs(value.high))
    return to_decimal(value) if isinstance(value, Decimal | int | float) else None


def _scale_of(largest: Decimal, scales: tuple[Scale, ...]) -> tuple[Scale, int]:
    """One scale for a column: whole units up to 100,000, then 万 or k, from a billion 亿 or M."""
    if largest < 100_000:
        return scales[0], 2 if largest < 1000 else 0
    if largest < 10**9:
        return scales[1], 1
    return scales[2], 2
