"""Who moved between head, middle and tail from one period to another, and what moved them.

An account without orders and sales in a period is in no class then ("no sales"). What moved an
account is the larger of two parts of its change, which add up to it exactly, with n orders of the
average a: orders = (n₁ − n₀)·(a₀ + a₁)/2, size = (a₁ − a₀)·(n₀ + n₁)/2. Where its sales went the
other way than its class, it is the others that moved.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from zhibi.measures.periods import Period
from zhibi.measures.product_sales import change_of_accounts
from zhibi.measures.rows import fetch
from zhibi.measures.sales import accounts, by_account, first_order_day, net_sales, order_count
from zhibi.measures.sales_classes import CLASSES, classified
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

NO_SALES = "no sales"
STATES = (*CLASSES, NO_SALES)  # from the top
MOVES = ("entered", "up", "same", "down", "left")
EXPLAINED = 200  # accounts whose products are looked at, those that changed most


def class_moves(
    tables: Tables,
    *,
    period: Period,
    before: Period,
    head: float,
    middle: float,
    level: str,
) -> ir.Table:
    """One row an account with sales in either period: class, `move` and `cause` of it."""
    lines = tables.order_lines
    figures = {
        "net": net_sales(lines, period),
        "orders": order_count(lines, period),
        "net_before": net_sales(lines, before),
        "orders_before": order_count(lines, before),
        "first_day": first_order_day(lines),
    }
    summed = by_account(tables, figures, level=level)
    active = summed.filter(_is_active(summed, "") | _is_active(summed, "_before"))
    named = tables.keep(
        f"class moves {period} {before} {level}", active.join(accounts(tables), "account_key")
    )
    return _moved(_with_states(classified(named, head=head, middle=middle)), period)


def _is_active(summed: ir.Table, suffix: str) -> ir.BooleanValue:
    return (summed[f"orders{suffix}"] > 0) | (summed[f"net{suffix}"] != 0)


def _with_states(classed: ir.Table) -> ir.Table:
    """Classes as of STATES, with their places from the top."""
    import ibis

    for suffix in ("", "_before"):
        said = ibis.ifelse(_is_active(classed, suffix), classed[f"class{suffix}"], NO_SALES)
        classed = classed.mutate(**{f"class{suffix}": said})
        place = ibis.cases(*((classed[f"class{suffix}"] == s, at) for at, s in enumerate(STATES)))
        classed = classed.mutate(**{f"place{suffix}": place})
    return classed


def _moved(classed: ir.Table, period: Period) -> ir.Table:
    import ibis

    is_up = classed.place < classed.place_before
    is_down = classed.place > classed.place_before
    moved = classed.mutate(
        change=classed.net - classed.net_before,
        move=ibis.cases(
            (classed.class_before == NO_SALES, "entered"),
            (classed["class"] == NO_SALES, "left"),
            (is_up, "up"),
            (is_down, "down"),
            else_="same",
        ),
    )
    # Twice the parts, in fractions of n₀·n₁: of them only the sizes are compared.
    size = _average(moved, "") - _average(moved, "_before")
    of_size = size * (moved.orders + moved.orders_before)
    more = moved.orders - moved.orders_before
    of_orders = more * (_average(moved, "") + _average(moved, "_before"))
    by_size = of_size.abs() > of_orders.abs()
    cause = ibis.cases(
        ((moved.move == "entered") & (moved.first_day >= period.start), "new"),
        (moved.move == "entered", "returning"),
        (moved.move == "left", "lost"),
        ((moved.move == "down") & (moved.change >= 0), "others grew"),
        ((moved.move == "up") & (moved.change <= 0), "others fell"),
        ((moved.move == "down") & by_size, "smaller orders"),
        (moved.move == "down", "fewer orders"),
        ((moved.move == "up") & by_size, "larger orders"),
        (moved.move == "up", "more orders"),
    )
    return moved.mutate(cause=cause)


def _average(moved: ir.Table, suffix: str) -> ir.FloatingValue:
    """An order's size; of sales without an order, such as a late rebate, the sales."""
    import ibis

    count = ibis.greatest(moved[f"orders{suffix}"], 1)
    return moved[f"net{suffix}"].cast("float64") / count


def turned_in_mix(
    tables: Tables, moved: ir.Table, *, period: Period, before: Period, level: str
) -> dict[int | str, Decimal]:
    """Of the accounts that changed class by the size of their orders and changed most, those for
    whom dearer or cheaper products explain at least half of it, with how much."""
    if not (tables.has("quantity") and tables.has("product_id")):
        return {}
    by_size = moved.filter(moved.cause.isin(["smaller orders", "larger orders"]))
    largest = by_size.order_by(by_size.change.abs().desc(), "customer_id").limit(EXPLAINED)
    keys: Sequence[int | str] = [row["account_key"] for row in fetch(largest)]
    if not keys:
        return {}
    parts = change_of_accounts(tables, keys, period=period, before=before, level=level)
    return {
        key: one.mix
        for key, one in parts.items()
        if one.mix * one.change > 0 and abs(one.mix) * 2 >= abs(one.change)
    }


def with_mix(moved: ir.Table, turned: dict[int | str, Decimal]) -> ir.Table:
    """The same, with the products named as the cause where they are, and `mix` beside it."""
    import ibis
    import pyarrow as pa

    keys = sorted(turned)
    if not keys:
        return moved.mutate(mix=ibis.null("decimal(38, 4)"))
    mix = pa.array([turned[key] for key in keys], pa.decimal128(38, 4))
    found = ibis.memtable(pa.table({"account_key": pa.array(keys), "mix": mix}))
    joined = moved.left_join(found, "account_key").drop("account_key_right")
    said = ibis.ifelse(joined.move == "down", "cheaper products", "dearer products")
    return joined.mutate(cause=ibis.ifelse(joined.mix.notnull(), said, joined.cause))
