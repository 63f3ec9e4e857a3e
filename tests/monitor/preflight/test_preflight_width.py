"""The width of a line in points, from its power."""

import numpy as np
import pytest

from monitor.preflight.stream import _width


@pytest.mark.parametrize("fwhm", [4.0, 9.0, 25.0])
def test_a_lorentzian_is_as_wide_as_it_is(fwhm):
    points = np.arange(400.0)
    # The magnitude of a complex Lorentzian is sqrt(3) times as wide as its real part.
    power = 1 / (1 + ((points - 200) / (fwhm / 2)) ** 2)
    assert _width(power, 200) == pytest.approx(np.sqrt(3) * fwhm, abs=1.0)


def test_a_line_at_the_edge_ends_there():
    power = np.where(np.arange(50) < 6, 1.0, 0.0)
    assert _width(power, 0) == 5.0
    assert _width(power[::-1], 49) == 5.0


def test_what_lies_right_beside_the_peak_ends_the_line():
    assert _width(np.array([4.0, 0.5, 4.0, 0.5, 4.0]), 2) == 1.0
    assert _width(np.array([4.0, 4.0, 4.0, 0.5, 4.0]), 2) == 2.0
    assert _width(np.array([0.5, 4.0, 4.0, 4.0, 0.5]), 2) == 3.0


def test_one_point_is_the_least():
    power = np.zeros(9)
    power[4] = 1.0
    assert _width(power, 4) == 1.0
