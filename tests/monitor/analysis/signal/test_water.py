"""Residual water: removed, and what that does to the metabolites."""

import time

import numpy as np
import pytest

from monitor.analysis.signal import spectrum
from monitor.analysis.signal.axis import Axis
from monitor.analysis.signal.spectrum import Complex
from monitor.analysis.signal.water import water_lines, without_water
from streams.messages.transient import REFERENCE_PPM

WATERS = {
    "none": (),
    "weak": ((4.65, 10.0, 8.0, 0.3),),
    "two": ((4.65, 60.0, 6.0, 0.5), (4.72, 25.0, 15.0, 2.0)),
    "strong": ((4.66, 600.0, 6.0, 0.5), (4.60, 250.0, 20.0, 2.0)),
}


def water_fid(axis: Axis, name: str) -> Complex:
    total = np.zeros(axis.points, complex)
    for ppm, size, fwhm, phase in WATERS[name]:
        nu = (ppm - REFERENCE_PPM) * axis.frequency_mhz
        rate = -2j * np.pi * nu - np.pi * fwhm
        total += size * np.exp(1j * phase + rate * axis.t)
    return total


@pytest.mark.parametrize("name", WATERS)
def test_metabolites_stay_as_they_are(
    axis: Axis, metabolites: Complex, name: str
) -> None:
    """0.2-4.2 ppm changes by less than 1 % of NAA, rms, at an SNR of 100."""
    rng = np.random.default_rng(6)
    naa = np.abs(spectrum.spectrum_of(metabolites)[axis.band(1.9, 2.1)]).max()
    sd = naa / 100 / np.sqrt(axis.points)
    rms = []
    for _ in range(8):
        noise = sd * (rng.normal(size=axis.points) + 1j * rng.normal(size=axis.points))
        given = metabolites + noise + water_fid(axis, name)
        dry = without_water(given, axis.dwell_time_s, axis.frequency_mhz)
        left = spectrum.spectrum_of(dry - metabolites - noise)
        rms.append(np.abs(left[axis.band(0.2, 4.2)]) ** 2)
    assert np.sqrt(np.mean(rms)) < 0.01 * naa


@pytest.mark.parametrize("name", ["weak", "two", "strong"])
def test_the_water_is_gone(axis: Axis, metabolites: Complex, name: str) -> None:
    put_in = water_fid(axis, name)
    dry = without_water(metabolites + put_in, axis.dwell_time_s, axis.frequency_mhz)
    band = axis.band(4.45, 4.85)
    before, after = (
        np.abs(spectrum.spectrum_of(x)[band]).max() for x in (put_in, dry - metabolites)
    )
    assert after < 0.05 * before


def test_lines_are_those_that_were_put_in(axis: Axis, metabolites: Complex) -> None:
    given = metabolites + water_fid(axis, "weak")
    found = water_lines(given, axis.dwell_time_s, axis.frequency_mhz)
    k = int(np.argmax(np.abs(found.amplitude)))
    assert found.shift_ppm[k] == pytest.approx(4.65, abs=0.003)
    assert found.fwhm_hz[k] == pytest.approx(8.0, rel=0.05)
    assert found.amplitude[k] == pytest.approx(10 * np.exp(0.3j), rel=0.05)


def test_zeros_stay_zeros(axis: Axis) -> None:
    dry = without_water(np.zeros(axis.points, complex), 0.0004, 123.25)
    assert np.array_equal(dry, np.zeros(axis.points))


@pytest.mark.slow
def test_fast_enough_for_every_window() -> None:
    rng = np.random.default_rng(1)
    fid = (
        rng.normal(size=2048)
        + 1j * rng.normal(size=2048)
        + 100 * np.exp(-np.arange(2048) * 0.01)
    )
    took = []
    for _ in range(50):
        start = time.perf_counter()
        without_water(fid, 0.0004, 123.25)
        took.append(time.perf_counter() - start)
    print(f"without_water, 2048 points: median {np.median(took) * 1e3:.2f} ms")
    assert np.median(took) < 0.005
