"""A chart of a result as a Vega-Lite specification.

Every text in it is made by `values`, so a chart says a number as the sentence beside it does.
Amounts are drawn in the scale of their column (万, k); floats serve the picture only.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, Final

from zhibi.locale import CHINESE, translate
from zhibi.render.columns import ColumnFormat, column_format
from zhibi.render.values import MONEY_UNITS, TEXT_UNITS, Formatter
from zhibi.result import Chart, Column, Estimate, Figure, Mark, Row, Unit, Value

FONT: Final = (
    '"Noto Sans SC", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", system-ui, sans-serif'
)
INK, QUIET, LINE, ACCENT, REST = "#1d2329", "#5a6169", "#d9d5cb", "#1f4e79", "#a9b0b6"
# Apart for every kind of colour blindness; page.css has the dark counterpart of each.
SEQUENCE: Final = (ACCENT, "#c27c1e", "#2f8f83", "#a0527f", "#6aa1d0", QUIET)
FALL: Final = SEQUENCE[1]
ON_PALE, ON_STRONG, PALE = "#1d232a", "#fbfaf6", "#e9eef3"  # inside a heat map, light or dark

_TIMES: Final = frozenset({Unit.DATE, Unit.MONTH})
_CELLS_WITH_TEXT: Final = 150
_LINE_HEIGHT: Final = 210

Spec = dict[str, Any]


def vega_lite(chart: Chart, formatter: Formatter, width: int | str) -> Spec:
    """The specification of a chart, `width` pixels wide or as wide as its "container"."""
    picture = _Picture(chart, formatter, is_narrow=isinstance(width, int) and width < 480)
    return {
        "width": width,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "background": None,
        "data": {"values": picture.rows},
        "config": _look(picture.is_narrow),
        **_MARKS[chart.mark](picture),
    }


class _Picture:
    """A chart with its rows as plain values: `x`, `y`, `series`, `is_subject`, and the hover."""

    def __init__(self, chart: Chart, formatter: Formatter, *, is_narrow: bool) -> None:
        self.chart, self.formatter, self.is_narrow = chart, formatter, is_narrow
        self.at = {column.key: number for number, column in enumerate(chart.columns)}
        self.x = self.column(chart.x)
        self.measures = [self.column(key) for key in chart.y]
        numbers = [row[self.at[key]] for key in chart.y for row in chart.rows]
        self.measure = column_format(formatter, self.measures[0], numbers)
        self.has_series = chart.series is not None or len(chart.y) > 1
        self.tooltip = [
            {"field": f"tip{number}", "type": "nominal", "title": self.word(column.label)}
            for number, column in enumerate(chart.columns)
            if column.unit is not Unit.TREND
        ]
        self.rows = _ROWS.get(chart.mark, _long_rows)(self)

    def column(self, key: str) -> Column:
        return self.chart.columns[self.at[key]]

    def word(self, msgid: str) -> str:
        return translate(msgid, self.formatter.language)

    def text(self, value: Value, column: Column) -> str:
        return self.formatter.value(value, column.unit, is_short=True)

    def number(self, value: Value) -> float | None:
        """The length of a mark, in the scale of the axis."""
        if isinstance(value, Estimate):
            value = value.value
        if not isinstance(value, Decimal | int | float):
            return None
        divisor = self.measure.scale.divisor if self.measure.scale else 1
        return float(Decimal(str(value)) / divisor)

    def x_value(self, value: Value) -> str | float | None:
        if isinstance(value, date):
            return value.isoformat()
        if self.x.unit in TEXT_UNITS or not isinstance(value, Decimal | int | float):
            return self.text(value, self.x)
        return float(value)

    def common(self, row: Row) -> Spec:
        """What each mark of a row has: its place, whether it is the subject, and its hover."""
        subjects = set(self.chart.highlight)
        words = {cell for cell in row if isinstance(cell, str)}
        fields = {
            f"tip{number}": self.formatter.hover(Figure(cell, column.unit))
            for number, (cell, column) in enumerate(zip(row, self.chart.columns, strict=True))
            if column.unit is not Unit.TREND
        }
        return {
            "x": self.x_value(row[self.at[self.chart.x]]),
            "is_subject": not subjects or bool(subjects & words),
            **fields,
        }


def _long_rows(picture: _Picture) -> list[Spec]:
    """One mark a row and measure; the series is the series column, or else the measure's label."""
    chart = picture.chart
    marks = []
    for row in chart.rows:
        for key, measure in zip(chart.y, picture.measures, strict=True):
            series = picture.word(measure.label)
            if chart.series is not None:
                cell = row[picture.at[chart.series]]
                series = picture.text(cell, picture.column(chart.series))
            value = row[picture.at[key]]
            text = picture.formatter.value(value, measure.unit)
            number = picture.number(value)
            marks.append({**picture.common(row), "y": number, "series": series, "text": text})
    return marks


