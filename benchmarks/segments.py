"""One fit of segments, and the choice of their number, beside scikit-learn on the same array.

    python benchmarks/segments.py [--customers 1000000] [--times 3]

Customers with six features each, from five skewed kinds, scaled as the method scales them. Ours and
scikit-learn's Lloyd (one k-means++ start, its defaults otherwise) run in turn on the same array;
medians are printed, and the ratio is theirs. Then the choice of k from 2 to 10, once, from its
seeded sample of 50,000.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from statistics import median

import numpy as np
from sklearn.cluster import KMeans

from zhibi.stats.clusters import KMeansClusters, Scaling
from zhibi.stats.stability import natural_count, stability

FEATURES = 6
SEGMENTS = 5


def customers(count: int) -> np.ndarray:
    """Skewed features of customers of five kinds that overlap a little."""
    rng = np.random.default_rng(20_260_101)
    kinds = rng.normal(0, 1.2, (SEGMENTS, FEATURES))
    return np.exp(kinds[rng.integers(SEGMENTS, size=count)] + rng.normal(0, 0.7, (count, FEATURES)))


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=3)
    given = parser.parse_args()
    rows = customers(given.customers)
    scaled = Scaling((True,) * FEATURES).fit(rows).transform(rows)
    ours, theirs = [], []
    for at in range(given.times):
        ours.append(seconds(lambda: KMeansClusters(SEGMENTS).fit_predict(scaled)))
        lloyd = KMeans(SEGMENTS, n_init=1, random_state=at)
        theirs.append(seconds(lambda lloyd=lloyd: lloyd.fit(scaled)))
    print(f"fit and labels of {given.customers:,} x {FEATURES}: {median(ours):.2f} s")
    print(
        f"scikit-learn's Lloyd: {median(theirs):.2f} s, ratio {median(ours) / median(theirs):.2f}"
    )
    began = time.perf_counter()
    natural = natural_count(stability(scaled, range(2, 11)))
    print(f"choice of k from 2 to 10: {time.perf_counter() - began:.1f} s, natural: {natural}")


if __name__ == "__main__":
    main()
