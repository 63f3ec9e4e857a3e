"""A small part of `line_width`; the whole table is committed as `line_width.md`."""

import line_width
import numpy as np
import pytest


@pytest.mark.slow
@pytest.mark.parametrize("how", ["lorentz", "gauss"])
@pytest.mark.parametrize(
    ("field", "narrower_hz"), [("3T", 0.2), ("7T", 0.46)], ids=["3T", "7T"]
)
def test_a_narrower_line_is_no_change(field, narrower_hz, how):
    bias, _ = line_width.biases(field, False, how, narrower_hz, range(50, 51))
    amplitudes, ratio = bias[0, 1:, :2], bias[0, 1:, 2]
    assert np.abs(amplitudes).max() < 0.2
    assert np.abs(ratio).max() < 0.1
