"""A plain simulated transient: lines, a broad background, water, noise."""

from collections.abc import Callable

import numpy as np
import pytest

from monitor.analysis.signal import spectrum
from monitor.analysis.signal.axis import Axis
from monitor.analysis.signal.spectrum import Complex
from streams.messages.transient import REFERENCE_PPM

LINES = (
    (2.008, 9.5, 6.0),
    (2.042, 1.5, 6.0),
    (3.027, 8.5, 6.0),
    (3.210, 4.5, 6.0),
    (3.56, 5.0, 12.0),
    (3.77, 6.0, 14.0),
    (3.92, 5.5, 7.0),
    (2.35, 8.0, 22.0),
    (2.1, 4.0, 25.0),
    (0.9, 6.0, 40.0),
    (1.3, 4.0, 45.0),
    (1.7, 3.0, 45.0),
)


def lines_fid(axis: Axis, lines: tuple[tuple[float, float, float], ...]) -> Complex:
    """FID of Lorentzian lines of (ppm, amplitude, FWHM Hz)."""
    total = np.zeros(axis.points, complex)
    for ppm, amplitude, fwhm in lines:
        nu = (ppm - REFERENCE_PPM) * axis.frequency_mhz
        total += amplitude * np.exp((-2j * np.pi * nu - np.pi * fwhm) * axis.t)
    return total


@pytest.fixture(scope="session")
def axis() -> Axis:
    return Axis(points=1024, dwell_time_s=0.0004, frequency_mhz=123.25)


@pytest.fixture(scope="session")
def metabolites(axis: Axis) -> Complex:
    return lines_fid(axis, LINES)


@pytest.fixture(scope="session")
def water_line(axis: Axis) -> Complex:
    return lines_fid(axis, ((4.65, 12.0, 9.0),))


NOISE_SD = 0.9


@pytest.fixture
def transient(
    axis: Axis, metabolites: Complex, water_line: Complex
) -> Callable[..., Complex]:
    """Make transients: seed, shift, phase, amplitude, broadening, lipid, water."""

    def make(
        seed: int,
        shift_hz: float = 0.0,
        phase_rad: float = 0.0,
        amplitude: float = 1.0,
        broadening_hz: float = 0.0,
        lipid: float = 0.0,
        water: complex = 1.0,
        noise_sd: float = NOISE_SD,
    ) -> Complex:
        rng = np.random.default_rng(seed)
        clean = amplitude * metabolites * np.exp(-np.pi * broadening_hz * axis.t)
        clean = clean + water * water_line
        clean = clean + lines_fid(axis, ((1.3, lipid, 25.0), (0.9, 0.5 * lipid, 30.0)))
        noise = rng.normal(size=(2, axis.points)) * noise_sd
        turned = spectrum.moved(clean, axis.dwell_time_s, shift_hz, phase_rad)
        return turned + noise[0] + 1j * noise[1]

    return make
