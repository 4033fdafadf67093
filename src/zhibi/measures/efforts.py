"""What was spent on accounts: how often, what it cost, how many days.

Cost and days are known only of the efforts that say them; a share is taken of the first of cost,
days and count that at least ENOUGH of the efforts say, and told by its name.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from zhibi.measures.periods import Period
from zhibi.measures.rows import fetch
from zhibi.measures.sales import to_accounts
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

ENOUGH = Decimal("0.95")
MEASURES = ("cost", "days", "efforts")
SAID = {"cost": "cost of effort", "days": "days of work", "efforts": "number of efforts"}


def spent(
    tables: Tables, *, level: str, period: Period | None = None, by: tuple[str, ...] = ()
) -> ir.Table:
    """One row an account (and `by`): `efforts`, `cost`, `days`, and the days of the first and the
    last. ZhibiError when no efforts were imported."""
    rows = tables.table("efforts")
    if period:
        rows = rows.filter(rows.spent_on.between(period.start, period.end))
    per_customer = rows.group_by("customer_key", *by).agg(
        efforts=rows.count(),
        cost=rows.cost.sum().fill_null(0),
        days=rows.days.sum().fill_null(0),
        with_cost=rows.cost.count(),
        with_days=rows.days.count(),
        first_on=rows.spent_on.min(),
        last_on=rows.spent_on.max(),
    )
    return to_accounts(tables, per_customer, level=level, by=by)


def measure_of(spent_rows: ir.Table) -> str:
    """What shares of effort are best taken of: cost, days or efforts."""
    sums = {name: spent_rows[name].sum().fill_null(0) for name in ("with_cost", "with_days")}
    row = fetch(spent_rows.agg(efforts=spent_rows.efforts.sum().fill_null(0), **sums))[0]
    for name in ("cost", "days"):
        if row["efforts"] and row[f"with_{name}"] >= ENOUGH * row["efforts"]:
            return name
    return "efforts"
