"""How each account behaves, one row an account and one column a feature.

A feature that cannot be known for an account is null, never 0: the margin rate where no line has
a cost, the change where nothing was sold in either year.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zhibi.errors import ZhibiError
from zhibi.measures.margin import margin, net_of_margin
from zhibi.measures.order_days import order_days
from zhibi.measures.periods import Period, year_before
from zhibi.measures.rhythm import Rule, rhythm, segments
from zhibi.measures.sales import (
    by_account,
    last_order_day,
    net_sales,
    order_count,
    to_accounts,
    within,
)
from zhibi.measures.stopped import product_column
from zhibi.result import Unit
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir


@dataclass(frozen=True, slots=True)
class Feature:
    """`high` and `low` say of accounts what a large and a small value means. A skewed feature is
    compared by its logarithm. `column` is what the data must have."""

    key: str
    label: str
    unit: Unit
    high: str
    low: str
    is_skewed: bool = False
    column: str | None = None


FEATURES = (
    Feature("days", "Days since last order", Unit.DAYS, "quiet for long", "ordered lately", True),
    Feature("orders", "Orders", Unit.COUNT, "frequent", "seldom", True),
    Feature("net", "Sales", Unit.MONEY, "large sales", "small sales", True),
    Feature("average", "Average order", Unit.MONEY, "large orders", "small orders", True),
    Feature(
        "margin_rate", "Margin rate", Unit.SHARE, "high margin", "low margin", column="cost"
    ),
    Feature("categories", "Categories bought", Unit.COUNT, "wide range", "narrow range", True),
    Feature("change", "Change on a year before", Unit.CHANGE, "buying more", "buying less"),
    Feature("interval", "Usual interval", Unit.DAYS, "long interval", "short interval", True),
    Feature(
        "return_share", "Share returned", Unit.SHARE, "many returns", "few returns",
        column="line_kind",
    ),
)  # fmt: skip
USUAL = ("days", "orders", "average", "margin_rate", "categories", "change")
RETURNED = ("return", "red_invoice")


def chosen(tables: Tables, asked: str, *, method: str, before: Period) -> tuple[Feature, ...]:
    """The features of a list with commas; of `auto` the usual ones the data can give."""
    known = {feature.key: feature for feature in FEATURES}
    if asked == "auto":
        return tuple(known[key] for key in USUAL if _is_given(tables, known[key], before))
    keys = [key.strip() for key in asked.split(",") if key.strip()]
    unknown = [key for key in keys if key not in known]
    if unknown or not keys:
        raise ZhibiError(
            "{method}: there is no feature {name}; choose from {known}, with commas between.",
            method=method,
            name=", ".join(unknown) or asked,
            known=", ".join(known),
        )
    for key in keys:
        if (column := known[key].column) is not None:
            tables.require(method, column)
    if "categories" in keys and product_column(tables) is None:
        tables.require(method, "category")
    return tuple(known[key] for key in dict.fromkeys(keys))


def _is_given(tables: Tables, feature: Feature, before: Period) -> bool:
    if feature.key == "categories":
        return product_column(tables) is not None
    if feature.key == "change":
        return tables.first_day <= before.start
    return feature.column is None or tables.has(feature.column)


def behaviour(
    tables: Tables, features: Iterable[Feature], *, period: Period, level: str
) -> ir.Table:
    """Accounts with lines in the period or a year before it: `account_key`, `orders`, `net`,
    `net_before` and the features of the period, money as it is and the rest as floats."""
    keys = {feature.key for feature in features}
    before = year_before(period)
    summed = by_account(tables, _sums(tables, keys, period), level=level, over=(period, before))
    rows = summed.mutate(**_rates(summed, keys, period))
    if "categories" in keys:
        rows = _with(rows, _categories(tables, period, level)).fill_null({"categories": 0})
    if "interval" in keys:
        rows = _with(rows, _intervals(tables, period, level))
    names = dict.fromkeys(("account_key", "orders", "net", "net_before", *sorted(keys)))
    return rows.select(*names)


def _with(rows: ir.Table, more: ir.Table) -> ir.Table:
    return rows.left_join(more, "account_key").drop("account_key_right")


def _sums(tables: Tables, keys: set[str], period: Period) -> dict[str, ir.Scalar]:
    lines = tables.order_lines
    figures = {
        "orders": order_count(lines, period),
        "net": net_sales(lines, period),
        "net_before": net_sales(lines, year_before(period)),
        "last_on": last_order_day(lines),
    }
    if "margin_rate" in keys:
        figures["margin"] = margin(lines, period)
        figures["net_of_margin"] = net_of_margin(lines, period)
    if "return_share" in keys:
        here = within(lines, period)
        figures["sold"] = lines.amount.sum(where=here & (lines.amount > 0)).fill_null(0)
        back = here & lines.line_kind.isin(RETURNED)
        figures["returned"] = -lines.amount.sum(where=back).fill_null(0)
    return figures


def _rates(summed: ir.Table, keys: set[str], period: Period) -> dict[str, ir.Value]:
    """Features that follow from the sums of an account."""
    import ibis

    def ratio(part: ir.Value, whole: ir.Value) -> ir.Value:
        return part.cast("float64") / whole.cast("float64").nullif(0)

    rates = {}
    if "days" in keys:
        rates["days"] = ibis.literal(period.end).delta(summed.last_on, unit="day")
    if "average" in keys:
        rates["average"] = ratio(summed.net, summed.orders)
    if "margin_rate" in keys:
        rates["margin_rate"] = ratio(summed.margin, summed.net_of_margin)
    if "return_share" in keys:
        rates["return_share"] = ratio(summed.returned, summed.sold)
    if "change" in keys:
        now, then = (ibis.greatest(summed[name], 0) for name in ("net", "net_before"))
        # Of both years' sales, so that a new account (+1) and a lost one (−1) have one too.
        rates["change"] = ratio(now - then, now + then)
    return rates


def _categories(tables: Tables, period: Period, level: str) -> ir.Table:
    """How many categories (else products) each account bought: those with sales above zero."""
    lines = tables.order_lines.filter(within(tables.order_lines, period))
    column = lines[product_column(tables) or "category"]
    grouped = lines.group_by("customer_key", category=column).agg(net=net_sales(lines))
    summed = to_accounts(tables, grouped, level=level, by=("category",))
    bought = summed.filter((summed.net > 0) & summed.category.notnull())
    return bought.group_by("account_key").agg(categories=bought.count())


def _intervals(tables: Tables, period: Period, level: str) -> ir.Table:
    """What `purchase_rhythm` calls the usual interval, in open days."""
    import ibis
    import pyarrow as pa

    found = order_days(tables, period, level=level)
    now = rhythm(found.known(period), period, segments(tables, found.keys), Rule())
    return ibis.memtable(pa.table({"account_key": found.keys, "interval": now.usual}))
