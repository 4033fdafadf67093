"""Axes, colours and type of charts: ink on paper; the page turns the named colours for the dark."""

from __future__ import annotations

from typing import Final

from zhibi.locale import CHINESE
from zhibi.render.columns import ColumnFormat, column_format
from zhibi.render.picture import Picture, Spec
from zhibi.render.values import MONEY_UNITS, TEXT_UNITS
from zhibi.result import Unit

FONT: Final = (
    '"Noto Sans SC", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", system-ui, sans-serif'
)
INK, QUIET, LINE, ACCENT, REST = "#1d2329", "#5a6169", "#d9d5cb", "#1f4e79", "#a9b0b6"
# Apart for every kind of colour blindness; page.css has the dark counterpart of each.
SEQUENCE: Final = (ACCENT, "#c27c1e", "#2f8f83", "#a0527f", "#6aa1d0", QUIET)
FALL: Final = SEQUENCE[1]
# Each colour of a picture as a style sheet calls it: `[fill="#1d2329"] { fill: var(--ink); }`,
# and the same with `stroke`, give a page its dark mode. The shades of a heat map stay as drawn.
TOKENS: Final = {
    "ink": INK,
    "quiet": QUIET,
    "line": LINE,
    "rest": REST,
    **dict(zip(("accent", "second", "third", "fourth", "fifth"), SEQUENCE, strict=False)),
}
ON_PALE, ON_STRONG, PALE = "#1d232a", "#fbfaf6", "#e9eef3"  # inside a heat map, light or dark
STRONG: Final = 0.55  # of the highest: from here on a cell of a heat map has light text
TIMES: Final = frozenset({Unit.DATE, Unit.MONTH})
SIDE_TITLE: Final = {"titleAngle": 0, "titleAlign": "left", "titleY": -8, "titleX": 0}


def x_axis(picture: Picture) -> Spec:
    unit = picture.x.unit
    if unit in TIMES:
        month = "%Y-%m" if picture.formatter.language == CHINESE else "%b %Y"
        pattern = month if unit is Unit.MONTH else "%Y-%m-%d"
        axis = {"title": None, "format": pattern, "tickCount": picture.by_width(8, 4)}
        scale = {"type": "utc"}
        return {"field": "x", "type": "temporal", "axis": axis, "scale": scale}
    if unit in TEXT_UNITS:
        return {"field": "x", "type": "ordinal", "sort": None, "axis": {"title": None}}
    form = column_format(picture.formatter, picture.x, [])
    axis = {"title": form.heading, "tickCount": picture.by_width(6, 4), **number_labels(form)}
    return {"field": "x", "type": "quantitative", "axis": axis}


def y_axis(picture: Picture) -> Spec:
    label = picture.measure.heading
    if len(picture.measures) > 1:
        label = picture.measure.unit.strip(" ()（）")
    axis = {"title": label or None, **SIDE_TITLE, "tickCount": 5, "grid": True}
    axis |= number_labels(picture.measure)
    return {"field": "y", "type": "quantitative", "axis": axis}


def number_labels(form: ColumnFormat) -> Spec:
    """How an axis writes its numbers: thousands apart, a true minus; shares in per cent."""
    if form.column.unit in (Unit.SHARE, Unit.CHANGE, Unit.POINTS):
        sign = "%" if form.formatter.language == CHINESE else " %"
        if form.column.unit is Unit.POINTS:
            sign = ""
        return {"labelExpr": f"format(datum.value * 100, ',.3~f') + '{sign}'"}
    return {"format": ",.6~f" if form.column.unit not in MONEY_UNITS else ",~f"}


def name_axis(picture: Picture) -> Spec:
    limit = picture.by_width(220, 104)
    axis = {"title": None, "domain": False, "ticks": False, "labelLimit": limit}
    return {"field": "x", "type": "nominal", "sort": None, "axis": axis | {"labelFontSize": 13}}


def color_of(picture: Picture) -> Spec:
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


def look() -> Spec:
    """Quiet axes, ink on paper; the page turns the named colours for the dark."""
    size = 13
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
