"""The order of the slides: what is drawn, then what is remarked, then how it was worked out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from zhibi.result import Block, Chart, Figure, Note, Section, Table

METHOD: Final = "How it was worked out"  # the section that is folded on a page

Drawn = Table | Chart | tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """Something under the title of its section, which is empty outside of one."""

    section: str
    block: Drawn | Note


@dataclass(frozen=True, slots=True)
class Outline:
    """Slides of their own, notes for the end, and all of the folded section."""

    drawn: tuple[Part, ...]
    notes: tuple[Part, ...]
    method: tuple[Part, ...]


def outline(blocks: tuple[Block, ...]) -> Outline:
    """The blocks of a result in the order of its slides."""
    parts = list(_parts(blocks, ""))
    shown = [part for part in parts if part.section != METHOD]
    return Outline(
        drawn=tuple(part for part in shown if not isinstance(part.block, Note)),
        notes=tuple(part for part in shown if isinstance(part.block, Note)),
        method=tuple(part for part in parts if part.section == METHOD),
    )


def _parts(blocks: tuple[Block, ...], section: str) -> Iterator[Part]:
    """Every block with its section; figures that follow each other are told together."""
    for is_figure, run in groupby(blocks, key=lambda block: isinstance(block, Figure)):
        if is_figure:
            yield Part(section, tuple(block for block in run if isinstance(block, Figure)))
            continue
        for block in run:
            if isinstance(block, Section):
                inside = section if section == METHOD else block.title
                yield from _parts(block.blocks, inside)
            elif not isinstance(block, Figure):
                yield Part(section, block)
