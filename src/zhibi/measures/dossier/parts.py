"""One part of what is known of an account: what is shown and said of it, or why it is not known."""

from __future__ import annotations

from dataclasses import dataclass, replace

from zhibi.result import Block, Column, Figure, Finding, Section, Table, Unit

NO_LIST, NOT_IN_LIST = "no such list yet", "not in the list"
NO_ORDER, NO_ORDER_LATELY = "no order yet", "no order in 24 months"

UNKNOWN = (
    Column("part", "Not known", Unit.TERM),
    Column("why", "Because", Unit.TERM),
    Column("source", "List to import", Unit.NAME),
)


@dataclass(frozen=True, slots=True)
class Part:
    """Without blocks the part is not known: `why`, and the list (`source`) that would say it."""

    title: str
    blocks: tuple[Block, ...] = ()
    findings: tuple[Finding, ...] = ()
    why: str = ""
    source: str = ""

    @property
    def is_known(self) -> bool:
        return bool(self.blocks)

    @property
    def section(self) -> Section:
        return Section(self.title, self.blocks)


def unknown(title: str, why: str, source: str) -> Part:
    """A part of which nothing is known."""
    return Part(title, why=why, source=source)


def known_figures(*figures: Figure) -> tuple[Figure, ...]:
    """Those that have a value: a page of dashes tells nothing."""
    return tuple(figure for figure in figures if figure.value is not None)


def with_known_columns(table: Table) -> Table:
    """A table of rows that are all here, without the columns of which nothing is known."""
    kept = [
        at for at, _ in enumerate(table.columns) if any(row[at] is not None for row in table.rows)
    ]
    columns = tuple(table.columns[at] for at in kept)
    every = tuple(tuple(row[at] for at in kept) for row in table.all_rows())
    is_added_up = any(column.total for column in columns)
    return replace(
        table,
        columns=columns,
        rows=every[: len(table.rows)],
        totals=tuple(table.totals[at] for at in kept) if table.totals and is_added_up else None,
        fetch_all=lambda: every,
    )
