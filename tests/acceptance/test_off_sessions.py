"""Sessions that go wrong are said to: a slice of what contamination.md has."""

import pytest
from change_sessions import basis_of, fids_of
from contamination import HEADLINE, disagrees, run
from off_sessions import clean_one, is_off, said, wrong

from monitor.analysis.pipeline import Pipeline
from monitor.analysis.tracking.difference import Way
from monitor.protocol.read_protocol import read_protocol
from streams.messages.transient import number
from streams.simulator.scanner import scan

pytestmark = pytest.mark.timeout(600)


def test_a_hump_that_no_stretch_shows_is_told_by_a_free_baseline():
    _, last = run(wrong("small hump", 1))
    apart = [d.way for d in last.agreement.apart]
    assert Way.BASELINE in apart


@pytest.fixture(scope="module")
def clean():
    """The session that the others are, without what is wrong in them."""
    return clean_one(0)


@pytest.mark.parametrize("kind", ["small hump", "ramp"])
def test_a_baseline_that_may_bend_mends_most_of_it(clean, kind):
    moved = (said(kind, 0).bias - clean.bias)[HEADLINE]
    assert abs(moved) < 4  # 12 and -17 with one as stiff as before


@pytest.mark.slow
def test_live_as_offline():
    settings = read_protocol("press_3t_te30").with_changes(
        window=32, step=32, basis="site"
    )
    live = Pipeline(settings, basis_of("mixed"))
    begun = []
    for message in number(scan(wrong("small hump", 0), fids_of("mixed"))):
        last = live.push(message)
        begun.append(live.course.bending)
    offline, other = run(wrong("small hump", 0))
    assert begun[-2]  # it was seen before the end
    assert not begun[len(begun) // 3]
    assert repr(last.course) == repr(other.course)
    assert last.answers == other.answers
    assert repr(live.ways.tracking.smoothed()) == repr(offline.ways.tracking.smoothed())


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["small hump", "ramp"])
def test_what_is_off_is_said_to_be(kind):
    for seed in range(3):
        found = said(kind, seed)
        assert is_off(found) <= found.disagrees


@pytest.mark.slow
def test_under_water_at_first_nothing_is_off():
    for seed in range(2):
        _, last = run(wrong("water first", seed))
        assert not disagrees(last)
