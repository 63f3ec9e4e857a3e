"""The regression at each point: right where it can be, silent where it cannot."""

import numpy as np
import pytest

from monitor.analysis.glm.nuisance import smoothing
from monitor.analysis.glm.regression import _correlation, _whiten, regression_of
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


def test_degrees_are_blocks_less_what_is_fitted_and_the_correlation():
    y = np.random.default_rng(7).standard_normal((BLOCKS, POINTS))
    assert regression_of(y, STEP, ONE, np.ones(BLOCKS)).degrees == BLOCKS - 2 - 1
    # Six of freedom are the fewest: nine blocks for a step and a level.
    short = STEP[11:20], ONE[:9], np.ones(9)
    assert regression_of(y[:9], *short) is not None
    assert regression_of(y[:8], *(part[:8] for part in short)) is None


@pytest.mark.parametrize("r", [0.0, 0.35, 0.6])
def test_a_correlation_in_time_is_found_as_large_as_it_is(r):
    random = np.random.default_rng(8)
    e = np.concatenate([noise(random, r) for _ in range(8)])
    same = np.ones(len(e) - 1, bool)
    same[BLOCKS - 1 :: BLOCKS] = False
    assert np.mean(_correlation(e, same, 2)) == pytest.approx(r, abs=0.06)


def test_few_blocks_show_a_correlation_as_too_low_which_is_made_good():
    random = np.random.default_rng(9)
    same = np.ones(BLOCKS - 1, bool)
    level = np.eye(BLOCKS) - np.full((BLOCKS, BLOCKS), 1 / BLOCKS)
    found = [
        _correlation(level @ noise(random, 0.5), same, 1).mean() for _ in range(60)
    ]
    # Kendall's: of 48 blocks it would be too low by (1 + 3 r) / n = 0.05.
    assert np.mean(found) == pytest.approx(0.5, abs=0.025)


def test_points_without_any_noise_have_no_correlation():
    same = np.ones(BLOCKS - 1, bool)
    assert (_correlation(np.zeros((BLOCKS, 4)), same, 2) <= 0.1).all()


def test_what_is_left_of_correlated_noise_is_as_large_everywhere():
    """The first block of an epoch has no block before it, and the same spread."""
    random, r = np.random.default_rng(10), np.full(400, 0.6)
    e = random.standard_normal((6, 400))
    for b in (1, 2, 4, 5):
        e[b] = 0.6 * e[b - 1] + 0.8 * e[b]
    same = np.array([True, True, False, True, True])
    new = _whiten(e, r, same)[:, :, 0]
    np.testing.assert_allclose(new.std(axis=1), 0.8, rtol=0.12)
    np.testing.assert_allclose(new[3], 0.8 * e[3])
    np.testing.assert_allclose(new[1], e[1] - 0.6 * e[0])


def test_epochs_may_come_in_any_order():
    """Blocks are neighbours in every epoch, and never across two of them."""
    level = np.repeat(np.eye(3), 16, axis=0)
    random = np.random.default_rng(11)
    course = random.standard_normal(BLOCKS)
    y = noise(random, 0.6) * np.repeat([1.0, 3.0, 0.3], 16)[:, None]
    other = np.concatenate([np.arange(32, 48), np.arange(16), np.arange(16, 32)])
    one = regression_of(y, course, level, np.ones(BLOCKS))
    two = regression_of(y[other], course[other], level[other], np.ones(BLOCKS))
    np.testing.assert_allclose(two.t, one.t, atol=1e-9)
    lifted = regression_of(y + 1e3 * level[:, :1], course, level, np.ones(BLOCKS))
    np.testing.assert_allclose(lifted.t, one.t, atol=1e-6)


def test_blocks_of_two_epochs_are_no_neighbours():
    """Each block its own epoch but for pairs: the pairs alone tell of time."""
    n = 40
    level = np.repeat(np.eye(n // 2), 2, axis=0)
    random = np.random.default_rng(12)
    course = np.tile([0.0, 1.0], n // 2)
    y = np.multiply.outer(course, np.ones(60)) + 0.1 * random.standard_normal((n, 60))
    found = regression_of(y, course, level, np.ones(n))
    np.testing.assert_allclose(found.slope, 1.0, atol=0.12)
