"""The baseline's splines, against those of scipy."""

import numpy as np
import pytest
from scipy.fft import next_fast_len
from scipy.interpolate import BSpline

from monitor.analysis.fit.baseline import _splines
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
