"""Where a clock places what is no transient."""

import pytest

from streams.sources.mrd.clock import StampClock

TICK_S = 0.0025


def at(*stamps: int) -> StampClock:
    """A clock after transients with these stamps, arrived as they were measured."""
    clock = StampClock(TICK_S, True, [])
    for stamp in stamps:
        clock.transient(stamp, stamp * TICK_S, 2.0)
    return clock


@pytest.mark.parametrize(("stamp", "time_s"), [(2000, 3.0), (1400, 1.5), (1200, 1.0)])
def test_a_mark_lies_before_or_after_the_last_transient(stamp, time_s):
    clock = at(800, 1600)
    assert clock.other(stamp) == pytest.approx(time_s)
    assert clock.time_s == pytest.approx(2.0)


def test_before_the_first_transient_there_is_one_time():
    assert StampClock(TICK_S, True, []).other(1234) == 0.0


def test_a_mark_just_after_midnight_comes_after():
    last = round(86_400 / TICK_S) - 400
    assert at(last - 800, last).other(400) == pytest.approx(2.0 + 2.0)
