"""What accounts bought regularly and buy no more: the stake of a warning.

The rhythm of a product at an account is judged as that of the account (`zhibi.measures.rhythm`),
with what is usual for the product as the segment. It has stopped when it was bought on enough
days, has had sales in the last twelve months, and is now beyond its own thresholds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from zhibi.measures.account_lines import account_lines
from zhibi.measures.order_days import from_columns, with_account_key
from zhibi.measures.periods import Period, trailing
from zhibi.measures.rhythm import AMBER, RED, STOPPED_LONG_AGO, Rhythm, Rule, rhythm
from zhibi.measures.sales import within
from zhibi.tables.calendar import Calendar, Days, day_number, day_of
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

MONEY_STEPS = 10_000  # DECIMAL(18,4) as whole numbers, so that NumPy adds exactly


@dataclass(frozen=True, slots=True)
class Stopped:
    """A product (category where the data has them) that an account buys no more.

    `is_red` when beyond the red threshold, else beyond the amber one; `went_first` when it was so
    already while the account still bought other things. `net` of the last twelve months, `usual`
    and `since` in open days.
    """

    account_key: int | str
    product: str
    net: Decimal
    usual: int
    since: int
    last_on: date
    is_red: bool
    went_first: bool


def product_column(tables: Tables) -> str | None:
    """By what products are told apart: category, else name, else number."""
    names = ("category", "product_name", "product_id")
    return next((name for name in names if tables.has(name)), None)


def stopped_products(
    tables: Tables, account_keys: Sequence[int | str], *, months: int, level: str, rule: Rule
) -> tuple[Stopped, ...]:
    """What each of some accounts has stopped buying, by account and largest net first."""
    column = product_column(tables)
    if column is None or not account_keys:
        return ()
    period = trailing(tables.day, months)
    days = _daily(tables, column, account_keys, period=period, level=level)
    rows = days.order_by("account_key", "product", "order_date").to_pyarrow()
    if not rows.num_rows:
        return ()
    pair, first, segment = _pairs(rows)
    is_bought = rows["is_bought"].to_numpy()
    if not is_bought.any():  # only returns
        return ()
    net = _net_of_pairs(rows, pair, trailing(tables.day, 12))
    bought = rows.filter(is_bought)
    pairs = from_columns(_column(pair[is_bought]), bought["order_date"], calendar=tables.calendar)
    now = rhythm(pairs.known(period), period, segment[first][pairs.keys], rule)
    went_first = _went_first(rows, first[pairs.keys], now=now, calendar=tables.calendar)
    found = [
        Stopped(
            account_key=rows["account_key"][first[key]].as_py(),
            product=rows["product"][first[key]].as_py(),
            net=Decimal(int(net[key])) / MONEY_STEPS,
            usual=int(now.usual[at]),
            since=int(now.since[at]),
            last_on=day_of(int(now.last[at])),
            is_red=bool(now.status[at] != AMBER),
            went_first=bool(went_first[at]),
        )
        for at, key in enumerate(pairs.keys)
        if now.status[at] in (AMBER, RED, STOPPED_LONG_AGO) and net[key] > 0
    ]
    return tuple(sorted(found, key=lambda one: (one.account_key, -one.net, one.product)))


def _went_first(rows: Any, first: Days, *, now: Rhythm, calendar: Calendar) -> NDArray[np.bool_]:
    """Whether a product was past its red threshold already when the account last ordered.

    A customer who is silent altogether has stopped every product; what went missing while it
    still bought others is what it buys elsewhere.
    """
    owners = rows["account_key"].combine_chunks().dictionary_encode().indices.to_numpy()[first]
    latest = np.zeros(int(owners.max()) + 1, dtype=np.int64)
    np.maximum.at(latest, owners, now.last)
    return np.asarray(calendar.open_days(now.last, latest[owners]) > now.red)


def _daily(
    tables: Tables,
    column: str,
    account_keys: Sequence[int | str],
    *,
    period: Period,
    level: str,
) -> ir.Table:
    """Net by account, product and day, and whether anything was bought (not only returned)."""
    lines = account_lines(tables, account_keys, level=level)
    lines = lines.filter(within(lines, period), lines[column].notnull())
    keyed = with_account_key(
        tables,
        lines.select("customer_key", "order_date", "amount", product=column),
        level=level,
    )
    return keyed.group_by("account_key", "product", "order_date").agg(
        net=(keyed.amount.sum() * MONEY_STEPS).cast("int64"),
        is_bought=(keyed.amount > 0).any(),
    )


def _pairs(rows: Any) -> tuple[Days, Days, Days]:
    """Of sorted rows: the number of each row's account × product, the first row of each pair, and
    each row's product as a number."""
    accounts, products = (
        rows[name].combine_chunks().dictionary_encode().indices.to_numpy().astype(np.int64)
        for name in ("account_key", "product")
    )
    is_first = np.diff(accounts, prepend=-1).astype(bool) | np.diff(products, prepend=-1).astype(
        bool
    )
    return np.cumsum(is_first) - 1, np.flatnonzero(is_first), products


def _net_of_pairs(rows: Any, pair: Days, year: Period) -> Days:
    """Net in the last twelve months of each pair, in money steps."""
    days = rows["order_date"].combine_chunks().cast("int32").to_numpy()
    net = np.where(days >= day_number(year.start), rows["net"].to_numpy(), 0)
    summed = np.zeros(int(pair[-1]) + 1, dtype=np.int64)
    np.add.at(summed, pair, net)
    return summed


def _column(numbers: Days) -> Any:
    import pyarrow as pa

    return pa.chunked_array([numbers])
