"""Groups of rows that lie close together: full Lloyd K-means, or Ward's hierarchy.

K-means (Lloyd 1982) finds centers that make the sum of squared distances of the rows to their
nearest center small; it starts from the best of some k-means++ seedings (Arthur & Vassilvitskii
2007) of a sample, so that the passes over all rows are few. Ward (1963) joins, step by step, the
two groups whose union adds least to that sum; past 10,000 rows a seeded sample is joined, and the
other rows go to the nearest of its centers.

The rows are put into one order before anything else, and groups are numbered by their centers, so
that the same rows get the same groups in whatever order they come. Distances are plain: scale the
columns first (`Scaling`). Not for long-drawn or nested shapes: both cut them into round pieces.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zhibi.stats.weights import checked_weight

Floats = NDArray[np.float64]
Rows = NDArray[np.floating[Any]]  # of double or single precision
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

SEEDED_FROM = 5_000  # rows that starting centers are learnt from
LOOKED_AT = 1_000
THREADED_FROM = 100_000  # rows
WARD_AT_MOST = 10_000  # rows: the distances of all pairs take 400 MB
OUTERMOST = 5.0  # scaled values end here, else one odd row would be a group of its own
UNIT_OF_LOG = 0.1  # of the median size: no currency matters, nor today against yesterday
IQR_OF_NORMAL = 1.349  # standard deviations


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to look for the best centers: seedings tried, the shift of the centers (squared,
    in variances) at which to stop, and the most passes over all rows."""

    seedings: int
    tolerance: float
    most_passes: int


THOROUGH = Effort(seedings=8, tolerance=1e-4, most_passes=300)


class Scaling:
    """Columns made comparable by their median and quartiles, which odd values do not move.

    Skewed columns (money, counts) go through a signed log first: sign(x)·log(1 + |x|/u), with u a
    tenth of the column's median size. Where the quartiles are equal the standard deviation
    serves; a column without any spread is dropped (`kept_`). An unknown value (nan) takes the
    middle.
    """

    kept_: Flags
    unit_: Floats
    center_: Floats
    spread_: Floats

    def __init__(self, is_skewed: tuple[bool, ...] = ()) -> None:
        self.is_skewed = is_skewed

    def fit(self, X: Floats) -> Scaling:
        """Learn from rows [row, column]."""
        if not len(X) or np.isinf(X).any():
            raise ValueError("no rows to scale, or infinite ones")
        self.unit_ = np.array([_unit(column) for column in X.T])
        logged = self._logged(X)
        known = [column[~np.isnan(column)] for column in logged.T]
        self.center_ = np.array([np.median(one) if len(one) else 0.0 for one in known])
        self.spread_ = np.array([_spread(one) for one in known])
        self.kept_ = self.spread_ > 0
        return self

    def transform(self, X: Floats) -> Floats:
        """The kept columns in spreads from the middle, at most OUTERMOST of them."""
        logged = self._logged(X)[:, self.kept_]
        scaled = (logged - self.center_[self.kept_]) / self.spread_[self.kept_]
        return np.clip(np.nan_to_num(scaled, nan=0.0), -OUTERMOST, OUTERMOST)

    def _logged(self, X: Floats) -> Floats:
        is_skewed = np.zeros(X.shape[1], dtype=bool)
        is_skewed[: len(self.is_skewed)] = self.is_skewed
        return np.where(is_skewed, np.sign(X) * np.log1p(np.abs(X) / self.unit_), X)


def _unit(column: Floats) -> float:
    sizes = np.abs(column[~np.isnan(column) & (column != 0)])
    return UNIT_OF_LOG * float(np.median(sizes)) if len(sizes) else 1.0


def _spread(column: Floats) -> float:
    if not len(column) or column.min() == column.max():
        return 0.0
    low, high = np.quantile(column, (0.25, 0.75))
    return float(high - low) or IQR_OF_NORMAL * float(column.std())


class KMeansClusters:
    """K-means with `n_clusters` groups, fewer when there are fewer distinct rows.

    After `fit`: `centers_` [group, column] and `inertia_`, the sum of squared distances of the rows
    (times their weights) to their centers.
    """

    centers_: Floats
    inertia_: float

    def __init__(self, n_clusters: int = 4, *, seed: int = 0) -> None:
        self.n_clusters = n_clusters
        self.seed = seed

    def fit(self, X: Rows, sample_weight: Floats | None = None) -> KMeansClusters:
        """Learn the groups of rows [row, column]."""
        self._learn(X, checked_weight(X, sample_weight))
        return self

    def fit_predict(self, X: Rows) -> Ints:
        """Learn the groups and say each row's, without a pass more than learning takes."""
        return self._learn(X, checked_weight(X, None))

    def _learn(self, X: Rows, weight: Floats) -> Ints:
        _check(X)
        order = row_order(X)
        order = order[weight[order] > 0]
        if len(order) <= THREADED_FROM:
            rows, weight = X[order], weight[order]
            places = np.arange(len(order))
        else:
            # Sums over so many rows are the same in any order but for the last digit.
            rows, places = X, order
        count = min(self.n_clusters, distinct_count(rows, at_most=self.n_clusters))
        found = best_lloyd(rows, weight, count, seed=self.seed, places=places)
        by_center = np.lexsort(found.cluster_centers_.T[::-1])
        self.centers_ = found.cluster_centers_[by_center]
        self.inertia_ = float(found.inertia_)
        labels: Ints = np.argsort(by_center)[found.labels_]
        if rows is X:
            return labels
        own = np.zeros(len(X), dtype=np.int64)
        own[order] = labels
        return own

    def predict(self, X: Rows) -> Ints:
        """The nearest group of each row."""
        return nearest(X, self.centers_)


