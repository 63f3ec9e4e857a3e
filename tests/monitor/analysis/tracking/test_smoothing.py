"""Joint states between blocks, and a little beyond the first and the last."""

import numpy as np
import pytest

from monitor.analysis.tracking.smoothing import BLOCK, between

PLACES = np.array([10.0, 30.0, 70.0])


def test_a_straight_line_goes_on_beyond_both_ends():
    line = np.column_stack([2 * PLACES + 1, -0.5 * PLACES])
    wanted = np.array([PLACES[0] - BLOCK, 20.0, 70.0, PLACES[-1] + BLOCK])
    expected = np.column_stack([2 * wanted + 1, -0.5 * wanted])
    np.testing.assert_allclose(between(PLACES, line, wanted), expected)


def test_the_ends_go_on_as_their_own_neighbours_do():
    bent = np.array([[0.0], [20.0], [20.0]])  # 1 a step at first, flat at last
    wanted = np.array([PLACES[0] - BLOCK / 2, PLACES[-1] + BLOCK / 2])
    found = between(PLACES, bent, wanted)[:, 0]
    assert found == pytest.approx([-BLOCK / 2, 20.0])


def test_one_place_is_everywhere():
    found = between(np.array([5.0]), np.array([[1.0, 2.0]]), np.arange(3.0))
    np.testing.assert_array_equal(found, [[1.0, 2.0]] * 3)
