"""How many groups are there, if any?

Rows are drawn again with replacement (as weights), K-means is fitted to two such draws, and both
fits label all rows: their adjusted Rand index (Hubert & Arabie 1985) is 1 when the same groups come
back and 0 when they agree by chance (Ben-Hur, Elisseeff & Guyon 2002; Hennig 2007). By itself this
favours few groups, and long-drawn data without any are cut in the same places each time. So the
same figure of structureless data, one normal cloud of the same covariance drawn anew each time, is
taken off:

    excess(k) = mean ARI of the rows − mean ARI of such clouds                    (1)
    noise(k)  = √(s²/R + s₀²/R + s₀²), from the R draws of each                   (2)

The last term of (2) is there because some clouds are cut in the same places by chance, and the
rows are but one (without it, one cloud in ten had "natural" groups). A number of groups is natural
when excess > CLEAR · noise, the mean ARI is at least RETURNS, and within AS_WELL of the best
number's; of several the largest is taken. The last two conditions are needed: where there are six
groups, seven come back better than chance too, as five of them stay whole (measured: ARI .96 at
six, .85 at seven, .67 at ten).

Not for fewer than some dozens of rows. Groups of other shapes than a cloud count as structure, also
one skewed cloud: scale first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from zhibi.stats.clusters import (
    Effort,
    Floats,
    Ints,
    KMeansClusters,
    best_lloyd,
    distinct_count,
    row_order,
    steady_threads,
)

DRAWS = 10
CLEAR = 2.0  # times the noise
AS_WELL = 0.05
RETURNS = 0.75  # adjusted Rand index; Hennig calls groups below this no stable pattern
# The centers of two draws differ by more than is left to go; a cloud would take hundreds of passes.
BRIEF = Effort(seedings=4, tolerance=1e-3, most_passes=50)
SAMPLED = 50_000
INDEXED = 2_000  # rows the silhouette is taken of: it measures all pairs

Singles = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Stability:
    """How well `count` groups come back, and the usual indices (shown, not trusted: they favour
    two groups)."""

    count: int
    agreement: float  # mean adjusted Rand index of pairs of draws
    structureless: float  # the same of clouds without groups
    noise: float  # equation (2)
    silhouette: float  # higher is better, −1 … 1
    calinski_harabasz: float  # higher is better
    davies_bouldin: float  # lower is better
    inertia: float

    @property
    def excess(self) -> float:
        return self.agreement - self.structureless

    @property
    def is_clear(self) -> bool:
        return self.excess > CLEAR * self.noise


def stability(X: Floats, counts: Sequence[int], *, seed: int = 0) -> tuple[Stability, ...]:
    """How well each number of groups comes back, from a seeded sample of at most SAMPLED rows.

    Numbers that are not below that of distinct rows are left out.
    """
    rng = np.random.default_rng(seed)
    rows = X[row_order(X)]
    if len(rows) > SAMPLED:
        rows = rows[np.sort(rng.choice(len(rows), SAMPLED, replace=False))]
    distinct = distinct_count(rows, at_most=max(counts, default=0) + 1)
    # Single precision: the draws differ by far more, and a pass takes half the time.
    singles = rows.astype(np.float32)
    with steady_threads(len(rows)):
        return tuple(_one(singles, count, rng) for count in counts if count < distinct)


def natural_count(found: Sequence[Stability]) -> int | None:
    """The natural number of groups; None when there is none."""
    clear = [one for one in found if one.is_clear and one.agreement >= RETURNS]
    best = max((one.agreement for one in clear), default=0.0)
    return max((one.count for one in clear if one.agreement >= best - AS_WELL), default=None)


def _one(rows: Singles, count: int, rng: np.random.Generator) -> Stability:
    own = np.array([_agreement(rows, count, rng, draws=2) for _ in range(DRAWS)])
    none = np.array([_agreement(_cloud(rows, rng), count, rng, draws=3) for _ in range(DRAWS)])
    fitted = KMeansClusters(count, seed=int(rng.integers(2**31)))
    labels = fitted.fit_predict(rows)
    return Stability(
        count=count,
        agreement=float(own.mean()),
        structureless=float(none.mean()),
        noise=float(np.sqrt((own.var(ddof=1) + (DRAWS + 1) * none.var(ddof=1)) / DRAWS)),
        inertia=fitted.inertia_,
        **_indices(rows, labels, rng),
    )


def _agreement(rows: Singles, count: int, rng: np.random.Generator, *, draws: int) -> float:
    """The adjusted Rand index between fits to some draws, mean of their pairs."""
    from sklearn.metrics import adjusted_rand_score

    labels = [_labels_of_draw(rows, count, rng) for _ in range(draws)]
    return float(np.mean([adjusted_rand_score(a, b) for a, b in combinations(labels, 2)]))


def _labels_of_draw(rows: Singles, count: int, rng: np.random.Generator) -> Ints:
    drawn = np.bincount(rng.integers(len(rows), size=len(rows)), minlength=len(rows))
    seed = int(rng.integers(2**31))
    weight = drawn.astype(np.float32)
    found = best_lloyd(rows, weight, count, seed=seed, effort=BRIEF)
    return np.asarray(found.labels_)


def _cloud(rows: Singles, rng: np.random.Generator) -> Singles:
    """As many rows of one normal distribution with the covariance of the rows."""
    size, turn = np.linalg.eigh(np.atleast_2d(np.cov(rows.T)))
    root = turn * np.sqrt(np.maximum(size, 0))
    drawn = rng.standard_normal(rows.shape) @ root.T
    cloud: Singles = (drawn + rows.mean(axis=0)).astype(np.float32)
    return cloud


def _indices(rows: Singles, labels: Ints, rng: np.random.Generator) -> dict[str, float]:
    from sklearn.metrics import (
        calinski_harabasz_score,
        davies_bouldin_score,
        silhouette_score,
    )

    some = np.sort(rng.choice(len(rows), min(len(rows), INDEXED), replace=False))
    is_split = 1 < len(np.unique(labels[some])) < len(some)
    return {
        "silhouette": float(silhouette_score(rows[some], labels[some])) if is_split else 0.0,
        "calinski_harabasz": float(calinski_harabasz_score(rows, labels)),
        "davies_bouldin": float(davies_bouldin_score(rows, labels)),
    }
