"""Changes in sessions made of a real brain's spectrum: a slice of the script."""

from pathlib import Path

import brain_sessions
import numpy as np
import pytest


@pytest.mark.parametrize("kind", ["narrower", "Glu"])
def test_a_change_in_a_real_brains_spectrum_is_read_within_its_interval(
    kind, shared_data, tmp_path: Path, monkeypatch
):
    monkeypatch.setenv("MRS_MONITOR_DATA", str(shared_data))
    brain = next(brain_sessions.brains(None, tmp_path))
    change = brain_sessions.changed(brain, kind)
    found = brain_sessions.errors(brain_sessions.analysed(brain, change, 3), change)
    for what, most in (("windows", 6.0), ("tracker", 3.5), ("smoother", 2.5)):
        error, sd = np.moveaxis(found[what], 2, 0)
        assert np.abs(error / sd).max() < 3, what
        assert sd.max() < most, what
