"""Figures that follow from what is known of a session: times, spans, room on disk."""

from dataclasses import replace

import numpy as np
import pytest
from fake_session import ACQUISITION, SETTINGS
from screen_cases import LIVE, REPLAY

from monitor.analysis.course.response import Estimate
from monitor.analysis.preparation.quality import Quality
from monitor.protocol.settings import Settings
from monitor.run.stream_state import Playback
from monitor.screen.disk import room_s
from monitor.screen.held import held_at
from monitor.screen.left_out import (
    left_out_now,
    left_out_s,
    reference_left_out,
)
from monitor.screen.parts.columns import Columns
from monitor.screen.reading import START_S, read_clocks
from monitor.screen.recent_quality import figures_of, judged_with, limits_of
from monitor.screen.state import HEADLINE_S, QUALITY, SessionState
from streams.messages.transient import Event

ESTIMATE = Estimate(0, 0.0, 64.0, 32, 30.0, True, 0, {}, {}, fwhm_hz=6.0)


def state_with(n: int, settings: Settings = SETTINGS, **columns: float) -> SessionState:
    """N transients every 2 s from 10 s on; columns that are not given are ones."""
    state = SessionState(settings, LIVE, ACQUISITION)
    for i in range(n):
        row = {"fwhm_hz": 6.0, "snr": 30.0, "weight": 1.0, "water": 1.0, "lipid": 0.5}
        row |= {"time_s": 10.0 + 2 * i, "shift_hz": 0.02 * i} | columns
        state.quality.append_named(row)
    if n:
        state.newest = Quality.__new__(Quality)
        object.__setattr__(state.newest, "time_s", 10.0 + 2 * (n - 1))
    state.find_anew()
    return state


def test_the_disk_holds_so_many_transients():
    """64 complex points of 8 bytes and 5 % more, every 2 s."""
    state = state_with(3)
    per_s = 1.05 * 8 * 64 / 2.0
    state.stream = replace(LIVE, disk_free_bytes=10**6)
    assert room_s(state) == pytest.approx(10**6 / per_s)
    state.stream = replace(LIVE, disk_free_bytes=0)
    assert room_s(state) == 0.0
    state.stream = replace(LIVE, disk_free_bytes=None)
    assert room_s(state) is None
    unknown = SessionState(SETTINGS, replace(LIVE, disk_free_bytes=10**6))
    assert room_s(unknown) is None


def test_the_interval_is_the_protocols_or_as_transients_come():
    assert state_with(5).interval_s == 2.0
    state = state_with(5)
    state.acquisition = replace(ACQUISITION, repetition_time_s=None)
    state.quality.append_named({**state.quality.row(0), "time_s": 118.0})  # a pause
    state.find_anew()
    assert state.interval_s == 2.0
    expecting = replace(SETTINGS, expect_repetition_time_s=3.5)
    for n, expected in ((2, 3.5), (3, 2.0)):
        few = state_with(n, expecting)
        few.acquisition = None
        few.find_anew()
        assert few.interval_s == expected
    assert SessionState(SETTINGS).interval_s == 2.0


def test_a_stream_may_be_on_its_way_for_some_seconds():
    state = SessionState(SETTINGS)
    assert read_clocks(state, 100.0).starting  # nobody has heard of it yet
    state.heard_s = 100.0
    assert read_clocks(state, 100.0 + START_S - 0.1).starting
    assert not read_clocks(state, 100.0 + START_S).starting
    state.stream = replace(state.stream, idle=True)
    assert read_clocks(state, 1000.0).starting  # nothing was chosen: nothing is late
    state.was_connected = True
    assert not read_clocks(state, 100.0).starting


def test_a_live_session_is_under_way_from_its_first_transient_to_its_end():
    assert not state_with(0).running
    state = state_with(1)
    assert state.running
    state.ended = "complete"
    assert not state.running
    state = state_with(1)
    state.stream = REPLAY
    assert not state.running


