"""Deliveries that kept the promised day.

Asked of lines whose promise has fallen due: those not delivered by then are late, whatever the
reason. Deliveries of the future are after their promise in any case, so that none is seen.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from zhibi.measures.periods import Period
from zhibi.measures.sales import within
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir


def has_deliveries(tables: Tables) -> bool:
    """Whether promises and deliveries are both on record."""
    return tables.has("promised_date") and tables.has("delivered_date")


def promised_count(lines: ir.Table, period: Period, day: date) -> ir.IntegerScalar:
    """Lines sold in a period that were to be delivered by a day."""
    return _is_due(lines, period, day).sum().fill_null(0)


def on_time_count(lines: ir.Table, period: Period, day: date) -> ir.IntegerScalar:
    """Those of them that came by the promised day."""
    kept = (lines.delivered_date <= lines.promised_date).fill_null(False)
    return (_is_due(lines, period, day) & kept).sum().fill_null(0)


def _is_due(lines: ir.Table, period: Period, day: date) -> ir.BooleanValue:
    is_sale = lines.line_kind.fill_null("sale") == "sale"
    return is_sale & (lines.promised_date <= day).fill_null(False) & within(lines, period)
