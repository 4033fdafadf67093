"""The sheet behind a native chart: the same numbers, exact, and the same bytes every time.

It is written here and not left to python-pptx, which would take a name that begins with "=" for a
formula, and date the sheet by the clock.
"""

from __future__ import annotations

import io
import math
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

import xlsxwriter
from pptx.chart.data import CategoryChartData, XyChartData

from zhibi.render.patterns import CELLS, axis_pattern
from zhibi.render.series import Plot, Series
from zhibi.render.slides import fit
from zhibi.render.values import TEXT_UNITS, Formatter
from zhibi.result import Mark, Value

_LONGEST_NAME: Final = 210.0  # points, of a name beside a bar
_EXCEL_ZERO: Final = date(1899, 12, 30)
_PINNED: Final = datetime(2000, 1, 1)  # noqa: DTZ001 - XLSX has no zone

Cell = str | float | date | None


def chart_data(plotted: Plot, formatter: Formatter) -> tuple[Any, bytes]:
    """The data as python-pptx wants them, and the sheet they refer to."""
    return _points(plotted) if plotted.is_by_number else _columns(plotted, formatter)


def number(value: Value) -> float | None:
    """What a chart can draw; a day as a spreadsheet counts it."""
    if isinstance(value, date):
        return float((value - _EXCEL_ZERO).days)
    if isinstance(value, Decimal | int | float) and math.isfinite(value):
        return float(value)
    return None


def name_of(plotted: Plot, row: int, formatter: Formatter) -> str:
    """What stands beside the marks of a row: the text of the axis, as far as it fits."""
    value = plotted.grid.rows[row][plotted.x]
    text = formatter.value(value, plotted.x_unit, is_short=True)
    return fit.cut(fit.plain(text), 12, _LONGEST_NAME)


def _columns(plotted: Plot, formatter: Formatter) -> tuple[Any, bytes]:
    """Names in the first column and a series in each of the next; last the length of a range."""
    data = CategoryChartData()
    names = [_category(plotted, row, formatter) for row in range(len(plotted.grid.rows))]
    data.categories = names
    xs = [row[plotted.x] for row in plotted.grid.rows]
    data.categories.number_format = axis_pattern(plotted.x_unit, xs, formatter.language)
    cells: dict[tuple[int, int], tuple[Cell, str]] = {
        (row + 1, 0): (name, data.categories.number_format) for row, name in enumerate(names)
    }
    places = [(series.name, series.at) for series in plotted.series]
    for at, (label, place) in enumerate(places, start=1):
        values = [number(row[place]) for row in plotted.grid.rows]
        pattern = CELLS.get(plotted.grid.units[place], "General")
        data.add_series(fit.plain(label), values, pattern)
        cells[0, at] = (fit.plain(label), "General")
        cells |= {(row, at): (value, pattern) for row, value in enumerate(values, start=1)}
    if plotted.span is not None:
        at = len(places) + 1
        cells[0, at] = (plotted.grid.headings[plotted.span], "General")
        spans = (number(row[plotted.span]) for row in plotted.grid.rows)
        cells |= {(row, at): (value, "General") for row, value in enumerate(spans, start=1)}
    return data, _book(cells)


def _category(plotted: Plot, row: int, formatter: Formatter) -> str | float | date:
    """Days and numbers stay what they are where the axis is a scale; bars stand on names."""
    value = plotted.grid.rows[row][plotted.x]
    is_scale = plotted.chart.mark in (Mark.LINE, Mark.AREA) and plotted.x_unit not in TEXT_UNITS
    if is_scale and isinstance(value, date):
        return value
    known = number(value) if is_scale else None
    return name_of(plotted, row, formatter) if known is None else known


def _points(plotted: Plot) -> tuple[Any, bytes]:
    """Each series as two columns of its own, one below the other."""
    x_pattern = CELLS.get(plotted.x_unit, "General")
    data = XyChartData(number_format=x_pattern)
    cells: dict[tuple[int, int], tuple[Cell, str]] = {}
    top = 0
    for series in plotted.series:
        pattern = CELLS.get(plotted.grid.units[series.at], "General")
        drawn = data.add_series(fit.plain(series.name), pattern)
        cells[top, 1] = (fit.plain(series.name), "General")
        for at, (_, x, y) in enumerate(placed(plotted, series), start=top + 1):
            drawn.add_data_point(x, y)
            cells[at, 0], cells[at, 1] = (x, x_pattern), (y, pattern)
        top += len(drawn) + 2
    return data, _book(cells)


def placed(plotted: Plot, series: Series) -> list[tuple[int, float, float]]:
    """Row, x and y of the points whose both numbers are known."""
    found = []
    for row in series.rows:
        x, y = (number(plotted.grid.rows[row][at]) for at in (plotted.x, series.at))
        if x is not None and y is not None:
            found.append((row, x, y))
    return found


def _book(cells: dict[tuple[int, int], tuple[Cell, str]]) -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        book.set_properties({"created": _PINNED})
        sheet = book.add_worksheet("Sheet1")
        formats = {
            pattern: book.add_format({"num_format": pattern}) for _, pattern in cells.values()
        }
        for place, (value, pattern) in cells.items():
            if isinstance(value, str):
                sheet.write_string(*place, value)
            elif isinstance(value, date):
                sheet.write_datetime(*place, value, formats[pattern])
            elif value is not None:
                sheet.write_number(*place, value, formats[pattern])
        sheet.set_column(0, 0, 24)
    return stream.getvalue()
