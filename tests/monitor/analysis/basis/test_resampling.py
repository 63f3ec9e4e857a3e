"""FIDs between their points: up to the last one, and zero beyond it."""

import numpy as np
import pytest

from monitor.analysis.basis.resampling import interpolated

POINTS = 256
RATES = np.array([0.02 - 0.3j, 0.01 + 1.1j])


def at(positions):
    """Two damped lines at fractional points."""
    return np.exp(-np.outer(RATES, positions))


@pytest.mark.parametrize("last", [POINTS - 1.5, POINTS - 1.0])
def test_fids_are_what_they_would_be_up_to_their_last_point(last):
    positions = np.array([0.0, 0.25, 17.5, last])
    found = interpolated(at(np.arange(POINTS)), positions)
    np.testing.assert_allclose(found, at(positions), atol=3e-5)


def test_beyond_the_last_point_there_is_nothing():
    positions = np.array([0.5, POINTS - 0.9, POINTS + 40.0])
    found = interpolated(at(np.arange(POINTS)), positions)
    assert np.all(found[:, 1:] == 0)
    assert np.all(found[:, 0] != 0)


def test_whole_points_are_taken_as_they_are():
    fids = at(np.arange(POINTS))
    positions = np.array([3.0, 0.0, POINTS - 1.0, POINTS])
    found = interpolated(fids, positions)
    np.testing.assert_array_equal(found[:, :3], fids[:, [3, 0, POINTS - 1]])
    assert np.all(found[:, 3] == 0)
