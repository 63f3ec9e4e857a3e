"""Eddy-current correction against a known eddy phase."""

import numpy as np
import pytest

from monitor.analysis.preparation import eddy
from streams.errors import InputError

DWELL, POINTS = 0.0004, 1024
T = np.arange(POINTS) * DWELL
THETA = 1.2 * np.exp(-T / 0.05) - 0.5 * np.exp(-T / 0.015)


def water(points: int = POINTS, shift_hz: float = 0.0, seed: int = 1) -> np.ndarray:
    t = np.arange(points) * DWELL
    theta = 1.2 * np.exp(-t / 0.05) - 0.5 * np.exp(-t / 0.015)
    noise = np.random.default_rng(seed).normal(size=(2, points))
    fid = 1000 * np.exp(-t * 25) * np.exp(1j * theta - 2j * np.pi * shift_hz * t)
    return fid + noise[0] + 1j * noise[1]


def left_over(theta: np.ndarray) -> np.ndarray:
    """Error of the phase beyond a constant and a frequency, first 150 ms, rad."""
    n = 375
    A = np.stack([np.ones(n), T[:n]], axis=1)
    error = (theta - THETA)[:n]
    return error - A @ np.linalg.lstsq(A, error, rcond=None)[0]


@pytest.mark.parametrize("points", [512, 1024, 4096])
@pytest.mark.parametrize("shift_hz", [0.0, 12.0])
def test_the_eddy_phase_is_found(points: int, shift_hz: float) -> None:
    theta = eddy.eddy_phase(water(points, shift_hz), DWELL, POINTS)
    assert theta.shape == (POINTS,)
    assert left_over(theta).std() < np.radians(1.5)


def test_the_frequency_of_the_water_is_left_alone() -> None:
    a = eddy.eddy_phase(water(shift_hz=0.0), DWELL, POINTS)
    b = eddy.eddy_phase(water(shift_hz=15.0), DWELL, POINTS)
    assert np.abs(a - b)[:250].max() < np.radians(2.0)


def test_a_constant_phase_is_removed() -> None:
    theta = eddy.eddy_phase(water() * np.exp(0.7j), DWELL, POINTS)
    plain = eddy.eddy_phase(water(), DWELL, POINTS)
    assert np.allclose(theta - plain, 0.7, atol=1e-9)


def test_correction_takes_the_phase_off() -> None:
    fid = np.exp(-T * 20) * np.exp(1j * THETA)
    corrected = fid * eddy.turn_of(THETA)
    assert np.allclose(corrected, np.exp(-T * 20))


def test_another_dwell_time_is_refused() -> None:
    eddy.check_dwell(0.00040000001, 0.0004)
    with pytest.raises(InputError, match="A water reference of another dwell time"):
        eddy.check_dwell(0.0005, 0.0004)


def test_zero_reference_is_refused() -> None:
    with pytest.raises(InputError, match="water reference is zero"):
        eddy.eddy_phase(np.zeros(64, complex), DWELL, POINTS)


def test_where_the_water_is_strong_it_is_smoothed_least() -> None:
    """A phase that is over in milliseconds lasts as long as the narrowest kernel."""
    theta = 1.0 * np.exp(-T / 0.004)
    strong = 1e6 * np.exp(-T * 5) * np.exp(1j * theta)
    noise = np.random.default_rng(2).normal(size=(2, POINTS))
    found, last = eddy._smooth(strong + noise[0] + 1j * noise[1], DWELL)
    early = slice(2, 40)
    assert np.abs(np.angle(found) - theta)[early].max() < 0.1
    assert last > POINTS // 2


def test_noise_is_that_of_the_end_whatever_came_before() -> None:
    strong = 100 * np.exp(-T * 2) * np.exp(1j * THETA)
    noise = np.random.default_rng(3).normal(size=(2, POINTS))
    noise[:, 256:760] *= 100.0
    _, last = eddy._smooth(strong + noise[0] + 1j * noise[1], DWELL)
    assert last == POINTS - 1
