"""A result in a terminal: plain lines, columns aligned by what a character takes on the screen."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Final

from zhibi.locale import translate
from zhibi.render.columns import column_formats
from zhibi.render.values import TEXT_UNITS, Formatter
from zhibi.render.words import (
    SEVERITY_WORDS,
    SHAPES,
    addressed,
    provenance,
    rows_shown,
    subtitle_of,
)
from zhibi.result import Block, Chart, Figure, Finding, Note, Result, Section, Table, Unit

_WIDEST_TEXT: Final = 32  # cells of text are cut here, so that numbers stay in sight
_CHART_ROWS: Final = 12


def render_text(result: Result, language: str) -> str:
    """The result as plain text, ending with a line break."""
    lines = _Writer(Formatter(language, result.identity.currency)).result(result)
    return "".join(f"{_printable(line)}\n" for line in lines)


class _Writer:
    def __init__(self, formatter: Formatter) -> None:
        self.formatter = formatter
        self.language = formatter.language
        self.colon = translate(": ", formatter.language)

    def result(self, result: Result) -> Iterator[str]:
        title = translate(result.title, self.language)
        yield title
        yield "═" * width(title)
        yield self.formatter.sentence(subtitle_of(result))
        if result.findings:
            yield ""
        for number, finding in enumerate(result.findings, start=1):
            yield from self.finding(number, finding)
        for block in result.blocks():
            yield from self.block(block)
        yield ""
        for label, text in provenance(result.identity, self.formatter):
            yield f"{label}{self.colon}{text}"

    def finding(self, number: int, finding: Finding) -> Iterator[str]:
        shape = SHAPES[finding.severity]
        word = translate(SEVERITY_WORDS[finding.severity], self.language)
        yield f"{number:>2} {shape} [{word}] {self.formatter.sentence(finding.says)}"
        if finding.action:
            owner = addressed(finding, self.language)
            yield f"     → {owner}{self.formatter.sentence(finding.action)}"

    def block(self, block: Block) -> Iterator[str]:
        match block:
            case Figure():
                label = translate(block.label, self.language)
                yield f"{label}{self.colon}{self.formatter.alone(block)}"
            case Note():
                yield self.formatter.sentence(block.says)
            case Table():
                yield from self.table(block)
            case Chart():
                yield from self.chart(block)
            case Section():
                title = translate(block.title, self.language)
                yield from ("", title, "─" * width(title))
                for inner in block.blocks:
                    yield from self.block(inner)

    def chart(self, chart: Chart) -> Iterator[str]:
        """The sentence that answers the chart, and its data while they are few."""
        if len(chart.rows) > _CHART_ROWS:
            yield from ("", translate(chart.title, self.language))
        else:
            rows = len(chart.rows)
            yield from self.table(Table(chart.key, chart.title, chart.columns, chart.rows, rows))
        yield self.formatter.sentence(chart.text)

    def table(self, table: Table) -> Iterator[str]:
        yield from ("", translate(table.title, self.language))
        formats = column_formats(self.formatter, table)
        lines = [[form.heading for form in formats]]
        lines += [
            [form.cell(cell) for form, cell in zip(formats, row, strict=True)] for row in table.rows
        ]
        if table.totals:
            totals = enumerate(zip(formats, table.totals, strict=True))
            lines.append([form.total(cell, is_first=not at) for at, (form, cell) in totals])
        lines = [[cut_text(text, _WIDEST_TEXT) for text in line] for line in lines]
        widths = [max(width(line[at]) for line in lines) for at in range(len(formats))]
        is_text = [_reads_from_left(column.unit) for column in table.columns]
        rule = "  ".join("─" * size for size in widths)
        for number, line in enumerate(lines):
            if number == 1 or (table.totals and number == len(lines) - 1):
                yield rule
            cells = zip(line, widths, is_text, strict=True)
            yield "  ".join(_pad(text, size, left=left) for text, size, left in cells).rstrip()
        remark = rows_shown(table)
        if remark:
            yield self.formatter.sentence(remark)


def width(text: str) -> int:
    """Columns the text takes on the screen: two for a wide character, none for a combining one."""
    return sum(
        0 if unicodedata.combining(char) else 1 + (unicodedata.east_asian_width(char) in "WF")
        for char in text
    )


def cut_text(text: str, widest: int) -> str:
    """The text cut to `widest` columns, ending in … when something was left out."""
    text = _printable(text)
    if width(text) <= widest:
        return text
    kept = ""
    for char in text:
        if width(kept + char) > widest - 1:
            break
        kept += char
    return kept + "…"


def _printable(text: str) -> str:
    """Without control characters: a name must not be able to steer the terminal."""
    kept = (char for char in text if char.isprintable() or unicodedata.category(char) == "Zs")
    return "".join(kept)


def _reads_from_left(unit: Unit) -> bool:
    return unit in TEXT_UNITS or unit is Unit.TREND


def _pad(text: str, size: int, *, left: bool) -> str:
    blank = " " * (size - width(text))
    return text + blank if left else blank + text
