"""What holds for every estimator: a class with `fit` below `zhibi.stats`, found by looking.

The convention (scikit-learn's, without its classes):
- `__init__` stores its arguments under their own names and does nothing else; `fit` leaves them.
- `fit` takes arrays with one row an observation, returns the estimator, and keeps what it learnt in
  public attributes that end in an underscore, and nowhere else. It never writes into its arguments.
- The same data give the same bytes, whatever was fitted before; the order of rows is no matter.
- Where `fit` takes `sample_weight`, a weight is a repetition, and 0 leaves a row out.
- Rows that cannot be (nan, infinite and, where they make no sense, negative numbers; no rows at
  all) raise ValueError; sound rows that show too little raise its subclass NotIdentifiedError,
  whose `reason` the methods turn into a sentence for a person.

A new estimator needs an example below.
"""

from __future__ import annotations

import importlib
import inspect
import pickle
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, get_args

import numpy as np
import pytest
from tests.stats.lifetimes.simulated import histories, order_values

from zhibi import stats
from zhibi.stats.clusters import KMeansClusters, Scaling
from zhibi.stats.identification import NotIdentifiedError, Reason
from zhibi.stats.lifetimes import (
    BGNBD,
    MBGCNBD,
    MBGNBD,
    NBD,
    GammaGamma,
    OrderModel,
    ParetoNBD,
)
from zhibi.stats.rate_shrinkage import RateShrinkage
from zhibi.stats.shrinkage import GapShrinkage, LogGaps
from zhibi.stats.survival import LifeTable


@dataclass(frozen=True)
class Example:
    """A fresh estimator, what its `fit` is given, and a question to the fitted one whose answer has
    an element for each row of the first argument.

    `refused`: what no cell of the first argument may be, if that is an array.
    `too_little`: sound arguments of `fit` that identify nothing.
    """

    estimator: Any
    given: tuple[Any, ...]
    ask: Callable[[Any, Any], np.ndarray]
    refused: tuple[float, ...] = (np.nan, np.inf, -1.0)
    too_little: tuple[tuple[Any, ...], ...] = ()

    @property
    def takes_arrays(self) -> bool:
        return isinstance(self.given[0], np.ndarray)

    def fit(self, *given: Any, **weight: Any) -> Any:
        return self.fresh().fit(*given, **weight)

    def fresh(self) -> Any:
        return type(self.estimator)(**params(self.estimator))


EXAMPLES: dict[type, Callable[[], Example]] = {}


def example(*classes: type) -> Callable[[Callable[[type], Example]], object]:
    """Registers the example of some classes."""

    def register(make: Callable[[type], Example]) -> object:
        EXAMPLES.update({cls: lambda cls=cls: make(cls) for cls in classes})
        return make

    return register


@example(NBD, BGNBD, MBGNBD, ParetoNBD, MBGCNBD)
def _orders(cls: type[OrderModel]) -> Example:
    nobody_back = np.array([[0.0, 0.0, 10.0], [0.0, 0.0, 20.0]])
    return Example(
        cls(),
        (histories(400, seed=3),),
        lambda fitted, X: fitted.expected_orders(X, 26.0),
        too_little=(
            (nobody_back,),
            (np.zeros((5, 3)),),
            (np.tile([3.0, 20.0, 30.0], (50, 1)),),
            (np.array([[3.0, 20.0, 30.0]]),),
            # All order at one rate and nobody leaves: nothing varies.
            (np.array([[9.0, 29.0, 30.0], [10.0, 29.5, 30.0], [10.0, 29.0, 31.0]]),),
        ),
    )


@example(GammaGamma)
def _values(cls: type[GammaGamma]) -> Example:
    return Example(
        cls(),
        (order_values(300, seed=4),),
        lambda fitted, X: fitted.expected_value(X),
        refused=(np.nan, np.inf, -1.0, 0.0),
        too_little=(
            (np.array([[2.0, 30.0]]),),
            (np.array([[2.0, 30.0], [3.0, 30.0]]),),
            (np.array([[1.0, 30.0], [1.0, 40.0], [1.0, 90.0]]),),
        ),
    )


