"""Wilson's interval against published values."""

import pytest

from zhibi.stats.proportions import apart, difference, wilson


def test_a_published_interval() -> None:
    """Newcombe (1998), table I: 81 of 263 and 15 of 148, Wilson score method."""
    many, few = wilson(81, 263), wilson(15, 148)
    assert (round(many.low, 4), round(many.high, 4)) == (0.2553, 0.3662)
    assert (round(few.low, 4), round(few.high, 4)) == (0.0624, 0.1605)


@pytest.mark.parametrize(("hits", "n"), [(0, 20), (1, 29), (29, 29)])
def test_it_stays_a_share(hits: int, n: int) -> None:
    found = wilson(hits, n)
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert found.low < found.high


def test_nothing_counted_is_unknown() -> None:
    assert wilson(0, 0) is None


def test_none_and_all_are_bounds_by_themselves() -> None:
    for n in range(1, 60):
        none, every = wilson(0, n), wilson(n, n)
        assert none is not None
        assert every is not None
        assert (none.low, every.high) == (0.0, 1.0)


def test_a_published_difference() -> None:
    """Newcombe (1998), on differences of proportions, table II: 56/70 − 48/80, method 10."""
    gap = difference(wilson(56, 70), wilson(48, 80))
    assert (round(gap.low, 4), round(gap.high, 4), gap.n) == (0.0524, 0.3339, 150)
    assert apart(wilson(56, 70), wilson(48, 80))
    assert apart(wilson(48, 80), wilson(56, 70))
    assert not apart(wilson(5, 10), wilson(6, 10))
