"""Weights of rows: how often each counts."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def checked_weight(X: NDArray[Any], given: NDArray[np.float64] | None) -> NDArray[np.float64]:
    """The weights of the rows of X, 1 each where none are given. ValueError unless there is one a
    row, none is negative and one is positive."""
    weight = np.ones(len(X)) if given is None else np.asarray(given, dtype=np.float64)
    is_sound = weight.shape == X.shape[:1] and np.isfinite(weight).all() and (weight >= 0).all()
    if not is_sound or not weight.any():
        raise ValueError("each row needs a weight of at least 0, and one row more than that")
    return weight
