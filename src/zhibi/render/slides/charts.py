"""Native charts: PowerPoint draws them from a sheet of their own, which people can edit."""

from __future__ import annotations

from typing import Any, Final

from pptx.enum.chart import (
    XL_CHART_TYPE,
    XL_LABEL_POSITION,
    XL_LEGEND_POSITION,
    XL_MARKER_STYLE,
    XL_TICK_LABEL_POSITION,
    XL_TICK_MARK,
)
from pptx.oxml.ns import qn
from pptx.util import Pt

from zhibi.render.axes import FALL, INK, LINE, QUIET, TIMES
from zhibi.render.patterns import axis_pattern, label_pattern
from zhibi.render.series import Plot, Series
from zhibi.render.slides import fit
from zhibi.render.slides.deck import Box, colored, element, rgb
from zhibi.render.slides.sheet import chart_data, number, placed
from zhibi.render.values import TEXT_UNITS, Formatter
from zhibi.result import Mark, Unit, Value

_KINDS: Final = {
    Mark.BAR: (XL_CHART_TYPE.COLUMN_CLUSTERED, XL_CHART_TYPE.BAR_CLUSTERED),
    Mark.WATERFALL: (XL_CHART_TYPE.COLUMN_STACKED, XL_CHART_TYPE.BAR_STACKED),
    Mark.INTERVAL: (XL_CHART_TYPE.COLUMN_CLUSTERED, XL_CHART_TYPE.BAR_CLUSTERED),
    Mark.LINE: (XL_CHART_TYPE.LINE, XL_CHART_TYPE.LINE),
    Mark.AREA: (XL_CHART_TYPE.AREA_STACKED, XL_CHART_TYPE.AREA_STACKED),
}
_SIZES: Final = ((8, 14), (14, 12), (20, 11))  # most bars, size of their text; 10 beyond
_LABELLED: Final = 40  # bars, beyond which their numbers would run into each other
_NAMED_POINTS: Final = 12
_TICKS: Final = 10
_NEAR_ALL: Final = 0.8


def add_chart(slide: Any, box: Box, plotted: Plot, formatter: Formatter) -> Any:
    """Draw the chart at this place; what it shows is said for who cannot see it."""
    data, sheet = chart_data(plotted, formatter)
    frame = slide.shapes.add_chart(_kind(plotted), *map(Pt, box), data)
    said = fit.plain(formatter.sentence(plotted.chart.text))
    frame._element.nvGraphicFramePr.cNvPr.set("descr", said)
    chart = frame.chart
    chart.part.chart_workbook.update_from_xlsx_blob(sheet)
    chart.has_title = False
    chart.font.size, chart.font.color.rgb = Pt(_size(plotted)), rgb(QUIET)
    for series, drawn in zip(plotted.series, chart.plots[0].series, strict=True):
        _paint(plotted, series, drawn)
    _axes(chart, plotted, formatter.language)
    _finish(chart, plotted, formatter)
    seen = sum(series.color is not None for series in plotted.series)
    chart.has_legend = seen > 1 and plotted.chart.mark is not Mark.WATERFALL
    if chart.has_legend:
        chart.legend.position = XL_LEGEND_POSITION.TOP
        chart.legend.include_in_layout = False
    return chart


def _kind(plotted: Plot) -> Any:
    if plotted.is_by_number:
        is_line = plotted.chart.mark is Mark.LINE
        return XL_CHART_TYPE.XY_SCATTER_LINES_NO_MARKERS if is_line else XL_CHART_TYPE.XY_SCATTER
    return _KINDS[plotted.chart.mark][plotted.is_lying]


def _bars(plotted: Plot) -> int:
    """How many lie or stand beside each other."""
    beside = len(plotted.series) if plotted.chart.mark is Mark.BAR else 1
    return len(plotted.grid.rows) * beside


def _size(plotted: Plot) -> int:
    if plotted.chart.mark in (Mark.LINE, Mark.AREA, Mark.SCATTER):
        return 12
    return next((size for most, size in _SIZES if _bars(plotted) <= most), 10)


