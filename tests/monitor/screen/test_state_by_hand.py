"""What follows from parts of a state: live or replayed, ended or stopped, late."""

import math
from dataclasses import replace
from types import SimpleNamespace

import pytest
from fake_session import SETTINGS
from screen_cases import LIVE, REPLAY
from test_times_of_state import state_with

from monitor.screen.state import SessionState


def test_nothing_has_been_shown_at_first() -> None:
    state = SessionState(SETTINGS)
    assert state.seq < 0
    assert state.shown_window == (-math.inf, None)
    assert state.shown_track == (-math.inf, None)


def test_the_reference_is_the_protocols_unless_another_is_known() -> None:
    planned = replace(SETTINGS, reference_s=(0.0, 300.0))
    assert SessionState(planned).reference_s == (0.0, 300.0)
    moved = SessionState(planned, reference_s=(20.0, 200.0))
    assert moved.reference_s == (20.0, 200.0)
    assert SessionState(replace(SETTINGS, reference_s=None)).reference_s is None


@pytest.mark.parametrize(
    ("failed", "ended", "stopped"),
    [("", None, False), ("no memory", None, True), ("no memory", "complete", False)],
)
def test_an_analysis_stops_before_the_session_ends(failed, ended, stopped) -> None:
    state = state_with(3)
    state.notices.failed, state.ended = failed, ended
    assert state.stopped is stopped
    assert state.running is (ended is None and not stopped)


def test_the_newest_transient_may_be_a_nulled_one() -> None:
    state = state_with(0)
    assert state.newest_s() == 0.0
    state.nulled = SimpleNamespace(time_s=7.0)
    assert state.newest_s() == 7.0
    some = state_with(3)  # to 14 s
    assert some.newest_s() == 14.0
    for nulled_s, newest_s in ((7.0, 14.0), (30.0, 30.0)):
        some.nulled = SimpleNamespace(time_s=nulled_s)
        assert some.newest_s() == newest_s


def test_only_a_live_window_can_be_late() -> None:
    for stream, ended, late in (
        (LIVE, None, True),
        (LIVE, "complete", False),
        (REPLAY, None, False),
        (REPLAY, "complete", False),
    ):
        state = state_with(3)
        state.stream, state.ended = stream, ended
        state.scanner.done, state.scanner.known = 3, 40
        assert state.catching_up() == ((3, 40) if late else None)
        assert state.behind_s() == (70.0 if stream is LIVE else 0.0)
        assert state.shown_s() == (14.0 if stream is REPLAY else None)


def test_the_newest_of_three_epochs_is_the_new_one() -> None:
    state = state_with(20)  # to 48 s
    state.epochs, state.epoch_starts_s = [0, 1, 2], [10.0, 20.0, 40.0]
    assert state.new_epoch_s() == 8.0


def test_an_infusion_that_runs_without_a_plan_has_no_end() -> None:
    state = state_with(3)
    state.infusion_s = (10.0, None)
    assert state.planned_infusion() is None
    state.infusion_s = (None, 20.0)
    state.settings = replace(SETTINGS, infusion_length_s=60.0)
    assert state.planned_infusion() is None
    assert state.planned_end_s() is None
