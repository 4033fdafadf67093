"""What a list of accounts shows of each: one row a legal entity, everything in one table.

Sales, orders, debts and rhythm are those of the methods that tell of them (`sales`, `margin`,
`ageing`, `watched`), so that a list never says another figure than the page behind it. What an
entity is called and what is known of it are those of its first customer, to which the others were
merged.

`net_before` is null for everybody where the data does not reach back two years, the debts where
there are no receivables, the margin where no cost is known, the rhythm where there are too few
orders for one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zhibi.measures import ageing
from zhibi.measures.first_days import begins_inside
from zhibi.measures.margin import amount_with_cost, margin, net_of_margin
from zhibi.measures.matching import match
from zhibi.measures.monthly import whole_months
from zhibi.measures.periods import previous, trailing
from zhibi.measures.rhythm import STATUSES, STOPPED_LONG_AGO, TOO_FEW, Rule
from zhibi.measures.sales import (
    by_account,
    first_order_day,
    last_order_day,
    net_sales,
    order_count,
)
from zhibi.measures.watched import watch
from zhibi.measures.windows import by_account_and_window
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

LEVEL = "legal entity"
MONTHS, HISTORY = 12, 36  # of sales; of orders that the usual interval is learnt from
TERMS = 60  # of debts that are derived from orders: not asked for where receivables are
MONEY = "decimal(38,4)"
KNOWN = (
    "source_system", "customer_id", "name", "former_names", "credit_code", "industry", "region",
    "size", "kind", "route", "source", "owner", "since", "employees", "annual_revenue",
    "credit_limit", "given_grade",
)  # fmt: skip
OWED = ("open", "overdue", "unapplied")
SOLD = ("net", "net_before", "order_count")
EARNED = ("margin", "net_of_margin")


def account_figures(tables: Tables) -> pa.Table:
    """One row a legal entity of the customers of `tables`, by source system and customer number.

    KNOWN columns are those of its first customer; `group_source_system` and `group_customer_id`
    name the top of its group, itself when it stands alone. Then:

    net, net_before     sales of the 12 months that end on the day, and of the 12 before
    order_count         orders of the 12 months
    first_on, last_on   days of the first and the last order
    monthly             12 net sales, oldest month first, that add up to `net`
    margin, net_of_margin   over the lines of the 12 months whose cost is known
    open, overdue, unapplied, oldest_due_on   as of the day
    rhythm              of `purchase_rhythm`; usual (open days), expected_on: when it should order
    """
    found = _attributes(tables)
    for figures in (_sales(tables), _monthly(tables), _debts(tables), _rhythm(tables)):
        found = found.left_join(figures, "account_key").drop("account_key_right")
    zeros = _list_of([_money(None).fill_null(0)] * MONTHS)
    found = found.mutate(
        **{name: found[name].fill_null(0) for name in ("net", "order_count")},
        monthly=found.monthly.fill_null(zeros),
    )
    if _reaches_back(tables):
        found = found.mutate(net_before=found.net_before.fill_null(0))
    if tables.holds("receivables"):
        found = found.mutate(**{name: found[name].fill_null(0) for name in OWED})
    return found.order_by("source_system", "customer_id").drop("account_key").to_pyarrow()


def _attributes(tables: Tables) -> ir.Table:
    customers = tables.bring(tables.sources)
    heads = customers.filter(customers.customer_key == customers.entity_key)
    tops = customers.select(
        top_key="customer_key", group_source_system="source_system", group_customer_id="customer_id"
    )
    named = heads.select(*KNOWN, "group_key", account_key="customer_key")
    return named.left_join(tops, named.group_key == tops.top_key).drop("group_key", "top_key")


def _sales(tables: Tables) -> ir.Table:
    """Sales, orders and margin; null what is not known."""
    lines, period = tables.order_lines, trailing(tables.day, MONTHS)
    figures: dict[str, ir.Scalar] = {
        "net": net_sales(lines, period),
        "net_before": net_sales(lines, previous(period, MONTHS)),
        "order_count": order_count(lines, period),
        "first_on": first_order_day(lines),
        "last_on": last_order_day(lines),
    }
    has_cost = tables.has("cost")
    if has_cost:
        figures["margin"] = margin(lines, period)
        figures["net_of_margin"] = net_of_margin(lines, period)
        figures["with_cost"] = amount_with_cost(lines, period)
    found = by_account(tables, figures, level=LEVEL)
    earned = {
        name: (found.with_cost > 0).ifelse(_money(found[name]), _money(None))
        if has_cost
        else _money(None)
        for name in EARNED
    }
    before = found.net_before if _reaches_back(tables) else None
    return found.select(
        "account_key", "first_on", "last_on", "order_count",
        net=_money(found.net), net_before=_money(before), **earned,
    )  # fmt: skip


def _reaches_back(tables: Tables) -> bool:
    """Whether the data holds the 12 months before the last 12."""
    first = tables.facts.first_day
    before = previous(trailing(tables.day, MONTHS), MONTHS)
    return first is not None and not begins_inside(before, first)


def _monthly(tables: Tables) -> ir.Table:
    months = whole_months(tables.day, MONTHS)
    sums = {"net": net_sales(tables.order_lines)}
    found = by_account_and_window(tables, sums, months, level=LEVEL)
    columns = {
        f"month_{at}": found.net.sum(where=found.window == at).fill_null(0)
        for at in range(len(months))
    }
    wide = found.group_by("account_key").agg(**columns)
    return wide.select("account_key", monthly=_list_of([_money(wide[name]) for name in columns]))


def _debts(tables: Tables) -> ir.Table:
    import ibis

    if not tables.holds("receivables"):
        key = tables.customers.schema()["customer_key"]
        nothing = {"account_key": key, **dict.fromkeys(OWED, MONEY), "oldest_due_on": "date"}
        return ibis.memtable([], schema=nothing)
    matching = match(tables, terms=TERMS, level=LEVEL)
    aged = ageing.by_account(tables, matching, level=LEVEL)
    return aged.select("account_key", *OWED, "oldest_due_on")


def _rhythm(tables: Tables) -> ir.Table:
    import ibis

    found = watch(tables, Rule(), months=HISTORY, level=LEVEL).accounts
    has_rhythm = ~found.status.isin((TOO_FEW, STOPPED_LONG_AGO))
    names = ibis.cases(
        *((found.status == at, name) for at, name in enumerate(STATUSES)), else_=None
    )
    return found.select(
        "account_key",
        rhythm=names,
        usual=(found.status != TOO_FEW).ifelse(found.usual, None),
        expected_on=has_rhythm.ifelse(found.expected_on, None),
    )


def _money(value: ir.NumericValue | None) -> ir.DecimalValue:
    import ibis

    return ibis.null(MONEY) if value is None else value.cast(MONEY)


def _list_of(amounts: list[ir.DecimalValue]) -> ir.ArrayValue:
    import ibis

    return ibis.array(amounts)
