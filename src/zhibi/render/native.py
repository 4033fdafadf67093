"""Charts a workbook draws itself over the cells of a sheet, so that people can edit them.

A heat map is no chart there but a colour scale over its cells.
"""

from __future__ import annotations

from typing import Any, Final

from zhibi.locale import translate
from zhibi.render.axes import ACCENT, FALL, FONT, LINE, ON_STRONG, PALE, QUIET, STRONG
from zhibi.render.patterns import axis_pattern, label_pattern
from zhibi.render.series import Plot, Series
from zhibi.render.values import TEXT_UNITS, Formatter
from zhibi.result import Mark

_KINDS: Final[dict[Mark, dict[str, str]]] = {
    Mark.BAR: {"type": "bar"},
    Mark.LINE: {"type": "line"},
    Mark.AREA: {"type": "area", "subtype": "stacked"},
    Mark.SCATTER: {"type": "scatter"},
    Mark.WATERFALL: {"type": "bar", "subtype": "stacked"},
    Mark.INTERVAL: {"type": "bar"},
}
_FONT: Final = {"name": FONT.split(",", 1)[0].strip('"')}
_WIDE: Final = 92  # characters: the column a picture stands over
_SIZE: Final = {"width": 640, "height": 360}
_LABELLED: Final = 30  # bars, beyond which their numbers would run into each other


def insert(
    book: Any, sheet: Any, plotted: Plot, place: tuple[int, int], formatter: Formatter
) -> int:
    """Draw the chart beside its data, which begin at `place`; gives the columns it took."""
    if plotted.chart.mark is Mark.HEAT_MAP:
        _color_cells(book, sheet, plotted, place)
        return 0
    picture = book.add_chart(_kind(plotted))
    for series in plotted.series:
        picture.add_series(_series(plotted, series, (sheet.get_name(), *place), formatter.language))
    title = translate(plotted.chart.title, formatter.language)
    picture.set_title({"name": title, "name_font": {**_FONT, "size": 12}, "overlay": False})
    _axes(picture, plotted, formatter.language)
    if len(plotted.series) == 1 or plotted.chart.mark in (Mark.WATERFALL, Mark.INTERVAL):
        picture.set_legend({"none": True})
    picture.set_size({**_SIZE, "height": max(360, 80 + 20 * _count_lying(plotted))})
    top, left = place
    beside = left + len(plotted.grid.headings) + 1
    sheet.insert_chart(top + 1, beside, picture, {"object_position": 2})
    sheet.set_column(beside, beside, _WIDE)
    return 2


def _kind(plotted: Plot) -> dict[str, str]:
    if plotted.chart.mark is Mark.LINE and plotted.is_by_number:
        return {"type": "scatter", "subtype": "straight"}
    kind = _KINDS[plotted.chart.mark]
    return kind if plotted.is_lying or kind["type"] != "bar" else {**kind, "type": "column"}


def _count_lying(plotted: Plot) -> int:
    beside = len(plotted.series) if plotted.chart.mark is Mark.BAR else 1
    return len(plotted.grid.rows) * beside if plotted.is_lying else 0


def _axes(picture: Any, plotted: Plot, language: str) -> None:
    values = axis_pattern(plotted.unit, plotted.values(), language)
    x: dict[str, Any] = {"num_font": _FONT, "label_position": "low"}
    y: dict[str, Any] = {"num_font": _FONT, "num_format": values, "line": {"none": True}}
    y["major_gridlines"] = {"visible": not plotted.is_lying, "line": {"color": LINE}}
    if plotted.x_unit not in TEXT_UNITS:
        xs = [row[plotted.x] for row in plotted.grid.rows]
        x["num_format"] = axis_pattern(plotted.x_unit, xs, language)
    if plotted.is_by_number:
        x |= {"name": plotted.grid.headings[plotted.x], "name_font": {**_FONT, "bold": False}}
        y |= {"name": plotted.grid.headings[plotted.series[0].at], "label_position": "low"}
        y["name_font"] = {**_FONT, "bold": False}
    if plotted.chart.quadrants:
        for axis, at in zip((x, y), plotted.chart.quadrants, strict=True):
            axis |= {"crossing": at, "label_position": "low", "line": {"color": QUIET}}
            axis["major_gridlines"] = {"visible": False}
    if plotted.is_lying:
        x |= {"reverse": True, "major_tick_mark": "none"}
        y["visible"] = plotted.span is not None
        x, y = y, x
    picture.set_x_axis(x)
    picture.set_y_axis(y)