def ward(X: Rows, count: int, *, seed: int = 0) -> Ints:
    """The group of each row [row, column] in Ward's hierarchy cut into `count` groups."""
    _check(X)
    order = row_order(X)
    rows = X[order]
    joined = _some(len(rows), WARD_AT_MOST, seed)
    groups = _cut(rows[joined], count)
    centers = np.array([rows[joined][groups == one].mean(axis=0) for one in np.unique(groups)])
    by_center = np.lexsort(centers.T[::-1])
    found = nearest(rows, centers[by_center])
    found[joined] = np.argsort(by_center)[groups]
    labels = np.empty_like(found)
    labels[order] = found
    return labels


def row_order(X: Rows) -> Ints:
    """An order of the rows that does not depend on the order they come in.

    By one number a row, which tells rows apart unless they are equal; sorting by the columns one
    after the other takes five times as long.
    """
    number = np.zeros(len(X))
    for at, column in enumerate(X.T):
        number += column * np.sqrt(at + 2.0)
    return np.argsort(number, kind="stable")


def distinct_count(X: Rows, *, at_most: int) -> int:
    """How many different rows there are, counted no further than `at_most`."""
    some = X[:: max(len(X) // LOOKED_AT, 1)]
    if len(some) < len(X) and distinct_count(some, at_most=at_most) == at_most:
        return at_most  # enough without passing over all rows
    rest, count = X, 0
    while len(rest) and count < at_most:
        rest = rest[(rest != rest[0]).any(axis=1)]
        count += 1
    return count


def nearest(X: Rows, centers: Rows) -> Ints:
    """The place of the nearest center of each row; of equally near ones the first."""
    from sklearn.metrics import pairwise_distances_argmin

    with steady_threads(len(X)):
        return np.asarray(pairwise_distances_argmin(X, centers), dtype=np.int64)


def _check(X: Rows) -> None:
    if not len(X) or not np.isfinite(X).all():
        raise ValueError("no rows to group, or rows that are not finite")


def steady_threads(row_count: int) -> AbstractContextManager[Any]:
    """At most two threads: with more, the sums of floats come in another order each time. One for
    fewer rows, where threads mostly wait for each other (measured: 1.2 s against 17 s on a busy
    machine)."""
    import sklearn.cluster  # noqa: F401 - a limit reaches only what is loaded
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    return threadpool_limits(limits=2 if row_count > THREADED_FROM else 1)  # type: ignore[no-any-return]


def best_lloyd(
    rows: Rows,
    weight: Rows,
    count: int,
    *,
    seed: int,
    effort: Effort = THOROUGH,
    places: Ints | None = None,
) -> Any:
    """Scikit-learn's K-means from the best of some seedings: of all rows where they are few, else
    of a sample, so that there are few passes over all. `places` is their order to sample by."""
    from sklearn.cluster import KMeans

    at = _some(len(rows) if places is None else len(places), SEEDED_FROM, seed)
    at = at if places is None else places[at]
    with steady_threads(len(at)):
        found = KMeans(count, n_init=effort.seedings, random_state=seed, tol=effort.tolerance)
        found.fit(rows[at], sample_weight=weight[at])
    if len(at) == len(rows):
        return found
    first = found.cluster_centers_
    again = KMeans(count, init=first, n_init=1, tol=effort.tolerance, max_iter=effort.most_passes)
    with steady_threads(len(rows)):
        return again.fit(rows, sample_weight=weight)


def _some(count: int, at_most: int, seed: int) -> Ints:
    """Places of a seeded sample, ascending."""
    if count <= at_most:
        return np.arange(count)
    return np.sort(np.random.default_rng(seed).choice(count, at_most, replace=False))


def _cut(rows: Rows, count: int) -> Ints:
    """Ward's groups, numbered from 0."""
    from scipy.cluster.hierarchy import fcluster, linkage

    if len(rows) < 2:
        return np.zeros(len(rows), dtype=np.int64)
    count = min(count, distinct_count(rows, at_most=count))
    groups = fcluster(linkage(rows, method="ward"), count, criterion="maxclust")
    return np.asarray(groups, dtype=np.int64) - 1
