"""How many are still there after so many months, when some have been watched for less?

Time goes in whole steps (months, weeks). Of the nⱼ watched at the start of step j, dⱼₖ end by cause
k in it; who is censored at j was watched through it. Then (Kaplan & Meier 1958; Kalbfleisch &
Prentice 2002, ch. 8):

    hⱼₖ = dⱼₖ/nⱼ,  S(t) = Π_{j≤t} (1 − Σₖ hⱼₖ),  Fₖ(t) = Σ_{j≤t} S(j−1)·hⱼₖ            (1)

Fₖ, the cumulative incidence, is what part has ended by cause k while the others were possible too;
1 − a survival curve that treats the others as censored is larger, and answers a question nobody
has. Variances: Greenwood (1926) for S; for Fₖ the delta method (Marubini & Valsecchi 1995, §10.2):

    Var Fₖ(t) = Σ (Fₖ(t)−Fₖ(j))² dⱼ/(nⱼ(nⱼ−dⱼ)) + Σ S(j−1)² dⱼₖ(nⱼ−dⱼₖ)/nⱼ³
                − 2 Σ (Fₖ(t)−Fₖ(j))·S(j−1)·dⱼₖ/nⱼ²                                    (2)

which for one cause is Greenwood's. Intervals by log(−log), which keeps them within 0…1.

Censoring must say nothing of the end: who is lost to sight because it is leaving does not qualify.
Beyond the longest watched step nothing is known.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from zhibi.result import Estimate
from zhibi.stats.proportions import TWO_SIDED_95
from zhibi.stats.weights import checked_weight

Floats = NDArray[np.float64]

MOST_STEPS = 100_000


class LifeTable:
    """`fit` takes rows [step of the end or of censoring (1, 2, …), cause (0 censored, 1, 2, …)].

    Learnt, by step from 1: `at_risk_`, `ended_` [step, cause], `hazard_` [step, cause],
    `survival_`, `survival_variance_`, `incidence_` and `incidence_variance_` [step, cause].
    """

    at_risk_: Floats
    ended_: Floats
    hazard_: Floats
    survival_: Floats
    survival_variance_: Floats
    incidence_: Floats
    incidence_variance_: Floats

    def fit(self, X: Floats, sample_weight: Floats | None = None) -> LifeTable:
        """Learn the curves."""
        _check(X)
        weight = checked_weight(X, sample_weight)
        step, cause = X[weight > 0].astype(np.int64).T
        weight = weight[weight > 0]
        last, causes = int(step.max()), max(int(cause.max()), 1)
        cells = np.bincount(
            (step - 1) * (causes + 1) + cause, weight, minlength=last * (causes + 1)
        )
        counts = cells.astype(np.float64).reshape(last, causes + 1)
        self.ended_ = counts[:, 1:]
        self.at_risk_ = np.cumsum(counts.sum(axis=1)[::-1])[::-1]
        self.hazard_ = self.ended_ / self.at_risk_[:, None]
        ended = self.ended_.sum(axis=1)
        self.survival_ = np.cumprod(1 - ended / self.at_risk_)
        before = np.append(1.0, self.survival_[:-1])
        self.incidence_ = np.cumsum(before[:, None] * self.hazard_, axis=0)
        # After the last of all has ended nothing is left to vary.
        left = self.at_risk_ - ended
        greenwood = np.divide(ended, self.at_risk_ * left, out=np.zeros_like(ended), where=left > 0)
        self.survival_variance_ = self.survival_**2 * np.cumsum(greenwood)
        self.incidence_variance_ = np.column_stack(
            [self._variance(at, before, greenwood) for at in range(causes)]
        )
        return self

    def predict(self, X: Floats) -> Floats:
        """What part lasts beyond each step (1 at step 0); nan beyond what was watched."""
        steps = np.asarray(X, dtype=np.int64)
        known = np.append(1.0, self.survival_)
        return np.where(steps < len(known), known[np.minimum(steps, len(known) - 1)], np.nan)

    def lasting(self, step: int) -> Estimate | None:
        """What part lasts beyond a step, with its 95 % interval; None beyond what was watched."""
        if not 1 <= step <= len(self.survival_):
            return None
        value = float(self.survival_[step - 1])
        low, high = _interval(value, float(self.survival_variance_[step - 1]))
        return Estimate(value, low, high, round(float(self.at_risk_[step - 1])))

    def ended_by(self, cause: int, step: int) -> Estimate | None:
        """What part has ended by a cause up to a step; None beyond what was watched."""
        if not 1 <= step <= len(self.survival_):
            return None
        value = float(self.incidence_[step - 1, cause - 1])
        variance = float(self.incidence_variance_[step - 1, cause - 1])
        low, high = _interval(1 - value, variance)
        return Estimate(value, 1 - high, 1 - low, round(float(self.at_risk_[step - 1])))

    def _variance(self, cause: int, before: Floats, greenwood: Floats) -> Floats:
        """Equation (2), with its squares written out so that each sum runs on once."""
        n, d, f = self.at_risk_, self.ended_[:, cause], self.incidence_[:, cause]
        first = f**2 * np.cumsum(greenwood) - 2 * f * np.cumsum(f * greenwood)
        first += np.cumsum(f**2 * greenwood)
        second = np.cumsum(before**2 * d * (n - d) / n**3)
        step = before * d / n**2
        third = 2 * (f * np.cumsum(step) - np.cumsum(f * step))
        return np.maximum(first + second - third, 0.0)


def _check(X: Floats) -> None:
    if X.ndim != 2 or X.shape[1] != 2 or not len(X):
        raise ValueError("no rows of step and cause")
    is_whole = np.isfinite(X).all() and (np.floor(X) == X).all()
    if not is_whole or X[:, 0].min() < 1 or X[:, 1].min() < 0 or X.max() > MOST_STEPS:
        raise ValueError("steps must be whole numbers from 1, causes whole numbers from 0")


def _interval(value: float, variance: float) -> tuple[float, float]:
    """95 % of a part, by log(−log); the part itself where it is 0 or 1."""
    if not 0 < value < 1 or variance <= 0:
        return value, value
    log = np.log(value)
    reach = np.exp(TWO_SIDED_95 * np.sqrt(variance) / (value * abs(log)))
    return float(np.exp(log * reach)), float(np.exp(log / reach))