def _series(
    plotted: Plot, series: Series, place: tuple[str, int, int], language: str
) -> dict[str, Any]:
    sheet, top, left = place
    mark = plotted.chart.mark
    first, last = (top + 1 + row for row in (series.rows.start, series.rows.stop - 1))
    drawn: dict[str, Any] = {
        "name": [sheet, top, left + series.at],
        "categories": [sheet, first, left + plotted.x, last, left + plotted.x],
        "values": [sheet, first, left + series.at, last, left + series.at],
    }
    if mark is Mark.SCATTER and plotted.chart.series:
        drawn["name"] = series.name
    if mark is Mark.LINE:
        return drawn | {"line": {"color": series.color, "width": 2}, "marker": {"type": "none"}}
    fill = _fill(series.color)
    points = None
    if plotted.subjects and mark is not Mark.AREA:
        points = [{"fill": _fill(plotted.color(series, row))} for row in series.rows]
    if mark is Mark.SCATTER:
        marker = {"type": "circle", "size": 7, "fill": fill, "border": {"none": True}}
        return drawn | {"marker": marker, "points": points}
    drawn |= {"fill": fill, "points": points, "gap": 40}
    if mark is Mark.INTERVAL:
        return drawn | _bullet(plotted, series, drawn["values"])
    if mark in (Mark.BAR, Mark.WATERFALL) and series.color and len(series.rows) <= _LABELLED:
        pattern = label_pattern(plotted.unit, plotted.values(), language)
        drawn["data_labels"] = {"value": True, "num_format": pattern, "font": _FONT}
    return drawn


def _fill(color: str | None) -> dict[str, Any]:
    return {"color": color} if color else {"none": True}


def _bullet(plotted: Plot, series: Series, values: list[Any]) -> dict[str, Any]:
    """A bar for the value; over it the range, which hangs on its unseen lower end."""
    drawn: dict[str, Any] = {"overlap": 100, "gap": 60}
    if series is not plotted.series[1] or plotted.span is None:
        return drawn
    sheet, first, column, last, _ = values
    lengths = column - series.at + plotted.span
    bars = {
        "type": "custom",
        "direction": "plus",
        "end_style": 1,
        "plus_values": f"={_range(sheet, first, lengths, last)}",
        "minus_values": [0],
        "line": {"color": FALL, "width": 2.5},
    }
    return drawn | {"y_error_bars": bars}


def _range(sheet: str, first: int, column: int, last: int) -> str:
    from xlsxwriter.utility import quote_sheetname, xl_range_abs

    cells: str = xl_range_abs(first, column, last, column)
    return f"{quote_sheetname(sheet)}!{cells}"


def _color_cells(book: Any, sheet: Any, plotted: Plot, place: tuple[int, int]) -> None:
    """From pale to strong, light text on what is dark."""
    top, left = place
    columns = [left + series.at for series in plotted.series]
    area = (top + 1, min(columns), top + len(plotted.grid.rows), max(columns))
    strongest = plotted.highest or 1
    scale = {"type": "2_color_scale", "min_type": "num", "min_value": 0, "min_color": PALE}
    sheet.conditional_format(*area, {**scale, "max_color": ACCENT})
    light = book.add_format({"font_color": ON_STRONG})
    dark = {"type": "cell", "criteria": ">", "value": strongest * STRONG, "format": light}
    sheet.conditional_format(*area, dark)
