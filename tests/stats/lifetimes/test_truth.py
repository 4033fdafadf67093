"""Simulated customers whose truth is known: parameters come back within their standard errors, and
forecasts come true."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from tests.stats.lifetimes.simulated import Truth, customers, order_values

from zhibi.stats.lifetimes import BGNBD, MBGCNBD, MBGNBD, NBD, GammaGamma, OrderModel, ParetoNBD

TRUTHS: dict[str, tuple[OrderModel, Truth, tuple[float, ...]]] = {
    "NBD": (NBD(), Truth(0.8, 6.0, leaving="never"), (0.8, 6.0)),
    "BG": (BGNBD(), Truth(0.8, 6.0, 0.9, 2.5), (0.8, 6.0, 0.9, 2.5)),
    "MBG": (MBGNBD(), Truth(0.8, 6.0, 0.9, 2.5, "after_any"), (0.8, 6.0, 0.9, 2.5)),
    "Pareto": (ParetoNBD(), Truth(0.8, 6.0, 0.7, 15.0, "any_time"), (0.8, 6.0, 0.7, 15.0)),
    "CNBD-3": (MBGCNBD(), Truth(1.2, 3.0, 0.9, 2.5, "after_any", 3), (1.2, 3.0, 0.9, 2.5)),
}
AHEAD = 30.0


@cache
def drawn(name: str) -> tuple[np.ndarray, np.ndarray]:
    return customers(TRUTHS[name][1], 3000, seed=11, ahead=AHEAD)


@cache
def fitted(name: str) -> OrderModel:
    X = drawn(name)[0]
    return type(TRUTHS[name][0])().fit(X if name.startswith("CNBD") else X[:, :3])


@pytest.mark.parametrize("name", TRUTHS)
def test_the_truth_is_within_standard_errors(name: str) -> None:
    model, truth = fitted(name), TRUTHS[name][2]
    for parameter, true in zip(model.NAMES, truth, strict=True):
        error = model.std_errors_[parameter]
        assert 0.01 * true < error < 0.5 * true
        assert getattr(model, f"{parameter}_") == pytest.approx(true, abs=2.5 * error)


@pytest.mark.parametrize("name", TRUTHS)
def test_forecasts_come_true(name: str) -> None:
    """In all, and for the half of customers with more orders expected, within 3 standard errors."""
    X, later = drawn(name)
    expected = fitted(name).expected_orders(X[:, :3], AHEAD)
    for some in (expected >= 0, expected > np.median(expected), X[:, 0] == 0):
        apart = (later - expected)[some]
        assert abs(apart.sum()) < 3 * apart.std() * np.sqrt(len(apart))
    alive = fitted(name).p_alive(X[:, :3])
    assert (later[alive < 0.02] > 0).mean() < 0.02 if (alive < 0.02).any() else name == "NBD"


@pytest.mark.parametrize("name", TRUTHS)
def test_intervals_hold_what_they_say(name: str) -> None:
    """Four fifths or more, but no more than the counts being whole explains."""
    X, later = drawn(name)
    low, high = fitted(name).expected_orders_interval(X[:, :3], AHEAD, level=0.8)
    assert (later < low).mean() < 0.1 + 3 * np.sqrt(0.09 / len(X))
    assert (later > high).mean() < 0.1 + 3 * np.sqrt(0.09 / len(X))
    busy = high > 10  # where one order more or less matters little
    assert (later > high)[busy].mean() > 0.03
    assert ((later >= low) & (later <= high)).mean() > 0.8


def test_standard_errors_are_those_of_repeated_samples() -> None:
    truth = (0.8, 6.0, 0.9, 2.5)
    scores = []
    for seed in range(25):
        model = BGNBD().fit(customers(Truth(*truth), 500, seed=seed)[0][:, :3])
        scores += [
            np.log(getattr(model, f"{name}_") / true) / model.std_errors_[name] * true
            for name, true in zip(model.NAMES, truth, strict=True)
        ]
    assert np.sqrt(np.mean(np.square(scores))) == pytest.approx(1.0, abs=0.25)


def test_regularity_is_found() -> None:
    """With the gaps three stages stand far out; x, t_x and T alone tell them too."""
    X = drawn("CNBD-3")[0]
    with_gaps, without = fitted("CNBD-3"), MBGCNBD().fit(X[:, :3])
    assert with_gaps.k_ == 3
    assert with_gaps.log_likelihoods_[3] - with_gaps.log_likelihoods_[4] > 20
    assert without.k_ in (2, 3, 4)


def test_one_stage_is_mbg_nbd() -> None:
    """Whether or not the gaps are known; and irregular customers are not called regular."""
    X = drawn("MBG")[0]
    usual = MBGNBD().fit(X[:, :3])
    for one in (
        MBGCNBD(regularity=1).fit(X),
        MBGCNBD(regularity=1).fit(X[:, :3]),
        MBGCNBD().fit(X),
    ):
        assert one.k_ == 1
        assert [getattr(one, f"{name}_") for name in one.NAMES] == [
            getattr(usual, f"{name}_") for name in usual.NAMES
        ]
        assert one.log_likelihood_ == usual.log_likelihood_
        np.testing.assert_array_equal(
            one.expected_orders(X[:, :3], 9.0), usual.expected_orders(X[:, :3], 9.0)
        )


def test_grouped_rows_carry_the_mean_of_their_log_gaps() -> None:
    X = customers(TRUTHS["CNBD-3"][1], 600, seed=2)[0]
    X[:, 1:3] = np.ceil(X[:, 1:3] / 8) * 8
    rows, of, count = np.unique(X[:, :3], axis=0, return_inverse=True, return_counts=True)
    assert len(rows) < len(X)
    means = np.bincount(of.ravel(), X[:, 3]) / count
    grouped = MBGCNBD().fit(np.column_stack([rows, means]), sample_weight=count)
    single = MBGCNBD().fit(X)
    assert grouped.k_ == single.k_
    assert grouped.log_likelihood_ == pytest.approx(single.log_likelihood_, rel=1e-10)


def test_the_unit_of_time_is_no_matter() -> None:
    X = drawn("Pareto")[0][:, :3]
    for cls in (NBD, BGNBD, MBGNBD, ParetoNBD):
        weeks, days = cls().fit(X), cls().fit(X * [1, 7, 7])
        assert days.alpha_ == pytest.approx(7 * weeks.alpha_, rel=1e-5)
        np.testing.assert_allclose(
            days.expected_orders(X * [1, 7, 7], 91.0), weeks.expected_orders(X, 13.0), rtol=1e-5
        )


def test_values_come_back() -> None:
    model = GammaGamma().fit(order_values(3000, seed=1))
    for name, true in (("p", 6.0), ("q", 4.0), ("gamma", 15.0)):
        assert getattr(model, f"{name}_") == pytest.approx(true, abs=2.5 * model.std_errors_[name])
