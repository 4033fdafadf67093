"""What is known of each customer: how many orders followed the first, when the last one was, and
how long the customer has been watched. Checked here, and equal rows counted once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zhibi.stats.identification import NotIdentifiedError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # Knuth's, 2⁶⁴ / golden ratio
HALF = np.uint64(32)


@dataclass(frozen=True, slots=True)
class Groups:
    """Equal rows told apart from unequal ones: the distinct `rows`, and for each row given, which
    of them it is."""

    rows: Floats
    of: Ints

    def weights(self, each: Floats | None) -> Floats:
        """How often each distinct row stands in the data."""
        return np.bincount(self.of, each, minlength=len(self.rows)).astype(np.float64)


@dataclass(frozen=True, slots=True)
class Histories:
    """Distinct histories with how many customers have each.

    x: orders after the first; t_x: when the last of them was, counted from the first order (0 if
    none); T: how long ago the first order was. All in one unit of time.
    """

    x: Floats
    t_x: Floats
    T: Floats
    weight: Floats
    orders: tuple[Floats, Floats]  # the distinct x, and how many customers have each

    @property
    def n(self) -> float:
        return float(self.weight.sum())

    def blocks(self, size: int) -> Iterator[Histories]:
        """The same customers, at most `size` distinct histories at a time."""
        for at in range(0, len(self.x), size):
            yield self._part(slice(at, at + size))

    def every(self, step: int) -> Histories:
        """One in `step` of the distinct histories: a sample, for first guesses."""
        return self._part(slice(None, None, step))

    def _part(self, some: slice) -> Histories:
        return _histories(self.x[some], self.t_x[some], self.T[some], self.weight[some])


def histories(X: ArrayLike, sample_weight: ArrayLike | None) -> Histories:
    """Checked and grouped rows (x, t_x, T), of customers who tell a model something.

    Raises ValueError for rows that cannot be, NotIdentifiedError where nothing can be learnt.
    """
    rows, weight = weighted(checked(X), sample_weight)
    x, t_x, T = rows.T
    if not T.any():
        raise NotIdentifiedError("no_time")
    if not x.any():
        raise NotIdentifiedError("no_repeat")
    if len(rows) == 1:
        raise NotIdentifiedError("all_alike")
    return _histories(x, t_x, T, weight)


def _histories(x: Floats, t_x: Floats, T: Floats, weight: Floats) -> Histories:
    counts, of = np.unique(x, return_inverse=True)
    x, t_x, T, weight = (np.ascontiguousarray(column) for column in (x, t_x, T, weight))
    return Histories(x, t_x, T, weight, (counts, np.bincount(of, weight).astype(np.float64)))


def weighted(X: Floats, sample_weight: ArrayLike | None) -> tuple[Floats, Floats]:
    """Distinct rows and their weights; a weight is a repetition, and 0 leaves a row out."""
    if sample_weight is not None:
        each = np.asarray(sample_weight, dtype=np.float64)
        if each.shape != (len(X),) or not np.isfinite(each).all() or (each < 0).any():
            raise ValueError("sample_weight takes one number from 0 up for each row")
        X, each = X[each > 0], each[each > 0]
        if not len(X):
            raise ValueError("every row has weight 0")
    groups = grouped(X)
    return groups.rows, groups.weights(None if sample_weight is None else each)


def checked(X: ArrayLike) -> Floats:
    """(n, 3) histories that can be: whole x ≥ 0, 0 ≤ t_x ≤ T, and t_x > 0 only after an order."""
    rows = table(X, columns=3)
    x, t_x, T = rows.T
    if (x != np.floor(x)).any():
        raise ValueError("the number of orders (column 0) must be whole")
    if (t_x > T).any():
        raise ValueError("a last order (column 1) lies after the end of observation (column 2)")
    if ((x > 0) != (t_x > 0)).any():
        raise ValueError("a time of the last order (column 1) is there without orders, or missing")
    return rows


def table(X: ArrayLike, *, columns: int) -> Floats:
    """A non-empty table of finite numbers that are not negative."""
    rows = np.asarray(X, dtype=np.float64)
    if rows.ndim != 2 or rows.shape[1] != columns or not len(rows):
        raise ValueError(f"expected rows of {columns} columns, got an array of {rows.shape}")
    # One pass: nan fails both comparisons.
    if not (rows.min() >= 0 and rows.max() < np.inf):
        raise ValueError("numbers must be finite and not negative")
    return rows


def period(t: float) -> float:
    """A checked length of time to look ahead."""
    if not 0 <= t < np.inf:
        raise ValueError("the time to look ahead must be finite and not negative")
    return float(t)


def grouped(X: Floats) -> Groups:
    """Groups equal rows, in an order that depends on the rows alone.

    Rows are sorted by a hash of their bits, which makes room for the row's number below: np.unique
    over rows takes twenty times longer, and a fit of a million customers would be mostly that.
    """
    key = np.zeros(len(X), dtype=np.uint64)
    for column in X.T:
        key ^= (column + 0.0).view(np.uint64)  # of the two zeros, one
        key *= MULTIPLIER
        key ^= key >> HALF
    bits = np.uint64(len(X).bit_length())
    packed = np.sort((key >> bits << bits) | np.arange(len(X), dtype=np.uint64))
    order = (packed - (packed >> bits << bits)).view(np.int64)
    is_new = np.append(True, np.diff(packed >> bits) != 0)
    rows = X[order[is_new]]
    of = np.empty(len(X), dtype=np.int64)
    of[order] = np.cumsum(is_new) - 1
    columns = np.ascontiguousarray(rows.T)
    if any((ours[of] != column).any() for ours, column in zip(columns, X.T, strict=True)):
        rows, of = np.unique(X, axis=0, return_inverse=True)  # two rows with one hash
    return Groups(rows, of.ravel())
