"""A result as slides: the key points first, then a slide for each table and chart.

Each slide says what it shows in its title. Charts and tables are PowerPoint's own, so that people
can edit them; what finds no room is in the workbook, and the slide says so. The same result gives
the same bytes, so dates inside the file are those of the result and not of the clock.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from zhibi.errors import ZhibiError
from zhibi.locale import translate
from zhibi.render.axes import ACCENT, INK, LINE, QUIET
from zhibi.render.series import plot
from zhibi.render.slides import fit
from zhibi.render.slides.charts import add_chart
from zhibi.render.slides.deck import BODY_WIDTH, MARGIN, Box, Deck, Paragraph, Words
from zhibi.render.slides.heat_map import add_heat_map
from zhibi.render.slides.outline import METHOD, Drawn, Part, outline
from zhibi.render.slides.tables import ROWS, Cell, add_cells, add_page, line_height, pages
from zhibi.render.values import Formatter
from zhibi.render.words import SEVERITY_WORDS, SHAPES, addressed, provenance, subtitle_of
from zhibi.result import Chart, Figure, Finding, Mark, Note, Result, Sentence, Severity, Table, Unit

_COLORS: Final = {
    Severity.NOW: "#b8392f",
    Severity.SOON: "#a86a12",
    Severity.GOOD: "#2f6f4f",
    Severity.INFO: QUIET,
}
_POINT_SIZES: Final = (15, 14, 13, 12)
_POINT_WIDTHS: Final = (30.0, 104.0, BODY_WIDTH - 134)
_ROOM: Final = 400.0  # below a title of one line
_NOTE_SIZE, _METHOD_SIZE, _FACT_SIZE = 13, 11, 10.5
_REMARK: Final = Box(MARGIN, 484, BODY_WIDTH, 18)
_FIGURE_WIDTHS: Final = (380.0, 250.0)
_FACT_WIDTHS: Final = (190.0, BODY_WIDTH - 190)
_NOTE_GAP: Final = 7
_PINNED: Final = (1980, 1, 1, 0, 0, 0)  # the first moment a ZIP knows


def write_pptx(result: Result, path: Path, language: str) -> None:
    """Write the slides of a result, whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(render_pptx(result, language))
        part.replace(path)
    except OSError as problem:
        raise ZhibiError(
            "{file} could not be written ({problem}); close it if it is open, or choose "
            "another place.",
            file=path.name,
            problem=problem.strerror,
        ) from problem
    finally:
        part.unlink(missing_ok=True)


def render_pptx(result: Result, language: str) -> bytes:
    """The slides of a result or report in `language` ("zh-CN" or "en") as a PowerPoint file."""
    slides = _Slides(result, Formatter(language, result.identity.currency))
    slides.write()
    stream = io.BytesIO()
    slides.deck.file.save(stream)
    return _pinned(stream.getvalue())


