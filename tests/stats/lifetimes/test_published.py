"""The figures of the literature for the CDNOW sample (2,357 customers; see docs/estimators.md)."""

from __future__ import annotations

import numpy as np
import pytest
from tests.stats.lifetimes import cdnow

from zhibi.stats.lifetimes import BGNBD, MBGCNBD, MBGNBD, NBD, GammaGamma, OrderModel, ParetoNBD

X, LATER = cdnow.histories()

# Parameters, log-likelihood; hold-out: expected orders of all, mean absolute error.
PRINTED: dict[type[OrderModel], tuple[tuple[float, ...], float, float, float]] = {
    NBD: ((0.38477, 12.0720), -9763.658, 2929.8, 1.041),
    BGNBD: ((0.2425945, 4.413602, 0.792922, 2.425908), -9582.4292, 1653.4, 0.7855),
    MBGNBD: ((0.52484, 6.18309, 0.89136, 1.61400), -9582.1357, 1576.7, 0.7648),
    ParetoNBD: ((0.55328, 10.5777, 0.60624, 11.6687), -9594.9762, 1665.5, 0.7545),
}
FITTED = {cls: cls().fit(X) for cls in PRINTED}


@pytest.mark.parametrize("cls", PRINTED, ids=lambda cls: cls.__name__)
def test_parameters_and_likelihood(cls: type[OrderModel]) -> None:
    printed, likelihood, _, _ = PRINTED[cls]
    model = FITTED[cls]
    assert model.n_ == 2357
    assert model.log_likelihood_ > likelihood - 0.001
    assert [getattr(model, f"{name}_") for name in cls.NAMES] == pytest.approx(printed, rel=0.002)


@pytest.mark.parametrize("cls", PRINTED, ids=lambda cls: cls.__name__)
def test_hold_out(cls: type[OrderModel]) -> None:
    _, _, total, error = PRINTED[cls]
    expected = FITTED[cls].expected_orders(X, 39)
    assert LATER.sum() == 1882
    assert expected.sum() == pytest.approx(total, abs=0.05)
    assert np.abs(expected - LATER).mean() == pytest.approx(error, abs=0.00051)


@pytest.mark.parametrize(
    ("cls", "printed"),
    [
        (None, (0.237, 0.697, 1.393, 1.560, 2.532, 2.947, 3.862, 6.359)),
        (BGNBD, (0.225, 0.523, 1.044, 1.520, 2.164, 2.654, 3.504, 6.157)),
        (ParetoNBD, (0.138, 0.600, 1.196, 1.714, 2.399, 2.907, 3.819, 6.403)),
    ],
)
def test_hold_out_by_orders_before(
    cls: type[OrderModel] | None, printed: tuple[float, ...]
) -> None:
    orders = LATER if cls is None else FITTED[cls].expected_orders(X, 39)
    before = np.minimum(X[:, 0], 7)
    means = [orders[before == x].mean() for x in range(8)]
    assert means == pytest.approx(printed, abs=0.001)


def test_single_figures() -> None:
    one = [[2, 30.43, 38.86]]
    assert FITTED[BGNBD].expected_orders(one, 39)[0] == pytest.approx(1.226, abs=0.0005)
    assert FITTED[BGNBD].expected_orders_new(52) == pytest.approx(1.4440, abs=0.0001)
    assert FITTED[ParetoNBD].expected_orders_new(52) == pytest.approx(1.47343, abs=0.00001)
    alive = {cls: model.p_alive(X).mean() for cls, model in FITTED.items()}
    assert alive[BGNBD] == pytest.approx(0.813, abs=0.0005)
    assert alive[ParetoNBD] == pytest.approx(0.446, abs=0.0005)
    assert alive[MBGNBD] == pytest.approx(0.449, abs=0.0005)


def test_gamma_gamma() -> None:
    """946 repeat customers."""
    model = GammaGamma().fit(cdnow.values())
    assert model.n_ == 946
    assert model.log_likelihood_ > -4055.9177 - 0.001
    assert (model.p_, model.q_, model.gamma_) == pytest.approx((6.2496, 3.7442, 15.4435), rel=0.002)


def test_consumers_do_not_buy_regularly() -> None:
    model = MBGCNBD().fit(X)
    assert model.k_ == 1
    assert model.log_likelihood_ == FITTED[MBGNBD].log_likelihood_
