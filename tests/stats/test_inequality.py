"""Where holders stand, and how unevenly a total is spread over them."""

from __future__ import annotations

import numpy as np

from zhibi.stats.inequality import places


def test_places_go_by_amount_and_equals_keep_their_order() -> None:
    found = places(np.array([20, -5, 50, 20, 0, 10]))
    assert found.rank.tolist() == [2, 6, 1, 3, 5, 4]
    assert found.share.tolist() == [0.2, 0, 0.5, 0.2, 0, 0.1]
    assert found.share_before.tolist() == [0.5, 1, 0, 0.7, 1, 0.9]


def test_places_where_nothing_is_held_have_no_shares() -> None:
    found = places(np.array([0, -3]))
    assert found.rank.tolist() == [1, 2]
    assert np.isnan(found.share).all()
    assert np.isnan(found.share_before).all()
