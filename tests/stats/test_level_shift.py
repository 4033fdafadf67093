"""One shift of a level: the Nile, a slow search, planted shifts, and none where there is none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhibi.stats.level_shift import level_shift

# Flow of the Nile at Aswan, 1871–1970 (Cobb 1978): the level fell in 1899, when the dam was begun.
NILE = """
1120 1160 963 1210 1160 1160 813 1230 1370 1140 995 935 1110 994 1020 960 1180 799 958 1140 1100
1210 1150 1250 1260 1220 1030 1100 774 840 874 694 940 833 701 916 692 1020 1050 969 831 726 456 824
702 1120 1100 832 764 821 768 845 864 862 698 845 744 796 1040 759 781 865 845 944 984 897 822 1010
771 676 649 846 812 742 801 1040 860 874 848 890 744 749 838 1050 918 986 797 923 975 815 1020 906
901 1170 912 746 919 718 714 740
"""


def test_the_nile_fell_after_1898() -> None:
    found = level_shift(np.array(NILE.split(), dtype=float))
    assert found
    assert (1871 + found.at, found.n) == (1899, 100)
    assert (found.before, found.after) == pytest.approx((1097.75, 849.97), abs=0.01)
    assert found.p_value == 1 / 2000


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-30, 30), min_size=6, max_size=20))
def test_the_split_leaves_least_over(values: list[int]) -> None:
    series = np.array(values, dtype=float)
    found = level_shift(series, draws=19)
    if len(set(values)) == 1:
        assert found is None
        return
    left = {
        at: series[:at].var() * at + series[at:].var() * (len(series) - at)
        for at in range(3, len(series) - 2)
    }
    assert found
    assert left[found.at] == pytest.approx(min(left.values()))


def test_planted_shifts_are_found_and_nothing_is_where_nothing_was() -> None:
    rng = np.random.default_rng(1)
    places, alarms = [], 0
    for seed in range(60):
        noise = rng.normal(size=24)
        shifted = level_shift(noise + 2.5 * (np.arange(24) >= 15), draws=199, seed=seed)
        assert shifted
        places.append(shifted.at)
        none = level_shift(noise, draws=199, seed=seed)
        alarms += none is not None and none.p_value <= 0.05
    assert np.median(places) == 15
    assert np.mean(np.abs(np.array(places) - 15) <= 1) > 0.8
    assert alarms / 60 <= 0.12


def test_too_short_and_not_finite() -> None:
    assert level_shift(np.arange(5.0)) is None
    assert level_shift(np.array([])) is None
    with pytest.raises(ValueError, match="finite"):
        level_shift(np.array([1.0, np.nan, 3.0]))
