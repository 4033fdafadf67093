"""Accounts put into segments, by how they behave or by what is on file about them.

Segments are numbered by their net sales, largest first. One found by behaviour is named by the
features in which its middle account lies farthest from that of all others, in robust spreads
(`zhibi.stats.clusters.Scaling`); at most two, and none that lies closer than NOTABLE.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from zhibi.measures.behaviour_features import Feature
from zhibi.measures.product_mix import STEPS, added
from zhibi.stats.clusters import KMeansClusters, Scaling, distinct_count, ward
from zhibi.stats.stability import Stability, natural_count, stability
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Name = tuple[str, ...] | str | None

COUNTS = range(2, 11)  # numbers of segments that are tried
FEWEST = 30  # accounts; among fewer no groups are looked for
NOTABLE = 0.5  # spreads
SEED = 20_260_101
WAYS = ("k-means", "ward")
MIDDLING, ALIKE = ("middling in all",), ("all alike",)
THIRDS = ("upper third", "middle third", "lower third")


@dataclass(frozen=True)
class Population:
    """The accounts to segment, in the order of their customer ids; `values` [account, feature]
    are nan where unknown."""

    keys: NDArray[Any]
    names: Sequence[str]
    net: Ints  # in STEPS of one unit of money
    values: Floats


@dataclass(frozen=True)
class Segmentation:
    """`number` is each account's segment from 0; `names` says what sets each apart. What was
    tried to find out how many there are is in `tried`; `natural` is None when none stood out.
    `scaled` [account, kept feature] is what distances were measured in."""

    number: Ints
    names: tuple[Name, ...]
    scaled: Floats
    kept: tuple[bool, ...]
    tried: tuple[Stability, ...] = ()
    natural: int | None = None


def population(rows: ir.Table, features: Sequence[Feature]) -> Population:
    """What `zhibi.measures.behaviour_features.behaviour` gave, with names, as arrays."""
    columns = {feature.key: rows[feature.key].cast("float64") for feature in features}
    figures = {f"value_{key}": column for key, column in columns.items()}
    steps = (rows.net * STEPS).cast("int64")
    ordered = rows.order_by("customer_id", "account_key")
    found = ordered.select("account_key", "name", steps=steps, **figures).to_pyarrow()
    values = [found[f"value_{key}"].to_numpy().astype(np.float64) for key in columns]
    return Population(
        keys=found["account_key"].to_numpy(),
        names=found["name"].to_pylist(),
        net=found["steps"].to_numpy(),
        values=np.column_stack(values) if values else np.empty((found.num_rows, 0)),
    )


def by_behaviour(
    people: Population, features: Sequence[Feature], *, count: int, is_sought: bool, way: str
) -> Segmentation:
    """Segments of accounts that behave alike: as many as come back when the accounts are drawn
    anew (`zhibi.stats.stability`), else `count`."""
    scaling = Scaling(tuple(feature.is_skewed for feature in features)).fit(people.values)
    scaled = scaling.transform(people.values)
    kept = tuple(bool(one) for one in scaling.kept_)
    if not scaled.shape[1] or distinct_count(scaled, at_most=2) < 2:
        everybody = np.zeros(len(people.keys), dtype=np.int64)
        names = (ALIKE,) if len(people.keys) else ()
        return Segmentation(everybody, names, scaled, kept)
    is_many = is_sought and len(people.keys) >= FEWEST
    tried = stability(scaled, COUNTS, seed=SEED) if is_many else ()
    natural = natural_count(tried)
    number = _by_net(_labels(scaled, natural or count, way), people.net)
    shown = [feature for feature, one in zip(features, kept, strict=True) if one]
    return Segmentation(number, _names(scaled, number, shown), scaled, kept, tried, natural)


def _labels(scaled: Floats, count: int, way: str) -> Ints:
    if way == "ward":
        return ward(scaled, count, seed=SEED)
    return KMeansClusters(count, seed=SEED).fit_predict(scaled)


def by_attribute(
    tables: Tables, people: Population, features: Sequence[Feature], *, column: str
) -> Segmentation:
    """Segments of accounts with the same industry, region and so on; None is the name of those of
    which it is not known. A number, such as annual revenue, is cut into thirds."""
    scaling = Scaling(tuple(feature.is_skewed for feature in features)).fit(people.values)
    values = _attribute(tables, people.keys, column)
    names, labels = np.unique(values, return_inverse=True)
    number = _by_net(labels.astype(np.int64), people.net)
    first = [int(np.argmax(number == at)) for at in range(len(names))]
    return Segmentation(
        number,
        tuple(str(values[at]) or None for at in first),
        scaling.transform(people.values),
        tuple(bool(one) for one in scaling.kept_),
    )


def _attribute(tables: Tables, keys: NDArray[Any], column: str) -> NDArray[Any]:
    """What is on file about each account, as text; empty where nothing is."""
    customers = tables.bring(tables.customers.select("customer_key", column))
    found = customers.order_by("customer_key").to_pyarrow()
    at = np.searchsorted(found["customer_key"].to_numpy(), keys)
    if column == "annual_revenue":
        amounts = found[column].cast("float64").to_numpy()[at]
        return _thirds(amounts)
    texts = found[column].fill_null("").to_numpy(zero_copy_only=False)
    return np.asarray(texts[at], dtype=object).astype(str)


def _thirds(amounts: Floats) -> NDArray[Any]:
    known = amounts[~np.isnan(amounts)]
    low, high = np.quantile(known, (1 / 3, 2 / 3)) if len(known) else (np.nan, np.nan)
    upper, middle, lower = THIRDS
    return np.select(
        [amounts > high, amounts > low, ~np.isnan(amounts)], [upper, middle, lower], ""
    )


def _by_net(labels: Ints, net: Ints) -> Ints:
    """The labels as numbers by net sales, largest first; of equal ones the lower label."""
    used, labels = np.unique(labels, return_inverse=True)
    sums = added(labels, net, len(used))
    place = np.empty_like(sums)
    place[np.argsort(-sums, kind="stable")] = np.arange(len(sums))
    return place[labels]


def _names(scaled: Floats, number: Ints, features: Sequence[Feature]) -> tuple[Name, ...]:
    """What sets each segment apart, a different name for each."""
    taken: list[tuple[str, ...]] = []
    for at in range(_top(number)):
        is_own = number == at
        middle = np.median(scaled[is_own], axis=0) - np.median(scaled[~is_own], axis=0)
        words = [
            features[place].high if middle[place] > 0 else features[place].low
            for place in np.argsort(-np.abs(middle), kind="stable")
            if abs(middle[place]) >= NOTABLE
        ]
        choices = [*combinations(words, 2), *((word,) for word in words), MIDDLING]
        choices = [(words[0],), *choices] if len(words) == 1 else choices
        name = next((one for one in choices if one not in taken), (*choices[0], str(at + 1)))
        taken.append(name)
    return tuple(taken)


@dataclass(frozen=True)
class Plane:
    """The plane on which the accounts lie farthest apart: places [account, 2], the share of all
    differences it shows, and the feature that each way mostly follows."""

    places: Floats
    share: float
    across: int
    up: int


def plane(scaled: Floats) -> Plane | None:
    """The first two principal components; None with fewer than two features."""
    if scaled.shape[1] < 2 or len(scaled) < 3:
        return None
    size, turn = np.linalg.eigh(np.cov(scaled.T))
    axes = turn[:, [-1, -2]]
    strongest = np.argmax(np.abs(axes), axis=0)
    axes = axes * np.sign(axes[strongest, [0, 1]])
    places = (scaled - scaled.mean(axis=0)) @ axes
    share = float(size[-2:].sum() / size.sum())
    return Plane(places, share, int(strongest[0]), int(strongest[1]))


def drawn(count: int, *, at_most: int) -> Ints:
    """Places of a seeded sample of the accounts, ascending."""
    if count <= at_most:
        return np.arange(count)
    return np.sort(np.random.default_rng(SEED).choice(count, at_most, replace=False))


def middles(people: Population, number: Ints) -> Floats:
    """The median of each feature in each segment [segment, feature]; nan where none is known."""
    return np.array(
        [
            [_median(column[number == at]) for column in people.values.T]
            for at in range(_top(number))
        ]
    )


def standing(people: Population, number: Ints) -> Floats:
    """The share of all accounts that lie below the middle account of each segment, equals half
    [segment, feature]."""
    found = middles(people, number)
    shares = np.full_like(found, np.nan)
    for at, column in enumerate(people.values.T):
        known = np.sort(column[~np.isnan(column)])
        if len(known):
            below = np.searchsorted(known, found[:, at], "left")
            up_to = np.searchsorted(known, found[:, at], "right")
            shares[:, at] = (below + up_to) / 2 / len(known)
    return np.where(np.isnan(found), np.nan, shares)


def _top(number: Ints) -> int:
    return int(number.max(initial=-1)) + 1


def _median(column: Floats) -> float:
    known = column[~np.isnan(column)]
    return float(np.median(known)) if len(known) else float("nan")
