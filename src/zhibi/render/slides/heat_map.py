"""A heat map as a native table: the darker a cell, the higher its value, which is written in it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from zhibi.render.axes import ACCENT, ON_PALE, ON_STRONG, PALE, QUIET, STRONG
from zhibi.render.series import Plot
from zhibi.render.slides import fit
from zhibi.render.slides.deck import Box, Deck, Words
from zhibi.render.slides.tables import PAD, ROOM, Cell, add_cells
from zhibi.render.values import Formatter
from zhibi.result import Value

_SIZES: Final = (16, 14, 13, 12, 11, 10, 9, 8)
_STUB: Final = 14  # characters of the names of rows
_WIDEST: Final = 84.0


def add_heat_map(
    deck: Deck, slide: Any, box: Box, plotted: Plot, formatter: Formatter
) -> tuple[int, int]:
    """Draw the table; gives how many rows and columns found no room."""
    data = plotted.grid
    heads = [data.headings[0], *(series.name for series in plotted.series)]
    texts = [
        [formatter.value(v, unit, is_short=True) for v, unit in zip(row, data.units, strict=True)]
        for row in data.rows
    ]
    lines = [[fit.plain(text) for text in line] for line in (heads, *texts)]
    size, stub, wide = _sizes(lines, box.width)
    across = min(len(heads) - 1, int((box.width - stub) / wide))
    down = min(len(texts), int(box.height / (size * fit.LINE + 2 * ROOM)) - 2)
    cells = [[_cell(lines[0][0], size, stub)]]
    cells[0] += [_cell(text, size, wide, color=QUIET) for text in lines[0][1 : across + 1]]
    for row, line in zip(data.rows[:down], lines[1:], strict=False):
        shown = [_cell(line[0], size, stub)]
        for value, text in zip(row[1 : across + 1], line[1:], strict=False):
            shown.append(_shaded(text, size, _share(value, plotted.highest)))
        cells.append(shown)
    add_cells(deck, slide, box, cells, [stub, *[wide] * across])
    return len(texts) - down, len(heads) - 1 - across


def _sizes(lines: list[list[str]], room: float) -> tuple[float, float, float]:
    """Size of the text, width of the names and of one cell."""
    for size in _SIZES:
        stub = min(max(fit.width(line[0], size) for line in lines), _STUB * size) + 2 * PAD + 1
        cells = [fit.width(text, size) for line in lines[1:] for text in line[1:]]
        heads = [fit.width(text, size) / 2 + size for text in lines[0][1:]]
        wide = max((*cells, *heads), default=size) + 2 * PAD + 1
        if stub + wide * (len(lines[0]) - 1) <= room:
            free = (room - stub) / max(len(lines[0]) - 1, 1)
            return size, stub, max(wide, min(free, _WIDEST))
    return size, stub, wide


def _cell(text: str, size: float, wide: float, *, color: str = ON_PALE) -> Cell:
    shown = fit.cut_lines(text, size, wide - 2 * PAD, 2)
    return Cell(
        ((Words(shown, size, color),),), "left" if color == ON_PALE else "center", None, None
    )


def _shaded(text: str, size: float, share: float | None) -> Cell:
    if share is None:
        return Cell(((Words(text, size, QUIET),),), "center", rule=None)
    color = ON_STRONG if share > STRONG else ON_PALE
    return Cell(((Words(text, size, color),),), "center", _between(PALE, ACCENT, share), rule=None)


def _share(value: Value, highest: float) -> float | None:
    """Of the highest value, from 0 to 1."""
    if not isinstance(value, Decimal | int | float):
        return None
    return min(max(float(value) / highest, 0.0), 1.0) if highest > 0 else 0.0


def _between(pale: str, strong: str, share: float) -> str:
    """The colour so far on the way from one to the other."""
    ends = ([int(color[at : at + 2], 16) for at in (1, 3, 5)] for color in (pale, strong))
    return "#" + "".join(
        f"{round(low + (high - low) * share):02x}" for low, high in zip(*ends, strict=True)
    )
