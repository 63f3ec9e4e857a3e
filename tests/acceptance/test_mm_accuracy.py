"""A small part of `mm_accuracy`; the whole table is committed as `mm_accuracy.md`."""

import mm_accuracy
import mm_brains
import mm_sets
import mm_spectra
import numpy as np
import pytest

from monitor.basis.files import load_basis

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


@pytest.mark.parametrize("source", mm_sets.SOURCES[::3], ids=lambda one: one.row)
def test_measured_spectra_are_what_the_prior_of_other_sites_allows(source):
    if mm_sets.folder() is None:
        pytest.skip("the measured spectra are not here: set MRS_MONITOR_DATA")
    found = mm_spectra.against(source)
    assert np.abs(found.groups).max() < 2.5
    assert found.chi_squared < 1.5 * found.directions


def test_a_brain_has_with_the_prior_what_it_has_with_its_own_macromolecules():
    if mm_sets.folder() is None:
        pytest.skip("the measured spectra are not here: set MRS_MONITOR_DATA")
    ((subject, brain, _),) = mm_brains.brains(None, None)
    basis = load_basis("press_3t_te30")
    ways = mm_brains.ways(subject, brain, basis)
    made = {way: rest for way, *rest in ways if way in ("prior", "measured")}
    prior, own = (mm_brains.levels(mm_brains.fitted(*made[way], brain)) for way in made)
    assert np.all(np.abs(prior[0] - own[0]) < 1.96 * np.hypot(prior[1], own[1]))
    assert abs(prior[0][1] / own[0][1] - 1) < 0.12
