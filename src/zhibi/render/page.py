"""What the templates of a page may ask for, whether it stands alone or within another page.

The structure is in `templates/`, the look in `templates/page.css`; this module prepares what
they show. Text is escaped by the template engine; the only markup made here is that of figures,
from escaped parts.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import groupby
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from zhibi.locale import translate
from zhibi.render import drawing
from zhibi.render.cells import ShownTable, shown_table, unknown
from zhibi.render.links import Links
from zhibi.render.values import UNKNOWN, Formatter, Part
from zhibi.render.words import SEVERITY_WORDS, SHAPES, addressed, rows_shown
from zhibi.result import Block, Chart, Figure, Finding, Section, Sentence, Subject, Table, Unit

_ENDS_OF_NEWS: Final = (". ", "。", "; ", "；")


@cache
def environment() -> Environment:
    return Environment(
        loader=PackageLoader("zhibi.render"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


class Page:
    """What the templates may ask for. `is_live` pages have scripts that bring charts to life."""

    def __init__(self, formatter: Formatter, *, is_live: bool, links: Links | None = None) -> None:
        self.formatter = formatter
        self.language = formatter.language
        self.is_live = is_live
        self.links = links or Links()
        self.charts_drawn = 0

    def t(self, msgid: str) -> str:
        return translate(msgid, self.language)

    def groups(self, blocks: tuple[Block, ...]) -> Iterator[tuple[str, list[Block]]]:
        """Runs of blocks of one kind, so that figures stand in one list."""
        for kind, run in groupby(blocks, key=lambda block: type(block).__name__.lower()):
            yield kind, list(run)

    def sections(self, blocks: tuple[Block, ...]) -> list[Section]:
        return [block for block in blocks if isinstance(block, Section)]

    def sentence(self, sentence: Sentence, subject: Subject | None = None) -> Markup:
        """The sentence, each figure marked and with its exact value on hover."""
        return self._joined(self.formatter.parts(sentence), subject)

    def news(self, finding: Finding) -> Markup:
        """The sentence of a finding, its first clause set strong: that is the news."""
        before, after = _split_news(self.formatter.parts(finding.says))
        lead, rest = (self._joined(parts, finding.subject) for parts in (before, after))
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

    def shown(self, table: Table) -> ShownTable:
        return shown_table(table, self.formatter, self.links)

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

    def _joined(self, parts: tuple[Part, ...], subject: Subject | None) -> Markup:
        return Markup("").join(self._part(part, subject) for part in parts)

    def _part(self, part: Part, subject: Subject | None) -> Markup:
        if part.figure is None:
            return Markup.escape(part.text)
        if part.figure.unit is Unit.NAME and part.figure.value is not None:
            if subject and part.figure.value == subject.name:
                return self.links.by_id(subject.customer_id, part.text)
            return self.links.by_name(part.text)
        return self._figure(part.figure, part.text)

    def _figure(self, figure: Figure, text: str) -> Markup:
        if figure.value is None or text == UNKNOWN:
            return unknown(self.language)
        if figure.unit in (Unit.NAME, Unit.TERM, Unit.TERMS):
            return Markup.escape(text)
        exact = self.formatter.hover(figure)
        if figure.unit is Unit.NAMES:
            return Markup('<span title="{}">{}</span>').format(exact, text)
        if exact == text:
            return Markup('<span class="number">{}</span>').format(text)
        return Markup('<span class="number" title="{}">{}</span>').format(exact, text)


def _split_news(parts: tuple[Part, ...]) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
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
            return (*parts[:at], before), (after, *parts[at + 1 :])
    return parts, ()
