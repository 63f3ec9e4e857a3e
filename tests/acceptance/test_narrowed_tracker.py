"""A twentieth of `narrowed_tracker`; the whole table is in `line_width.md`."""

import narrowed_tracker
import numpy as np
import pytest


@pytest.mark.slow
@pytest.mark.parametrize("how", ["lorentz", "gauss"])
def test_the_tracker_takes_no_narrowing_for_a_change(how):
    """With widths that walk half as far it was a tenth of a percent."""
    change, _ = narrowed_tracker.bias("7T", False, how, 0.46, 500)
    assert np.abs(change).max() < 0.07
