"""Sessions that go wrong are said to: a slice of what contamination.md has."""

import pytest
from contamination import disagrees, run
from off_sessions import is_off, said, wrong

from monitor.analysis.tracking.agreement import Way

pytestmark = pytest.mark.timeout(600)


def test_a_hump_that_no_stretch_shows_is_told_by_a_free_baseline():
    _, last = run(wrong("small hump", 1))
    apart = [d.way for d in last.agreement.apart]
    assert Way.BASELINE in apart


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
