"""Accounts on the two axes of a matrix: a score on each, and the cell that puts them in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from zhibi.measures.criteria import Criteria, costs_most
from zhibi.stats.weighted_score import Scores, weighted_scores

if TYPE_CHECKING:
    import ibis.expr.types as ir

NOT_PLACED = "not placed"


@dataclass(frozen=True, slots=True)
class Axis:
    """Criteria with their weights, and the score from which an account is high."""

    weights: Mapping[str, float]
    cut: float


@dataclass(frozen=True)
class Placed:
    """Two scores an account, in the order of `criteria.accounts`, and its cell: its place in
    `names`, which are high–high, high–low, low–high, low–low (up first) and not placed."""

    criteria: Criteria
    axes: tuple[Axis, Axis]  # up, across
    scores: tuple[Scores, Scores]
    cell: NDArray[np.int64]
    names: tuple[str, ...]

    def rows(self) -> ir.Table:
        """The accounts with `place`, `cell`, `up`, `across`, `known_up` and `known_across`; a
        score of which nothing is known is null."""
        import ibis
        import pyarrow as pa

        found = self.criteria.accounts.append_column("place", pa.array(np.arange(len(self.cell))))
        names = pa.array(np.array([*self.names])[self.cell].tolist(), pa.string())
        found = found.append_column("cell", names)
        for name, scores in zip(("up", "across"), self.scores, strict=True):
            shown = pa.array(scores.score / 10, mask=scores.known == 0)
            found = found.append_column(name, shown)
            found = found.append_column(f"known_{name}", pa.array(scores.known))
        return ibis.memtable(found)

    def costs_most(self, account: int, axis: int) -> str:
        """The known criterion that costs an account the most points on an axis."""
        return costs_most(self.criteria.readings, self.axes[axis].weights, account)


def place(
    criteria: Criteria, up: Axis, across: Axis, *, names: tuple[str, ...], known: float
) -> Placed:
    """Place every account of whom at least `known` of each axis's weight is known. `names` are
    the four cells."""
    scores = tuple(
        weighted_scores(
            criteria.points(axis.weights), np.array([*axis.weights.values()], dtype=np.float64)
        )
        for axis in (up, across)
    )
    is_high, is_right = (
        one.score / 10 >= axis.cut for one, axis in zip(scores, (up, across), strict=True)
    )
    is_placed = np.minimum(*(one.known for one in scores)) >= max(known, 1e-9)
    cell = np.where(is_placed, 2 * ~is_high + ~is_right, len(names))
    return Placed(criteria, (up, across), (scores[0], scores[1]), cell, (*names, NOT_PLACED))
