"""A twentieth of `narrowed_window`; the whole table is in `line_width.md`."""

import narrowed_window
import numpy as np
import pytest


@pytest.mark.slow
@pytest.mark.parametrize(
    ("field", "known", "hz"),
    [("3T", False, 0.2), ("3T", False, 1.0), ("3T", True, 1.0), ("7T-broad", False, 1)],
)
def test_a_window_takes_no_narrowing_for_a_change(field, known, hz):
    """With the mean's residual left as it was 1 Hz moved Glu by 1 % and more."""
    change = narrowed_window.bias(field, known, "gauss", hz, 400, noisy=True)
    assert np.abs(change).max() < 0.12 * max(hz, 0.5)
