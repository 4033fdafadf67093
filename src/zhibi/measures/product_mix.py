"""What each account buys of each category, as arrays: one pass over the lines, then no more.

Amounts are whole numbers of a ten-thousandth, so that NumPy adds them exactly, whatever the order
of the rows. A category that an account returned on balance counts as not bought.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from zhibi.measures.periods import Period
from zhibi.measures.sales import account_keys, to_accounts, within
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

STEPS = 10_000  # of one unit of money, as DECIMAL(18,4)
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class ProductMix:
    """One element for each account × category that had lines: positions in `account_keys` and in
    `categories` (sorted by name), net of the period, of its recent part and of the year before
    that. `net_without_category` is what no category accounts for in the period. Where a reader
    sees only some accounts, the mix is theirs, and `among` is that of everybody, in the same
    categories, with `is_seen` for each of its accounts."""

    account_keys: NDArray[Any]
    categories: tuple[str, ...]
    account: Ints
    category: Ints
    net: Ints
    net_recent: Ints
    net_before: Ints
    net_without_category: int
    among: ProductMix | None = None
    is_seen: Flags | None = None

    @cached_property
    def bought(self) -> Ints:
        """Net where positive."""
        return np.maximum(self.net, 0)

    @cached_property
    def size(self) -> Ints:
        """What each account bought in the period, over all categories."""
        return added(self.account, self.bought, len(self.account_keys))

    @cached_property
    def category_count(self) -> Ints:
        """How many categories each account bought in the period."""
        return np.bincount(self.account[self.net > 0], minlength=len(self.account_keys))


def product_mix(
    tables: Tables, column: str, *, period: Period, recent: Period, before: Period, level: str
) -> ProductMix:
    """`column` tells products apart; `recent` ends the period, `before` is the year before it."""
    periods = (period, recent, before)
    rows = _by_category(tables.reference, column, periods, level).to_pyarrow()
    if not tables.is_scoped:
        return _from_arrow(rows)
    import pyarrow.compute as pc

    keys = account_keys(tables, level=level)
    own = rows.filter(pc.is_in(rows["account_key"], keys))
    everybody = _from_arrow(rows)
    is_seen = np.isin(everybody.account_keys, keys.to_numpy(False))
    among = replace(everybody, is_seen=is_seen)
    return replace(_from_arrow(own, everybody.categories), among=among)


def _by_category(
    tables: Tables, column: str, periods: tuple[Period, Period, Period], level: str
) -> ir.Table:
    first = min(period.start for period in periods)
    lines = tables.order_lines
    lines = lines.filter(lines.order_date >= first)
    # Whole numbers before they are added: afterwards each of millions of sums is multiplied.
    lines = lines.mutate(steps=(lines.amount * STEPS).cast("int64"))
    figures = {
        name: lines.steps.sum(where=within(lines, period)).fill_null(0)
        for name, period in zip(("net", "net_recent", "net_before"), periods, strict=True)
    }
    grouped = lines.group_by("customer_key", category=lines[column]).agg(**figures)
    summed = to_accounts(tables, grouped, level=level, by=("category",))
    return summed.mutate(**{name: summed[name].cast("int64") for name in figures})


def _from_arrow(rows: Any, known: Sequence[str] = ()) -> ProductMix:
    """`known` are categories that there are besides."""
    import pyarrow.compute as pc

    without = 0
    if rows["category"].null_count:  # else nothing is copied
        nameless = pc.is_null(rows["category"])
        without = pc.sum(rows["net"].filter(nameless)).as_py() or 0
        rows = rows.filter(pc.invert(nameless))
    account_keys, account = _numbered(rows["account_key"])
    categories, category = _numbered(rows["category"])
    if known:
        category = np.searchsorted(np.array(known, dtype=object), categories)[category]
        categories = np.array(known, dtype=object)
    return ProductMix(
        account_keys=account_keys,
        categories=tuple(categories.tolist()),
        account=account,
        category=category,
        net=rows["net"].to_numpy(),
        net_recent=rows["net_recent"].to_numpy(),
        net_before=rows["net_before"].to_numpy(),
        net_without_category=without,
    )


def _numbered(column: Any) -> tuple[NDArray[Any], Ints]:
    """The distinct values in ascending order, and where each row's value stands among them."""
    import pyarrow as pa

    encoded = column.combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    values = encoded.dictionary.to_numpy(zero_copy_only=False)
    order = np.argsort(values, kind="stable")
    places = np.empty(len(values), dtype=np.int64)
    places[order] = np.arange(len(values))
    return values[order], places[encoded.indices.to_numpy()]


def added(at: Ints, amounts: Ints, length: int) -> Ints:
    """Sums of `amounts` by position, exact."""
    sums = np.zeros(length, dtype=np.int64)
    np.add.at(sums, at, amounts)
    return sums


def order_of(keys: Ints, count: int) -> Ints:
    """A stable order by keys below `count`; few keys sort by radix, several times faster."""
    return np.argsort(keys.astype(np.uint16) if count < 2**16 else keys, kind="stable")


def first_of(order: Ints, figures: Sequence[NDArray[Any]], at_most: int | None) -> list[int]:
    """The first of an order, and those after them that are equal in every figure: which of the
    equal come first is for the customer id to say."""
    if at_most is None or len(order) <= at_most:
        return [int(at) for at in order]
    last = order[at_most - 1]
    is_equal = np.logical_and.reduce([figure[order] == figure[last] for figure in figures])
    return [int(at) for at in order[: at_most + int(is_equal[at_most:].sum())]]
