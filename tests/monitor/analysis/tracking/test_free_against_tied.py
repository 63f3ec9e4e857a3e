"""Whether the tracker without ties contradicts the one with them."""

import math

import numpy as np
import pytest

from monitor.analysis.tracking.free_against_tied import tie_departure, tie_is_doubtful
from monitor.analysis.tracking.point import TrackerPoint


def point(tied: float, tied_sd: float, free: float, free_sd: float) -> TrackerPoint:
    values = [{"Glu": value} for value in (tied, tied_sd, free, free_sd)]
    return TrackerPoint(0, 0.0, *values)


def test_apart_by_the_difference_of_the_variances():
    assert tie_departure(point(5.0, 3.0, 13.0, 5.0), "Glu") == pytest.approx(2.0)
    assert tie_is_doubtful(point(5.0, 3.0, 13.0, 5.0), "Glu")
    assert tie_is_doubtful(point(5.0, 3.0, -3.0, 5.0), "Glu")
    assert not tie_is_doubtful(point(5.0, 3.0, 12.0, 5.0), "Glu")


def test_nothing_is_said_where_the_two_cannot_be_compared():
    assert math.isnan(tie_departure(TrackerPoint(0, 0.0, {}, {}), "Glu"))
    alone = TrackerPoint(0, 0.0, {"Glu": 1.0}, {"Glu": 1.0})
    assert math.isnan(tie_departure(alone, "Glu"))
    for free_sd in (3.0, 2.0, math.nan):
        found = point(5.0, 3.0, 13.0, free_sd)
        assert math.isnan(tie_departure(found, "Glu"))
        assert not tie_is_doubtful(found, "Glu")


def test_doubtful_once_in_twenty_times_where_the_ties_hold():
    """The tied mean of 40 transients with other amplitudes, known or estimated."""
    random, count = np.random.default_rng(3), 20_000
    other = random.standard_normal((count, 40))
    design = np.column_stack([np.ones(40), np.linspace(0.0, 1.0, 40)])
    covariance = np.linalg.inv(design.T @ design)
    free = (other @ design @ covariance)[:, 0]
    tied = other.mean(axis=1)
    tied_sd, free_sd = math.sqrt(1 / 40), math.sqrt(covariance[0, 0])
    doubtful = [
        tie_is_doubtful(point(t, tied_sd, f, free_sd), "Glu")
        for t, f in zip(tied.tolist(), free.tolist(), strict=True)
    ]
    assert np.mean(doubtful) == pytest.approx(0.05, abs=0.005)
