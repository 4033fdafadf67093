"""Likeness against the equations its weights must solve, and values it must not trust."""

from __future__ import annotations

import random

import numpy as np
import pytest

from zhibi.stats.likeness import FEWEST, RIDGE, Values, fit_likeness


def drawn(count: int) -> tuple[list[Values], list[bool]]:
    random.seed(3)
    rows: list[Values] = [
        (random.choice("abc"), random.choice(["x", "y", None])) for _ in range(count)
    ]
    weight = {"a": 1.5, "b": 0.0, "c": -1.5, "x": 1.0, "y": -1.0, None: 0.0}
    odds = [weight[one] + weight[other] for one, other in rows]
    return rows, [random.random() < 1 / (1 + np.exp(-each)) for each in odds]


def test_the_weights_solve_the_ridge_equations() -> None:
    """Σ (yᵢ − pᵢ) over the rows with a value = its weight ÷ RIDGE; over all rows, 0."""
    rows, member = drawn(300)
    model = fit_likeness(rows, member)
    left = np.array(member) - model.predict(rows)
    assert left.sum() == pytest.approx(0, abs=0.05)
    assert len(model.weights) == 5
    for (at, value), weight in model.weights.items():
        has_it = np.array([row[at] == value for row in rows])
        assert left[has_it].sum() == pytest.approx(weight / RIDGE, abs=0.05)


def test_a_planted_order_of_values_comes_back() -> None:
    rows, member = drawn(4000)
    weights = fit_likeness(rows, member).weights
    assert weights[0, "a"] > weights[0, "b"] > weights[0, "c"]
    assert weights[1, "x"] - weights[1, "y"] == pytest.approx(2.0, abs=0.35)


def test_rare_and_unknown_values_say_nothing() -> None:
    rows: list[Values] = [("a", None)] * 40 + [("b", None)] * 40 + [("a", "rare")] * (FEWEST - 1)
    member = [at % 4 > 0 for at in range(40)] + [at % 4 == 0 for at in range(39 + FEWEST)]
    model = fit_likeness(rows, member)
    a, b, rare, unknown = model.predict([("a", None), ("b", None), ("a", "rare"), (None, None)])
    assert b < unknown < a
    assert rare == a


def test_without_any_value_it_is_the_share_of_the_class() -> None:
    model = fit_likeness([(None,)] * 8, [True, False] * 4)
    assert model.predict([(None,)])[0] == pytest.approx(0.5)
    assert model.parts(("never seen",)) == {}
