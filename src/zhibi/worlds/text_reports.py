"""Writes a report as the old ERP prints it into a text file: titles, cells, GBK."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from zhibi.worlds.daichuan.catalogue import names
from zhibi.worlds.workbooks import Cell
from zhibi.worlds.world import World

LEGACY_ENCODING = "gbk"


def titles_of(world: World, title: str, period: tuple[date, date] | None = None) -> tuple[str, ...]:
    """Whose report, what it lists, and of which days; of the whole world unless told."""
    words = names()["titles"]
    first, last = period or (world.starts_on, world.ends_on)
    return (
        world.name + words["company_note"],
        title,
        words["period"].format(first=first, last=last) + "  " + words["unit"],
    )


def printed(cell: Cell) -> str:
    """A cell as the old ERP prints it: 2024/5/3, 1,200.00, (1,200.00)."""
    if cell is None:
        return ""
    if isinstance(cell, date):
        return f"{cell.year}/{cell.month}/{cell.day}"
    if isinstance(cell, Decimal):
        return f"({-cell:,.2f})" if cell < 0 else f"{cell:,.2f}"
    return str(cell)


def write_text(path: Path, rows: Iterable[Sequence[Cell]]) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows([printed(cell) for cell in row] for row in rows)
    path.write_bytes(text.getvalue().encode(LEGACY_ENCODING))
