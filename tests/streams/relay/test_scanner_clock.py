"""Scanner time now, from transients that arrive late, in bursts, after pauses."""

import math

import numpy as np
import pytest

from streams.relay.scanner_clock import ScannerClock


class Host:
    """A clock that is set by hand."""

    now = 1000.0

    def __call__(self):
        return self.now


def seen(times_s, arrivals_s, speed=1.0):
    host = Host()
    clock = ScannerClock(speed, host)
    for time_s, arrived_s in zip(times_s, arrivals_s, strict=True):
        host.now = arrived_s
        clock.note_transient(time_s)
    return clock, host


def delays(count, seed=1):
    """5 ms at least, usually some ms more, now and then half a second."""
    rng = np.random.default_rng(seed)
    rare = np.where(rng.random(count) < 0.1, rng.uniform(0.1, 0.5, count), 0.0)
    return 0.005 + rng.exponential(0.003, count) + rare


def test_before_the_first_transient():
    clock = ScannerClock()
    assert not clock.started
    assert clock.now_s() == 0.0


def test_late_transients_do_no_harm():
    times = 2.0 * np.arange(50)
    late = delays(50)
    late[-1] = 0.9  # the last one came very late
    clock, host = seen(times, 500 + times + late)
    host.now = 500 + times[-1] + 10.0
    assert clock.now_s() == pytest.approx(times[-1] + 10.0, abs=0.01)
    assert clock.drift_ppm is None


@pytest.mark.parametrize("drift", [-80e-6, 0.0, 50e-6, 200e-6])
def test_drift_is_fitted_and_a_pause_is_bridged(drift):
    """An hour of transients, then 20 min of nothing: an event is placed to 20 ms."""
    times = 2.0 * np.arange(1800)
    clock, host = seen(times, 500 + times * (1 + drift) + delays(1800))
    assert clock.drift_ppm == pytest.approx(1e6 * drift, abs=3)
    then = times[-1] + 1200.0
    host.now = 500 + then * (1 + drift)
    assert clock.now_s() == pytest.approx(then, abs=0.02)


def test_a_series_that_arrives_at_once_goes_on_from_its_last():
    times = 2.0 * np.arange(100)
    clock, host = seen(times, 500 + 0.001 * np.arange(100))
    host.now = 500.099 + 3.0
    assert clock.now_s() == pytest.approx(times[-1] + 3.0)


def test_times_that_jump_ahead_are_followed():
    times = np.r_[2.0 * np.arange(20), 1000 + 2.0 * np.arange(5)]
    clock, host = seen(times, 500 + 2.0 * np.arange(25) + delays(25))
    host.now = 500 + 50.0
    assert clock.now_s() == pytest.approx(1010.0, abs=0.05)


def test_a_pause_that_the_times_do_not_know_is_followed_after_some():
    times = 2.0 * np.arange(40)
    arrivals = 500 + times + np.where(times >= 40, 100.0, 0.0) + delays(40)
    clock, host = seen(times, arrivals)
    host.now = 500 + 100 + times[-1] + 1.0
    assert clock.now_s() == pytest.approx(times[-1] + 1.0, abs=0.05)


def test_a_backlog_does_not_move_the_clock():
    times = 2.0 * np.arange(30)
    late = delays(30)
    late[-4:] = [20.0, 18.0, 16.0, 14.0]  # four held up on the way
    clock, host = seen(times, 500 + times + late)
    assert clock.now_s() == pytest.approx(host.now - 500, abs=0.02)


@pytest.mark.parametrize("speed", [10.0, 100.0])
def test_a_replay_runs_faster(speed):
    times = 2.0 * np.arange(60)
    clock, host = seen(times, 500 + times / speed + delays(60) / 100, speed)
    host.now = 500 + (times[-1] + 5.0) / speed
    assert clock.now_s() == pytest.approx(times[-1] + 5.0, abs=0.02 * speed)


def test_a_replay_at_once_stands_at_its_last():
    clock, host = seen([0.0, 2.0], [500.0, 500.1], math.inf)
    host.now = 600.0
    assert clock.now_s() == 2.0


def test_a_resumed_session_knows_when_its_last_transient_came():
    host = Host()
    clock = ScannerClock(1.0, host)
    clock.note_transient(100.0, 30.0)
    assert clock.now_s() == pytest.approx(130.0)


def test_it_never_lies_before_what_was_seen():
    rng = np.random.default_rng(7)
    host, now_s, time_s = Host(), 500.0, 0.0
    clock = ScannerClock(1.0, host)
    for _ in range(3000):
        time_s += rng.choice([1.0, 2.0, 60.0])
        now_s = max(now_s + rng.choice([0.001, 1.0, 2.0]), 500.0)
        host.now = now_s
        clock.note_transient(time_s)
        assert clock.now_s() >= time_s - 1e-6


def test_offset_grows_with_the_drift():
    times = 2.0 * np.arange(1800)
    clock, _ = seen(times, 500 + times * (1 + 50e-6) + delays(1800))
    assert clock.ahead_s == pytest.approx(50e-6 * times[-1], abs=0.02)


@pytest.mark.parametrize("step", [-30.0, 4.0])
def test_a_clock_that_was_set_is_seen_in_the_offset(step):
    times = 2.0 * np.arange(40)
    stepped = np.where(times >= 40, step, 0.0)
    clock, _ = seen(times, 500 + times + stepped + delays(40))
    assert clock.ahead_s == pytest.approx(step, abs=0.02)


def test_offset_is_not_known_without_a_pace():
    assert ScannerClock().ahead_s is None
    assert seen([0.0, 2.0], [500.0, 500.1], math.inf)[0].ahead_s is None
