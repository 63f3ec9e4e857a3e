"""A slice of `headline.py`: what the page says at the end is what the result says."""

import pytest
from headline import KINDS, own, said
from headline_tracker import tracked


def test_sessions_of_two_kinds_share_no_noise():
    seeds = {own(kind, seed) for kind in KINDS for seed in range(1000)}
    assert len(seeds) == 1000 * len(KINDS)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_the_page_of_a_session(kind):
    found = said(kind, 1)
    assert found.verdict == found.final
    assert found.terminal
    end = found.moments[-1]
    assert not end.grey
    assert abs(end.value - end.truth) <= 2 * end.half
    assert found.ratio == pytest.approx(1.0, abs=0.15)


@pytest.mark.slow
def test_the_tracker_of_a_placebo_session_holds_nothing():
    found = tracked("placebo", 5001)
    assert not found.changed
    assert (abs(found.error) < 3 * found.sd).all()
