"""How much of the effort went to customers who never came as far as target?

Effort on who reached target at any time, or signed, is never wasted, even if it came to nothing:
that is the price of trying. Effort on who was judged and never reached it is wasted, unless the
first effort is too recent to tell. What was spent on accounts whose stage nobody judged is unknown
and in no share.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from zhibi.measures.efforts import MEASURES, spent
from zhibi.measures.life_stages import LifeStages
from zhibi.measures.periods import Period
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

REACHED, NEVER, TOO_EARLY, UNKNOWN = "reached", "never", "early", "unknown"
OUTCOMES = (REACHED, NEVER, TOO_EARLY, UNKNOWN)
NOBODY = ""  # efforts without a salesperson


def efforts_by_outcome(
    tables: Tables, stages: LifeStages, period: Period, *, young_days: int, level: str
) -> ir.Table:
    """One row an account and salesperson: what was spent in the period, and the `outcome`."""
    import ibis

    rows = spent(tables, level=level, period=period, by=("salesperson",))
    ever = spent(tables, level=level).select("account_key", begun_on="first_on")
    joined = rows.join(ever, "account_key").join(stages.accounts, "account_key")
    recent = tables.day - timedelta(days=young_days)
    outcome = ibis.cases(
        (joined.target_on.notnull() | joined.signed_on.notnull(), REACHED),
        (joined.stage.isnull(), UNKNOWN),
        (joined.begun_on > ibis.date(recent), TOO_EARLY),
        else_=NEVER,
    )
    return joined.mutate(outcome=outcome, salesperson=joined.salesperson.fill_null(NOBODY))


def by_salesperson(rows: ir.Table, measure: str) -> ir.Table:
    """One row a salesperson: efforts, cost and days, what of the measure had which outcome, and
    the wasted share of what is known."""
    grouped = rows.group_by("salesperson").agg(
        **{name: rows[name].sum() for name in MEASURES},
        **{
            outcome: rows[measure].sum(where=rows.outcome == outcome).fill_null(0)
            for outcome in OUTCOMES
        },
        never_accounts=rows.account_key.nunique(where=rows.outcome == NEVER),
    )
    known = (grouped.reached + grouped.never).cast("float64")
    return grouped.mutate(share=grouped.never.cast("float64") / known.nullif(0))


def by_account(rows: ir.Table, measure: str) -> ir.Table:
    """Accounts whose effort came to nothing, most first."""
    wasted = rows.filter(rows.outcome == NEVER)
    grouped = wasted.group_by("account_key", "customer_id", "name", "owner", "stage").agg(
        **{name: wasted[name].sum() for name in MEASURES},
        begun_on=wasted.begun_on.min(),
        last_on=wasted.last_on.max(),
    )
    return grouped.order_by(grouped[measure].desc(), "customer_id")
