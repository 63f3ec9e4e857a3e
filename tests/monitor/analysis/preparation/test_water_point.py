"""One water transient of a known line."""

import math

import numpy as np
import pytest

from monitor.analysis.preparation.water_course import water_point
from streams.messages.transient import Acquisition, Kind, Transient

POINTS, DWELL_S, MHZ = 1024, 5e-4, 123.25
ACQUISITION = Acquisition(MHZ, "1H", DWELL_S, POINTS, 2, 0.03)


def line(shift_hz: float, fwhm_hz: float) -> np.ndarray:
    t = DWELL_S * np.arange(POINTS)
    return np.exp(-(2j * np.pi * shift_hz + np.pi * fwhm_hz) * t)


def water(fids: np.ndarray) -> Transient:
    return Transient(count=7, time_s=12.5, kind=Kind.WATER, fid=fids.astype("c8"))


@pytest.mark.parametrize("shift_hz", [-20.0, 0.0, 7.0, 60.0])
def test_where_how_wide_and_how_large(shift_hz: float) -> None:
    one = line(shift_hz, 6.0)
    point = water_point(water(np.stack([3 * one, 4j * one])), ACQUISITION, True)
    assert point.time_s == 12.5
    assert point.interleaved
    assert point.shift_hz == pytest.approx(shift_hz, abs=0.13)  # half a point
    assert point.fwhm_hz == pytest.approx(6.0, rel=0.02)
    decay = np.exp(-2 * np.pi * 6.0 * DWELL_S * np.arange(4))
    assert point.amplitude == pytest.approx(5 * math.sqrt(decay.mean()), rel=1e-6)


def test_what_is_not_water_is_not_taken_for_it() -> None:
    far = 5 * line(-300.0, 6.0)  # 2.4 ppm below
    point = water_point(water(np.stack([line(5.0, 6.0) + far] * 2)), ACQUISITION, False)
    assert point.shift_hz == pytest.approx(5.0, abs=0.3)
    assert not point.interleaved
