"""Points and weighted scores against plain sums in fractions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from zhibi.stats.weighted_score import percentile_points, weighted_scores

NAN = float("nan")


def test_points_are_mid_ranks_of_those_known() -> None:
    found = percentile_points(np.array([10.0, NAN, 30.0, 20.0, 20.0]))
    # Of four: below 10 nobody and half of itself, 0.5/4; the two 20s 1 + 1 of 4; 30 3.5/4.
    np.testing.assert_array_equal(found, [12.5, NAN, 87.5, 50.0, 50.0])


def test_equals_and_one_alone_are_in_the_middle() -> None:
    assert percentile_points(np.array([7.0, 7.0, 7.0])).tolist() == [50.0, 50.0, 50.0]
    assert percentile_points(np.array([7.0])).tolist() == [50.0]
    assert np.isnan(percentile_points(np.array([NAN]))).all()


def test_one_giant_moves_nobody_else() -> None:
    small = percentile_points(np.array([1.0, 2.0, 3.0, 4.0]))
    giant = percentile_points(np.array([1.0, 2.0, 3.0, 4e9]))
    assert small.tolist() == giant.tolist()


points = st.one_of(st.just(NAN), st.floats(0, 100))
tables = st.integers(1, 5).flatmap(
    lambda k: st.tuples(
        st.lists(st.lists(points, min_size=k, max_size=k), min_size=1, max_size=6),
        st.lists(st.integers(1, 50), min_size=k, max_size=k),
    )
)


@given(tables)
def test_contributions_add_up_to_the_weighted_mean_of_what_is_known(
    given_points: tuple[list[list[float]], list[int]],
) -> None:
    accounts, weights = given_points
    found = weighted_scores(np.array(accounts).T, np.array(weights, dtype=float))
    assert found.contributions.sum(axis=0).tolist() == found.score.tolist()
    for at, account in enumerate(accounts):
        known = [(w, Fraction(p)) for w, p in zip(weights, account, strict=True) if p == p]
        total = sum(w for w, _ in known)
        assert found.known[at] == total / sum(weights)
        exact = sum(w * p for w, p in known) * 10 / total if total else Fraction(0)
        assert abs(int(found.score[at]) - exact) <= Fraction(1, 2) + Fraction(1, 10**6)
        for k, (weight, point) in enumerate(zip(weights, account, strict=True)):
            part = Fraction(point) * weight * 10 / total if point == point else 0
            assert abs(int(found.contributions[k, at]) - part) < 1 + Fraction(1, 10**6)


def test_what_nobody_knows_scores_nothing() -> None:
    found = weighted_scores(np.array([[NAN], [NAN]]), np.array([1.0, 2.0]))
    assert (found.score[0], found.known[0]) == (0, 0.0)