def _interval_rows(picture: _Picture) -> list[Spec]:
    middle, low, high = (picture.at[key] for key in picture.chart.y)
    return [
        {
            **picture.common(row),
            "y": picture.number(row[middle]),
            "low": picture.number(row[low]),
            "high": picture.number(row[high]),
        }
        for row in picture.chart.rows
    ]


def _waterfall_rows(picture: _Picture) -> list[Spec]:
    """Each change from where the one before ended; a total from zero."""
    marks, level = [], Decimal(0)
    at, kind_at = picture.at[picture.chart.y[0]], picture.at["kind"]
    for row in picture.chart.rows:
        amount, is_total = row[at], row[kind_at] == "total"
        if not isinstance(amount, Decimal | int):
            raise TypeError("a waterfall needs an exact amount in every row")
        start = Decimal(0) if is_total else level
        level = start + amount
        unit = Unit.MONEY if is_total else Unit.MONEY_CHANGE
        kind = "total" if is_total else "rise" if amount >= 0 else "fall"
        marks.append(
            {
                **picture.common(row),
                "start": picture.number(start),
                "end": picture.number(level),
                "high": picture.number(max(start, level)),
                "kind": kind,
                "text": picture.formatter.value(amount, unit),
            }
        )
    return marks


_ROWS: Final[dict[Mark, Callable[[_Picture], list[Spec]]]] = {
    Mark.INTERVAL: _interval_rows,
    Mark.WATERFALL: _waterfall_rows,
}


def _bars(picture: _Picture) -> Spec:
    """Names and words lie on their side, so that they can be read; times stand."""
    if picture.x.unit in _TIMES:
        encoding: Spec = {"x": _x_axis(picture), "y": _y_axis(picture), "color": _color(picture)}
        return {"height": _LINE_HEIGHT, **_single("bar", encoding, picture)}
    encoding = {"y": _name_axis(picture), "color": _color(picture)}
    if picture.has_series:
        encoding["yOffset"] = {"field": "series", "sort": None}
    marks = len({(row["x"], row["series"]) for row in picture.rows})
    highest = max((row["y"] or 0 for row in picture.rows), default=0)
    lowest = min((row["y"] or 0 for row in picture.rows), default=0)
    room = (highest - min(lowest, 0)) * (0.4 if picture.is_narrow else 0.18)
    length = {
        "field": "y",
        "type": "quantitative",
        "axis": None,
        "scale": {"domain": [min(lowest, 0), highest + room or 1], "nice": False},
    }
    bar = {"mark": {"type": "bar", "height": {"band": 0.66}}, "encoding": {"x": length}}
    label = _label("max(datum.y, 0)")
    return _layers(
        picture, encoding, [bar, label], height=marks * (18 if picture.has_series else 26)
    )


def _waterfall(picture: _Picture) -> Spec:
    """Lying steps, read from the top down, each with its signed amount."""
    highest = max((row["high"] for row in picture.rows), default=0)
    lowest = min(0, *(min(row["start"], row["end"]) for row in picture.rows), 0)
    room = (highest - lowest) * (0.4 if picture.is_narrow else 0.18)
    scale = {"domain": [lowest, highest + room or 1], "nice": False}
    span = {"field": "start", "type": "quantitative", "axis": None, "scale": scale}
    kinds = {"domain": ["total", "rise", "fall"], "range": [QUIET, ACCENT, FALL]}
    color = {"field": "kind", "scale": kinds, "legend": None}
    bar = {
        "mark": {"type": "bar", "height": {"band": 0.66}},
        "encoding": {"x": span, "x2": {"field": "end"}, "color": color},
    }
    encoding = {"y": _name_axis(picture)}
    return _layers(picture, encoding, [bar, _label("datum.high")], height=_height(picture, 28))


def _lines(picture: _Picture) -> Spec:
    encoding: Spec = {"x": _x_axis(picture), "y": _y_axis(picture), "color": _color(picture)}
    line = {"mark": {"type": "line", "strokeWidth": 2, "interpolate": "linear"}}
    return _layers(picture, encoding, [line, _touch()], height=_LINE_HEIGHT)


