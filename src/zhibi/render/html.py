"""A result as one self-contained page: no request leaves it, names in it can do nothing.

The structure is in `templates/`, the look in `templates/page.css`; this module prepares what
they show. Text is escaped by the template engine; the only markup made here is that of figures
and sparklines, from escaped parts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from zhibi.locale import translate
from zhibi.render import drawing
from zhibi.render.columns import ColumnFormat, column_formats
from zhibi.render.values import TEXT_UNITS, UNKNOWN, Formatter, Part, sparkline
from zhibi.render.words import (
    SEVERITY_WORDS,
    SHAPES,
    addressed,
    provenance,
    rows_shown,
    subtitle_of,
)
from zhibi.result import (
    Block,
    Chart,
    Column,
    Figure,
    Finding,
    Result,
    Section,
    Sentence,
    Table,
    Unit,
    Value,
)

_ENDS_OF_NEWS: Final = (". ", "。", "; ", "；")


def render_html(result: Result, language: str) -> str:
    """The page of a result or report in `language` ("zh-CN" or "en")."""
    page = _Page(Formatter(language, result.identity.currency))
    template = _environment().get_template("page.html.j2")
    return template.render(
        page=page,
        language=language,
        title=translate(result.title, language),
        subtitle=subtitle_of(result),
        findings=result.findings,
        blocks=result.blocks(),
        provenance=provenance(result.identity, page.formatter),
    )


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("zhibi.render"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@dataclass(frozen=True, slots=True)
class _Cell:
    """One cell: its markup, the exact text for the hover, and how it is set: "text" to the left,
    "text name" wide enough for a customer's."""

    markup: Markup
    exact: str
    setting: str


NAMES_CUSTOMERS = "name"  # the key of the column that does, in every table


class _Page:
    """What the templates may ask for."""

    def __init__(self, formatter: Formatter) -> None:
        self.formatter = formatter
        self.language = formatter.language
        self.charts_drawn = 0

    def t(self, msgid: str) -> str:
        return translate(msgid, self.language)

    def groups(self, blocks: tuple[Block, ...]) -> Iterator[tuple[str, list[Block]]]:
        """Runs of blocks of one kind, so that figures stand in one list."""
        for kind, run in groupby(blocks, key=lambda block: type(block).__name__.lower()):
            yield kind, list(run)

    def sections(self, blocks: tuple[Block, ...]) -> list[Section]:
        return [block for block in blocks if isinstance(block, Section)]

    def sentence(self, sentence: Sentence) -> Markup:
        """The sentence, each figure marked and with its exact value on hover."""
        return Markup("").join(self._part(part) for part in self.formatter.parts(sentence))

    def news(self, sentence: Sentence) -> Markup:
        """The sentence of a finding, its first clause set strong: that is the news."""
        before, after = _split_news(self.formatter.parts(sentence))
        lead = Markup("").join(self._part(part) for part in before)
        rest = Markup("").join(self._part(part) for part in after)
        return Markup("<strong>{}</strong>{}").format(lead, rest)

    def plain(self, sentence: Sentence) -> str:
        return self.formatter.sentence(sentence)

    def alone(self, figure: Figure) -> Markup:
        return self._figure(figure, self.formatter.alone(figure))

    def shape(self, finding: Finding) -> str:
        return SHAPES[finding.severity]

    def urgency(self, finding: Finding) -> str:
        return self.t(SEVERITY_WORDS[finding.severity])

    def addressed(self, finding: Finding) -> str:
        return addressed(finding, self.language)

    def formats(self, table: Table) -> tuple[ColumnFormat, ...]:
        return column_formats(self.formatter, table)

    def setting(self, column: Column) -> str:
        if column.unit not in TEXT_UNITS:
            return ""
        return "text name" if column.key == NAMES_CUSTOMERS else "text"

    def cells(self, formats: tuple[ColumnFormat, ...], row: tuple[Value, ...]) -> list[_Cell]:
        return [self._cell(form, value) for form, value in zip(formats, row, strict=True)]

    def totals(self, formats: tuple[ColumnFormat, ...], row: tuple[Value, ...]) -> list[_Cell]:
        """The cells of the totals row: empty where nothing adds up."""
        return [
            _Cell(Markup.escape(form.total(None, is_first=not at)), "", self.setting(form.column))
            if value is None
            else self._cell(form, value)
            for at, (form, value) in enumerate(zip(formats, row, strict=True))
        ]

    def rows_shown(self, table: Table) -> Sentence | None:
        return rows_shown(table)

    def data_of(self, chart: Chart) -> Table:
        """The data of a chart as a table."""
        return Table(chart.key, chart.title, chart.columns, chart.rows, len(chart.rows))

    def chart_id(self) -> str:
        """A name of its own for each chart of the page."""
        self.charts_drawn += 1
        return f"chart-{self.charts_drawn}"

    def still(self, chart: Chart, *, is_narrow: bool) -> Markup:
        width = drawing.NARROW if is_narrow else drawing.WIDE
        return drawing.still(chart, self.formatter, width)

    def live(self, chart: Chart) -> Markup:
        return drawing.live(chart, self.formatter)

    def library(self) -> Markup:
        return drawing.library()

    def _cell(self, form: ColumnFormat, value: Value) -> _Cell:
        setting = self.setting(form.column)
        if value is None:
            return _Cell(self._unknown(), "", setting)
        if form.column.unit is Unit.TREND and isinstance(value, tuple):
            return _Cell(_spark(value), sparkline_text(value), "text")
        text, exact = form.cell(value), form.exact(value)
        return _Cell(Markup.escape(text), "" if exact == text else exact, setting)

    def _part(self, part: Part) -> Markup:
        if part.figure is None:
            return Markup.escape(part.text)
        return self._figure(part.figure, part.text)

    def _figure(self, figure: Figure, text: str) -> Markup:
        if figure.value is None or text == UNKNOWN:
            return self._unknown()
        if figure.unit in (Unit.NAME, Unit.TERM, Unit.TERMS):
            return Markup.escape(text)
        exact = self.formatter.hover(figure)
        if figure.unit is Unit.NAMES:
            return Markup('<span title="{}">{}</span>').format(exact, text)
        if exact == text:
            return Markup('<span class="number">{}</span>').format(text)
        return Markup('<span class="number" title="{}">{}</span>').format(exact, text)

    def _unknown(self) -> Markup:
        label = self.t("unknown")
        return Markup('<span role="img" aria-label="{}">{}</span>').format(label, UNKNOWN)


