"""The baseline's splines, against those of scipy."""

import numpy as np
import pytest
from scipy.fft import next_fast_len
from scipy.interpolate import BSpline

from monitor.analysis.fit.baseline import _splines, make_baseline
from monitor.analysis.signal.spectrum import fast_length


@pytest.mark.parametrize("intervals", [4, 9, 60])
def test_splines_are_those_of_scipy(intervals):
    x = np.linspace(0.2, 4.2, 353)
    width = (x[-1] - x[0]) / intervals
    knots = x[0] + width * np.arange(-3, intervals + 4)
    knots[-4:] += 1e-9 * width
    expected = BSpline.design_matrix(x, knots, 3).toarray()
    found = _splines(x, knots, 3)
    assert np.abs(found - expected).max() < 1e-12
    assert np.allclose(found.sum(axis=1), 1.0)


@pytest.mark.parametrize("least", [1, 13, 509, 521, 1021, 4099])
def test_lengths_of_transforms_are_those_of_scipy(least):
    assert fast_length(least) == next_fast_len(least)


PPM = np.linspace(0.2, 4.2, 401)


@pytest.mark.parametrize("at_ppm", [0.3, 2.2, 4.1])
def test_a_loose_baseline_takes_a_hump_anywhere_in_the_band(at_ppm):
    baseline = make_baseline(PPM)
    hump = np.exp(-(((PPM - at_ppm) / 0.2) ** 2)).astype(complex)
    assert np.abs(baseline.removed(hump, 1e-9)).max() < 1e-3
    assert np.abs(baseline.removed(hump, 1e3)).max() > 0.3


@pytest.mark.parametrize("stiffness", [1e-3, 1.0, 1e2])
def test_the_estimate_is_that_of_ridge_regression(stiffness):
    """Least squares of y - Qn a - U D z with the penalty stiffness |z|^2."""
    baseline = make_baseline(PPM)
    y = np.random.default_rng(3).normal(size=(2, len(PPM))).T @ [1, 1j]
    z = baseline.scale.size
    known = np.hstack([baseline.free, baseline.smooth * baseline.scale])
    penalty = np.hstack([np.zeros((z, 4)), np.sqrt(stiffness) * np.eye(z)])
    rows = np.vstack([known, penalty])
    solved = np.linalg.lstsq(rows, np.r_[y, np.zeros(z)], rcond=None)[0]
    np.testing.assert_allclose(
        baseline.estimate(y, stiffness), known @ solved, atol=1e-8
    )