def _areas(picture: _Picture) -> Spec:
    encoding: Spec = {"x": _x_axis(picture), "y": _y_axis(picture), "color": _color(picture)}
    area = {"mark": {"type": "area", "opacity": 0.85 if picture.has_series else 0.25}}
    if picture.has_series:
        return {"height": _LINE_HEIGHT, **_single(area["mark"], encoding, picture)}
    line = {"mark": {"type": "line", "strokeWidth": 2}}
    return _layers(picture, encoding, [area, line, _touch()], height=_LINE_HEIGHT)


def _scatter(picture: _Picture) -> Spec:
    subject = {"test": "datum.is_subject", "value": ACCENT}
    encoding: Spec = {"x": _x_axis(picture), "y": _y_axis(picture)}
    point = {
        "mark": {"type": "point", "filled": True, "size": 60, "opacity": 0.85},
        "encoding": {"color": {"condition": subject, "value": REST}},
    }
    return _layers(picture, encoding, [point], height=300)


def _heat_map(picture: _Picture) -> Spec:
    """Squares from pale to strong, with their number while there is room for it."""
    series = picture.column(str(picture.chart.series))
    order = None if series.unit in TEXT_UNITS else "descending"
    axis = {"title": picture.word(series.label), **_SIDE_TITLE, "domain": False, "ticks": False}
    across = {"title": picture.word(picture.x.label), "domain": False, "ticks": False}
    across |= {"orient": "bottom", "labelAngle": -40 if picture.x.unit in TEXT_UNITS else 0}
    strongest = max((row["y"] or 0 for row in picture.rows), default=0) or 1
    encoding: Spec = {
        "x": {"field": "x", "type": "ordinal", "sort": None, "axis": across},
        "y": {"field": "series", "type": "ordinal", "sort": order, "axis": axis},
    }
    shade = {"domain": [0, strongest], "range": [PALE, ACCENT]}
    color = {"field": "y", "type": "quantitative", "scale": shade, "legend": None}
    layers: list[Spec] = [{"mark": {"type": "rect"}, "encoding": {"color": color}}]
    if len(picture.rows) <= _CELLS_WITH_TEXT and not picture.is_narrow:
        strong = {"test": f"datum.y > {strongest * 0.55:.6g}", "value": ON_STRONG}
        text = {"field": "text", "type": "nominal"}
        ink = {"condition": strong, "value": ON_PALE}
        mark = {"type": "text", "fontSize": 12}
        layers.append({"mark": mark, "encoding": {"text": text, "color": ink}})
    return _layers(picture, encoding, layers, height=_height(picture, 28, "series"))


def _intervals(picture: _Picture) -> Spec:
    """The range as a band, the value as a dot; the axis says which is which."""
    middle, low, high = (picture.word(measure.label) for measure in picture.measures)
    title = f"● {middle}   ▬ {low} – {high}{picture.measure.unit}"
    axis = {"title": title, "grid": True, "tickCount": 5, **_number_labels(picture.measure)}
    encoding: Spec = {"y": _name_axis(picture)}
    place = {"type": "quantitative", "axis": axis}
    band = {
        "mark": {"type": "rule", "strokeWidth": 7, "strokeCap": "round", "color": REST},
        "encoding": {"x": {"field": "low", **place}, "x2": {"field": "high"}},
    }
    subject = {"test": "datum.is_subject", "value": ACCENT}
    dot = {
        "mark": {"type": "point", "filled": True, "size": 80, "opacity": 1},
        "encoding": {
            "x": {"field": "y", **place},
            "color": {"condition": subject, "value": QUIET},
        },
    }
    return _layers(picture, encoding, [band, dot], height=_height(picture, 24))


_MARKS: Final[dict[Mark, Callable[[_Picture], Spec]]] = {
    Mark.BAR: _bars,
    Mark.LINE: _lines,
    Mark.AREA: _areas,
    Mark.SCATTER: _scatter,
    Mark.HEAT_MAP: _heat_map,
    Mark.WATERFALL: _waterfall,
    Mark.INTERVAL: _intervals,
}

_SIDE_TITLE: Final = {"titleAngle": 0, "titleAlign": "left", "titleY": -8, "titleX": 0}


