"""Why all sales changed, of however many accounts, with each effect of those that matter.

A million accounts that each buy other products have tens of millions of pairs of account and
product. What new, returning and lost customers changed needs no split by product. Of those that
bought in both periods, the `EXPLAINED` whose sales changed most are split one by one; all others
are split as if they were one account. The sum of all is the change exactly, either way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from zhibi.measures.bridge import compare
from zhibi.measures.change_effects import (
    CUSTOMER_STEPS,
    EFFECTS,
    KEPT,
    effects_by_account,
    with_effects,
)
from zhibi.measures.periods import Period
from zhibi.measures.price_volume_mix import MONEY
from zhibi.measures.product_sales import product_changes_of_parts
from zhibi.measures.sales import accounts
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

EXPLAINED = 10_000
SUMS = ("net_before", "net", "change", *EFFECTS)


@dataclass(frozen=True, slots=True)
class ChangeOfAll:
    """`split` has all effects by category and account, where one account_key stands for all that
    are taken together; `accounts` those of each account that is not, with who it is; `rest` those
    of the others, with their number `together`, in one row or none."""

    split: ir.Table
    accounts: ir.Table
    rest: ir.Table


def change_of_all(tables: Tables, *, period: Period, before: Period, level: str) -> ChangeOfAll:
    """The effects between two periods."""
    key = f"change of all|{period.start}|{period.end}|{before.start}|{level}"
    compared = compare(tables, period=period, before=before, steady=0.0, level=level)
    compared = tables.keep(f"{key}|compared", compared)
    parts = tables.keep(f"{key}|parts", _parts(tables, compared))
    changes = product_changes_of_parts(tables, parts, period=period, before=before, level=level)
    effects = with_effects(changes, parts.select("account_key", "step"))
    sums = {name: effects[name].sum() for name in SUMS}
    split = effects.group_by("account_key", "category").agg(**sums)
    split = tables.keep(f"{key}|split", split)
    kept = split.join(parts.filter(parts.step == KEPT), "account_key")
    alone = effects_by_account(tables, kept.filter(kept.is_alone))
    moved = _moved(compared).select(*alone.columns)
    return ChangeOfAll(
        split=split,
        accounts=tables.keep(f"{key}|accounts", alone.union(moved)),
        rest=_rest(kept.filter(~kept.is_alone), compared),
    )


def _parts(tables: Tables, compared: ir.Table) -> ir.Table:
    """For each account what became of it (`step`: one of CUSTOMER_STEPS, else KEPT), whether it
    `is_alone`, and by which account its part goes (`part_key`)."""
    import ibis

    steps = compared.select("account_key", "step", size=compared.change.abs())
    every = accounts(tables).select("account_key", "customer_id")
    joined = every.left_join(steps, "account_key").drop("account_key_right")
    kept = joined.mutate(
        step=ibis.ifelse(joined.step.isin(CUSTOMER_STEPS), joined.step, KEPT),
        size=joined["size"].fill_null(0),
    )
    order = (kept["size"].desc(), kept.customer_id)
    place = ibis.row_number().over(group_by=kept.step, order_by=order)
    placed = kept.mutate(is_alone=(kept.step == KEPT) & (place < EXPLAINED))
    first = placed.account_key.min().over(group_by=(placed.step, placed.is_alone))
    return placed.select(
        "account_key",
        "step",
        "is_alone",
        part_key=ibis.ifelse(placed.is_alone, placed.account_key, first),
        is_split=placed.step == KEPT,
    )


def _moved(compared: ir.Table) -> ir.Table:
    """New, returning and lost accounts, whose whole change is that."""
    import ibis

    moved = compared.filter(compared.step.isin(CUSTOMER_STEPS))
    nothing = ibis.literal(0).cast(MONEY)
    amounts = {name: moved[name].cast(MONEY) for name in ("net_before", "net", "change")}
    effects = {
        name: ibis.ifelse(moved.step == name, moved.change.cast(MONEY), nothing) for name in EFFECTS
    }
    return moved.mutate(**amounts, **effects)


def _rest(rest: ir.Table, compared: ir.Table) -> ir.Table:
    """The others added up, in one row or none."""
    import ibis

    kept = (~compared.step.isin(CUSTOMER_STEPS)).sum().as_scalar()
    sums = rest.agg(lines=rest.count(), **{name: rest[name].sum() for name in SUMS})
    return (
        sums.filter(sums.lines > 0)
        .mutate(together=ibis.greatest(kept - EXPLAINED, 0))
        .drop("lines")
    )
