"""Contaminated sessions: a slice always; tables of a whole run: contamination.md."""

import numpy as np
import pytest
from contamination import HEADLINE, disagrees, run, said
from contamination import contaminated as contaminated_session

from monitor.analysis.tracking.agreement import Way

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def pair():
    """A session with lipid in its reference period, and the same without."""
    return said(0), said(0, clean=True)


def test_a_stretch_is_left_out_and_moves_the_change_by_less_than_a_percent(pair):
    judged, clean = pair
    assert judged.kind == "lipid"
    assert judged.found > 0.9
    assert judged.lost < 0.02
    assert abs((judged.bias - clean.bias)[HEADLINE]) < 1.0


def test_a_clean_session_keeps_its_transients_and_agrees(pair):
    _, clean = pair
    assert clean.lost <= 0.02
    assert not clean.disagrees


def test_what_is_not_left_out_is_flagged():
    scenario, kind, where = contaminated_session(5)
    assert (kind, where) == ("lipid", "infusion")
    _, last = run(scenario, reject=False)
    assert disagrees(last)
    assert {d.way for d in last.agreement.differences} == set(Way)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_twenty_sessions():
    judged = [said(seed) for seed in range(20)]
    clean = [said(seed, clean=True) for seed in range(20)]
    moved = np.array([a.bias - b.bias for a, b in zip(judged, clean, strict=True)])
    assert abs(moved[:, HEADLINE].mean()) < 0.5
    assert np.mean([s.covered[HEADLINE] for s in judged]) > 0.88
    assert np.mean([s.lost for s in clean]) < 0.01
    assert sum(s.disagrees for s in clean) <= 1