def _split_news(parts: tuple[Part, ...]) -> tuple[list[Part], list[Part]]:
    """The parts up to the end of the first clause, and the others."""
    for at, part in enumerate(parts):
        if part.figure is not None:
            continue
        ends = [
            part.text.find(end) + len(end.rstrip()) for end in _ENDS_OF_NEWS if end in part.text
        ]
        if ends:
            cut = min(ends)
            before, after = Part(part.text[:cut]), Part(part.text[cut:])
            return [*parts[:at], before], [after, *parts[at + 1 :]]
    return list(parts), []


def _spark(numbers: tuple[Any, ...]) -> Markup:
    """Small columns from zero; the last one stands out, a gap is unknown."""
    known = [float(number) for number in numbers if number is not None]
    high, low = max(0.0, *known, 0.0), min(0.0, *known, 0.0)
    unit = 14 / ((high - low) or 1)
    bars = Markup("")
    for at, number in enumerate(numbers):
        if number is None:
            continue
        top = (high - max(0.0, float(number))) * unit + 1
        height = max(1.0, abs(float(number)) * unit)
        last = Markup(' class="last"') if at == len(numbers) - 1 else Markup("")
        bars += Markup('<rect x="{}" y="{}" width="4" height="{}"{}/>').format(
            at * 5, f"{top:.1f}", f"{height:.1f}", last
        )
    return Markup(
        '<svg class="spark" role="img" aria-label="{}" width="{w}" height="16" '
        'viewBox="0 0 {w} 16">{}</svg>'
    ).format(sparkline(numbers), bars, w=5 * len(numbers))


def sparkline_text(numbers: tuple[Any, ...]) -> str:
    """The numbers of a sparkline for the hover."""
    return " · ".join(UNKNOWN if number is None else f"{number:,.0f}" for number in numbers)
