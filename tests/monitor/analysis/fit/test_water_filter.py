"""The lines of residual water are fitted over the whole of its band."""

import numpy as np
import pytest

from monitor.analysis.fit.model import Model
from monitor.analysis.fit.water_filter import WATER_BAND_PPM, make_water_filter
from monitor.analysis.signal.spectrum import ppm_axis
from monitor.analysis.signal.water import Lines

MHZ, DWELL_S, POINTS = 123.25, 5e-4, 1024


@pytest.fixture
def model() -> Model:
    t = DWELL_S * np.arange(POINTS)
    fid = np.exp((2j * np.pi * 2.64 * MHZ - np.pi * 4) * t)
    bare = np.zeros(1, bool)
    return Model(("NAA",), fid[None], bare, DWELL_S, MHZ, 0.5, 4.2)


def test_the_band_reaches_from_one_end_to_the_other(model: Model):
    lines = Lines(np.array([100.0 + 0j]), np.array([4.65]), np.array([8.0]))
    axis = ppm_axis(POINTS, DWELL_S, MHZ)
    step_ppm = axis[1] - axis[0]
    band = axis[make_water_filter(model, lines).band]
    low_ppm = max(WATER_BAND_PPM[0], model.ppm_high)
    assert band.min() == pytest.approx(low_ppm, abs=step_ppm)
    assert band.max() == pytest.approx(WATER_BAND_PPM[1], abs=step_ppm)


def test_without_lines_there_is_no_filter(model: Model):
    none = Lines(np.zeros(0, complex), np.zeros(0), np.zeros(0))
    assert make_water_filter(model, none) is None
