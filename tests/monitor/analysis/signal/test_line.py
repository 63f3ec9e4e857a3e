"""Widths of lines with a known answer."""

import math

import numpy as np
import pytest

from monitor.analysis.signal.axis import Axis
from monitor.analysis.signal.line import full_width, zero_filled
from monitor.analysis.signal.spectrum import spectrum_of
from streams.messages.transient import REFERENCE_PPM


@pytest.mark.parametrize("fwhm_hz", [3.0, 8.0, 25.0])
def test_a_lorentzian_is_as_wide_as_it_was_made(axis: Axis, fwhm_hz: float) -> None:
    nu = (2.008 - REFERENCE_PPM) * axis.frequency_mhz
    fid = np.exp((-2j * np.pi * nu - np.pi * fwhm_hz) * axis.t)
    fid[0] *= 0.5  # else the spectrum stands on a pedestal
    ppm, lines = zero_filled(fid, 8, axis.dwell_time_s, axis.frequency_mhz)
    real = lines.real
    top = int(np.argmax(real))
    assert ppm[top] == pytest.approx(2.008, abs=0.002)
    points = full_width(real, top, real[top] / 2)
    hz = points / (real.size * axis.dwell_time_s)
    assert hz == pytest.approx(fwhm_hz, rel=0.03)


def test_zero_filling_keeps_the_points_between(axis: Axis) -> None:
    fid = np.exp((-40.0 + 200j) * axis.t)
    _, lines = zero_filled(fid, 4, axis.dwell_time_s, axis.frequency_mhz)
    real = lines.real
    np.testing.assert_allclose(real[::4], spectrum_of(fid).real, atol=1e-9)


@pytest.mark.parametrize(
    ("curve", "width"),
    [
        ([0.0, 2.0, 4.0, 2.0, 0.0], 2.0),
        ([0.0, 4.0, 4.0, 0.0], 2.0),
        ([0.0, 0.0, 4.0, 1.0, 0.0], 0.5 + 2 / 3),
        ([3.0, 4.0, 0.0], math.nan),
        ([0.0, 4.0, 3.0], math.nan),
    ],
)
def test_a_flank_that_does_not_fall_has_no_width(
    curve: list[float], width: float
) -> None:
    found = full_width(np.array(curve), int(np.argmax(curve)), 2.0)
    assert found == pytest.approx(width, nan_ok=True)
