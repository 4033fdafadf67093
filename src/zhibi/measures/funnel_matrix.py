"""The customer funnel matrix: how many accounts, for how much, at each stage and expected profit.

What is expected is of accounts before signing, sales are of all; the two are never added.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from zhibi.measures.expected_profit import LEVELS
from zhibi.measures.life_stages import NOT_JUDGED, SIGNED, STAGES, TARGET
from zhibi.measures.rows import fetch, table_of_rows
from zhibi.result import Chart, Column, Figure, Mark, Sentence, Table, Unit

if TYPE_CHECKING:
    import ibis.expr.types as ir


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the matrix."""

    stage: str
    profit: str
    accounts: int
    expected: Decimal | None  # None: nobody said
    net: Decimal
    owners: tuple[str, ...]  # who holds most of them first
    next_month: date | None  # the first expected month that is not past
    late: int  # before signing, with an expected month that is past


def cells_of(day: date, accounts: ir.Table) -> list[Cell]:
    """The matrix from the top stage down, high profit first."""
    is_open = accounts.stage.fill_null(0) < SIGNED
    expected = accounts.expected_amount
    month, this_month = accounts.expected_month, day.replace(day=1)
    grouped = accounts.group_by("stage", "profit", "owner").agg(
        accounts=accounts.count(),
        expected=expected.sum(where=is_open),
        net=accounts.net.fill_null(0).sum(),
        next_month=month.min(where=is_open & (month >= this_month)),
        late=(is_open & (month < this_month)).sum().fill_null(0),
    )
    parts: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in fetch(grouped):
        stage = NOT_JUDGED if row["stage"] is None else STAGES[row["stage"]]
        parts[stage, row["profit"]].append(row)
    stages = (*reversed(STAGES), NOT_JUDGED)
    keys = [(stage, profit) for stage in stages for profit in LEVELS]
    return [_cell(key, parts[key]) for key in keys if key in parts]


def _cell(key: tuple[str, str], rows: list[dict[str, Any]]) -> Cell:
    owned = sorted(
        (row for row in rows if row["owner"]), key=lambda row: (-row["accounts"], row["owner"])
    )
    said = [row["expected"] for row in rows if row["expected"] is not None]
    return Cell(
        *key,
        accounts=sum(row["accounts"] for row in rows),
        expected=sum(said, Decimal(0)) if said else None,
        net=sum((row["net"] for row in rows), Decimal(0)),
        owners=tuple(row["owner"] for row in owned),
        next_month=min((row["next_month"] for row in rows if row["next_month"]), default=None),
        late=sum(row["late"] for row in rows),
    )


MATRIX = (
    Column("stage", "Stage", Unit.TERM),
    Column("profit", "Expected profit", Unit.TERM),
    Column("accounts", "Customers", Unit.COUNT, total=True),
    Column("expected", "Expected amount", Unit.MONEY, total=True),
    Column("net", "Sales in the period", Unit.MONEY, total=True),
    Column("owners", "Owners", Unit.NAMES),
    Column("next_month", "Next expected month", Unit.MONTH),
    Column("late", "Expected month past", Unit.COUNT, total=True),
)


def matrix_table(cells: list[Cell]) -> Table:
    rows = [{column.key: getattr(cell, column.key) for column in MATRIX} for cell in cells]
    return table_of_rows(rows, "matrix", "Stage and expected profit", MATRIX)


def matrix_chart(cells: list[Cell]) -> Chart:
    """Every square is there, also the empty ones."""
    counts = {(cell.stage, cell.profit): cell.accounts for cell in cells}
    best = counts.get((STAGES[TARGET], LEVELS[0]), 0)
    return Chart(
        key="stage_profit",
        title="Customers by stage and expected profit",
        mark=Mark.HEAT_MAP,
        columns=(
            Column("profit", "Expected profit", Unit.TERM),
            Column("stage", "Stage", Unit.TERM),
            Column("accounts", "Customers", Unit.COUNT),
        ),
        rows=tuple(
            (profit, stage, counts.get((stage, profit), 0))
            for stage in reversed(STAGES)
            for profit in LEVELS
        ),
        x="profit",
        y=("accounts",),
        series="stage",
        text=Sentence(
            "{n:target customer promises|target customers promise} a high profit.",
            {"n": Figure(best, Unit.COUNT)},
        ),
    )


def funnel_chart(cells: list[Cell]) -> Chart:
    counts = dict.fromkeys(STAGES, 0)
    for cell in cells:
        if cell.stage in counts:
            counts[cell.stage] += cell.accounts
    return Chart(
        key="funnel",
        title="Customers by stage",
        mark=Mark.BAR,
        columns=(
            Column("stage", "Stage", Unit.TERM),
            Column("accounts", "Customers", Unit.COUNT),
        ),
        rows=tuple(counts.items()),
        x="stage",
        y=("accounts",),
        highlight=(STAGES[TARGET],),
        text=Sentence(
            "{target:customer is|customers are} a target, {signed} signed.",
            {
                "target": Figure(counts[STAGES[TARGET]], Unit.COUNT),
                "signed": Figure(counts[STAGES[SIGNED]], Unit.COUNT),
            },
        ),
    )
