"""Each formula against the story it comes from: one customer's rate and chance to leave, averaged
over all customers by brute force; and against many digits where there are thousands of orders."""

from __future__ import annotations

from decimal import Decimal, localcontext
from math import factorial
from typing import Any

import numpy as np
import pytest
from scipy import stats as distributions
from scipy.special import hyp2f1, roots_jacobi
from tests.stats.lifetimes.simulated import Truth, customers, histories

from zhibi.stats.lifetimes import BGNBD, MBGCNBD, MBGNBD, NBD, GammaGamma, ParetoNBD, gamma_gamma
from zhibi.stats.lifetimes.departure import mean_departure
from zhibi.stats.lifetimes.dropout import Dropout
from zhibi.stats.lifetimes.histories import histories as known_histories

R, ALPHA, A, B = 2.0, 8.0, 1.4, 2.3  # a whole R, as nodes meet powers of a rate badly near 0
HISTORIES = [(0, 0.0, 30.0), (1, 5.0, 30.0), (4, 28.0, 30.0), (9, 12.0, 30.0)]
MODELS = [(BGNBD, 1, 0), (MBGNBD, 1, 1), (MBGCNBD, 2, 1), (MBGCNBD, 3, 1)]


def given(model: Any, **params: float) -> Any:
    """A model with these parameters, as if fitted."""
    for name, value in params.items():
        setattr(model, f"{name}_", value)
    return model


def many(low: float, high: float, pieces: int) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights that integrate any smooth function from low to high."""
    nodes, weights = np.polynomial.legendre.leggauss(16)
    edges = np.linspace(low, high, pieces + 1)
    half = np.diff(edges)[:, None] / 2
    return (edges[:-1, None] + half * (1 + nodes)).ravel(), (half * weights).ravel()


RATES, RATE_SHARES = many(0.0, 6.0, 100)
RATE_SHARES = RATE_SHARES * distributions.gamma.pdf(RATES, R, scale=1 / ALPHA)
CHANCES, CHANCE_SHARES = roots_jacobi(60, B - 1, A - 1)
CHANCES = (CHANCES + 1) / 2
CHANCE_SHARES = CHANCE_SHARES / CHANCE_SHARES.sum()
RATE, CHANCE = RATES[:, None], CHANCES[None, :]


def over_customers(value: np.ndarray) -> float:
    """The mean of a value over rates gamma(R, ALPHA) and chances beta(A, B)."""
    return float(RATE_SHARES @ np.broadcast_to(value, (len(RATES), len(CHANCES))) @ CHANCE_SHARES)


def story(x: int, t_x: float, T: float, *, k: int, d: int) -> tuple[np.ndarray, np.ndarray]:
    """The likelihood, for each rate and chance, of the history of a customer who still buys, and
    of one who left after the last order."""
    ordered = RATE ** (k * x) * np.exp(-RATE * t_x)
    waits = RATE * (T - t_x)
    silent = np.exp(-waits) * sum(waits**j / factorial(j) for j in range(k))
    coins = x + d
    left = CHANCE * (1 - CHANCE) ** (coins - 1) * ordered if coins else np.zeros((1, 1))
    return (1 - CHANCE) ** coins * ordered * silent, left


@pytest.mark.parametrize(("cls", "k", "d"), MODELS)
def test_likelihood_and_p_alive(cls: type, k: int, d: int) -> None:
    """Where order times are whole gaps the density's constants are those of k, added apart."""
    model = given(MBGCNBD() if k > 1 else cls(), r=R, alpha=ALPHA, a=A, b=B, k=k)
    for x, t_x, T in HISTORIES:
        alive, left = (over_customers(part) for part in story(x, t_x, T, k=k, d=d))
        found = model.p_alive([[x, t_x, T]])[0]
        assert found == pytest.approx(alive / (alive + left), rel=1e-9)
    rows = np.array(HISTORIES)
    known = known_histories(rows, None)
    value, _ = _objective(cls, known, k)(np.log([R, ALPHA, A, B]))
    told = [np.log(sum(map(over_customers, story(*row, k=k, d=d)))) for row in HISTORIES]
    assert value == pytest.approx(np.mean(told), rel=1e-9)


