"""Margin: net sales less the cost of what was sold, where the cost is known.

A rebate or an allowance has no goods behind it: without a cost it lowers the margin by its whole
amount. Any other line without a cost has an unknown margin and is left out, never counted as cost
0; `amount_with_cost` against `amount_moved` says how much of the business that leaves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zhibi.measures.periods import Period
from zhibi.measures.sales import within

if TYPE_CHECKING:
    import ibis.expr.types as ir

WITHOUT_GOODS = ("rebate", "allowance")


def margin(lines: ir.Table, period: Period) -> ir.DecimalScalar:
    """Sum of amount − cost over the lines whose margin is known."""
    known = has_margin(lines) & within(lines, period)
    return (lines.amount - lines.cost.fill_null(0)).sum(where=known).fill_null(0)


def net_of_margin(lines: ir.Table, period: Period) -> ir.DecimalScalar:
    """Net sales of the lines whose margin is known: what a margin rate is taken of."""
    return lines.amount.sum(where=has_margin(lines) & within(lines, period)).fill_null(0)


def amount_with_cost(lines: ir.Table, period: Period) -> ir.DecimalScalar:
    """Sum of the sizes of the amounts whose margin is known; a return counts like a sale."""
    return lines.amount.abs().sum(where=has_margin(lines) & within(lines, period)).fill_null(0)


def amount_moved(lines: ir.Table, period: Period) -> ir.DecimalScalar:
    """Sum of the sizes of all amounts."""
    return lines.amount.abs().sum(where=within(lines, period)).fill_null(0)


def has_margin(lines: ir.Table) -> ir.BooleanValue:
    return lines.cost.notnull() | lines.line_kind.isin(WITHOUT_GOODS)
