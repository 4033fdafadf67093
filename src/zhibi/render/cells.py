"""The cells of a table on a page: markup, the exact value for the hover, and how each is set.

A customer is read by name: where a table has the number too, it stands quietly behind the name
instead of in a column of its own before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup

from zhibi.locale import translate
from zhibi.render.columns import ColumnFormat, column_formats
from zhibi.render.links import Links, is_name, place_of_number
from zhibi.render.values import TEXT_UNITS, UNKNOWN, Formatter, sparkline
from zhibi.result import Column, Row, Table, Unit, Value

_SPARK_HEIGHT: Final = 14


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its markup, the exact text for the hover, and how it is set: "text" to the left,
    "text name" wide enough for a customer's."""

    markup: Markup
    exact: str
    setting: str


@dataclass(frozen=True, slots=True)
class ShownTable:
    """A table as a page shows it."""

    heads: tuple[tuple[ColumnFormat, str], ...]  # each with its setting
    rows: tuple[tuple[Cell, ...], ...]
    totals: tuple[Cell, ...]


def shown_table(table: Table, formatter: Formatter, links: Links) -> ShownTable:
    return _Writer(table, formatter, links).table(table)


class _Writer:
    def __init__(self, table: Table, formatter: Formatter, links: Links) -> None:
        self.formatter, self.links = formatter, links
        self.formats = column_formats(formatter, table)
        self.number = place_of_number(table.columns)
        self.order = self._order(table.columns)

    def table(self, table: Table) -> ShownTable:
        totals = table.totals
        return ShownTable(
            tuple((self.formats[at], _setting(table.columns[at])) for at in self.order),
            tuple(self._row(row) for row in table.rows),
            () if totals is None else tuple(self._total(totals, at) for at in self.order),
        )

    def _order(self, columns: tuple[Column, ...]) -> list[int]:
        """The columns as they are shown: the name where the first of name and number stood."""
        order = list(range(len(columns)))
        if self.number is not None:
            name = next(at for at in order if is_name(columns[at]))
            first = min(name, self.number)
            order = [at for at in order if at not in (name, self.number)]
            order.insert(first, name)
        return order

    def _row(self, row: Row) -> tuple[Cell, ...]:
        number = None if self.number is None else row[self.number]
        return tuple(self._cell(self.formats[at], row[at], number) for at in self.order)

    def _total(self, totals: Row, at: int) -> Cell:
        """A cell of the totals row: empty where nothing adds up."""
        form, value = self.formats[at], totals[at]
        if value is not None:
            return self._cell(form, value, None)
        text = form.total(None, is_first=at == self.order[0])
        return Cell(Markup.escape(text), "", _setting(form.column))

    def _cell(self, form: ColumnFormat, value: Value, number: Value) -> Cell:
        setting = _setting(form.column)
        if is_name(form.column) and (value or number):
            return Cell(self._customer(value, number), "", setting)
        if value is None:
            return Cell(unknown(self.formatter.language), "", setting)
        if form.column.unit is Unit.TREND and isinstance(value, tuple):
            return Cell(spark(value), sparkline_text(value), "text")
        text, exact = form.cell(value), form.exact(value)
        return Cell(Markup.escape(text), "" if exact == text else exact, setting)

    def _customer(self, name: Value, number: Value) -> Markup:
        """The name with the number behind it; the number alone where there is no name."""
        text = str(name or number)
        if number is None:
            return self.links.by_name(text)
        link = self.links.by_id(str(number), text)
        if text == number:
            return link
        return link + Markup(' <span class="no">{}</span>').format(number)


def unknown(language: str) -> Markup:
    """The sign for what is not known, said aloud."""
    label = translate("unknown", language)
    return Markup('<span role="img" aria-label="{}">{}</span>').format(label, UNKNOWN)


def sparkline_text(numbers: Sequence[Any]) -> str:
    """The numbers of a sparkline for the hover."""
    return " · ".join(UNKNOWN if number is None else f"{number:,.0f}" for number in numbers)


def _setting(column: Column) -> str:
    if column.unit not in TEXT_UNITS:
        return ""
    return "text name" if is_name(column) else "text"


def spark(numbers: Sequence[Any], label: str = "") -> Markup:
    """Small columns from zero; the last one stands out, a gap is unknown. `label` says them.

    A page of a list draws fifty: a column is put together from numbers alone, not escaped.
    """
    known = [float(number) for number in numbers if number is not None]
    high, low = max(0.0, *known, 0.0), min(0.0, *known, 0.0)
    unit = _SPARK_HEIGHT / ((high - low) or 1)
    bars = []
    for at, number in enumerate(numbers):
        if number is None:
            continue
        top = (high - max(0.0, float(number))) * unit + 1
        height = max(1.0, abs(float(number)) * unit)
        last = ' class="last"' if at == len(numbers) - 1 else ""
        bars.append(f'<rect x="{at * 5}" y="{top:.1f}" width="4" height="{height:.1f}"{last}/>')
    drawn = Markup("".join(bars))  # noqa: S704 - of numbers alone
    return Markup(
        '<svg class="spark" role="img" aria-label="{}" width="{w}" height="16" '
        'viewBox="0 0 {w} 16">{}</svg>'
    ).format(label or sparkline(tuple(numbers)), drawn, w=5 * len(numbers))
