"""The rows of a chart as plain values: what each mark of the picture has, and its hover."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, Final

from zhibi.locale import translate
from zhibi.render.columns import column_format
from zhibi.render.values import TEXT_UNITS, Formatter
from zhibi.result import Chart, Column, Estimate, Figure, Mark, Row, Unit, Value

NARROW: Final = 480  # pixels; narrower is a phone
Spec = dict[str, Any]  # a part of a Vega-Lite specification


class Picture:
    """A chart with its rows as plain values: `x`, `y`, `series`, `is_subject`, and the hover."""

    def __init__(self, chart: Chart, formatter: Formatter, width: int | str) -> None:
        self.chart, self.formatter, self.width = chart, formatter, width
        self.at = {column.key: number for number, column in enumerate(chart.columns)}
        self.x = self.column(chart.x)
        self.measures = [self.column(key) for key in chart.y]
        numbers = [row[self.at[key]] for key in chart.y for row in chart.rows]
        self.measure = column_format(formatter, self.measures[0], numbers)
        self.has_series = chart.series is not None or len(chart.y) > 1
        self.told = [
            (number, column, self.word(column.label))
            for number, column in enumerate(chart.columns)
            if column.unit is not Unit.TREND
        ]
        self.rows = _ROWS.get(chart.mark, _long_rows)(self)

    @property
    def is_live(self) -> bool:
        """Drawn by a script, at the width it finds on the page."""
        return not isinstance(self.width, int)

    @property
    def is_narrow(self) -> bool:
        """Drawn for a phone; a live picture is not, as it finds its width on the page."""
        return isinstance(self.width, int) and self.width < NARROW

    @property
    def hover(self) -> Spec:
        """The encoding of what a script shows over a mark; a still mark has a `description`."""
        if not self.is_live:
            return {}
        tips = [
            {"field": f"tip{number}", "type": "nominal", "title": label}
            for number, _, label in self.told
        ]
        return {"tooltip": tips}

    @property
    def description(self) -> Spec:
        """What every still mark says of its row. No encoding, by which areas would be split."""
        return {} if self.is_live else {"mark": {"description": {"expr": "datum.says"}}}

    def by_width(self, wide: float, narrow: float) -> float | Spec:
        """A number that depends on the width; for a live picture an expression that asks for it."""
        if isinstance(self.width, int):
            return narrow if self.is_narrow else wide
        return {"expr": f"containerSize()[0] < {NARROW} ? {narrow} : {wide}"}

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
        return {
            "x": self.x_value(row[self.at[self.chart.x]]),
            "is_subject": not subjects or bool(subjects & words),
            **self._said(row),
        }

    def _said(self, row: Row) -> Spec:
        """The fields that `hover` and `description` show."""
        exact = {
            number: self.formatter.hover(Figure(row[number], column.unit))
            for number, column, _ in self.told
        }
        if self.is_live:
            return {f"tip{number}": text for number, text in exact.items()}
        colon = self.word(": ")
        said = (f"{label}{colon}{exact[number]}" for number, _, label in self.told)
        return {"says": " · ".join(said)}


def _long_rows(picture: Picture) -> list[Spec]:
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


def _interval_rows(picture: Picture) -> list[Spec]:
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


def _waterfall_rows(picture: Picture) -> list[Spec]:
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


_ROWS: Final[dict[Mark, Callable[[Picture], list[Spec]]]] = {
    Mark.INTERVAL: _interval_rows,
    Mark.WATERFALL: _waterfall_rows,
}