def _objective(cls: type, known: Any, k: int) -> Any:
    from zhibi.stats.lifetimes.dropout import mean_log_likelihood

    if k > 1:
        return mean_log_likelihood(known, k=k, d=1)
    return cls()._mean_log_likelihood(known)


@pytest.mark.parametrize(("cls", "d"), [(BGNBD, 0), (MBGNBD, 1)])
@pytest.mark.parametrize("t", [0.0, 1.0, 26.0, 400.0])
def test_expected_orders(cls: type, d: int, t: float) -> None:
    """Of one customer: orders come at rate λe^(−λpu) at u, so (1 − e^(−λpt))/p in all."""
    model = given(cls(), r=R, alpha=ALPHA, a=A, b=B)
    coming = -np.expm1(-RATE * CHANCE * t) / CHANCE
    for x, t_x, T in HISTORIES:
        alive, left = story(x, t_x, T, k=1, d=d)
        told = over_customers(alive * coming) / over_customers(alive + left)
        assert model.expected_orders([[x, t_x, T]], t)[0] == pytest.approx(
            told, rel=1e-8, abs=1e-14
        )
    new = over_customers((1 - CHANCE) ** d * coming)
    assert model.expected_orders_new(t) == pytest.approx(new, rel=1e-8, abs=1e-14)


def test_expected_orders_as_printed() -> None:
    """Fader, Hardie & Lee's eq. 10, with SciPy's 2F1."""
    model = given(BGNBD(), r=0.6, alpha=5.0, a=0.8, b=2.5)
    for x, t_x, T in HISTORIES:
        r, alpha, a, b, t = 0.6, 5.0, 0.8, 2.5, 39.0
        series = hyp2f1(r + x, b + x, a + b + x - 1, t / (alpha + T + t))
        orders = 1 - ((alpha + T) / (alpha + T + t)) ** (r + x) * series
        dead = a / (b + x - 1) * ((alpha + T) / (alpha + t_x)) ** (r + x) if x else 0.0
        printed = (a + b + x - 1) / (a - 1) * orders / (1 + dead)
        assert model.expected_orders([[x, t_x, T]], t)[0] == pytest.approx(printed, rel=1e-10)


@pytest.mark.parametrize("a", [0.05, 1.0, 1.0 + 1e-9, 2.0, 40.0])
@pytest.mark.parametrize("b", [0.02, 0.95, 3.0, 100.0])
def test_series_is_the_sum_of_chances(a: float, b: float) -> None:
    """The series for one stage against Σ P(Y ≥ n), from no order to 5,000."""
    x, T = np.array([0.0, 1.0, 40.0, 1000.0, 5000.0]), np.array([0.0, 3.0, 50.0, 300.0, 900.0])
    for d in (0, 1):
        model = Dropout(0.7, 6.0, a, b, d=d)
        summed = model._orders_after(0, x, T, 20.0)
        np.testing.assert_allclose(model._orders_in_one_stage(x, T, 20.0), summed, rtol=2e-9)


def test_nearly_equal_chances_to_leave() -> None:
    """p ≈ 1/2 for all: the series would have no floating-point number, the answer is plain."""
    model = given(MBGNBD(), r=1e6, alpha=1e6, a=1e6, b=1e6)
    assert model.expected_orders_new(1000.0) == pytest.approx(0.5 * 2, rel=1e-5)


@pytest.mark.parametrize(
    "model",
    [
        given(NBD(), r=0.7, alpha=6.0),
        given(BGNBD(), r=0.7, alpha=6.0, a=1.2, b=2.0),
        given(MBGNBD(), r=0.7, alpha=6.0, a=1.2, b=2.0),
        given(ParetoNBD(), r=0.7, alpha=6.0, s=1.3, beta=9.0),
        given(MBGCNBD(), r=0.7, alpha=2.0, a=1.2, b=2.0, k=3),
    ],
    ids=lambda model: type(model).__name__,
)
def test_the_predictive_distribution_has_the_expected_mean(model: Any) -> None:
    X = np.array([*HISTORIES, (60, 29.0, 30.0)])
    at_least = model._at_least(X, 13.0)
    rows = np.arange(len(X))
    mean = sum(at_least(np.full(len(X), float(n)), rows) for n in range(1, 600))
    np.testing.assert_allclose(mean, model.expected_orders(X, 13.0), rtol=1e-6)

    def smallest(row: int, tail: float) -> int:
        n = 0
        while at_least(np.array([n + 1.0]), np.array([row]))[0] > 1 - tail:
            n += 1
        return n

    low, high = model.expected_orders_interval(X, 13.0, level=0.8)
    tail = (1 - 0.8) / 2
    assert low.tolist() == [smallest(row, tail) for row in rows]
    assert high.tolist() == [smallest(row, 1 - tail) for row in rows]