def _paint(plotted: Plot, series: Series, drawn: Any) -> None:
    mark = plotted.chart.mark
    if mark is Mark.LINE:
        drawn.format.line.color.rgb = rgb(series.color or QUIET)
        drawn.format.line.width, drawn.smooth = Pt(2.25), False
        drawn.marker.style = XL_MARKER_STYLE.NONE
    elif mark is Mark.SCATTER:
        drawn.format.line.fill.background()
        _dot(drawn.marker, series.color)
        for at, (row, _, _) in enumerate(placed(plotted, series)):
            if plotted.color(series, row) != series.color:
                _dot(drawn.points[at].marker, plotted.color(series, row))
    elif series.color is None:
        drawn.format.fill.background()
    else:
        _fill(drawn.format.fill, series.color)
        if mark is Mark.AREA and len(plotted.series) == 1:
            drawn.format.line.color.rgb, drawn.format.line.width = rgb(series.color), Pt(2)
            color = drawn.format.fill._xPr.find(f"{qn('a:solidFill')}/{qn('a:srgbClr')}")
            color.append(element("a:alpha", val=25000))
        for row in series.rows if mark is not Mark.AREA else ():
            if plotted.color(series, row) != series.color:
                _fill(drawn.points[row].format.fill, plotted.color(series, row))


def _fill(fill: Any, color: str | None) -> None:
    fill.solid()
    fill.fore_color.rgb = rgb(color or QUIET)


def _dot(marker: Any, color: str | None) -> None:
    marker.style, marker.size = XL_MARKER_STYLE.CIRCLE, 8
    _fill(marker.format.fill, color)
    marker.format.line.fill.background()


def _axes(chart: Any, plotted: Plot, language: str) -> None:
    names, values = chart.category_axis, chart.value_axis
    for axis in (names, values):
        axis.has_major_gridlines, axis.has_minor_gridlines = False, False
        axis.major_tick_mark = axis.minor_tick_mark = XL_TICK_MARK.NONE
        axis.format.line.color.rgb = rgb(LINE)
    pattern = axis_pattern(plotted.unit, plotted.values(), language)
    _pattern(values.tick_labels, pattern)
    _end_at_all(values, plotted.unit, plotted.values())
    # Below or left of all marks, also of those that fall below zero.
    names.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    if plotted.x_unit not in TEXT_UNITS and plotted.chart.mark is not Mark.BAR:
        xs = [row[plotted.x] for row in plotted.grid.rows]
        _pattern(names.tick_labels, axis_pattern(plotted.x_unit, xs, language))
    if plotted.is_lying:
        names.reverse_order = True
        names.tick_labels.font.color.rgb = rgb(INK)
        values.visible = plotted.span is not None
        values.tick_label_position = XL_TICK_LABEL_POSITION.HIGH  # below: the names are reversed
    else:
        values.has_major_gridlines = True
        values.major_gridlines.format.line.color.rgb = rgb(LINE)
        values.format.line.fill.background()
        _thin_out(names, plotted)
    if plotted.is_by_number or (plotted.chart.mark is Mark.AREA and plotted.x_unit not in TIMES):
        _title(names, plotted.grid.headings[plotted.x])
    if plotted.is_by_number:
        _title(values, plotted.grid.headings[plotted.series[0].at])
        _end_at_all(names, plotted.x_unit, [row[plotted.x] for row in plotted.grid.rows])
        values.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    if plotted.chart.quadrants:
        _cross(names, values, plotted.chart.quadrants)


def _end_at_all(axis: Any, unit: Unit, values: list[Value]) -> None:
    """Shares that come near the whole end there: there is nothing beyond."""
    highest = max((number(value) or 0.0 for value in values), default=0.0)
    if unit is Unit.SHARE and _NEAR_ALL < highest <= 1:
        axis.maximum_scale = 1


def _cross(names: Any, values: Any, place: tuple[float, float]) -> None:
    """The axes meet where the quadrants do; their numbers stay at the edge."""
    for axis, at in zip((names, values), place, strict=True):
        axis.crosses_at = at
        axis.format.line.color.rgb = rgb(QUIET)
        axis.has_major_gridlines = False


def _pattern(labels: Any, pattern: str) -> None:
    labels.number_format, labels.number_format_is_linked = pattern, False


def _title(axis: Any, text: str) -> None:
    axis.has_title = True
    frame = axis.axis_title.text_frame
    frame.text = fit.plain(text)
    frame.paragraphs[0].runs[0].font.bold = False


def _thin_out(axis: Any, plotted: Plot) -> None:
    """On a scale of many steps not every one is written."""
    scale = axis._element
    if plotted.x_unit in TIMES and scale.tag == qn("c:dateAx"):
        unit = "months" if plotted.x_unit is Unit.MONTH else "days"
        old = scale.find(qn("c:baseTimeUnit"))
        if old is not None:
            scale.remove(old)
        before = scale.find(qn("c:lblOffset"))
        before.addnext(element("c:baseTimeUnit", val=unit))
    elif scale.tag == qn("c:catAx") and len(plotted.grid.rows) > 2 * _TICKS:
        step = str(round(len(plotted.grid.rows) / _TICKS))
        before = scale.find(qn("c:lblOffset"))
        for tag in ("c:tickMarkSkip", "c:tickLblSkip"):
            before.addnext(element(tag, val=step))


