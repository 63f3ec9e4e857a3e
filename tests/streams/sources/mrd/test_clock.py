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


def after(clock: StampClock, step_s: float, waited_s: float, tr_s=2.0) -> float:
    """How much later the clock puts a transient with such a step and wait, s."""
    before_s = clock.time_s
    stamp = clock._stamp + round(step_s / clock.tick_s)
    return clock.transient(stamp, clock._arrived_s + waited_s, tr_s) - before_s


@pytest.mark.parametrize(
    ("paced", "step_s", "waited_s", "took_s", "said"),
    [
        (4, 2.0, 2.0, 2.0, 0),
        (4, 14.1, 2.0, 2.0, 1),  # twice the wait and ten seconds
        (4, 13.9, 2.0, 13.9, 0),
        (3, 14.1, 2.0, 14.1, 0),  # too few came at their pace
        (4, -100.0, 3.0, 3.0, 1),
        (3, -100.0, 3.0, 2.0, 1),
        (4, 0.0, 3.0, 2.0, 1),
    ],
)
def test_steps_that_cannot_be_go_by_this_machines_clock(
    paced, step_s, waited_s, took_s, said
):
    clock = at(*(800 * k for k in range(1, paced + 1)))
    assert after(clock, step_s, waited_s) == pytest.approx(took_s)
    assert len(clock.notes) == said
    assert after(clock, 2.0, 2.0) == pytest.approx(2.0)


def test_standing_still_is_said_once_and_times_go_by_tr_or_the_wait():
    clock = at(800, 1600)
    assert after(clock, 0.0, 1.0) == pytest.approx(2.0)
    assert after(clock, 0.0, 1.0, None) == pytest.approx(1.0)
    assert len(clock.notes) == 1
    assert "TR" in clock.notes[0]


def test_a_pause_between_series_may_be_long_and_a_clock_set_in_it_is_not_trusted():
    clock = at(800, 1600, 2400, 3200, 4000)
    clock.new_series()
    assert not clock.settled
    assert after(clock, 500.0, 2.0) == pytest.approx(500.0)
    assert clock.settled
    clock.new_series()
    assert after(clock, -3600.0, 30.0) == pytest.approx(30.0)
    clock.new_series()
    assert after(clock, -3600.0, 1.0) == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("given_s", "fixed", "step", "tick_s", "notes"),
    [
        (0.001, False, 800, 0.0025, 1),
        (0.001, True, 800, 0.001, 1),
        (0.0025, False, 800, 0.0025, 0),
        (0.0025, False, 2000, 0.001, 1),
        (0.0025, False, 950, 0.0025, 0),  # within a fifth
        (0.0025, False, 970, 0.0025, 1),
    ],
)
def test_the_tick_is_the_one_that_makes_a_step_a_tr(
    given_s, fixed, step, tick_s, notes
):
    clock = StampClock(given_s, fixed, [])
    assert not clock.started
    for k in range(3):
        clock.transient(10_000 + k * step, 2.0 * k, 2.0)
    assert clock.started
    assert clock.settled
    assert clock.tick_s == tick_s
    assert len(clock.notes) == notes
    assert clock.time_s == pytest.approx(2 * step * tick_s)


def test_without_a_tr_the_tick_stays():
    clock = StampClock(0.001, False, [])
    for k in range(3):
        clock.transient(800 * k, 2.0 * k, None)
    assert (clock.tick_s, clock.notes) == (0.001, [])
    assert clock.time_s == pytest.approx(1.6)
