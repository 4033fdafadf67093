"""The slope against SciPy's, and what it is for: one odd month does not bend it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import theilslopes

from zhibi.stats.slope import theil_sen


@given(st.lists(st.integers(-50, 50), min_size=4, max_size=30))
def test_the_same_as_scipy(values: list[int]) -> None:
    found = theil_sen(np.array(values, dtype=float))
    expected = theilslopes(values, np.arange(len(values)), 0.90)
    assert found
    assert (found.value, found.low, found.high) == pytest.approx(
        (expected[0], expected[2], expected[3])
    )


def test_one_odd_month_does_not_bend_it() -> None:
    values = np.arange(24, dtype=float)
    values[7] = 1000
    found = theil_sen(values)
    assert found
    assert found.value == 1
    assert found.n == 24


def test_too_few_values_have_no_slope() -> None:
    assert theil_sen(np.arange(3.0)) is None