def _finish(chart: Any, plotted: Plot, formatter: Formatter) -> None:
    """What a mark says beside itself; lines and areas say their values on the axis."""
    match plotted.chart.mark:
        case Mark.BAR:
            _bar_labels(chart, plotted, formatter.language)
        case Mark.WATERFALL:
            _step_labels(chart, plotted, formatter)
        case Mark.INTERVAL:
            _ranges(chart, plotted)
        case Mark.SCATTER:
            _point_labels(chart, plotted, formatter)


def _bar_labels(chart: Any, plotted: Plot, language: str) -> None:
    bars = chart.plots[0]
    bars.gap_width = 45
    if _bars(plotted) > _LABELLED:
        return
    bars.has_data_labels = True
    labels = bars.data_labels
    labels.show_value, labels.position = True, XL_LABEL_POSITION.OUTSIDE_END
    labels.font.color.rgb = rgb(INK)
    _pattern(labels, label_pattern(plotted.unit, plotted.values(), language))


def _step_labels(chart: Any, plotted: Plot, formatter: Formatter) -> None:
    """The signed amount stands before its bar, at the end of the unseen foot; a total inside."""
    bars = chart.plots[0]
    bars.gap_width, bars.overlap = 45, 100
    foot, total = bars.series[0], bars.series[1]
    for row, (_, amount, _, whole, *_) in enumerate(plotted.grid.rows):
        unit = Unit.MONEY_CHANGE if whole is None else Unit.MONEY
        text = formatter.value(amount, unit)
        point = (foot if whole is None else total).points[row]
        color = INK if whole is None else "#ffffff"
        _label(point, text, XL_LABEL_POSITION.INSIDE_END, color)


def _label(point: Any, text: str, position: Any, color: str) -> None:
    label = point.data_label
    label.position = position
    frame = label.text_frame
    frame.text = fit.plain(text)
    frame.paragraphs[0].runs[0].font.color.rgb = rgb(color)


def _point_labels(chart: Any, plotted: Plot, formatter: Formatter) -> None:
    """The names of the subjects; of all points where they are few."""
    names = [at for at, unit in enumerate(plotted.grid.units) if unit in (Unit.NAME, Unit.TERM)]
    if not names:
        return
    for series, drawn in zip(plotted.series, chart.plots[0].series, strict=True):
        points = placed(plotted, series)
        for at, (row, _, _) in enumerate(points):
            is_few = len(plotted.grid.rows) <= _NAMED_POINTS
            if is_few or (row in plotted.subjects and len(plotted.subjects) <= _NAMED_POINTS):
                value, unit = plotted.grid.rows[row][names[0]], plotted.grid.units[names[0]]
                text = fit.cut(fit.plain(formatter.value(value, unit)), 12, 150)
                _label(drawn.points[at], text, XL_LABEL_POSITION.RIGHT, INK)


def _ranges(chart: Any, plotted: Plot) -> None:
    """A bar for the value; over it the range, which hangs as the error bar of the unseen lower
    end."""
    bars = chart.plots[0]
    bars.gap_width, bars.overlap = 60, 100
    if plotted.span is not None:
        spans = [number(row[plotted.span]) for row in plotted.grid.rows]
        low = bars.series[1]
        low._element.find(qn("c:cat")).addprevious(_error_bars(spans))


def _error_bars(lengths: list[float | None]) -> Any:
    """As long as the cells of the column behind the three of the range say."""
    cells = element("c:f")
    cells.text = f"Sheet1!$E$2:$E${len(lengths) + 1}"
    cache = element("c:numCache", element("c:ptCount", val=len(lengths)))
    for at, length in enumerate(lengths):
        if length is not None:
            known = element("c:v")
            known.text = repr(length)
            cache.append(element("c:pt", known, idx=at))
    paint = element("a:solidFill", colored(FALL))
    return element(
        "c:errBars",
        element("c:errBarType", val="plus"),
        element("c:errValType", val="cust"),
        element("c:noEndCap", val=0),
        element("c:plus", element("c:numRef", cells, cache)),
        element("c:spPr", element("a:ln", paint, w=Pt(3), cap="flat")),
    )
