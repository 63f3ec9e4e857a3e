"""Changes in sessions made of a real brain's spectrum: a slice of the script."""

from pathlib import Path

import brain_sessions
import numpy as np
import pytest

from monitor.analysis.contamination.stretch import Cause


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


def test_fat_from_the_first_transient_on_is_left_out_and_not_the_rest(
    shared_data, tmp_path: Path, monkeypatch
):
    """Of half the NAA height: it takes from this brain's own lines."""
    monkeypatch.setenv("MRS_MONITOR_DATA", str(shared_data))
    monkeypatch.setattr(brain_sessions, "STRETCH", range(45))
    monkeypatch.setattr(brain_sessions, "FAT_OVER_NAA", 0.5)
    brain = next(
        one for one in brain_sessions.brains(None, tmp_path) if "biggaba" in one.name
    )
    change = brain_sessions.changed(brain, "fat")
    (one,) = brain_sessions.analysed(brain, change, 3000).stretches
    assert (one.first, one.stop, one.cause) == (0, 45, Cause.LIPID)
