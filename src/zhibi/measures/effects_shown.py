"""The change of sales by effect, added up and as a waterfall."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from zhibi.measures.change_effects import EFFECTS
from zhibi.measures.rows import fetch
from zhibi.result import Chart, Column, Figure, Mark, Sentence, Unit

if TYPE_CHECKING:
    import ibis.expr.types as ir


@dataclass(frozen=True, slots=True)
class Effects:
    """The change from `base` to `now` by effect; `parts` (keys: EFFECTS) add up exactly."""

    base: Decimal
    parts: dict[str, Decimal]
    now: Decimal


def effects_of(named: ir.Table) -> Effects:
    """All rows of `zhibi.measures.change_effects.effects_by_account` added up."""
    columns = ("net_before", "net", *EFFECTS)
    sums = fetch(named.agg(**{name: named[name].sum() for name in columns}))[0]
    base, now, *parts = (sums[name] or Decimal(0) for name in columns)
    return Effects(base, dict(zip(EFFECTS, parts, strict=True)), now)


def waterfall(effects: Effects) -> Chart:
    steps = [(said, effects.parts[name], "change") for name, said in EFFECTS.items()]
    shown = [step for step in steps if step[1]]
    largest = max(steps, key=lambda step: abs(step[1]))
    return Chart(
        key="waterfall",
        title="From last year's sales to this period's",
        mark=Mark.WATERFALL,
        columns=(
            Column("step", "Step", Unit.TERM),
            Column("amount", "Sales", Unit.MONEY),
            Column("kind", "Kind", Unit.TERM),
        ),
        rows=(
            ("a year before", effects.base, "total"),
            *shown,
            ("this period", effects.now, "total"),
        ),
        x="step",
        y=("amount",),
        text=Sentence(
            "From {base} to {now}; the largest step is {effect} with {amount}.",
            {
                "base": Figure(effects.base, Unit.MONEY),
                "now": Figure(effects.now, Unit.MONEY),
                "effect": Figure(largest[0], Unit.TERM),
                "amount": Figure(largest[1], Unit.MONEY_CHANGE),
            },
        ),
    )
