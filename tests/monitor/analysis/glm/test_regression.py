"""The regression at each point: right where it can be, silent where it cannot."""

import numpy as np
import pytest

from monitor.analysis.glm.nuisance import smoothing
from monitor.analysis.glm.regression import regression_of
from monitor.analysis.glm.spectral_map import map_of

BLOCKS, POINTS, SESSIONS = 48, 160, 120
STEP = (np.arange(BLOCKS) >= 16).astype(float)
ONE = np.ones((BLOCKS, 1))
HZ = np.arange(POINTS) * 2.5
FWHM_HZ = 8.0


def noise(random, correlated: float) -> np.ndarray:
    e = random.standard_normal((BLOCKS, POINTS))
    for b in range(1, BLOCKS):
        e[b] = correlated * e[b - 1] + np.sqrt(1 - correlated**2) * e[b]
    return e @ smoothing(HZ, FWHM_HZ)


@pytest.mark.parametrize("correlated", [0.0, 0.4])
def test_noise_alone_passes_the_threshold_of_the_band_once_in_twenty(correlated):
    random, resels = np.random.default_rng(3), np.ptp(HZ) / FWHM_HZ
    passed = 0
    for _ in range(SESSIONS):
        found = regression_of(noise(random, correlated), STEP, ONE, np.ones(BLOCKS))
        passed += bool(
            map_of("start", HZ, found.t, found.degrees, resels, 0.05).places_ppm
        )
    assert passed <= 0.05 * SESSIONS + 3 * np.sqrt(0.05 * SESSIONS)


def test_a_slope_is_found_as_large_as_it_is_between_levels_of_epochs():
    random = np.random.default_rng(4)
    level = np.zeros((BLOCKS, 2))
    level[:30, 0], level[30:, 1] = 1, 1
    shape = np.exp(-0.5 * ((HZ - 200) / 10) ** 2)
    y = 5 * level[:, :1] - 3 * level[:, 1:] + 2 * STEP[:, None] * shape
    y = y + 0.1 * random.standard_normal(y.shape)
    found = regression_of(y, STEP, level, np.linspace(0.5, 1, BLOCKS))
    np.testing.assert_allclose(found.slope, 2 * shape, atol=0.15)
    assert abs(found.t[80]) > 20


def test_a_course_that_is_an_epochs_level_tells_nothing():
    level = np.column_stack([1 - STEP, STEP])
    y = np.random.default_rng(5).standard_normal((BLOCKS, POINTS))
    assert regression_of(y, STEP, level, np.ones(BLOCKS)) is None


def test_too_few_blocks_tell_nothing():
    y = np.random.default_rng(6).standard_normal((5, POINTS))
    assert regression_of(y, STEP[14:19], ONE[:5], np.ones(5)) is None