@pytest.mark.parametrize(("speed", "wait_s"), [(0.5, 4.0), (1.0, 2.0), (20.0, 2.0)])
def test_a_slow_replay_is_waited_for_longer(speed, wait_s):
    state = state_with(3)
    state.stream = replace(LIVE, playback=Playback(True, speed, 0.0, 60.0))
    assert read_clocks(state, 0.0).wait_s == wait_s
    state.stream = LIVE
    assert read_clocks(state, 0.0).wait_s == 2.0


def marked(state: SessionState, **times_s: float) -> SessionState:
    for kind, time_s in times_s.items():
        state.events.append(Event(time_s, f"infusion_{kind}", "", "scanner"))
    state.find_anew()
    return state


def test_minute_zero_is_the_start_of_the_infusion():
    assert state_with(5).zero_s == 0.0
    assert marked(state_with(5), start=14.0).zero_s == 14.0


def test_an_infusion_ends_as_marked_or_as_planned():
    planned = replace(SETTINGS, infusion_length_s=2400.0)
    assert state_with(5, planned).planned_infusion() is None
    running = marked(state_with(5, planned), start=14.0)
    assert running.planned_infusion() == (14.0, 2414.0)
    assert running.planned_end_s() == 2414.0
    stopped = marked(state_with(5, planned), start=14.0, stop=16.0)
    assert stopped.planned_infusion() == (14.0, 16.0)
    assert stopped.planned_end_s() is None
    assert marked(state_with(5), start=14.0).planned_infusion() is None


def test_an_infusion_given_by_options_begins_with_its_time():
    given = replace(SETTINGS, infusion_s=(15.0, 40.0))
    assert state_with(3, given).infusion_s == (None, None)  # newest at 14 s
    assert state_with(4, given).infusion_s == (15.0, 40.0)
    kinds = [[e.kind for e in state_with(n, given).standing()] for n in (3, 4, 30)]
    both = ["infusion_start", "infusion_stop"]
    assert kinds == [[], both[:1], both]


def test_a_new_epoch_is_one_until_a_window_can_be_full():
    state = state_with(20)  # to 48 s; a window is 64 s
    state.epochs, state.epoch_starts_s = [0], [10.0]
    assert state.new_epoch_s() is None  # the first is no new one
    state.epochs, state.epoch_starts_s = [0, 1], [10.0, 40.0]
    assert state.new_epoch_s() == 8.0
    state.epoch_starts_s = [-30.0, 48.0 - 64.0]
    assert state.new_epoch_s() is None


def test_an_epoch_that_is_left_out_spans_to_the_next_one_or_to_now():
    out = replace(SETTINGS, rejected_epochs=(1,))
    state = state_with(20, out)
    state.epochs, state.epoch_starts_s = [0, 1], [10.0, 30.0]
    assert left_out_s(state) == ((30.0, 50.0),)  # newest at 48 s, and its 2 s
    assert left_out_now(state).newest_s == 18.0
    state.settings = replace(SETTINGS, rejected_epochs=(0,))
    assert left_out_s(state) == ((10.0, 30.0),)
    assert left_out_now(state).newest_s == 0.0
    state.settings = replace(SETTINGS, rejected_epochs=(0, 1))
    assert left_out_now(state).newest_s == 38.0  # both, one after the other


@pytest.mark.parametrize(
    ("reference_s", "rejected", "none_left"),
    [
        ((10.0, 30.0), (0,), True),
        ((10.0, 32.0), (0,), False),  # its last transient is of the next epoch
        ((10.0, 30.0), (), False),
        ((10.0, 50.0), (0, 1), True),
        ((200.0, 300.0), (0, 1), False),  # none has come
        (None, (0, 1), False),
    ],
)
def test_a_reference_period_can_lose_all_its_transients(
    reference_s, rejected, none_left
):
    state = state_with(20, replace(SETTINGS, rejected_epochs=rejected))
    state.epochs, state.epoch_starts_s = [0, 1], [10.0, 30.0]
    state.reference_s = reference_s
    assert reference_left_out(state) is none_left


