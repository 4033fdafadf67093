"""Head, middle and tail: the class of accounts by the share of sales held before them.

Accounts are ranked by net sales, ties by customer_id. While the share **before** an account is
below `head` it is head (domain 2.1), below `middle` it is middle, else tail, so that one who holds
75 % alone is head. Shares are over accounts with positive net; all others are tail.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from zhibi.stats.inequality import places

if TYPE_CHECKING:
    import ibis.expr.types as ir

CLASSES = ("head", "middle", "tail")
STEPS = 10_000  # of one unit of money, as DECIMAL(18,4): whole numbers add up exactly
SUFFIXES = ("", "_before")


def classified(named: ir.Table, *, head: float, middle: float) -> ir.Table:
    """Accounts with rank, share and class by `net`, and the same `…_before` by `net_before`.

    Not by windows in the engine: one over all rows runs on a single core, and for a million
    accounts takes 3.4 s against 1.6 here.
    """
    import ibis
    import pyarrow as pa

    nets = {suffix: (named[f"net{suffix}"] * STEPS).cast("int64") for suffix in SUFFIXES}
    in_order = named.order_by("customer_id", "account_key")  # ties go by it
    rows = in_order.select("account_key", **{f"net{s}": net for s, net in nets.items()})
    found = rows.to_pyarrow()
    columns = {"account_key": found["account_key"]}
    for suffix in nets:
        net = found[f"net{suffix}"].to_numpy()
        place = places(net)
        below = [net <= 0, place.share_before < head, place.share_before < middle]
        columns[f"rank{suffix}"] = pa.array(place.rank)
        columns[f"share{suffix}"] = pa.array(place.share, from_pandas=True)
        columns[f"class{suffix}"] = pa.array(np.select(below, [2, 0, 1], 2))
    placed = named.join(ibis.memtable(pa.table(columns)), "account_key")
    return placed.mutate(
        **{name: _said(placed, name) for name in ("class", "class_before")},
    )


def _said(placed: ir.Table, column: str) -> ir.StringColumn:
    """The names of the classes for their places."""
    import ibis

    return ibis.cases(*((placed[column] == at, said) for at, said in enumerate(CLASSES)))
