"""Standing among others, against leaving each out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhibi.stats.among_others import among_others


def test_by_hand() -> None:
    found = among_others(np.array([1.0, 2.0, 2.0, 4.0, np.nan]))
    assert found.n == 3
    assert found.below[:4].tolist() == [0, 0.5, 0.5, 1]
    assert found.middle[:4].tolist() == [2, 2, 2, 2]
    assert found.low[:4].tolist() == [2, 1.5, 1.5, 1.5]
    assert np.isnan(found.below[4])
    assert np.isnan(found.high[4])


@given(st.lists(st.one_of(st.integers(-5, 5).map(float), st.just(np.nan)), max_size=14))
def test_as_an_oracle_leaves_each_out(given_values: list[float]) -> None:
    values = np.array(given_values)
    found = among_others(values)
    for at, value in enumerate(values):
        others = np.array([v for n, v in enumerate(values) if n != at and not np.isnan(v)])
        if np.isnan(value) or not len(others):
            assert np.isnan(found.below[at])
            continue
        share = (np.sum(others < value) + np.sum(others == value) / 2) / len(others)
        assert found.below[at] == pytest.approx(share)
        quartiles = (found.low[at], found.middle[at], found.high[at])
        assert quartiles == pytest.approx(tuple(np.quantile(others, (0.25, 0.5, 0.75))))
