"""How each account behaves against accounts like it, in figures that give no single one away.

Look-alikes are the peers of `zhibi.measures.peers`: the other accounts of the same industry (else
kind) and third of size, at least five of whom none holds half; else the whole industry, else all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zhibi.measures.behaviour_features import Feature, behaviour
from zhibi.measures.peers import NONE, Groups, groups
from zhibi.measures.periods import Period
from zhibi.measures.rows import fetch
from zhibi.measures.sales import accounts
from zhibi.stats.among_others import AmongOthers, among_others
from zhibi.tables.tables import Tables

STEPS = 10_000  # of one unit of money, as DECIMAL(18,4)
FENCE = 1.5  # times the middle half beyond a quarter: Tukey's outlier (1977)


@dataclass(frozen=True)
class LookAlikes:
    """Accounts with lines in the period or the year before it, the largest by net sales first.
    `like[i]` names the industry (or kind) they are compared within, "" for all customers and None
    where nobody may be compared; `standing[feature][i]` is NaN-filled where not known."""

    rows: tuple[dict[str, Any], ...]
    features: tuple[Feature, ...]
    like: tuple[str | None, ...]
    standing: dict[str, Standing]

    def place_of(self, account_key: Any) -> int | None:
        """Where an account stands in `rows`; None for one without lines."""
        keys = [row["account_key"] for row in self.rows]
        return keys.index(account_key) if account_key in keys else None


@dataclass(frozen=True, slots=True)
class Standing:
    """One feature over all accounts: own values, and the quartiles of each one's look-alikes."""

    own: NDArray[np.float64]
    below: NDArray[np.float64]
    low: NDArray[np.float64]
    middle: NDArray[np.float64]
    high: NDArray[np.float64]
    n: NDArray[np.int64]

    def is_far_below(self, at: int) -> bool:
        reach = FENCE * (self.high[at] - self.low[at])
        return bool(self.own[at] < self.low[at] - reach)

    def is_far_above(self, at: int) -> bool:
        reach = FENCE * (self.high[at] - self.low[at])
        return bool(self.own[at] > self.high[at] + reach)


def look_alikes(
    tables: Tables, features: Sequence[Feature], *, period: Period, level: str
) -> LookAlikes:
    """Every account against its look-alikes in each feature."""
    who = accounts(tables)
    found = behaviour(tables, features, period=period, level=level).join(who, "account_key")
    rows = fetch(found.order_by(found.net.desc(), "customer_id"))
    names = [row["industry"] or row["kind"] for row in rows]
    known = sorted({name for name in names if name})
    place = {name: at for at, name in enumerate(known)}
    own = np.array([place.get(name, NONE) for name in names], dtype=np.int64)
    size = np.array([max(int(row["net"] * STEPS), 0) for row in rows], dtype=np.int64)
    compared = groups(known, own, size)
    return LookAlikes(
        rows=tuple(rows),
        features=tuple(features),
        like=tuple(None if at == NONE else compared.names[at] for at in compared.group),
        standing={
            feature.key: _standing(rows, feature.key, compared, size > 0) for feature in features
        },
    )


def _standing(
    rows: Sequence[dict[str, Any]],
    key: str,
    compared: Groups,
    is_active: NDArray[np.bool_],
) -> Standing:
    """Groups do not overlap, except that the last, of all customers, is met by whoever has no
    group of its own: those are compared with all."""
    own = np.array(
        [np.nan if row[key] is None else float(row[key]) for row in rows], dtype=np.float64
    )
    fields = {name: np.full(len(rows), np.nan) for name in ("below", "low", "middle", "high")}
    n = np.zeros(len(rows), dtype=np.int64)
    everybody = len(compared.names) - 1
    for at in np.unique(compared.group[compared.group != NONE]):
        members = np.flatnonzero(compared.group == at)
        against = np.flatnonzero(is_active) if at == everybody else members
        mine = np.isin(against, members)
        among = among_others(np.where(is_active, own, np.nan)[against])
        _fill(fields, n, among=among, places=against[mine], mine=mine)
    return Standing(own, n=n, **fields)


def _fill(
    fields: dict[str, NDArray[np.float64]],
    n: NDArray[np.int64],
    *,
    among: AmongOthers,
    places: NDArray[np.int64],
    mine: NDArray[np.bool_],
) -> None:
    for name, figures in fields.items():
        figures[places] = getattr(among, name)[mine]
    n[places] = among.n
