"""A chart as columns of a sheet: what a workbook or a slide can draw itself, and people can edit.

Each kind needs its data in a certain order: one column for the axis, one a series. A waterfall
stands on unseen feet, a range hangs on the unseen column of its lower ends, a heat map is a cross
table whose cells are coloured.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from zhibi.render.axes import ACCENT, FALL, QUIET, REST, SEQUENCE, TIMES
from zhibi.render.grid import Grid, grid
from zhibi.render.rounding import to_decimal
from zhibi.render.values import TEXT_UNITS, Formatter
from zhibi.result import Chart, Column, Mark, Row, Unit, Value

_PARTS: Final = (
    (Column("foot", "Foot", Unit.MONEY), None),
    (Column("total", "Total", Unit.MONEY), QUIET),
    (Column("rise", "Rise", Unit.MONEY), ACCENT),
    (Column("fall", "Fall", Unit.MONEY), FALL),
    (Column("rise_below", "Rise below zero", Unit.MONEY), ACCENT),
    (Column("fall_below", "Fall below zero", Unit.MONEY), FALL),
)
_SPAN: Final = "span"
_Arranged = tuple[tuple[Column, ...], tuple[Row, ...]]


@dataclass(frozen=True, slots=True)
class Series:
    """One column of the grid as it is drawn, over some of its rows. Without a colour it is there,
    but not seen."""

    name: str
    at: int
    rows: range
    color: str | None


@dataclass(frozen=True, slots=True)
class Plot:
    """A chart as a grid: `x` is the column of the axis, `span` that of the lengths of an interval;
    `subjects` are the rows in accent, where a chart tells some from the rest."""

    chart: Chart
    grid: Grid
    x: int
    series: tuple[Series, ...]
    subjects: frozenset[int]
    span: int | None = None

    @property
    def x_unit(self) -> Unit:
        return self.grid.units[self.x]

    @property
    def unit(self) -> Unit:
        """What is drawn."""
        return self.grid.units[self.series[0].at]

    @property
    def is_lying(self) -> bool:
        """Bars of names lie, so that the names can be read; bars of times stand."""
        is_bars = self.chart.mark in (Mark.BAR, Mark.WATERFALL, Mark.INTERVAL)
        return is_bars and self.x_unit not in TIMES

    @property
    def is_by_number(self) -> bool:
        """Whether the axis is one of numbers, on which points lie where they belong."""
        is_number = self.x_unit not in TEXT_UNITS | TIMES
        return self.chart.mark is Mark.SCATTER or (self.chart.mark is Mark.LINE and is_number)

    def color(self, series: Series, row: int) -> str | None:
        """The colour of one mark: the subject in accent and the rest grey."""
        is_one = len(self.series) == 1 or self.span is not None
        if series.color is None or not (self.subjects and is_one):
            return series.color
        return ACCENT if row in self.subjects else REST

    @property
    def highest(self) -> float:
        return float(max(map(_as_number, self.values()), default=Decimal(0)))

    def values(self) -> list[Value]:
        """All that is drawn, to choose a scale by."""
        return [self.grid.rows[row][one.at] for one in self.series for row in one.rows]


def plot(chart: Chart, formatter: Formatter) -> Plot:
    """The data of a chart in the order its drawing needs."""
    columns, rows = _arranged(chart, formatter)
    data = grid(columns, rows, formatter)
    keys = [column.key for column in columns]
    is_first = _is_crossed(chart) or chart.mark is Mark.WATERFALL
    marked = (at for at, row in enumerate(rows) if not set(chart.highlight).isdisjoint(row))
    drawn = _grouped(chart, rows) if _is_grouped(chart) else _drawn(chart, columns, len(rows))
    return Plot(
        chart,
        data,
        x=0 if is_first else data.places[keys.index(chart.x)],
        series=tuple(
            Series(formatter.value(name, unit, is_short=True), data.places[at], which, color)
            for name, unit, at, which, color in drawn
        ),
        subjects=frozenset(marked),
        span=data.places[keys.index(_SPAN)] if chart.mark is Mark.INTERVAL else None,
    )


def _arranged(chart: Chart, formatter: Formatter) -> _Arranged:
    if chart.mark is Mark.WATERFALL:
        return _steps(chart)
    if chart.mark is Mark.INTERVAL:
        return _with_span(chart)
    if chart.mark is Mark.HEAT_MAP:
        return _crossed(chart, formatter, down=str(chart.series), across=chart.x)
    if chart.series is None:
        return chart.columns, chart.rows
    if chart.mark is Mark.SCATTER:
        return chart.columns, _together(chart)
    return _crossed(chart, formatter, down=chart.x, across=chart.series)


def _is_crossed(chart: Chart) -> bool:
    return chart.series is not None and chart.mark is not Mark.SCATTER


def _is_grouped(chart: Chart) -> bool:
    return chart.series is not None and chart.mark is Mark.SCATTER


_Drawn = Iterator[tuple[Value, Unit, int, range, str | None]]


def _drawn(chart: Chart, columns: tuple[Column, ...], count: int) -> _Drawn:
    """Name, unit of the name, column, rows and colour of each series that is a column."""
    keys = [column.key for column in columns]
    if chart.mark is Mark.WATERFALL:
        parts = dict(_PARTS)
        colors = {keys.index(part.key): parts[part] for part in columns[2:]}
    elif chart.mark is Mark.INTERVAL:
        places = (keys.index(key) for key in chart.y)
        colors = dict(zip(places, (ACCENT, None, None), strict=True))
    elif _is_crossed(chart):
        colors = dict(enumerate(_colors(chart, len(columns) - 1), start=1))
    else:
        colors = dict(zip((keys.index(key) for key in chart.y), SEQUENCE, strict=False))
    for at, color in colors.items():
        yield columns[at].label, Unit.TERM, at, range(count), color


def _grouped(chart: Chart, rows: tuple[Row, ...]) -> _Drawn:
    """The same of each series that is a run of rows."""
    keys = [column.key for column in chart.columns]
    y, by = keys.index(chart.y[0]), keys.index(str(chart.series))
    names = [row[by] for row in rows]
    for name, color in zip(dict.fromkeys(names), _colors(chart, len(set(names))), strict=True):
        first = names.index(name)
        yield name, chart.columns[by].unit, y, range(first, first + names.count(name)), color


def _colors(chart: Chart, count: int) -> list[str]:
    """One a series; where some are the subject, those in accent and the rest grey."""
    by = [column.key for column in chart.columns].index(str(chart.series))
    names = dict.fromkeys(row[by] for row in chart.rows)
    subjects = {row[by] for row in chart.rows if not set(chart.highlight).isdisjoint(row)}
    if subjects and chart.mark is not Mark.HEAT_MAP:
        return [ACCENT if name in subjects else REST for name in names]
    return [SEQUENCE[at % len(SEQUENCE)] for at in range(count)]


def _together(chart: Chart) -> tuple[Row, ...]:
    """The rows of one series after those of another, in the order in which they first appear."""
    by = [column.key for column in chart.columns].index(str(chart.series))
    names = list(dict.fromkeys(row[by] for row in chart.rows))
    return tuple(sorted(chart.rows, key=lambda row: names.index(row[by])))


def _crossed(chart: Chart, formatter: Formatter, *, down: str, across: str) -> _Arranged:
    """Long rows as one column a series, in the order in which they first appear; a scale that is
    read from below, as scores are, stands with its highest on top."""
    keys = [column.key for column in chart.columns]
    lines, heads, y = keys.index(down), keys.index(across), keys.index(chart.y[0])
    cells = {(row[lines], row[heads]): row[y] for row in chart.rows}
    names = list(dict.fromkeys(row[heads] for row in chart.rows))
    stubs = list(dict.fromkeys(row[lines] for row in chart.rows))
    if chart.mark is Mark.HEAT_MAP and chart.columns[lines].unit not in TEXT_UNITS:
        stubs.sort(key=_as_number, reverse=True)
    columns = tuple(
        Column(
            str(at),
            formatter.value(name, chart.columns[heads].unit, is_short=True),
            chart.columns[y].unit,
        )
        for at, name in enumerate(names)
    )
    rows = tuple((stub, *(cells.get((stub, name)) for name in names)) for stub in stubs)
    return (chart.columns[lines], *columns), rows


def _as_number(value: Value) -> Decimal:
    number = to_decimal(value) if isinstance(value, Decimal | int | float) else None
    return Decimal(0) if number is None else number


def _with_span(chart: Chart) -> _Arranged:
    """An interval with the length of each range behind it."""
    keys = [column.key for column in chart.columns]
    low, high = (keys.index(key) for key in chart.y[1:])
    rows = tuple((*row, _length(row[low], row[high])) for row in chart.rows)
    return (*chart.columns, Column(_SPAN, "Length of the range", chart.columns[low].unit)), rows


def _length(low: Value, high: Value) -> Value:
    return None if low is None or high is None else _as_number(high) - _as_number(low)


def _steps(chart: Chart) -> _Arranged:
    """A waterfall as stacked bars: an unseen foot, then the total, the rise or the fall; what
    lies below zero in columns of its own, as bars are stacked from zero both ways."""
    keys = [column.key for column in chart.columns]
    x, at, kind = keys.index(chart.x), keys.index(chart.y[0]), keys.index("kind")
    rows: list[Row] = []
    level = Decimal(0)
    for row in chart.rows:
        amount = row[at]
        if not isinstance(amount, Decimal | int):
            raise TypeError("a waterfall needs an exact amount in every row")
        is_total = row[kind] == "total"
        start = Decimal(0) if is_total else level
        level = start + amount
        parts = (None, amount, None, None, None, None) if is_total else _step(start, level)
        rows.append((row[x], amount, *parts))
    used = 4 if all(row[6] is row[7] is None for row in rows) else 6
    columns = (chart.columns[x], chart.columns[at], *(part for part, _ in _PARTS[:used]))
    return columns, tuple(row[: 2 + used] for row in rows)


def _step(start: Decimal, end: Decimal) -> tuple[Value, ...]:
    """Foot, no total, rise and fall above zero, rise and fall below."""
    low, high = min(start, end), max(start, end)
    zero = Decimal(0)
    below = min(low, zero) - min(high, zero) or None
    above = max(high, zero) - max(low, zero) or (None if below else zero)
    foot = low if low > 0 else min(high, zero)
    if end >= start:
        return foot, None, above, None, below, None
    return foot, None, None, above, None, below