def test_interval_of_the_negative_binomial() -> None:
    model = given(NBD(), r=2.0, alpha=4.0)
    X = [[3.0, 9.0, 10.0], [200.0, 9.0, 10.0]]
    low, high = model.expected_orders_interval(X, 5.0, level=0.9)
    for row, x in enumerate((3, 200)):
        known = distributions.nbinom(2.0 + x, 14.0 / 19.0)
        assert (low[row], high[row]) == (known.ppf(0.05), known.ppf(0.95))


def precise_departure(
    x: int, t_x: float, T: float, params: tuple[float, float, float, float]
) -> Decimal:
    """The log of s ∫ (α+u)^−(r+x) (β+u)^−(s+1) du by the double exponential rule, 40 digits."""
    with localcontext() as context:
        context.prec = 40
        r, alpha, s, beta, low, high = (Decimal(one) for one in (*params, t_x, T))

        def height(u: Decimal) -> Decimal:
            return -(r + x) * (alpha + u).ln() - (s + 1) * (beta + u).ln()

        top, total, step = height(low), Decimal(0), Decimal(1) / 64
        for i in range(-290, 291):
            y = step * i
            sinh, cosh = ((y.exp() - (-y).exp()) / 2, (y.exp() + (-y).exp()) / 2)
            grown = (Decimal("3.14159265358979323846264338327950288") * sinh).exp()
            u = low + (high - low) * grown / (1 + grown)
            slope = Decimal("3.14159265358979323846264338327950288") * cosh * grown
            slope /= (1 + grown) ** 2
            total += (height(u) - top).exp() * slope * (high - low) * step
        return s.ln() + top + total.ln()


@pytest.mark.parametrize(
    "params",
    [
        (0.5, 10.0, 0.6, 12.0),
        (0.5, 12.0, 0.6, 10.0),
        (2.0, 0.3, 0.05, 300.0),
        (0.3, 300.0, 5.0, 0.3),
        (3.0, 7.0, 2.0, 7.0),
    ],
)
@pytest.mark.parametrize(
    ("x", "t_x", "T"),
    [(0, 0.0, 39.0), (1, 38.0, 39.0), (40, 3.0, 400.0), (5000, 400.0, 500.0), (5000, 499.9, 500.0)],
)
def test_departure_to_many_digits(
    params: tuple[float, float, float, float], x: int, t_x: float, T: float
) -> None:
    found = mean_departure(params, np.array([float(x)]), np.array([t_x]), np.array([T]))
    precise = float(precise_departure(x, t_x, T, params))
    assert found.log_weight[0] == pytest.approx(precise, rel=1e-12, abs=1e-9)


def test_pareto_by_the_printed_hypergeometric() -> None:
    """Fader & Hardie's A₀ where SciPy's 2F1 still has digits."""
    r, alpha, s, beta = params = (0.5533, 12.0, 0.6062, 10.0)
    for x, t_x, T in HISTORIES:
        whole = r + s + x

        def part(y: float, x: int = x, whole: float = whole) -> float:
            z = (alpha - beta) / (alpha + y)
            return hyp2f1(whole, s + 1, whole + 1, z) / (alpha + y) ** whole

        printed = s / whole * (part(t_x) - part(T))
        found = mean_departure(params, np.array([float(x)]), np.array([t_x]), np.array([T]))
        assert np.exp(found.log_weight[0]) == pytest.approx(printed, rel=1e-9)


