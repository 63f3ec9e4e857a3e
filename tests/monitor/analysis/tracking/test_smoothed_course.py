"""The smoothed tracker over windows: a mean by the weights of its transients."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from monitor.analysis.tracking.smoothed_course import SmoothedCourse

COURSE = SmoothedCourse(
    "Glu",
    np.array([0.0, 2.0, 4.0, 6.0]),
    np.array([1.0, 2.0, 5.0, 9.0]),
    np.array([0.5, 1.0, 3.0, 9.0]),
    np.array([1.0, 1.0, 0.5, 0.0]),
)


def over(start_s, end_s):
    return COURSE.over(SimpleNamespace(time_start_s=start_s, time_end_s=end_s))


def test_transients_count_by_their_weights():
    assert over(2.0, 6.0) == pytest.approx((3.0, 2.5 / 1.5))


def test_where_none_counts_nothing_is_known():
    assert all(map(math.isnan, over(6.0, 8.0)))
    assert all(map(math.isnan, over(8.0, 9.0)))
