"""Writes a report as the old ERP prints it into a text file: titles, then cells."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from zhibi.worlds.daichuan.catalogue import names
from zhibi.worlds.workbooks import Cell
from zhibi.worlds.world import World


def titles_of(world: World, title: str, period: tuple[date, date] | None = None) -> tuple[str, ...]:
    """Whose report, what it lists, and of which days; of the whole world unless told."""
    words = names(world.language)["titles"]
    first, last = period or (world.starts_on, world.ends_on)
    return (
        world.name + words["company_note"],
        title,
        words["period"].format(first=first, last=last) + "  " + words["unit"],
    )


def printed(cell: Cell, date_format: str) -> str:
    """A cell as the old ERP prints it: 2024/5/3 or 5/3/2024, 1,200.00, (1,200.00)."""
    if cell is None:
        return ""
    if isinstance(cell, date):
        return date_format.format(cell)
    if isinstance(cell, Decimal):
        return f"({-cell:,.2f})" if cell < 0 else f"{cell:,.2f}"
    return str(cell)


def write_text(path: Path, rows: Iterable[Sequence[Cell]], manner: Mapping[str, str]) -> None:
    """Write the rows in the manner of an edition: its encoding and its way of writing a day."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows([printed(cell, manner["date"]) for cell in row] for row in rows)
    path.write_bytes(text.getvalue().encode(manner["encoding"]))
