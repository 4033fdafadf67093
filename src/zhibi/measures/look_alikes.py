"""How each account behaves against accounts like it, in figures that give no single one away.

Look-alikes are the peers of `zhibi.measures.peers`: the other accounts of the same industry (else
kind) and third of size, at least five of whom none holds half; else the whole industry, else all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from zhibi.measures.behaviour_features import Feature, behaviour
from zhibi.measures.peers import NONE, Groups, groups
from zhibi.measures.periods import Period
from zhibi.measures.sales import account_keys, accounts
from zhibi.measures.stopped import MONEY_STEPS
from zhibi.stats.among_others import AmongOthers, among_others
from zhibi.tables.reference import gives_nobody_away
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import pyarrow as pa

FENCE = 1.5  # times the middle half beyond a quarter: Tukey's outlier (1977)

Floats = NDArray[np.float64]
Marks = NDArray[np.bool_]
Sizes = NDArray[np.int64]


@dataclass(frozen=True)
class LookAlikes:
    """Accounts with lines in the period or the year before it, the largest by net sales first:
    columns of Arrow and NumPy, since they may be a million. `compared` says within what each is
    compared; `standing[feature][i]` is NaN-filled where not known."""

    accounts: pa.Table
    features: tuple[Feature, ...]
    compared: Groups
    standing: dict[str, Standing]

    def place_of(self, account_key: Any) -> int | None:
        """Where an account stands; None for one without lines."""
        import pyarrow.compute as pc

        at: int = pc.index(self.accounts["account_key"], account_key).as_py()
        return at if at >= 0 else None

    def row(self, at: int) -> dict[str, Any]:
        """Who an account is, and its net sales."""
        found: dict[str, Any] = self.accounts.slice(at, 1).to_pylist()[0]
        return found

    def like(self, at: int) -> str | None:
        """The industry (or kind) an account is compared within, "" for all customers; None where
        nobody may be compared."""
        group = self.compared.group[at]
        return None if group == NONE else self.compared.names[group]

    def count(self, at: int) -> int:
        """Look-alikes whose figures are known, of the feature most are known in."""
        return max((int(one.n[at]) for one in self.standing.values()), default=0)


@dataclass(frozen=True, slots=True)
class Standing:
    """One feature over all accounts: own values, and the quartiles of each one's look-alikes."""

    own: Floats
    below: Floats
    low: Floats
    middle: Floats
    high: Floats
    n: NDArray[np.int64]

    def only(self, chosen: Marks) -> Standing:
        """The same for some of the accounts."""
        values = (getattr(self, one.name)[chosen] for one in fields(self))
        return Standing(*values)

    def is_far_below(self) -> Marks:
        return np.asarray(self.own < self.low - FENCE * (self.high - self.low))

    def is_far_above(self) -> Marks:
        return np.asarray(self.own > self.high + FENCE * (self.high - self.low))


def look_alikes(
    tables: Tables, features: Sequence[Feature], *, period: Period, level: str
) -> LookAlikes:
    """Every account against its look-alikes in each feature; a reader's own alone, against those
    of everybody."""
    everybody = tables.reference
    behaved = behaviour(everybody, features, period=period, level=level)
    named = behaved.join(accounts(everybody), "account_key")
    rows = named.mutate(
        steps=(named.net * MONEY_STEPS).cast("int64"),
        like=named.industry.nullif("").fill_null(named.kind.nullif("")),
    )
    shown = ("account_key", "customer_id", "name", "owner", "net")
    own = (feature.key for feature in features if feature.key not in shown)
    rows = rows.order_by(rows.net.desc(), "customer_id").select(*shown, "steps", "like", *own)
    found = rows.to_pyarrow()
    known, place = _named(found["like"])
    size = np.maximum(found["steps"].to_numpy(), 0)
    is_seen = _seen(tables, found["account_key"], level)
    compared = groups(known, place, size, hidden=~is_seen)
    standing = {
        feature.key: _standing(_values(found, feature.key), compared, size, is_seen)
        for feature in features
    }
    return LookAlikes(
        accounts=found.select(shown).filter(is_seen),
        features=tuple(features),
        compared=Groups(compared.group[is_seen], compared.names),
        standing={key: one.only(is_seen) for key, one in standing.items()},
    )


def _seen(tables: Tables, keys: pa.ChunkedArray, level: str) -> Marks:
    """Which accounts the reader sees."""
    if not tables.is_scoped:
        return np.ones(len(keys), dtype=bool)
    own = account_keys(tables, level=level).to_numpy(False)
    return np.asarray(np.isin(keys.to_numpy(), own))


def _named(column: Any) -> tuple[list[str], NDArray[np.int64]]:
    """The names in a column in their order, and each element's place among them, else NONE."""
    encoded = column.combine_chunks().dictionary_encode()
    names = encoded.dictionary.to_pylist()
    known = sorted(names)
    place = np.array([known.index(name) for name in names] + [NONE], dtype=np.int64)
    return known, place[encoded.indices.fill_null(len(names)).to_numpy()]


def _values(found: pa.Table, key: str) -> Floats:
    """A feature as floats, NaN where it is not known."""
    if key == "net":
        return np.asarray(found["steps"].to_numpy() / MONEY_STEPS)
    return np.asarray(found[key].cast("float64").to_numpy(), dtype=np.float64)


def _standing(own: Floats, compared: Groups, size: Sizes, is_seen: Marks) -> Standing:
    """Groups do not overlap, except that the last, of all customers, is met by whoever has no
    group of its own: those are compared with all. Where too few of those the reader does not see
    have the feature, nobody is compared in it."""
    is_active = size > 0
    figures = {name: np.full(len(own), np.nan) for name in ("below", "low", "middle", "high")}
    n = np.zeros(len(own), dtype=np.int64)
    everybody = len(compared.names) - 1
    active = np.where(is_active, own, np.nan)
    for at in np.unique(compared.group[compared.group != NONE]):
        is_member = compared.group == at
        against = np.flatnonzero(is_active if at == everybody else is_member)
        mine = is_member[against]
        hidden = against[~is_seen[against] & ~np.isnan(active[against])]
        if not gives_nobody_away(size[hidden]):
            continue
        among = among_others(active[against])
        _fill(figures, n, among=among, places=against[mine], mine=mine)
    return Standing(own, n=n, **figures)


def _fill(
    standing: dict[str, NDArray[np.float64]],
    n: NDArray[np.int64],
    *,
    among: AmongOthers,
    places: NDArray[np.int64],
    mine: NDArray[np.bool_],
) -> None:
    for name, figures in standing.items():
        figures[places] = getattr(among, name)[mine]
    n[places] = among.n