@example(GapShrinkage)
def _gaps(cls: type[GapShrinkage]) -> Example:
    rng = np.random.default_rng(5)
    n = rng.integers(0, 9, 200)
    squares = np.where(n > 1, rng.gamma(2.0, 0.3, 200), 0.0)
    given = LogGaps(n, rng.normal(3.0, 0.5, 200) * (n > 0), squares, rng.integers(0, 3, 200))
    return Example(cls(), (given,), lambda fitted, gaps: fitted.predict(gaps).quantile(0.9))


@example(KMeansClusters)
def _clusters(cls: type[KMeansClusters]) -> Example:
    rng = np.random.default_rng(6)
    centers = np.array([[0.0, 0.0], [9.0, 1.0], [1.0, 9.0]])
    rows = centers[rng.integers(3, size=150)] + rng.normal(size=(150, 2))
    return Example(
        cls(3, seed=2), (rows,), lambda fitted, X: fitted.predict(X), refused=(np.nan, np.inf)
    )


@example(Scaling)
def _scaling(cls: type[Scaling]) -> Example:
    rows = np.random.default_rng(7).lognormal(3.0, 1.0, (90, 2))
    return Example(
        cls((True, False)), (rows,), lambda fitted, X: fitted.transform(X)[:, 0], refused=(np.inf,)
    )


@example(LifeTable)
def _lifetimes(cls: type[LifeTable]) -> Example:
    rng = np.random.default_rng(8)
    rows = np.column_stack([rng.integers(1, 15, 120), rng.integers(0, 3, 120)]).astype(float)
    return Example(
        cls(), (rows,), lambda fitted, X: fitted.predict(X[:, 0]), refused=(np.nan, np.inf, -1, 0.5)
    )


@example(RateShrinkage)
def _rates(cls: type[RateShrinkage]) -> Example:
    rng = np.random.default_rng(9)
    tries = rng.integers(1, 30, 100)
    rows = np.column_stack([rng.binomial(tries, rng.beta(2, 5, 100)), tries]).astype(float)
    return Example(
        cls(), (rows,), lambda fitted, X: fitted.predict(X), too_little=((np.zeros((3, 2)),),)
    )


def found() -> Iterator[type]:
    """Every estimator below zhibi.stats."""
    for module in pkgutil.walk_packages(stats.__path__, f"{stats.__name__}."):
        for _, cls in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            is_own = cls.__module__ == module.name
            if is_own and hasattr(cls, "fit") and not inspect.isabstract(cls):
                yield cls


CLASSES = sorted(found(), key=lambda cls: cls.__qualname__)


@pytest.fixture(params=CLASSES, ids=lambda cls: cls.__name__)
def case(request: pytest.FixtureRequest) -> Example:
    assert request.param in EXAMPLES, f"{request.param.__name__} needs an example in {__file__}"
    return EXAMPLES[request.param]()


def params(estimator: Any) -> dict[str, Any]:
    """What `__init__` was given."""
    return {
        name: getattr(estimator, name) for name in inspect.signature(type(estimator)).parameters
    }


def learnt(estimator: Any) -> dict[str, Any]:
    return {name: value for name, value in vars(estimator).items() if name.endswith("_")}


def numbers(value: Any) -> list[float]:
    """All numbers of a nested value, in a fixed order."""
    if is_dataclass(value):
        value = [getattr(value, field.name) for field in fields(value)]
    if isinstance(value, dict):
        value = [item for key in sorted(value) for item in (value[key],)]
    if isinstance(value, list | tuple):
        return [number for item in value for number in numbers(item)]
    return np.asarray(value, dtype=np.float64).ravel().tolist()


def taken(given: tuple[Any, ...], rows: Any) -> tuple[Any, ...]:
    """Some rows of every argument."""
    return tuple(one[rows] if isinstance(one, np.ndarray) else one.take(rows) for one in given)


def count(given: tuple[Any, ...]) -> int:
    first = given[0]
    return len(first if isinstance(first, np.ndarray) else getattr(first, fields(first)[0].name))


def shuffled(given: tuple[Any, ...]) -> np.ndarray:
    return np.random.default_rng(0).permutation(count(given))


def arrays(value: Any) -> list[np.ndarray]:
    if isinstance(value, np.ndarray):
        return [value]
    return [getattr(value, field.name) for field in fields(value)]


