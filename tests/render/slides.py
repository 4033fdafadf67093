"""Reads slides back as a person sees them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

PowerPoint = Any  # a pptx.Presentation


def texts_of(deck: PowerPoint) -> list[str]:
    """Every text of a deck, paragraph by paragraph, tables cell by cell."""
    return [text for slide in deck.slides for text in texts_on(slide)]


def texts_on(slide: Any) -> Iterator[str]:
    for shape in slide.shapes:
        if shape.has_text_frame:
            yield from (paragraph.text for paragraph in shape.text_frame.paragraphs)
    for table in tables_on(slide):
        yield from (cell for row in table for cell in row)


def tables_on(slide: Any) -> list[list[list[str]]]:
    return [
        [[cell.text_frame.text for cell in row.cells] for row in shape.table.rows]
        for shape in slide.shapes
        if shape.has_table
    ]


def charts_on(slide: Any) -> list[Any]:
    return [shape.chart for shape in slide.shapes if shape.has_chart]


def titled(deck: PowerPoint, title: str) -> list[Any]:
    """The slides of this title; a table that goes on has several."""
    return [s for s in deck.slides if s.shapes.title.text_frame.text.startswith(title)]
