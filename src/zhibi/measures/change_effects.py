"""Why all sales changed between two periods: every effect, by account and product.

What new, returning and lost customers changed is one effect each; of those who bought in both
periods, price, volume, mix, new and dropped products (`zhibi.measures.price_volume_mix`). Each row
has its change in one effect or split over several, so that any sum of rows adds up exactly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zhibi.measures.account_lines import account_lines
from zhibi.measures.bridge import compare
from zhibi.measures.periods import Period
from zhibi.measures.price_volume_mix import MONEY, PARTS
from zhibi.measures.product_sales import product_changes
from zhibi.measures.sales import accounts
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

CUSTOMER_STEPS = ("lost", "new", "returning")
KEPT = "kept"  # bought in both periods
# Column → what it is called, in the order of the waterfall.
EFFECTS = {
    "lost": "lost customers",
    "new": "new customers",
    "returning": "returning customers",
    "volume": "volume",
    "mix": "mix",
    "price": "price",
    "new_products": "new products",
    "dropped_products": "dropped products",
    "unpriced": "without product or quantity",
}
RENAMED = {"new_products": "new", "dropped_products": "dropped"}


def change_effects(
    tables: Tables,
    *,
    period: Period,
    before: Period,
    level: str,
    only: int | str | None = None,
) -> ir.Table:
    """One row an account and product with `net_before`, `net`, `change` and EFFECTS; `only` is
    the key of the one account wanted."""
    lines = tables.order_lines
    if only is not None:
        lines = account_lines(tables, [only], level=level)
    changes = product_changes(tables, lines, period=period, before=before, level=level)
    compared = compare(tables, period=period, before=before, steady=0.0, level=level)
    return with_effects(changes, compared.select("account_key", "step"))


def with_effects(changes: ir.Table, steps: ir.Table) -> ir.Table:
    """Changes by account and product as effects: of an account whose `step` is one of
    CUSTOMER_STEPS all is that, else price, volume and mix."""
    import ibis

    joined = changes.rename({f"of_{part}": part for part in PARTS}).left_join(steps, "account_key")
    step = joined.step.fill_null(KEPT)
    nothing = ibis.literal(0).cast(MONEY)
    of_customers = {
        name: ibis.ifelse(step == name, joined.change, nothing) for name in CUSTOMER_STEPS
    }
    of_products = {
        name: ibis.ifelse(
            step.isin(CUSTOMER_STEPS), nothing, joined[f"of_{RENAMED.get(name, name)}"]
        )
        for name in EFFECTS
        if name not in CUSTOMER_STEPS
    }
    kept = ("account_key", "category", "product", "net_before", "net", "change")
    return joined.select(*kept, **of_customers, **of_products)


def effects_by_account(tables: Tables, effects: ir.Table) -> ir.Table:
    """The same added up, with who each account is."""
    sums = {name: effects[name].sum() for name in ("net_before", "net", "change", *EFFECTS)}
    return effects.group_by("account_key").agg(**sums).join(accounts(tables), "account_key")