def test_the_folder_is_searched() -> None:
    assert {BGNBD, GapShrinkage} <= set(CLASSES)
    assert OrderModel not in CLASSES
    assert set(EXAMPLES) <= set(CLASSES)


def test_init_only_stores(case: Example) -> None:
    assert vars(case.fresh()) == params(case.estimator)


def test_fit_returns_itself_and_learns_only_underscored(case: Example) -> None:
    estimator = case.fresh()
    before = params(estimator)
    assert estimator.fit(*case.given) is estimator
    assert params(estimator) == before
    assert learnt(estimator)
    assert set(vars(estimator)) == set(before) | set(learnt(estimator))
    assert not [name for name in learnt(estimator) if name.startswith("_")]


def test_the_same_data_give_the_same_bytes_whatever_came_before(case: Example) -> None:
    estimator = case.fit(*case.given)
    first = pickle.dumps(learnt(estimator))
    estimator.fit(*taken(case.given, np.arange(count(case.given) // 2)))
    assert pickle.dumps(learnt(estimator)) != first
    estimator.fit(*case.given)
    assert numbers(learnt(estimator)) == numbers(pickle.loads(first))
    assert pickle.dumps(learnt(case.fit(*case.given))) == first


def test_the_order_of_rows_is_no_matter(case: Example) -> None:
    order = shuffled(case.given)
    usual, other = case.fit(*case.given), case.fit(*taken(case.given, order))
    np.testing.assert_allclose(numbers(learnt(other)), numbers(learnt(usual)), rtol=1e-7)
    (rows,) = taken(case.given[:1], order)
    np.testing.assert_allclose(
        case.ask(usual, rows), case.ask(usual, case.given[0])[order], rtol=1e-12
    )


def test_a_row_is_answered_alone_as_in_company(case: Example) -> None:
    estimator = case.fit(*case.given)
    answers = case.ask(estimator, case.given[0])
    assert answers.shape == (count(case.given),)
    assert np.isfinite(answers).all()
    for row in range(5):
        (alone,) = taken(case.given[:1], np.array([row]))
        np.testing.assert_allclose(case.ask(estimator, alone), answers[row], rtol=1e-12)


def test_a_weight_is_a_repetition(case: Example) -> None:
    if not takes_weight(case):
        return
    times = np.random.default_rng(1).integers(0, 4, count(case.given))
    repeated = case.fit(*taken(case.given, np.repeat(np.arange(len(times)), times)))
    weighted = case.fit(*case.given, sample_weight=times.astype(float))
    np.testing.assert_allclose(numbers(learnt(weighted)), numbers(learnt(repeated)), rtol=1e-9)


def test_weights_that_cannot_be_are_refused(case: Example) -> None:
    if not takes_weight(case):
        return
    ones = np.ones(count(case.given))
    for wrong in (-ones, ones * np.nan, ones[1:], ones * 0):
        with pytest.raises(ValueError, match="weight"):
            case.fit(*case.given, sample_weight=wrong)


def test_arguments_are_not_written_into(case: Example) -> None:
    for one in case.given:
        for array in arrays(one):
            array.flags.writeable = False
    case.ask(case.fit(*case.given), case.given[0])


def test_cells_that_cannot_be_are_refused(case: Example) -> None:
    if not case.takes_arrays:
        return
    for value in case.refused:
        for column in range(case.given[0].shape[-1]):
            first = case.given[0].copy()
            first[len(first) // 2, ..., column] = value
            with pytest.raises(ValueError, match=r"\w+ \w+"):
                case.fit(first, *case.given[1:])


def test_no_rows_are_refused(case: Example) -> None:
    if case.takes_arrays:
        with pytest.raises(ValueError, match=r"\w+ \w+"):
            case.fit(*taken(case.given, np.arange(0)))


def test_too_little_is_said(case: Example) -> None:
    for given in case.too_little:
        with pytest.raises(NotIdentifiedError, match=r"\w+ \w+") as refusal:
            case.fit(*given)
        assert refusal.value.reason in get_args(Reason)


def takes_weight(case: Example) -> bool:
    return "sample_weight" in inspect.signature(case.estimator.fit).parameters
