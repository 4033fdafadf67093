"""Native tables: every number is text written by `values`, cut and sized so that it fits.

A table too wide for a slide goes on on the next one, its rows named again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pptx.enum.text import MSO_ANCHOR
from pptx.oxml.ns import qn
from pptx.util import Pt

from zhibi.render.axes import INK, LINE
from zhibi.render.columns import ColumnFormat, column_formats
from zhibi.render.slides import fit
from zhibi.render.slides.deck import Box, Deck, Paragraph, Words, align, colored, element, rgb
from zhibi.render.values import TEXT_UNITS, Formatter
from zhibi.result import Table, Unit

ROWS: Final = 12  # of a table on one slide
SIZES: Final = (16, 14, 13, 12, 11, 10)
_SPLIT: Final = 11  # the size of a table that goes on on the next slide
_LINES_HIGH: Final = 360.0
_TREND: Final = 0.7  # of the size: twelve columns of a trend are broad
_BOLD: Final = 1.08  # how much wider
_PLAIN_STYLE: Final = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # no fill, no lines
PAD, ROOM = 5.0, 3.0  # beside and above the text of a cell
_WIDEST: Final = 16  # characters of a text column before it is cut for others


@dataclass(frozen=True, slots=True)
class Cell:
    """Paragraphs, and how they are set; `rule` is the colour of the line below."""

    paragraphs: tuple[Paragraph, ...]
    where: str = "left"
    fill: str | None = None
    rule: str | None = LINE


@dataclass(frozen=True, slots=True)
class Column:
    """The texts of one column, its heading first; `share` is its part of the size of the text."""

    texts: tuple[str, ...]
    unit: Unit

    @property
    def share(self) -> float:
        return _TREND if self.unit is Unit.TREND else 1.0

    def width(self, size: float) -> float:
        """What it needs: a heading may take two lines, a long text is cut."""
        heading, *cells = self.texts
        widest = max((fit.width(text, size * self.share) for text in cells), default=0) * _BOLD
        if self.unit in TEXT_UNITS:
            widest = min(widest, _WIDEST * size)
        words = (fit.width(word, size) for word in heading.split() if word.isascii())
        half = fit.width(heading, size) / 2 + size
        return max(widest, max(words, default=0) * _BOLD, half) + 2 * PAD + 1

    def fitted(self, size: float, wide: float) -> Column:
        """The heading in at most three lines, each cell in one."""
        room = wide - 2 * PAD
        heading = fit.cut_lines(self.texts[0], size * _BOLD, room, 3)
        cells = (fit.cut(text, size * self.share, room) for text in self.texts[1:])
        return Column((heading, *cells), self.unit)


@dataclass(frozen=True, slots=True)
class Page:
    """Some columns of a table, fitted, with their widths and the size of their text."""

    columns: tuple[Column, ...]
    widths: tuple[float, ...]
    size: float
    has_totals: bool


def pages(table: Table, formatter: Formatter, wide: float) -> list[Page]:
    """The first rows of a table on as few slides as its columns need."""
    formats = column_formats(formatter, table)
    columns = [_column(form, table, at) for at, form in enumerate(formats)]
    stub = next((at for at, form in enumerate(formats) if form.column.key == "name"), 0)
    high = len(columns[0].texts)
    sizes = [size for size in SIZES if high * (size * fit.LINE + 2 * ROOM) <= _LINES_HIGH]
    fits = (s for s in sizes if sum(column.width(s) for column in columns) <= wide)
    size = next(fits, _SPLIT)
    wanted = [column.width(size) for column in columns]
    found = []
    for group in _groups(wanted, stub, wide):
        widths = _stretched([wanted[at] for at in group], wide)
        shown = [columns[at].fitted(size, own) for at, own in zip(group, widths, strict=True)]
        found.append(Page(tuple(shown), tuple(widths), size, table.totals is not None))
    return found


def _column(form: ColumnFormat, table: Table, at: int) -> Column:
    # " (¥ k)" stays together.
    heading = f"{form.label}{form.unit[:1]}{form.unit[1:].replace(' ', fit.NO_BREAK)}"
    cells = [form.cell(row[at]) for row in table.rows[:ROWS]]
    total = [] if table.totals is None else [form.total(table.totals[at], is_first=not at)]
    if form.column.unit is Unit.TREND:  # a gap is as wide as a bar
        cells, total = ([c.replace(" ", fit.EM_SPACE) for c in texts] for texts in (cells, total))
    return Column(tuple(map(fit.plain, (heading, *cells, *total))), form.column.unit)


def _groups(widths: Sequence[float], stub: int, room: float) -> Iterator[list[int]]:
    """Columns that fit side by side, each group led by the one that names the rows."""
    if sum(widths) <= room:
        yield list(range(len(widths)))
        return
    group, taken = [stub], widths[stub]
    for at, wide in enumerate(widths):
        if at == stub:
            continue
        if taken + wide > room and len(group) > 1:
            yield group
            group, taken = [stub], widths[stub]
        group.append(at)
        taken += wide
    yield group


def _stretched(widths: Sequence[float], room: float) -> list[float]:
    """A little air, or less where even one column is too wide."""
    factor = min(room / sum(widths), 1.5)
    return [wide * factor for wide in widths]


def add_page(deck: Deck, slide: Any, box: Box, page: Page) -> float:
    """Draw the table; gives the height it takes."""
    last = len(page.columns[0].texts) - 1
    lines = []
    for number in range(last + 1):
        is_head, is_total = number == 0, page.has_totals and number == last
        is_last = page.has_totals and number == last - 1
        rule = INK if is_head or is_last else LINE
        cells = [
            Words(
                column.texts[number],
                page.size * (1 if is_head else column.share),
                is_bold=is_head or is_total,
            )
            for column in page.columns
        ]
        lines.append(
            [
                Cell(((words,),), _side(column.unit), rule=None if is_total else rule)
                for words, column in zip(cells, page.columns, strict=True)
            ]
        )
    return add_cells(deck, slide, box, lines, page.widths)


def _side(unit: Unit) -> str:
    return "left" if unit in TEXT_UNITS or unit is Unit.TREND else "right"


def add_cells(
    deck: Deck, slide: Any, box: Box, lines: Sequence[Sequence[Cell]], widths: Sequence[float]
) -> float:
    """A native table of cells, its rows as high as their texts; gives its height. The text of the
    first column stands below the title."""
    heights = [line_height(line, widths) for line in lines]
    frame = slide.shapes.add_table(
        len(lines), len(widths), *map(Pt, (box.left - PAD, box.top, sum(widths), sum(heights)))
    )
    table = frame.table
    properties = table._tbl.tblPr
    properties.find(qn("a:tableStyleId")).text = _PLAIN_STYLE
    table.horz_banding = False
    for at, wide in enumerate(widths):
        table.columns[at].width = Pt(wide)
    for number, (line, high) in enumerate(zip(lines, heights, strict=True)):
        table.rows[number].height = Pt(high)
        for at, cell in enumerate(line):
            _set(deck, table.cell(number, at), cell)
    return sum(heights)


def line_height(line: Sequence[Cell], widths: Sequence[float]) -> float:
    """Of the highest cell, each paragraph wrapped."""
    high = [
        sum(
            fit.lines("".join(words.text for words in paragraph), paragraph[0].size, wide - 2 * PAD)
            * paragraph[0].size * fit.LINE
            for paragraph in cell.paragraphs
        )
        for cell, wide in zip(line, widths, strict=True)
    ]  # fmt: skip
    return max(high) + 2 * ROOM


def _set(deck: Deck, place: Any, cell: Cell) -> None:
    deck.fill(place.text_frame, cell.paragraphs)
    place.margin_left = place.margin_right = Pt(PAD)
    place.margin_top = place.margin_bottom = Pt(ROOM)
    place.vertical_anchor = MSO_ANCHOR.TOP
    align(place.text_frame.paragraphs, cell.where)
    properties = place._tc.get_or_add_tcPr()
    if cell.rule:
        paint = element("a:solidFill", colored(cell.rule))
        properties.append(element("a:lnB", paint, w=Pt(0.75)))
    if cell.fill:
        place.fill.solid()
        place.fill.fore_color.rgb = rgb(cell.fill)