def _x_axis(picture: _Picture) -> Spec:
    unit = picture.x.unit
    if unit in _TIMES:
        month = "%Y-%m" if picture.formatter.language == CHINESE else "%b %Y"
        pattern = month if unit is Unit.MONTH else "%Y-%m-%d"
        axis = {"title": None, "format": pattern, "tickCount": 4 if picture.is_narrow else 8}
        scale = {"type": "utc"}
        return {"field": "x", "type": "temporal", "axis": axis, "scale": scale}
    if unit in TEXT_UNITS:
        return {"field": "x", "type": "ordinal", "sort": None, "axis": {"title": None}}
    form = column_format(picture.formatter, picture.x, [])
    axis = {"title": form.heading, "tickCount": 6, **_number_labels(form)}
    return {"field": "x", "type": "quantitative", "axis": axis}


def _y_axis(picture: _Picture) -> Spec:
    label = picture.measure.heading
    if len(picture.measures) > 1:
        label = picture.measure.unit.strip(" ()（）")
    axis = {"title": label or None, **_SIDE_TITLE, "tickCount": 5, "grid": True}
    axis |= _number_labels(picture.measure)
    return {"field": "y", "type": "quantitative", "axis": axis}


def _number_labels(form: ColumnFormat) -> Spec:
    """How an axis writes its numbers: thousands apart, a true minus; shares in per cent."""
    if form.column.unit in (Unit.SHARE, Unit.CHANGE, Unit.POINTS):
        sign = "%" if form.formatter.language == CHINESE else " %"
        if form.column.unit is Unit.POINTS:
            sign = ""
        return {"labelExpr": f"format(datum.value * 100, ',.3~f') + '{sign}'"}
    return {"format": ",.6~f" if form.column.unit not in MONEY_UNITS else ",~f"}


def _name_axis(picture: _Picture) -> Spec:
    limit = 104 if picture.is_narrow else 220
    axis = {"title": None, "domain": False, "ticks": False, "labelLimit": limit}
    return {"field": "x", "type": "nominal", "sort": None, "axis": axis | {"labelFontSize": 13}}


def _color(picture: _Picture) -> Spec:
    """The subject in accent and the rest grey; without a subject one colour a series."""
    if not picture.has_series:
        subject = {"test": "datum.is_subject", "value": ACCENT}
        return {"condition": subject, "value": REST}
    names = list(dict.fromkeys(row["series"] for row in picture.rows))
    colors = [SEQUENCE[at % len(SEQUENCE)] for at in range(len(names))]
    if picture.chart.highlight:
        subjects = {row["series"] for row in picture.rows if row["is_subject"]}
        colors = [ACCENT if name in subjects else REST for name in names]
    scale = {"domain": names, "range": colors}
    return {"field": "series", "type": "nominal", "scale": scale, "legend": {"title": None}}


def _label(place: str) -> Spec:
    """The value, written where the mark ends."""
    mark = {"type": "text", "align": "left", "dx": 6, "color": INK, "fontSize": 13}
    x = {"field": "label_at", "type": "quantitative"}
    return {
        "transform": [{"calculate": place, "as": "label_at"}],
        "mark": mark,
        "encoding": {"x": x, "text": {"field": "text", "type": "nominal"}, "color": {"value": INK}},
    }


def _touch() -> Spec:
    """Unseen points, large enough for a finger, that carry the hover of a line."""
    return {"mark": {"type": "point", "filled": True, "size": 160, "opacity": 0}}


def _single(mark: Any, encoding: Spec, picture: _Picture) -> Spec:
    return {"mark": mark, "encoding": {**encoding, "tooltip": picture.tooltip}}


def _layers(picture: _Picture, encoding: Spec, layers: list[Spec], *, height: Any) -> Spec:
    shared = {**encoding, "tooltip": picture.tooltip}
    return {"height": height, "encoding": shared, "layer": layers}


def _height(picture: _Picture, step: int, field: str = "x") -> int:
    """Counted out, since a height by step cannot be fitted to the width of a page."""
    return step * len({row[field] for row in picture.rows})


def _look(is_narrow: bool) -> Spec:
    """Quiet axes, ink on paper; the page turns the named colours for the dark."""
    size = 12 if is_narrow else 13
    return {
        "font": FONT,
        "view": {"stroke": None},
        "axis": {
            "labelColor": QUIET,
            "titleColor": QUIET,
            "labelFontSize": size,
            "titleFontSize": size,
            "titleFontWeight": "normal",
            "domainColor": QUIET,
            "tickColor": QUIET,
            "gridColor": LINE,
            "grid": False,
            "titlePadding": 8,
        },
        "axisY": {"domain": False, "ticks": False},
        "legend": {
            "orient": "top",
            "labelColor": INK,
            "labelFontSize": size,
            "symbolType": "square",
            "offset": 24,
        },
    }
