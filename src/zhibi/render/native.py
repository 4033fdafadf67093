"""Charts a spreadsheet can draw itself, so that people can edit them.

Each needs its data on the sheet in a certain order: one column for the axis, one a series.
Heat maps and intervals have no counterpart there; their sheet has the data alone.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from zhibi.locale import translate
from zhibi.render.axes import ACCENT, FALL, FONT, QUIET, SEQUENCE
from zhibi.render.grid import Grid, grid
from zhibi.render.values import Formatter
from zhibi.result import Chart, Column, Mark, Row, Unit, Value

_KINDS: Final[dict[Mark, dict[str, str]]] = {
    Mark.BAR: {"type": "bar"},
    Mark.LINE: {"type": "line"},
    Mark.AREA: {"type": "area", "subtype": "stacked"},
    Mark.SCATTER: {"type": "scatter"},
    Mark.WATERFALL: {"type": "bar", "subtype": "stacked"},
}


def chart_grid(chart: Chart, formatter: Formatter) -> Grid:
    """The data of a chart in the order its drawing needs."""
    if chart.mark is Mark.WATERFALL:
        return grid(*_steps(chart), formatter)
    if chart.series is not None and chart.mark in _KINDS and chart.mark is not Mark.SCATTER:
        return grid(*_by_series(chart, formatter), formatter)
    return grid(chart.columns, chart.rows, formatter)


def insert(book: Any, sheet: Any, chart: Chart, data: Grid, formatter: Formatter) -> None:
    """Draw the chart beside its data, where a spreadsheet knows the kind."""
    if chart.mark not in _KINDS or not data.rows:
        return
    picture = book.add_chart(_KINDS[chart.mark])
    for series in _series(chart, data, sheet.get_name()):
        picture.add_series(series)
    is_lying = chart.mark in (Mark.BAR, Mark.WATERFALL)
    font = {"name": FONT.split(",", 1)[0].strip('"')}
    title = translate(chart.title, formatter.language)
    picture.set_title({"name": title, "name_font": {**font, "size": 12}, "overlay": False})
    picture.set_x_axis({"num_font": font})
    picture.set_y_axis({"num_font": font, "reverse": is_lying, "major_gridlines": {"visible": 0}})
    if chart.mark is Mark.WATERFALL:
        picture.set_legend({"none": True})
    picture.set_size({"width": 640, "height": 360})
    sheet.insert_chart(1, len(data.headings) + 1, picture)


def _series(chart: Chart, data: Grid, sheet: str) -> list[dict[str, Any]]:
    last = len(data.rows)
    if chart.mark is Mark.WATERFALL:
        fills: list[dict[str, Any]] = [
            {"none": True},
            *({"color": color} for color in (QUIET, ACCENT, FALL)),
        ]
        drawn = list(zip(range(2, 6), fills, strict=True))
        x = 0
    else:
        keys = [column.key for column in chart.columns]
        x = keys.index(chart.x) if chart.series is None else 0
        places = (
            [keys.index(key) for key in chart.y]
            if chart.series is None or chart.mark is Mark.SCATTER
            else range(1, len(data.headings))
        )
        colors = ({"color": SEQUENCE[at % len(SEQUENCE)]} for at in range(len(data.headings)))
        drawn = list(zip(places, colors, strict=False))
    return [_one_series(chart.mark, sheet, (x, at), last, fill) for at, fill in drawn]


def _one_series(
    mark: Mark, sheet: str, places: tuple[int, int], last: int, fill: dict[str, Any]
) -> dict[str, Any]:
    x, y = places
    series: dict[str, Any] = {
        "name": [sheet, 0, y],
        "categories": [sheet, 1, x, last, x],
        "values": [sheet, 1, y, last, y],
    }
    if mark is Mark.LINE:
        return series | {"line": {**fill, "width": 2}}
    if mark is Mark.SCATTER:
        return series | {"marker": {"type": "circle", "fill": fill, "border": fill}}
    return series | {"fill": fill, "gap": 40}


def _steps(chart: Chart) -> tuple[tuple[Column, ...], tuple[Row, ...]]:
    """A waterfall as stacked bars: an unseen foot, then the total, the rise or the fall."""
    keys = [column.key for column in chart.columns]
    at, kind = keys.index(chart.y[0]), keys.index("kind")
    step = chart.columns[keys.index(chart.x)]
    labels = ("Foot", "Total", "Rise", "Fall")
    parts = tuple(Column(label, label, Unit.MONEY) for label in labels)
    rows: list[Row] = []
    level = Decimal(0)
    for row in chart.rows:
        amount = row[at]
        if not isinstance(amount, Decimal | int):
            raise TypeError("a waterfall needs an exact amount in every row")
        is_total = row[kind] == "total"
        start = Decimal(0) if is_total else level
        level = start + amount
        size = abs(level - start)
        foot = None if is_total else min(start, level)
        rise = size if not is_total and amount >= 0 else None
        fall = size if not is_total and amount < 0 else None
        rows.append(
            (row[keys.index(chart.x)], amount, foot, amount if is_total else None, rise, fall)
        )
    return (step, chart.columns[at], *parts), tuple(rows)


def _by_series(chart: Chart, formatter: Formatter) -> tuple[tuple[Column, ...], tuple[Row, ...]]:
    """Long rows as one column a series, in the order in which they first appear."""
    keys = [column.key for column in chart.columns]
    x, series, y = (keys.index(str(key)) for key in (chart.x, chart.series, chart.y[0]))
    names = list(dict.fromkeys(row[series] for row in chart.rows))
    cells: dict[tuple[Value, Value], Value] = {(r[x], r[series]): r[y] for r in chart.rows}
    unit, word = chart.columns[y].unit, chart.columns[series].unit
    columns = tuple(
        Column(str(at), formatter.value(name, word, is_short=True), unit)
        for at, name in enumerate(names)
    )
    days = list(dict.fromkeys(row[x] for row in chart.rows))
    rows = tuple((day, *(cells.get((day, name)) for name in names)) for day in days)
    return (chart.columns[x], *columns), rows