class _Slides:
    def __init__(self, result: Result, formatter: Formatter) -> None:
        self.result, self.formatter, self.language = result, formatter, formatter.language
        self.title = self.word(result.title)
        self.facts = provenance(result.identity, formatter)
        self.deck = Deck(self.language, f"{self.title} · {self.stated('As of', 'Data version')}")
        self._describe()

    def word(self, msgid: str) -> str:
        return translate(msgid, self.language)

    def stated(self, *labels: str) -> str:
        """Some of the facts about the figures, in one line."""
        known, colon = dict(self.facts), self.word(": ")
        named = [self.word(label) for label in labels]
        return " · ".join(f"{label}{colon}{known[label]}" for label in named)

    def _describe(self) -> None:
        as_of = self.result.identity.as_of
        properties = self.deck.file.core_properties
        properties.title, properties.author = self.title, "Zhibi"
        properties.language, properties.revision = self.language, 1
        properties.last_modified_by = "Zhibi"
        moment = datetime(as_of.year, as_of.month, as_of.day)  # noqa: DTZ001 - OPC has no zone
        properties.created = properties.modified = moment

    def write(self) -> None:
        """All slides in their order."""
        self.cover()
        self.key_points()
        ordered = outline(self.result.blocks())
        for part in ordered.drawn:
            self.part(part)
        self.remarks(self.word("Notes and assumptions"), ordered.notes, _NOTE_SIZE)
        self.method(ordered.method)
        self.made()

    def cover(self) -> None:
        subtitle = self.formatter.sentence(subtitle_of(self.result))
        slide = self.deck.cover(self.title, subtitle)
        said = self.stated("As of", "Currency", "Basis", "Level", "Data version")
        box = Box(MARGIN, 488, BODY_WIDTH, 20)
        self.deck.text(slide, box, [(Words(said, 12, QUIET),)])

    def key_points(self) -> None:
        """The findings, numbered, each with its urgency and the action beneath; on one slide
        where they fit."""
        found = self.result.findings
        for size in _POINT_SIZES:
            lines = [self.point(number, one, size) for number, one in enumerate(found, 1)]
            if sum(line_height(line, _POINT_WIDTHS) for line in lines) <= _ROOM:
                break
        title = self.word("Key points")
        self.lines(title, self.title, lines if found else [], _POINT_WIDTHS)

    def lines(
        self, title: str, kicker: str, lines: Sequence[list[Cell]], widths: Sequence[float]
    ) -> None:
        """Lines of cells on as many slides as they need."""
        chunks = list(_chunks(lines, widths, _ROOM))
        for at, chunk in enumerate(chunks, 1):
            slide, box = self.deck.slide(_numbered(title, at, len(chunks)), kicker)
            add_cells(self.deck, slide, box, chunk, widths)

    def point(self, number: int, finding: Finding, size: float) -> list[Cell]:
        says = self.formatter.sentence(finding.says)
        told: list[Paragraph] = [
            (Words(says, size, INK, is_bold=finding.severity is Severity.NOW),)
        ]
        if finding.action:
            action = addressed(finding, self.language) + self.formatter.sentence(finding.action)
            told.append((Words(f"→ {action}", size - 1, ACCENT),))
        word = f"{SHAPES[finding.severity]} {self.word(SEVERITY_WORDS[finding.severity])}"
        color = _COLORS[finding.severity]
        return [
            Cell(((Words(self.formatter.value(number, Unit.COUNT), size, QUIET),),), "right"),
            Cell(((Words(word, size - 1, color, is_bold=True),),)),
            Cell(tuple(told)),
        ]

    def part(self, part: Part) -> None:
        """One block on a slide of its own."""
        section = self.word(part.section)
        match part.block:
            case Table():
                self.table(part.block, section)
            case Chart():
                self.chart(part.block, section)
            case tuple():
                self.figures(part.block, section)

    def table(self, table: Table, section: str) -> None:
        title = self.word(table.title)
        found = pages(table, self.formatter, BODY_WIDTH)
        for at, page in enumerate(found, 1):
            slide, box = self.deck.slide(_numbered(title, at, len(found)), section)
            add_page(self.deck, slide, box, page)
            self.left_out(slide, rows=table.row_count - min(len(table.rows), ROWS))

    def left_out(self, slide: Any, *, rows: int = 0, columns: int = 0) -> None:
        """Say what is not on the slide."""
        if rows <= 0 and columns <= 0:
            return
        template = "… {rows:row|rows} more in the workbook."
        if columns > 0:
            template = "… {rows:row|rows} and {columns:column|columns} more in the workbook."
        counts = {"rows": Figure(rows, Unit.COUNT), "columns": Figure(columns, Unit.COUNT)}
        said = self.formatter.sentence(Sentence(template, counts))
        self.deck.text(slide, _REMARK, [(Words(said, 11, QUIET),)])

    def chart(self, chart: Chart, section: str) -> None:
        slide, box = self.deck.slide(self.formatter.sentence(chart.text), section)
        plotted = plot(chart, self.formatter)
        caption = self.word(chart.title)
        if chart.mark is Mark.INTERVAL:
            middle, low, high = (series.name for series in plotted.series)
            caption = f"{caption} · ▌{middle} · ├─┤ {low} – {high}"
        if chart.mark is Mark.HEAT_MAP:
            labels = {column.key: self.word(column.label) for column in chart.columns}
            caption = f"{caption} · ↓ {labels[str(chart.series)]} · → {labels[chart.x]}"
        shown = fit.cut(fit.plain(caption), 12, box.width)
        self.deck.text(slide, box._replace(height=18), [(Words(shown, 12, QUIET),)])
        box = box._replace(top=box.top + 24, height=box.height - 24)
        if not plotted.grid.rows:
            return
        if chart.mark is Mark.HEAT_MAP:
            rows, columns = add_heat_map(self.deck, slide, box, plotted, self.formatter)
            self.left_out(slide, rows=rows, columns=columns)
        else:
            add_chart(slide, box, plotted, self.formatter)

    def figures(self, figures: Sequence[Figure], section: str) -> None:
        """Figures that stand alone, one below the other."""
        lines = [
            [
                Cell(((Words(self.word(figure.label), 15, QUIET),),)),
                Cell(((Words(self.formatter.alone(figure), 17, INK, is_bold=True),),), "right"),
            ]
            for figure in figures
        ]
        title = self.word("Key figures")
        self.lines(section or title, title, lines, _FIGURE_WIDTHS)

    def remarks(self, title: str, parts: Sequence[Part], size: float) -> None:
        """Notes under the titles of their sections, on as many slides as they need."""
        told: list[Paragraph] = []
        for section, run in groupby(parts, key=lambda part: part.section):
            if section and section != METHOD:
                told.append((Words(self.word(section), size, ACCENT, is_bold=True),))
            for part in run:
                told += ((Words(text, size),) for text in self.said(part.block))
        chunks = list(_chunks_of_text(told, _ROOM))
        for at, chunk in enumerate(chunks, 1):
            slide, box = self.deck.slide(_numbered(title, at, len(chunks)))
            self.deck.text(slide, box, chunk, gap=_NOTE_GAP)

    def said(self, block: Drawn | Note) -> Iterator[str]:
        """A note, or figures, as text."""
        if isinstance(block, Note):
            yield self.formatter.sentence(block.says)
        elif isinstance(block, tuple):
            for figure in block:
                yield f"{self.word(figure.label)}{self.word(': ')}{self.formatter.alone(figure)}"

    def method(self, parts: Sequence[Part]) -> None:
        """What a page keeps folded: its notes and figures small, then its tables and charts."""
        texts = [part for part in parts if isinstance(part.block, Note | tuple)]
        self.remarks(self.word(METHOD), texts, _METHOD_SIZE)
        for part in parts:
            if part not in texts:
                self.part(part)

    def made(self) -> None:
        """From what the figures were made: enough to make them again."""
        lines = [
            [
                Cell(((Words(label, _FACT_SIZE, QUIET),),), rule=LINE),
                Cell(((Words(text, _FACT_SIZE),),), rule=LINE),
            ]
            for label, text in self.facts
        ]
        self.lines(self.word("How these figures were made"), "", lines, _FACT_WIDTHS)


