"""What is measured on the output agrees with what the scenario states."""

from dataclasses import replace

import numpy as np
import pytest
from scanner_small import (
    clean_fid,
    combined,
    fwhm_hz,
    naa_singlet,
    plain,
    ppm,
    series,
    spectrum,
    transients,
)
from scipy.optimize import least_squares

from streams.messages.transient import Kind
from streams.simulator.field_artefacts import Drift, Jump, ResidualField
from streams.simulator.line_shape import field_distribution
from streams.simulator.receiver_artefacts import CoilArray
from streams.simulator.scanner import prepare, scan_session

ARRAY = CoilArray(0.5, 0.3, 0.4)


@pytest.mark.parametrize(("coils", "snr"), [(1, 10.0), (8, 10.0), (32, 25.0)])
def test_snr_of_the_combined_transient_within_2_percent(coils, snr):
    scenario = replace(plain(coils=coils, snr=snr), coils=ARRAY)
    scenario = replace(scenario, series=(series(transients=150),))
    session = prepare(scenario, naa_singlet(scenario))
    spectra = spectrum(
        np.array(
            [
                combined(session, body)
                for body in transients(scan_session(session))
                if body.kind is Kind.METABOLITE
            ]
        ),
        fill=4,
    )
    height = spectra.mean(axis=0).real.max()
    empty = (ppm(scenario, 4) < 0) & (ppm(scenario, 4) > -4)
    noise = (spectra - spectra.mean(axis=0))[:, empty].real.std(ddof=1)
    assert height / noise == pytest.approx(snr, rel=0.02)


@pytest.mark.parametrize("asymmetry", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("width_hz", [4.0, 7.5, 12.0])
def test_fwhm_within_a_tenth_of_a_hertz(width_hz, asymmetry):
    scenario = replace(
        plain(points=4096),
        series=(series(fwhm_hz=width_hz),),
        line=ResidualField(asymmetry),
    )
    fid = clean_fid(scenario, 5, naa_singlet(scenario))
    assert fwhm_hz(scenario, fid) == pytest.approx(width_hz, abs=0.1)


def test_top_of_the_line_is_at_its_chemical_shift():
    scenario = replace(plain(points=4096), line=ResidualField(0.8))
    real = spectrum(clean_fid(scenario, 5, naa_singlet(scenario)), 16).real
    top_ppm = ppm(scenario, 16)[real.argmax()]
    assert top_ppm == pytest.approx(2.008, abs=0.001)


@pytest.mark.parametrize("asymmetry", [0.0, 0.4, 1.0])
def test_line_is_not_a_voigt(asymmetry):
    """The best complex Voigt, free to shift and turn, leaves over 1.5 % of the norm."""
    t = np.arange(1024) * 4e-4
    line = field_distribution(7.5, asymmetry, 1.2).line(t)

    def left_over(p):
        voigt = np.exp(-np.pi * p[0] * t - (p[1] * t) ** 2 - 2j * np.pi * p[2] * t)
        rest = line - (p[3] + 1j * p[4]) * voigt
        return np.concatenate([rest.real, rest.imag])

    best = least_squares(left_over, [4.0, 10.0, 0.0, 1.0, 0.0])
    share = np.sqrt(2 * best.cost) / np.linalg.norm(line)
    assert share > 0.015


def test_noise_covariance_within_3_percent():
    scenario = replace(plain(coils=6, points=2048), coils=ARRAY)
    scenario = replace(
        scenario, series=(series(noise_frames=20, water_frames=0, transients=0),)
    )
    session = prepare(scenario, naa_singlet(scenario))
    noise = np.concatenate([b.fid for b in transients(scan_session(session))], axis=1)
    measured = (noise @ noise.conj().T) / (2 * noise.shape[1])
    stated = session.receivers[0].covariance
    error = np.linalg.norm(measured - stated) / np.linalg.norm(stated)
    assert error < 0.03
    correlation = np.abs(stated[0, 1]) / np.sqrt(stated[0, 0] * stated[1, 1]).real
    assert correlation == pytest.approx(0.4)
    # real and imaginary part of a coil are independent
    coil = noise[0]
    assert abs(np.corrcoef(coil.real, coil.imag)[0, 1]) < 0.02


def test_noise_is_white_in_time():
    scenario = plain(coils=1, points=4096)
    scenario = replace(
        scenario, series=(series(noise_frames=8, water_frames=0, transients=0),)
    )
    session = prepare(scenario, naa_singlet(scenario))
    noise = np.array([b.fid[0] for b in transients(scan_session(session))])
    following = (noise[:, 1:] * noise[:, :-1].conj()).mean() / (abs(noise) ** 2).mean()
    assert abs(following) < 4 / np.sqrt(noise.size)


def tops_hz(scenario):
    """Place of NAA in each metabolite transient, from the noisy output."""
    session = prepare(scenario, naa_singlet(scenario))
    hz = ppm(scenario, 16) * scenario.acquisition.spectrometer_frequency_mhz
    found = [
        (body.time_s, hz[np.abs(spectrum(combined(session, body), 16)).argmax()])
        for body in transients(scan_session(session))
        if body.kind is Kind.METABOLITE
    ]
    times_s, places_hz = np.array(found).T
    return times_s, places_hz - 2.008 * scenario.acquisition.spectrometer_frequency_mhz


@pytest.mark.parametrize("rate", [2.5, -1.0])
def test_linear_drift_is_measured_with_its_sign(rate):
    scenario = plain(snr=300.0, points=1024)
    scenario = replace(scenario, drift=Drift(linear_hz_per_min=rate))
    times_s, places_hz = tops_hz(
        replace(scenario, series=(series(transients=60, shift_hz=1.0),))
    )
    slope, start = np.polyfit(times_s / 60, places_hz, 1)
    assert slope == pytest.approx(rate, rel=0.03)
    assert start == pytest.approx(1.0, abs=0.3)


def test_jumps_and_exponential_drift():
    drift = Drift(
        exponential_hz=8.0,
        exponential_time_constant_s=20.0,
        jumps=(Jump(60.0, 15.0),),
    )
    scenario = replace(plain(snr=300.0, points=1024), drift=drift)
    times_s, places_hz = tops_hz(replace(scenario, series=(series(transients=60),)))
    expected = 8 * (1 - np.exp(-times_s / 20)) + np.where(times_s >= 60, 15.0, 0.0)
    # the top of the magnitude of an asymmetric line lies a constant aside
    error_hz = places_hz - expected
    assert abs(error_hz.mean()) < 0.5
    np.testing.assert_allclose(error_hz, error_hz.mean(), atol=0.15)


def test_spins_of_the_scenario_are_where_they_belong():
    """Singlets of the simulated metabolites stand at their shifts, upright."""
    scenario = plain(points=2048)
    real = spectrum(clean_fid(scenario, 5), 8).real
    axis = ppm(scenario, 8)
    for place, low, high in ((2.008, 1.9, 2.12), (3.028, 2.95, 3.1), (3.21, 3.15, 3.3)):
        near = (axis > low) & (axis < high)
        assert axis[near][real[near].argmax()] == pytest.approx(place, abs=0.02)
        assert real[near].max() > 0