BIG = np.array([(0, 0.0, 500.0), (5000, 480.0, 500.0), (5000, 100.0, 500.0), (3, 20.0, 90.0)])


@pytest.mark.parametrize("cls", [NBD, BGNBD, MBGNBD, ParetoNBD])
@pytest.mark.parametrize("X", [histories(60, seed=1), BIG], ids=["usual", "thousands"])
def test_gradients(cls: type, X: np.ndarray) -> None:
    objective = cls()._mean_log_likelihood(known_histories(X, None))
    for start in (0.0, 0.7, -0.6):
        at = np.linspace(start, start + 1, len(cls.NAMES))
        _check_gradient(objective, at)
        _check_gradient(objective, at[::-1])


def test_gradients_of_regular_orders_and_of_values() -> None:
    known = known_histories(histories(60, seed=1), None)
    for k in (2, 5):
        _check_gradient(_objective(MBGCNBD, known, k), np.array([0.1, 1.0, 0.3, 0.9]))
    x, mean = np.array([1.0, 4.0, 300.0]), np.array([10.0, 50.0, 30.0])
    objective = gamma_gamma._mean_log_likelihood(x, mean, np.full(3, 1 / 3))
    _check_gradient(objective, np.array([1.2, 0.8, 2.0]))


def _check_gradient(objective: Any, at: np.ndarray) -> None:
    value, gradient = objective(at)
    assert np.isfinite(value)
    for i, one in enumerate(1e-5 * np.eye(len(at))):
        slope = (objective(at + one)[0] - objective(at - one)[0]) / 2e-5
        assert gradient[i] == pytest.approx(slope, rel=1e-6, abs=1e-6)


def test_thousands_of_orders_fit_and_predict() -> None:
    """Ten a day and more: nothing overflows, and who fell silent is gone."""
    truth = Truth(2.0, 0.1, 0.8, 3000.0)
    X = customers(truth, 150, seed=6, watched=(100.0, 200.0))[0][:, :3]
    x, t_x, T = X.T
    assert x.max() > 5000
    gap = t_x / np.maximum(x, 1)
    active, silent = (x > 50) & (T - t_x < 3 * gap), (x > 50) & (T - t_x > 50 * gap)
    assert active.sum() > 10
    assert silent.sum() > 10
    for cls in (BGNBD, MBGNBD, ParetoNBD):
        model = cls().fit(X)
        alive = model.p_alive(X)
        assert (alive[active] > 0.9).all()
        assert (alive[silent] < 0.001).all()
        busy = active & (x > 1000)
        rate = model.expected_orders(X, 0.1)[busy] / 0.1
        np.testing.assert_allclose(rate, (x / T)[busy], rtol=0.05)
        low, high = model.expected_orders_interval(X, 1.0)
        assert (high[silent] == 0).all()
        assert (low[busy] > 0).all()
    assert BGNBD().fit(X).r_ == pytest.approx(2.0, abs=3 * BGNBD().fit(X).std_errors_["r"])


def test_gamma_gamma_by_brute_force() -> None:
    """Means of gamma values whose scale is gamma: the density of m, integrated over ν."""
    p, q, gamma = 3.0, 2.5, 20.0
    scales, shares = many(0.0, 3.0, 200)
    shares = shares * distributions.gamma.pdf(scales, q, scale=1 / gamma)
    model = given(GammaGamma(), p=p, q=q, gamma=gamma)
    for x, mean in ((1.0, 30.0), (4.0, 11.0), (20.0, 26.0)):
        density = distributions.gamma.pdf(mean, p * x, scale=1 / (scales * x))
        objective = gamma_gamma._mean_log_likelihood(np.array([x]), np.array([mean]), np.ones(1))
        value, _ = objective(np.log([p, q, gamma]))
        assert value == pytest.approx(np.log((shares * density).sum()), rel=1e-9)
        told = (shares * density * p / scales).sum() / (shares * density).sum()
        assert model.expected_value([[x, mean]])[0] == pytest.approx(told, rel=1e-9)
    assert model.expected_value([[0.0, 0.0]])[0] == pytest.approx(p * gamma / (q - 1))