def without_weight(state: SessionState, first: int, stop: int) -> SessionState:
    """Transients that are not counted, in no stretch and in no epoch left out."""
    rows = [state.quality.row(i) for i in range(state.quality.rows)]
    state.quality = Columns(QUALITY)
    for i, row in enumerate(rows):
        state.quality.append_named({**row, "weight": 0.0} if first <= i < stop else row)
    state.find_anew()
    return state


@pytest.mark.parametrize(
    ("first", "stop", "none_left"), [(0, 10, True), (0, 9, False), (10, 20, False)]
)
def test_what_has_no_weight_is_left_out_whatever_took_it(first, stop, none_left):
    """The terminal counts it so, too: one number for one thing."""
    state = without_weight(state_with(20), first, stop)
    state.epochs, state.epoch_starts_s = [0], [10.0]
    state.reference_s = (10.0, 30.0)
    assert reference_left_out(state) is none_left
    state.infusion_s = (30.0, None)
    assert left_out_now(state).infusion is (first == 10)
    assert left_out_now(state).newest_s == (18.0 if stop == 20 else 0.0)


def test_headline_and_table_hold_for_two_seconds():
    state = state_with(40)
    newer = replace(ESTIMATE, window=1, time_start_s=8.0, time_end_s=72.0)
    state.estimates.append(ESTIMATE)
    state.shown_window = (100.0, ESTIMATE)
    state.estimates.append(newer)
    assert held_at(state, 100.0 + HEADLINE_S - 0.1).estimate.window == 0
    assert held_at(state, 100.0 + HEADLINE_S).estimate.window == 1


def test_windows_are_overdue_after_two_steps():
    """A step is 4 transients of 2 s: 16 s after the newest window the next is late."""
    for end_s, overdue_s in ((88.0 - 16.0, 0.0), (88.0 - 16.5, 16.5)):
        state = state_with(40)  # to 88 s
        state.estimates.append(replace(ESTIMATE, time_end_s=end_s))
        assert read_clocks(state, 0.0).number_age_s == overdue_s


def test_quality_is_judged_over_the_last_window():
    state = state_with(40)
    state.epoch_starts_s = [10.0]
    judged = judged_with(state, ESTIMATE)
    assert (judged.of, judged.rejected, judged.snr_loss) == (32, 0, 0.0)
    assert judged.drift_hz_per_min == pytest.approx(0.6)
    for i in range(8):
        row = {**state.quality.row(0), "time_s": 90.0 + 2 * i, "weight": 0.0}
        state.quality.append_named({**row, "snr": 15.0})
    assert judged_with(state, ESTIMATE).rejected == 8
    assert figures_of(state, 8).low_weight == 1.0
    assert figures_of(state).low_weight == pytest.approx(8 / 48)


def test_snr_is_lost_since_the_epoch_began():
    state = state_with(0)
    for i in range(96):
        snr = 60.0 if i < 32 else 30.0 if i < 64 else 15.0
        row = dict.fromkeys(("shift_hz", "fwhm_hz", "weight", "water", "lipid"), 1.0)
        state.quality.append_named({**row, "time_s": 2.0 * i, "snr": snr})
    state.epoch_starts_s = [0.0]
    assert judged_with(state, ESTIMATE).snr_loss == pytest.approx(0.75)
    state.epoch_starts_s = [0.0, 64.0]  # the second epoch begins with transient 32
    assert judged_with(state, ESTIMATE).snr_loss == pytest.approx(0.5)


def test_nothing_is_known_before_the_first_transient():
    state = SessionState(SETTINGS)
    figures = figures_of(state)
    assert np.isnan([figures.fwhm_hz, figures.snr, figures.low_weight]).all()
    limits = limits_of(replace(SETTINGS, snr_limit=7.0))
    assert limits.snr == 7.0
