"""A small part of `mm_accuracy`; the whole table is committed as `mm_accuracy.md`."""

import mm_accuracy
import mm_sets
import numpy as np
import pytest

PARTS = ("press_3t_te30", "slaser_7t_te34")


@pytest.mark.parametrize("family", mm_sets.FAMILIES)
def test_intervals_hold_levels_over_macromolecules_that_nobody_measured(family):
    if family == "human" and mm_sets.folder() is None:
        pytest.skip("the measured spectra are not here: set MRS_MONITOR_DATA")
    names = PARTS[:1] if family == "foreign" else PARTS
    found = [mm_accuracy.run(name, family, 4, seed=3) for name in names]
    inside = np.concatenate([np.abs(f.error) < 1.96 * f.stated for f in found])
    assert np.mean(inside) > 0.7
    shares = np.concatenate([f.share for f in found])
    assert np.all((shares > 0) & (shares < 1))
    assert np.median(shares) > 0.5
