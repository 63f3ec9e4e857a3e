import math

import numpy as np
import pytest

from monitor.analysis.preparation.drift import drift_hz_per_min, drift_now_hz_per_min

T = np.arange(100.0) * 2


def test_drift_is_the_slope_per_minute() -> None:
    assert drift_hz_per_min(T, 0.03 * T) == pytest.approx(1.8)
    assert math.isnan(drift_hz_per_min(T[:9], T[:9]))
    assert math.isnan(drift_hz_per_min(np.ones(20), np.arange(20.0)))


def test_the_drift_of_now_is_that_of_the_newest_known_shifts() -> None:
    shifts = np.where(T[40] > T, 50.0, 0.05 * T)
    assert drift_now_hz_per_min(T, shifts) == pytest.approx(3.0)
    shifts[50:60] = np.nan
    assert drift_now_hz_per_min(T, shifts, 50) == pytest.approx(3.0)
    assert drift_now_hz_per_min(T, shifts) < -1.0
