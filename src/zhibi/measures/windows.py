"""Figures per account over several, possibly overlapping, stretches of days in one pass.

Lines are added up by the pieces that the windows cut time into, each line once; a window is then
the sum of its pieces. So five windows cost hardly more than one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from zhibi.measures.periods import Period
from zhibi.measures.sales import to_accounts, within
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir


def span_of(windows: Sequence[Period]) -> Period:
    """The days from the first of any window to the last."""
    return Period(min(one.start for one in windows), max(one.end for one in windows))


def by_account_and_window(
    tables: Tables, figures: Mapping[str, ir.Scalar], windows: Sequence[Period], *, level: str
) -> ir.Table:
    """One row an account and window with a line: `account_key`, `window` (its place) and the
    figures, which must be sums over `tables.order_lines`."""
    import ibis
    import pyarrow as pa

    ends = {one.end + timedelta(days=1) for one in windows}
    edges = sorted({one.start for one in windows} | ends)
    lines = tables.order_lines.filter(within(tables.order_lines, span_of(windows)))
    pieces = [(lines.order_date < edge, at) for at, edge in enumerate(edges[1:-1])]
    piece = ibis.cases(*pieces, else_=len(pieces)) if pieces else ibis.literal(0)
    per_customer = lines.mutate(piece=piece.cast("int64")).group_by("customer_key", "piece")
    summed = to_accounts(tables, per_customer.agg(**figures), level=level, by=("piece",))
    within_windows = [
        {"piece": at, "window": number}
        for number, one in enumerate(windows)
        for at, edge in enumerate(edges[:-1])
        if edge in one
    ]
    links = ibis.memtable(pa.Table.from_pylist(within_windows))
    joined = summed.join(links, "piece")
    return joined.group_by("account_key", "window").agg(
        **{name: joined[name].sum() for name in figures}
    )
