"""A chart of a result as a Vega-Lite specification, one function a kind of mark.

Every text in it is made by `values`, so a chart says a number as the sentence beside it does.
Amounts are drawn in the scale of their column (万, k); floats serve the picture only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from zhibi.render.axes import (
    ACCENT,
    FALL,
    INK,
    ON_PALE,
    ON_STRONG,
    PALE,
    QUIET,
    REST,
    SIDE_TITLE,
    STRONG,
    TIMES,
    color_of,
    look,
    name_axis,
    number_labels,
    x_axis,
    y_axis,
)
from zhibi.render.picture import Picture, Spec
from zhibi.render.values import TEXT_UNITS, Formatter
from zhibi.result import Chart, Mark

_CELLS_WITH_TEXT: Final = 150
_LINE_HEIGHT: Final = 210


def vega_lite(chart: Chart, formatter: Formatter, width: int | str) -> Spec:
    """The specification of a chart, `width` pixels wide or as wide as its "container"."""
    picture = Picture(chart, formatter, width)
    return {
        "width": width,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "background": None,
        "data": {"values": picture.rows},
        "config": look() | picture.description,
        **_MARKS[chart.mark](picture),
    }


def _bars(picture: Picture) -> Spec:
    """Names and words lie on their side, so that they can be read; times stand."""
    if picture.x.unit in TIMES:
        encoding: Spec = {"x": x_axis(picture), "y": y_axis(picture), "color": color_of(picture)}
        return {"height": _LINE_HEIGHT, **_single("bar", encoding, picture)}
    encoding = {"y": name_axis(picture), "color": color_of(picture)}
    if picture.has_series:
        encoding["yOffset"] = {"field": "series", "sort": None}
    marks = len({(row["x"], row["series"]) for row in picture.rows})
    highest = max((row["y"] or 0 for row in picture.rows), default=0)
    lowest = min((row["y"] or 0 for row in picture.rows), default=0)
    scale = _room_for_labels(picture, min(lowest, 0), highest)
    length = {"field": "y", "type": "quantitative", "axis": None, "scale": scale}
    bar = {"mark": {"type": "bar", "height": {"band": 0.66}}, "encoding": {"x": length}}
    label = _label("max(datum.y, 0)")
    return _layers(
        picture, encoding, [bar, label], height=marks * (18 if picture.has_series else 26)
    )


def _room_for_labels(picture: Picture, lowest: float, highest: float) -> Spec:
    """A scale that leaves room beyond the longest bar for the text at its end."""
    size = (highest - lowest) or 1
    end = picture.by_width(highest + 0.18 * size, highest + 0.4 * size)
    return {"domainMin": lowest, "domainMax": end, "nice": False}


def _waterfall(picture: Picture) -> Spec:
    """Lying steps, read from the top down, each with its signed amount."""
    highest = max((row["high"] for row in picture.rows), default=0)
    lowest = min(0, *(min(row["start"], row["end"]) for row in picture.rows), 0)
    scale = _room_for_labels(picture, lowest, highest)
    span = {"field": "start", "type": "quantitative", "axis": None, "scale": scale}
    kinds = {"domain": ["total", "rise", "fall"], "range": [QUIET, ACCENT, FALL]}
    color = {"field": "kind", "scale": kinds, "legend": None}
    bar = {
        "mark": {"type": "bar", "height": {"band": 0.66}},
        "encoding": {"x": span, "x2": {"field": "end"}, "color": color},
    }
    encoding = {"y": name_axis(picture)}
    return _layers(picture, encoding, [bar, _label("datum.high")], height=_height(picture, 28))


def _lines(picture: Picture) -> Spec:
    encoding: Spec = {"x": x_axis(picture), "y": y_axis(picture), "color": color_of(picture)}
    line = {"mark": {"type": "line", "strokeWidth": 2, "interpolate": "linear"}}
    return _layers(picture, encoding, [line, _touch()], height=_LINE_HEIGHT)


def _areas(picture: Picture) -> Spec:
    encoding: Spec = {"x": x_axis(picture), "y": y_axis(picture), "color": color_of(picture)}
    area = {"mark": {"type": "area", "opacity": 0.85 if picture.has_series else 0.25}}
    if picture.has_series:
        return {"height": _LINE_HEIGHT, **_single(area["mark"], encoding, picture)}
    line = {"mark": {"type": "line", "strokeWidth": 2}}
    return _layers(picture, encoding, [area, line, _touch()], height=_LINE_HEIGHT)


def _scatter(picture: Picture) -> Spec:
    encoding: Spec = {"x": x_axis(picture), "y": y_axis(picture)}
    point = {
        "mark": {"type": "point", "filled": True, "size": 60, "opacity": 0.85},
        "encoding": {"color": color_of(picture)},
    }
    return _layers(picture, encoding, [*_quadrants(picture), point], height=300)


def _quadrants(picture: Picture) -> list[Spec]:
    """A line across and one up, where the quadrants of a scatter meet; each once, not a row."""
    return [
        {
            "data": {"values": [{way: cut}]},
            "mark": {"type": "rule", "color": QUIET, "strokeDash": [4, 4], "description": ""},
            "encoding": {other: None, "tooltip": None},
        }
        for way, other, cut in zip("xy", "yx", picture.chart.quadrants or (), strict=False)
    ]


def _heat_map(picture: Picture) -> Spec:
    """Squares from pale to strong, with their number while there is room for it."""
    series = picture.column(str(picture.chart.series))
    order = None if series.unit in TEXT_UNITS else "descending"
    axis = {"title": picture.word(series.label), **SIDE_TITLE, "domain": False, "ticks": False}
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
        strong = {"test": f"datum.y > {strongest * STRONG:.6g}", "value": ON_STRONG}
        text = {"field": "text", "type": "nominal"}
        ink = {"condition": strong, "value": ON_PALE}
        mark = {"type": "text", "fontSize": 13}
        layers.append({"mark": mark, "encoding": {"text": text, "color": ink}})
    return _layers(picture, encoding, layers, height=_height(picture, 28, "series"))


def _intervals(picture: Picture) -> Spec:
    """The range as a band, the value as a dot; the axis says which is which."""
    middle, low, high = (picture.word(measure.label) for measure in picture.measures)
    title = f"● {middle}   ▬ {low} – {high}{picture.measure.unit}"
    axis = {"title": title, "grid": True, "tickCount": 5, **number_labels(picture.measure)}
    encoding: Spec = {"y": name_axis(picture)}
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


def _single(mark: Any, encoding: Spec, picture: Picture) -> Spec:
    return {"mark": mark, "encoding": {**encoding, **picture.hover}}


def _layers(picture: Picture, encoding: Spec, layers: list[Spec], *, height: Any) -> Spec:
    shared = {**encoding, **picture.hover}
    return {"height": height, "encoding": shared, "layer": layers}


def _height(picture: Picture, step: int, field: str = "x") -> int:
    """Counted out, since a height by step cannot be fitted to the width of a page."""
    return step * len({row[field] for row in picture.rows})


_MARKS: Final[dict[Mark, Callable[[Picture], Spec]]] = {
    Mark.BAR: _bars,
    Mark.LINE: _lines,
    Mark.AREA: _areas,
    Mark.SCATTER: _scatter,
    Mark.HEAT_MAP: _heat_map,
    Mark.WATERFALL: _waterfall,
    Mark.INTERVAL: _intervals,
}
