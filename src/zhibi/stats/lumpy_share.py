"""How likely a share is by chance when it is made of few and unequal amounts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def effective_number(total: Floats, squares: Floats) -> Floats:
    """How many equal amounts are as lumpy as these: (Σa)² / Σa², by Kish (1965, §11.7).

    One large amount beside many small ones counts little more than one.
    """
    positive = np.where(squares > 0, squares, 1.0)
    return np.where(squares > 0, total * total / positive, 0.0)


def chance_of_share(share: Floats, number: Floats, expected: Floats) -> Floats:
    """The chance that `share` or more of `number` amounts fall where `expected` of them should.

    The binomial tail P(X ≥ share·number), with the incomplete beta function in place of the sum
    so that the number need not be whole: I_expected(x, number − x + 1).
    """
    from scipy.special import betainc

    hits = share * number
    is_above = hits > 0
    found = betainc(np.where(is_above, hits, 1.0), np.maximum(number - hits, 0.0) + 1.0, expected)
    return np.where(is_above, found, 1.0)
