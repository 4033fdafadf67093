"""How much rows of named values look like those of one class: a logistic regression over which
values a row has, its weights drawn towards zero (ridge), so that a value seen a few times says
little. A value that is unknown, or was seen fewer than FEWEST times, says nothing at all.

The intercept is not drawn: over the rows it was fitted to, the mean prediction is the share of the
class. Needs both classes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FEWEST = 3
RIDGE = 0.3  # inverse of the pull towards zero, as scikit-learn's C

Values = tuple[str | None, ...]  # one a feature, None where unknown


@dataclass(frozen=True, slots=True)
class Likeness:
    """`weights` by (feature, value): log-odds that having the value adds."""

    intercept: float
    weights: dict[tuple[int, str], float]

    def predict(self, rows: Sequence[Values]) -> NDArray[np.float64]:
        """The probability of the class for each row."""
        odds = [self.intercept + sum(self.parts(row).values()) for row in rows]
        return 1.0 / (1.0 + np.exp(-np.array(odds, dtype=np.float64)))

    def parts(self, row: Values) -> dict[int, float]:
        """What each known feature of a row adds to its log-odds."""
        pairs = [(at, value) for at, value in enumerate(row) if value is not None]
        return {at: self.weights[at, value] for at, value in pairs if (at, value) in self.weights}


def fit_likeness(rows: Sequence[Values], is_member: Sequence[bool]) -> Likeness:
    """Learn from rows of which is known whether they belong to the class."""
    counts = Counter(
        (at, value) for row in rows for at, value in enumerate(row) if value is not None
    )
    known = sorted(pair for pair, count in counts.items() if count >= FEWEST)
    column = {pair: at for at, pair in enumerate(known)}
    share = float(np.mean(is_member))
    if not known:
        return Likeness(float(np.log(share / (1 - share))), {})
    matrix = np.zeros((len(rows), len(known)))
    for number, row in enumerate(rows):
        for at, value in enumerate(row):
            if value is not None and (at, value) in column:
                matrix[number, column[at, value]] = 1.0
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=RIDGE, max_iter=1000).fit(matrix, np.array(is_member))
    weights = dict(zip(known, fitted.coef_[0].tolist(), strict=True))
    return Likeness(float(fitted.intercept_[0]), weights)
