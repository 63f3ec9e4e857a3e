"""Every clock of a reading, live and replayed, running and over."""

import math
from dataclasses import replace
from types import SimpleNamespace

import pytest
from screen_cases import LIVE, REPLAY
from test_times_of_state import state_with

from monitor.screen.reading import UNANSWERED_S, read_clocks
from streams.messages.marks import VIEWER
from streams.messages.transient import Event


def live(n: int = 3, set_at: tuple[float, float] | None = (14.0, 100.0)):
    """Transients to 14 s; the scanner's clock stood at 14 s at the reading 100."""
    state = state_with(n)
    state.scanner.set_at = set_at
    state.arrived_s = 100.0 if n else None
    return state


@pytest.mark.parametrize(
    ("stream", "ended", "runs_on"),
    [
        (LIVE, None, True),
        (LIVE, "complete", False),
        (REPLAY, None, False),
        (REPLAY, "complete", False),
    ],
)
def test_the_scanners_clock_runs_on_in_a_live_session_alone(stream, ended, runs_on):
    state = live()
    state.stream, state.ended = stream, ended
    assert read_clocks(state, 150.0).scanner_s == (64.0 if runs_on else 14.0)


def test_scanner_time_is_that_of_the_newest_of_all() -> None:
    assert read_clocks(live(0), 150.0).scanner_s == 0.0  # nothing has come
    nulled = live(0)
    nulled.nulled = SimpleNamespace(time_s=7.0)
    assert read_clocks(nulled, 150.0).scanner_s == 64.0
    nulled.scanner.set_at = None
    assert read_clocks(nulled, 150.0).scanner_s == 7.0
    both = live(3, None)
    both.nulled = SimpleNamespace(time_s=7.0)
    assert read_clocks(both, 150.0).scanner_s == 14.0
    for author, expected in (("operator", 40.0), (VIEWER, 14.0)):
        state = live(3, None)
        state.events = [Event(90.0, "note", "", "operator")] * 2
        state.events.append(Event(40.0, "note", "", author))
        assert read_clocks(state, 150.0).scanner_s == expected


def test_the_age_of_the_newest_transient_is_the_largest_that_is_known() -> None:
    assert read_clocks(live(0), 150.0).age_s is None
    assert read_clocks(live(3, None), 107.9).age_s == 7
    late = live(3, (44.0, 100.0))  # scanned up to 44 s, shown up to 14 s
    assert read_clocks(late, 101.5).age_s == 31
    behind = live(3, None)
    behind.scanner.done, behind.scanner.known = 3, 45
    assert read_clocks(behind, 101.0).age_s == 80
    begins = live(0)
    begins.arrived_s = 99.0
    assert read_clocks(begins, 101.0).age_s == 2


def test_a_worker_that_says_nothing_is_noticed_where_it_should_speak() -> None:
    def silent(**changes: object) -> float:
        state = live()
        state.answered_s = 100.0
        for name, value in changes.items():
            setattr(state, name, value)
        return read_clocks(state, 100.0 + UNANSWERED_S + 5.0).unanswered_s

    assert silent() == UNANSWERED_S + 5.0
    assert silent(answered_s=None) == 0.0
    assert silent(answered_s=105.1) == 0.0
    assert silent(answered_s=105.0) == UNANSWERED_S
    assert silent(stream=replace(LIVE, idle=True)) == 0.0
    assert silent(ended="complete") == 0.0
    fitting, stopped = live(), live()
    for state in (fitting, stopped):
        state.answered_s = 100.0
    fitting.notices.fitting_since_s = 110.0
    stopped.notices.failed = "no memory"
    assert read_clocks(fitting, 120.0).unanswered_s == 0.0
    assert read_clocks(stopped, 120.0).unanswered_s == 0.0


def test_a_slow_replay_is_waited_for_and_none_that_stands_still() -> None:
    state = live()
    for speed, wait_s in ((0.25, 8.0), (1.0, 2.0), (math.inf, 2.0), (0.0, 2000.0)):
        playback = replace(REPLAY.playback, speed=speed)
        state.stream = replace(REPLAY, playback=playback)
        assert read_clocks(state, 100.0).wait_s == pytest.approx(wait_s)
