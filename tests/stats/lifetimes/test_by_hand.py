"""Single customers worked out by hand, the same as in docs/estimators.md; and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.stats.lifetimes.test_oracles import given

from zhibi.stats.identification import NotIdentifiedError
from zhibi.stats.lifetimes import (
    BGNBD,
    MBGCNBD,
    MBGNBD,
    NBD,
    GammaGamma,
    ParetoNBD,
    discounted_lifetime_value,
    histories,
)

ONE_ORDER = [[1.0, 1.0, 3.0]]  # one order after the first, at 1; watched until 3
ALL_ONE = {"r": 1.0, "alpha": 1.0, "a": 1.0, "b": 1.0}


@pytest.mark.parametrize(
    ("model", "chance"),
    [
        (given(NBD(), r=1.0, alpha=1.0), 1.0),
        (given(BGNBD(), **ALL_ONE), 1 / 5),
        (given(MBGNBD(), **ALL_ONE), 1 / 3),
        (given(MBGCNBD(), **ALL_ONE, k=2), 5 / 13),
        (given(ParetoNBD(), r=1.0, alpha=1.0, s=1.0, beta=1.0), 3 / 10),
    ],
    ids=["NBD", "BG/NBD", "MBG/NBD", "MBG/CNBD-2", "Pareto/NBD"],
)
def test_p_alive(model: Any, chance: float) -> None:
    assert model.p_alive(ONE_ORDER)[0] == pytest.approx(chance, rel=1e-12)


def test_who_ordered_once_is_alive_for_bg_nbd_alone() -> None:
    once = [[0.0, 0.0, 100.0]]
    assert given(BGNBD(), **ALL_ONE).p_alive(once)[0] == 1.0
    assert given(MBGNBD(), **ALL_ONE).p_alive(once)[0] == pytest.approx(1 / 102)


def test_expected_orders() -> None:
    """(r + x)/(α + T) = 2/4 of an order a week; with s = 1, half of four times log 2 if alive."""
    assert given(NBD(), r=1.0, alpha=1.0).expected_orders(ONE_ORDER, 4.0)[0] == 2.0
    pareto = given(ParetoNBD(), r=1.0, alpha=1.0, s=1.0, beta=1.0)
    assert pareto.expected_orders(ONE_ORDER, 4.0)[0] == pytest.approx(0.3 * 2 * np.log(2))


def test_expected_value() -> None:
    """2 · (30 + 2 · 60)/(2 · 2 + 3 − 1)."""
    model = given(GammaGamma(), p=2.0, q=3.0, gamma=30.0)
    assert model.expected_value([[2.0, 60.0], [0.0, 0.0]]).tolist() == [50.0, 30.0]
    assert np.isnan(given(model, q=0.9).expected_value([[0.0, 0.0]])).all()


def test_discounted_lifetime_value() -> None:
    """Half an order of 10 in each of two weeks, at 10 % a week: 5/1.1 + 5/1.21."""
    model = given(NBD(), r=1.0, alpha=1.0)
    value = discounted_lifetime_value(model, ONE_ORDER, 10.0, periods=2, discount=0.1)
    assert value[0] == pytest.approx(5 / 1.1 + 5 / 1.21)
    twice = discounted_lifetime_value(model, ONE_ORDER, 10.0, periods=2, discount=0.1, length=2.0)
    assert twice[0] == pytest.approx(2 * value[0])
    whole = discounted_lifetime_value(model, ONE_ORDER * 2, [1, 2], periods=8, discount=0)
    assert whole.tolist() == pytest.approx([4.0, 8.0])
    with pytest.raises(ValueError, match="periods"):
        discounted_lifetime_value(model, ONE_ORDER, 10.0, periods=0, discount=0.1)


def test_nothing_is_expected_in_no_time() -> None:
    model = given(MBGNBD(), **ALL_ONE)
    assert model.expected_orders(ONE_ORDER, 0.0)[0] == 0.0
    low, high = model.expected_orders_interval(ONE_ORDER, 0.0)
    assert (low[0], high[0]) == (0, 0)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([[1.5, 1.0, 3.0]], "whole"),
        ([[1.0, 4.0, 3.0]], "after the end"),
        ([[1.0, 0.0, 3.0]], "without orders, or missing"),
        ([[0.0, 1.0, 3.0]], "without orders, or missing"),
        ([[1.0, 3.0]], "3 columns"),
        ([1.0, 1.0, 3.0], "3 columns"),
    ],
)
def test_histories_that_cannot_be(rows: Any, said: str) -> None:
    for ask in (BGNBD().fit, given(BGNBD(), **ALL_ONE).p_alive):
        with pytest.raises(ValueError, match=said):
            ask(rows)


def test_questions_that_cannot_be() -> None:
    model = given(BGNBD(), **ALL_ONE)
    for t in (-1.0, np.nan, np.inf):
        with pytest.raises(ValueError, match="look ahead"):
            model.expected_orders(ONE_ORDER, t)
    for level in (0.0, 1.0, np.nan):
        with pytest.raises(ValueError, match="level"):
            model.expected_orders_interval(ONE_ORDER, 1.0, level=level)
    for params in ({"regularity": 0}, {"most_regular": 0}):
        with pytest.raises(ValueError, match="count from 1"):
            MBGCNBD(**params).fit([[1.0, 1.0, 3.0], [0.0, 0.0, 2.0]])
    with pytest.raises(ValueError, match="log gaps"):
        MBGCNBD().fit([[1.0, 1.0, 3.0, np.nan], [0.0, 0.0, 2.0, 0.0]])


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([[0.0, 0.0, 3.0], [0.0, 0.0, 4.0]], "no_repeat"),
        ([[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]], "no_time"),
        ([[2.0, 1.0, 3.0]] * 9, "all_alike"),
        ([[9.0, 29.0, 30.0], [10.0, 29.5, 30.0], [10.0, 29.0, 31.0]], "flat"),
    ],
)
def test_why_nothing_is_learnt(rows: Any, reason: str) -> None:
    for cls in (NBD, BGNBD, MBGNBD, ParetoNBD):
        with pytest.raises(NotIdentifiedError) as refusal:
            cls().fit(rows)
        assert refusal.value.reason == reason


def test_everybody_came_back() -> None:
    """Enough to learn from: rates differ, and some fell silent."""
    rng = np.random.default_rng(8)
    x = rng.geometric(0.2, 300).astype(float)
    T = np.full(300, 50.0)
    X = np.column_stack([x, np.where(rng.random(300) < 0.4, 10.0, 49.0), T])
    for cls in (NBD, BGNBD, MBGNBD, ParetoNBD):
        assert cls().fit(X).n_ == 300


def test_two_rows_with_one_hash_stay_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    X = np.random.default_rng(0).integers(0, 3, (200, 3)).astype(float)
    usual = histories.grouped(X)
    monkeypatch.setattr(histories, "MULTIPLIER", np.uint64(0))
    collided = histories.grouped(X)
    for groups in (usual, collided):
        assert len(groups.rows) == 27
        np.testing.assert_array_equal(groups.rows[groups.of], X)
