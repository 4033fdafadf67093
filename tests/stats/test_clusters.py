"""Groups: against slow oracles, planted groups found again, and none found where there are none."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.cluster.hierarchy import fcluster, linkage
from sklearn.metrics import adjusted_rand_score

from zhibi.stats import clusters
from zhibi.stats.clusters import KMeansClusters, Scaling, ward
from zhibi.stats.stability import natural_count, stability

CENTERS = np.array([[0.0, 0, 0], [9, 0, 0], [0, 9, 0], [0, 0, 9], [9, 9, 9]])


def blobs(count: int, groups: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    truth = rng.integers(groups, size=count)
    return CENTERS[truth] + rng.normal(size=(count, 3)), truth


def test_scaling_by_hand() -> None:
    """Median 3 and quartiles 2 and 4; then sizes 1, 10 and 100 by their logs, with u = 1."""
    plain = Scaling().fit(np.array([[1.0], [2], [3], [4], [5]]))
    assert plain.transform(np.array([[4.0], [100], [np.nan]])).ravel().tolist() == [0.5, 5, 0]
    logged = Scaling((True,)).fit(np.array([[1.0], [10], [-100]]))
    logs = np.array([np.log(2), np.log(11), -np.log(101)])
    low, high = np.quantile(logs, (0.25, 0.75))
    expected = (logs - np.median(logs)) / (high - low)
    assert logged.transform(np.array([[1.0], [10], [-100]])).ravel() == pytest.approx(expected)


def test_scaling_does_not_depend_on_the_currency() -> None:
    X = np.random.default_rng(1).lognormal(8, 2, (200, 1)) - 50
    cents = Scaling((True,)).fit(X * 100).transform(X * 100)
    assert cents == pytest.approx(Scaling((True,)).fit(X).transform(X))


def test_columns_without_quartiles_and_without_any_spread() -> None:
    X = np.column_stack([np.ones(9), np.arange(9) == 8, np.full(9, np.nan), np.arange(9)]) * 1.0
    scaling = Scaling().fit(X)
    assert scaling.kept_.tolist() == [False, True, False, True]
    assert scaling.transform(X).shape == (9, 2)


@pytest.mark.parametrize("groups", [2, 5])
def test_planted_groups_are_found(groups: int) -> None:
    X, truth = blobs(800, groups, seed=groups)
    fitted = KMeansClusters(groups).fit(X)
    assert adjusted_rand_score(truth, fitted.predict(X)) > 0.95
    assert adjusted_rand_score(truth, ward(X, groups)) > 0.95
    assert fitted.centers_[0] == pytest.approx(CENTERS[0], abs=0.4)
    own = ((X - fitted.centers_[fitted.predict(X)]) ** 2).sum()
    assert fitted.inertia_ == pytest.approx(own)


def test_k_means_is_where_lloyd_would_stay() -> None:
    """Each center is the mean of its rows, and each row is with its nearest center."""
    X = np.random.default_rng(2).normal(size=(300, 2))
    fitted = KMeansClusters(5).fit(X)
    distances = ((X[:, None] - fitted.centers_[None]) ** 2).sum(axis=2)
    labels = distances.argmin(axis=1)
    assert (labels == fitted.predict(X)).all()
    means = np.array([X[labels == at].mean(axis=0) for at in range(5)])
    assert fitted.centers_ == pytest.approx(means, abs=0.01)


def naive_ward(X: np.ndarray, count: int) -> list[int]:
    """Joins the two groups whose union adds least to the sum of squares, one pair at a time."""
    groups = [[at] for at in range(len(X))]

    def squares(group: list[int]) -> float:
        return float(((X[group] - X[group].mean(axis=0)) ** 2).sum())

    while len(groups) > count:
        pairs = [(a, b) for a in range(len(groups)) for b in range(a)]
        a, b = min(
            pairs,
            key=lambda p: (
                squares(groups[p[0]] + groups[p[1]]) - squares(groups[p[0]]) - squares(groups[p[1]])
            ),
        )
        groups[b] += groups.pop(a)
    return [next(at for at, group in enumerate(groups) if row in group) for row in range(len(X))]


@pytest.mark.parametrize("seed", range(4))
def test_ward_is_the_naive_one_and_scipy(seed: int) -> None:
    X = np.random.default_rng(seed).normal(size=(24, 3))
    labels = ward(X, 4)
    assert adjusted_rand_score(labels, naive_ward(X, 4)) == 1
    assert adjusted_rand_score(labels, fcluster(linkage(X, "ward"), 4, "maxclust")) == 1


def test_ward_past_its_limit_gives_the_others_to_the_nearest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    X, truth = blobs(600, 4, seed=8)
    monkeypatch.setattr(clusters, "WARD_AT_MOST", 150)
    assert adjusted_rand_score(truth, ward(X, 4)) > 0.95


def test_labels_do_not_depend_on_the_order_of_rows() -> None:
    X = np.random.default_rng(3).integers(0, 4, (200, 2)).astype(float)  # many ties
    order = np.random.default_rng(4).permutation(200)
    usual = KMeansClusters(4).fit(X)
    assert (KMeansClusters(4).fit(X[order]).predict(X) == usual.predict(X)).all()
    assert (ward(X[order], 4) == ward(X, 4)[order]).all()


def test_no_more_groups_than_distinct_rows() -> None:
    X = np.repeat([[0.0, 1], [2, 3]], 20, axis=0)
    assert len(KMeansClusters(5).fit(X).centers_) == 2
    assert set(ward(X, 5).tolist()) == {0, 1}
    assert ward(X[:1], 5).tolist() == [0]
    assert [one.count for one in stability(X, range(2, 5))] == []


@pytest.mark.parametrize(("groups", "seed"), [(3, 1), (5, 3)])
def test_the_planted_number_is_natural(groups: int, seed: int) -> None:
    X, _ = blobs(200, groups, seed)
    assert natural_count(stability(X, range(2, 7))) == groups


@pytest.mark.parametrize("seed", range(2))
def test_one_normal_cloud_has_no_natural_number(seed: int) -> None:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(200, 4)) @ rng.normal(size=(4, 4))
    assert natural_count(stability(X, range(2, 6))) is None


def test_stability_is_the_same_twice_and_in_any_order() -> None:
    X, _ = blobs(120, 3, seed=5)
    once = stability(X, (2, 3))
    assert stability(X[::-1].copy(), (2, 3)) == once
    assert stability(X, (2, 3)) == once
