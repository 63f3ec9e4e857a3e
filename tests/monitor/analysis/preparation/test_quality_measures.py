"""Measures of quality with known answers."""

from collections.abc import Callable

import numpy as np
import pytest

from monitor.analysis.preparation import measures as qm
from monitor.analysis.signal import spectrum
from monitor.analysis.signal.axis import Axis
from monitor.analysis.signal.spectrum import Complex
from streams.messages.transient import REFERENCE_PPM


@pytest.mark.parametrize("shift_hz", [-14.0, 0.0, 14.0])
@pytest.mark.parametrize("phase_rad", [-3.1, -1.5, 0.0, 1.0, 3.1])
def test_absolute_shift_and_phase(
    axis: Axis, metabolites: Complex, shift_hz: float, phase_rad: float
) -> None:
    fid = spectrum.moved(metabolites, axis.dwell_time_s, shift_hz, phase_rad)
    found = qm.absolute_of(fid, axis)
    assert found.shift_hz == pytest.approx(shift_hz, abs=1.5)
    assert abs(np.angle(np.exp(1j * (found.phase_rad - phase_rad)))) < 0.5
    assert found.contrast > 0.5


def test_noise_has_no_contrast(axis: Axis) -> None:
    noise = np.random.default_rng(1).normal(size=(2, axis.points))
    assert qm.absolute_of(noise[0] + 1j * noise[1], axis).contrast < 0.1


def test_naa_line_of_a_lone_lorentzian(axis: Axis) -> None:
    nu = (qm.NAA_PPM - REFERENCE_PPM) * axis.frequency_mhz
    fid = np.exp((-2j * np.pi * nu - np.pi * 8.0) * axis.t)
    line = qm.naa_line(fid, axis, qm.Absolute(0.0, 0.0, 1.0))
    assert line.fwhm_hz == pytest.approx(8.0, rel=0.06)
    assert line.height == pytest.approx(1 / (np.pi * 8.0 * axis.dwell_time_s), rel=0.05)


def test_no_line_is_nan(axis: Axis) -> None:
    line = qm.naa_line(np.zeros(axis.points, complex), axis, qm.Absolute(0, 0, 0))
    assert np.isnan(line.height)


def test_clipped_transient_is_saturated(transient: Callable[..., Complex]) -> None:
    fid = transient(1)[np.newaxis]
    assert not qm.saturated(fid)
    limit = 0.2 * np.abs(fid.real).max()
    clipped = np.clip(fid.real, -limit, limit) + 1j * fid.imag
    assert qm.saturated(clipped)


def test_zeros_and_quantised_noise_are_not_saturated() -> None:
    noise = np.round(np.random.default_rng(2).normal(size=(2, 32, 2048)) * 40)
    assert not qm.saturated(noise[0] + 1j * noise[1])
    assert not qm.saturated(np.zeros((2, 64), complex))


def test_lipid_is_seen_in_its_band_alone(
    axis: Axis, transient: Callable[..., Complex]
) -> None:
    clean = spectrum.spectrum_of(transient(1, noise_sd=0.0))
    fat = spectrum.spectrum_of(transient(1, noise_sd=0.0, lipid=30.0))
    wet = spectrum.spectrum_of(transient(1, noise_sd=0.0, water=10.0))
    assert qm.lipid_height(fat, axis) > 2 * qm.lipid_height(clean, axis)
    assert qm.lipid_height(wet, axis) < 1.5 * qm.lipid_height(clean, axis)


def test_no_lipid_is_told_where_noise_moves_its_band_out_of_the_spectrum():
    axis = Axis(512, 4e-4, 123.25)
    lines = np.ones(axis.points, complex)
    assert np.isnan(qm.lipid_height(lines, axis, 50.0 * axis.frequency_mhz))
