"""A twentieth of `narrowed_window`; the whole table is in `line_width.md`."""

import narrowed_window
import numpy as np
import pytest


@pytest.mark.slow
@pytest.mark.parametrize(("field", "hz"), [("3T", 0.2), ("7T-broad", 0.46)])
def test_a_window_takes_no_narrowing_for_a_change(field, hz):
    """Of broad lines it was 0.16 % of Glu with a stiffer Gaussian width."""
    change = narrowed_window.bias(field, False, "gauss", hz, 400, noisy=False)
    assert np.abs(change).max() < 0.12
