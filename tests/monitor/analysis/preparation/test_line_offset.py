"""Lines far off beside points before the top of the echo, which turn them."""

import numpy as np
import pytest

from monitor.analysis.preparation.line_offset import line_offset_hz, moved_by
from monitor.basis.files import load_basis

LEVELS = {"NAA": 10.0, "Cr": 8.0, "PCh": 2.0, "Glu": 9.0, "mI": 6.0}
SETS = {
    "press_3t_te30": (123.25, 4e-4, 1024, 6.0),
    "slaser_7t_te34": (297.2, 2.5e-4, 2048, 11.0),
}


def lines(name: str, points: int) -> np.ndarray:
    """A FID with so many empty points before its top."""
    mhz, dwell_s, size, fwhm_hz = SETS[name]
    basis = load_basis(name).resampled(dwell_s, size, mhz)
    fid = sum(level * basis.fid(known) for known, level in LEVELS.items())
    fid = fid * np.exp(-np.pi * fwhm_hz * dwell_s * np.arange(size))
    noise = np.random.default_rng(2).standard_normal((2, size))
    fid = fid + 0.5 * (noise[0] + 1j * noise[1])
    return np.concatenate([np.zeros(points), fid[: size - points]])


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("ppm", [-0.4, -0.2, 0.0, 0.24, 0.45])
@pytest.mark.parametrize("points", [0, 3, 6, 9, 14, 18, 23])
def test_lines_are_found_however_they_are_turned(name, ppm, points):
    mhz, dwell_s, *_ = SETS[name]
    fid = moved_by(lines(name, points), dwell_s, ppm * mhz)
    found_ppm = line_offset_hz(fid, dwell_s, mhz) / mhz
    assert found_ppm == pytest.approx(ppm, abs=0.15)


def test_noise_lies_nowhere():
    random = np.random.default_rng(3)
    for mhz, dwell_s, size, _ in SETS.values():
        for _ in range(20):
            noise = random.standard_normal((2, size))
            assert line_offset_hz(noise[0] + 1j * noise[1], dwell_s, mhz) == 0.0