def _numbered(title: str, at: int, count: int) -> str:
    return f"{title} ({at}/{count})" if count > 1 else title


def _chunks(
    lines: Sequence[list[Cell]], widths: Sequence[float], room: float
) -> Iterator[list[list[Cell]]]:
    """Lines of a table that fit one below the other."""
    chunk: list[list[Cell]] = []
    taken = 0.0
    for line in lines:
        high = line_height(line, widths)
        if chunk and taken + high > room:
            yield chunk
            chunk, taken = [], 0.0
        chunk.append(line)
        taken += high
    if chunk:
        yield chunk


def _chunks_of_text(told: Sequence[Paragraph], room: float) -> Iterator[list[Paragraph]]:
    """Paragraphs that fit one below the other; a heading stays with what follows."""
    chunk: list[Paragraph] = []
    taken = 0.0
    for at, paragraph in enumerate(told):
        words = paragraph[0]
        high = fit.height([words.text], words.size, BODY_WIDTH) + _NOTE_GAP
        is_heading = words.is_bold and at + 1 < len(told)
        if chunk and taken + high * (2 if is_heading else 1) > room:
            yield chunk
            chunk, taken = [], 0.0
        chunk.append(paragraph)
        taken += high
    if chunk:
        yield chunk


def _pinned(package: bytes) -> bytes:
    """The same parts in a fixed order and with fixed dates."""
    stream = io.BytesIO()
    with ZipFile(io.BytesIO(package)) as given, ZipFile(stream, "w") as pinned:
        for name in sorted(given.namelist()):
            info = ZipInfo(name, _PINNED)
            info.compress_type = ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            pinned.writestr(info, given.read(name))
    return stream.getvalue()
