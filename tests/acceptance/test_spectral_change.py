"""A small part of `spectral_change`; the whole table is in `spectral_change.md`."""

import pytest
from spectral_change import found_in

from monitor.analysis.glm.spectral_map import sentence


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["null", "re-shim"])
def test_sessions_without_a_change_show_none(kind):
    found = found_in(kind, 100)
    assert not any(one.places_ppm for one in found.last.values())


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["lipid", "baseline"])
def test_steps_of_lipid_and_baseline_are_not_glutamates(kind):
    found = found_in(kind, 100)
    assert found.last["start"].elsewhere
    assert "look at lipid, baseline" in sentence(found.last["start"])


@pytest.mark.slow
def test_glutamate_is_found_at_its_lines():
    found = found_in("glutamate", 100)
    told = found.last["Kamp"]
    assert told.at_glutamate
    assert not told.elsewhere
