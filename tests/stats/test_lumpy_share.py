"""Against the binomial tail, added up."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest

from zhibi.stats.lumpy_share import chance_of_share, effective_number


def number_of(*amounts: float) -> float:
    total, squares = sum(amounts), sum(amount**2 for amount in amounts)
    return float(effective_number(np.array([total]), np.array([squares]))[0])


def test_equal_amounts_count_each_and_unequal_ones_less() -> None:
    assert number_of(5, 5, 5, 5) == 4
    assert number_of(97, 1, 1, 1) == pytest.approx(10_000 / 9_412)
    assert number_of(0) == 0


@pytest.mark.parametrize(("hits", "n", "expected"), [(1, 1, 0.2), (5, 7, 0.1), (3, 40, 0.07)])
def test_of_whole_numbers_it_is_the_binomial_tail(hits: int, n: int, expected: float) -> None:
    tail = sum(comb(n, k) * expected**k * (1 - expected) ** (n - k) for k in range(hits, n + 1))
    found = chance_of_share(np.array([hits / n]), np.array([float(n)]), np.array([expected]))
    assert found[0] == pytest.approx(tail, rel=1e-9)


def test_nothing_is_always_to_be_expected() -> None:
    assert chance_of_share(np.zeros(1), np.ones(1), np.full(1, 0.1))[0] == 1
