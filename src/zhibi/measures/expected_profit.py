"""What an account is expected to contribute to profit: high, mid or low, or unknown.

What people judged last goes first. Else the third it lies in of all accounts with a positive
contribution in the period: margin where the costs are known well enough, else sales
(`zhibi.measures.tiers`). Who contributed nothing or less is low; who neither bought nor was judged
is unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from zhibi.measures.expectations import HIGH, LOW, MIDDLE
from zhibi.measures.periods import Period, previous
from zhibi.measures.tiers import contribution_of, sums_of
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

UNKNOWN = "unknown"
LEVELS = (HIGH, MIDDLE, LOW, UNKNOWN)
FEWEST = 3  # accounts that make thirds


@dataclass(frozen=True, slots=True)
class Thirds:
    """What separates the thirds; `by` is margin or sales, the cuts None with too few accounts."""

    by: str
    high: float | None
    low: float | None


def with_expected_profit(
    tables: Tables, accounts: ir.Table, *, period: Period, months: int, level: str
) -> tuple[ir.Table, Thirds]:
    """The accounts with their sales of the period (`net`), `profit` and whether it is judged."""
    import ibis

    sums = sums_of(tables, period=period, before=previous(period, months), level=level)
    contribution = contribution_of(sums, asked="auto")
    sums = sums.mutate(contribution=sums["margin" if contribution.by == "margin" else "net"])
    is_active = (sums.orders > 0) | (sums.net != 0)
    sums = sums.filter(is_active).select("account_key", "net", "contribution")
    sums = tables.keep(f"contribution|{period}|{level}", sums)
    thirds = _thirds(sums, contribution.by)
    joined = accounts.left_join(sums, "account_key").drop("account_key_right")
    size = joined.contribution.cast("float64")
    own = ibis.cases(
        (joined.contribution.isnull(), UNKNOWN),
        (joined.contribution <= 0, LOW),
        *(
            [(size >= thirds.high, HIGH), (size >= thirds.low, MIDDLE), (size > 0, LOW)]
            if thirds.high is not None
            else []
        ),
        else_=UNKNOWN,
    )
    judged = joined.expected_profit
    return joined.mutate(profit=judged.fill_null(own), is_profit_judged=judged.notnull()), thirds


def _thirds(sums: ir.Table, by: str) -> Thirds:
    positive = sums.filter(sums.contribution > 0)
    values = positive.select(size=positive.contribution.cast("float64")).to_pyarrow()
    sizes = values.column("size").to_numpy()
    if len(sizes) < FEWEST:
        return Thirds(by, None, None)
    low, high = np.quantile(sizes, [1 / 3, 2 / 3], method="higher")
    return Thirds(by, float(high), float(low))
