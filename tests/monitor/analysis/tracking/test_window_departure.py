"""By how much windows differ from the tracker that knows them."""

import math

import numpy as np
import pytest

from monitor.analysis.tracking.window_departure import (
    TOGETHER,
    departure,
    departures_together,
)


def test_the_variance_is_the_difference_held_from_below():
    assert departure((9.0, 5.0), (5.0, 3.0)) == (4.0, pytest.approx(4.0))
    assert departure((9.0, 5.0), (5.0, 5.0))[1] == pytest.approx(2.5)
    assert math.isnan(departure((9.0, math.nan), (5.0, 3.0))[1])


def test_together_they_count_by_what_each_is_worth():
    pairs = [((6.0, 5.0), (5.0, 3.0)), ((5.0, 10.0), (5.0, 6.0))] * 2
    mean, sd = departures_together(pairs)
    assert mean == pytest.approx(0.8)
    assert sd == pytest.approx(1 / math.sqrt(2 / 16 + 2 / 64))
    assert departures_together(pairs[1:]) is None
    assert departures_together([*pairs[1:], ((math.nan, 5.0), (5.0, 3.0))]) is None


def test_by_chance_they_are_three_sd_apart_once_in_four_hundred_times():
    """Windows that share a reference, and a tracker that knows all of them."""
    random, count = np.random.default_rng(5), 20_000
    common = 1.5 * random.standard_normal((count, 1))
    windows = common + 4.0 * random.standard_normal((count, TOGETHER))
    means = np.cumsum(windows - common, axis=1) / np.arange(1, TOGETHER + 1) + common
    sds = [math.hypot(1.5, 4.0 / math.sqrt(k)) for k in range(1, TOGETHER + 1)]
    z = [
        mean / sd
        for w, m in zip(windows[:, :], means, strict=True)
        for mean, sd in [
            departures_together(
                [
                    ((x, math.hypot(1.5, 4.0)), (y, s))
                    for x, y, s in zip(w.tolist(), m.tolist(), sds, strict=True)
                ]
            )
        ]
    ]
    assert np.mean(np.abs(z) > 3.0) < 0.0035
