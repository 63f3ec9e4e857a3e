"""All clocks of a session read once, for everything on a screen."""

from __future__ import annotations

import math
from dataclasses import dataclass

from monitor.screen.disk import room_s
from monitor.screen.state import SessionState
from streams.messages.marks import VIEWER

UNANSWERED_S = 15.0  # without a word of the worker, which speaks every two
START_S = 6.0  # in which nobody worries about a stream that is not there yet


@dataclass(frozen=True, slots=True)
class Reading:
    """What the clocks say at one moment.

    Attributes
    ----------
    now_s : reading of the caller's clock
    scanner_s : scanner time, between transients too; the newest's where catching up
    age_s : of the newest transient, in whole seconds; None before the first
    number_age_s : of the number on the page; one that waits for its replay is not old
    wait_s : in which the next transient is due, by the caller's clock
    catching_up : messages worked through, of how many, in a window opened late
    starting : whether a stream that was never there may still be on its way
    unanswered_s : for how long the worker has said nothing; 0 where it need not
    stopped : whether the analysis has, before the session ended
    room_s : how long the disk holds what comes; None where unknown
    """

    now_s: float
    scanner_s: float
    age_s: float | None
    number_age_s: float
    wait_s: float
    catching_up: tuple[int, int] | None
    starting: bool
    unanswered_s: float
    stopped: bool
    room_s: float | None


def read_clocks(state: SessionState, now_s: float) -> Reading:
    """The clocks of a session at this reading of the caller's."""
    live = state.stream.playback is None and state.ended is None
    runs_on_s = (state.scanner.at(now_s) or 0.0) if live else 0.0
    behind_s, newest_s = state.behind_s(), state.newest_s()
    age_s = _age_s(state, now_s, runs_on_s - newest_s, behind_s)
    return Reading(
        now_s,
        _scanner_s(state, newest_s, runs_on_s),
        age_s,
        _number_age_s(state, age_s, behind_s),
        _wait_s(state),
        state.catching_up(),
        _is_starting(state, now_s),
        _unanswered_s(state, now_s),
        state.stopped,
        room_s(state),
    )


def _scanner_s(state: SessionState, newest_s: float, runs_on_s: float) -> float:
    if state.newest is None and state.nulled is None:
        return 0.0
    own = [e.time_s for e in state.events[-1:] if e.author != VIEWER]
    return max(newest_s, runs_on_s, *own, 0.0)


def _age_s(
    state: SessionState, now_s: float, since_s: float, behind_s: float
) -> float | None:
    if state.arrived_s is None:
        return None
    past_s = 0.0 if state.newest is None else since_s
    return math.floor(max(now_s - state.arrived_s, past_s, behind_s))


def _number_age_s(state: SessionState, age_s: float | None, behind_s: float) -> float:
    """Age of the newest transient, or of the newest window where one is overdue."""
    playback = state.stream.playback
    by_clock = playback is None or (playback.playing and playback.speed < math.inf)
    if state.ended is not None or not by_clock:
        return 0.0
    newest = state.estimates.newest_whole
    window_s = 0.0 if newest is None else state.time_s - newest.time_end_s
    window_s += behind_s
    overdue = window_s > 2 * state.settings.step * state.interval_s
    return max(age_s or 0.0, window_s if overdue else 0.0)


def _wait_s(state: SessionState) -> float:
    playback = state.stream.playback
    slow = min(1.0, playback.speed) if playback else 1.0
    return state.interval_s / max(slow, 1e-3)


def _is_starting(state: SessionState, now_s: float) -> bool:
    late = state.heard_s is not None and now_s - state.heard_s >= START_S
    late = late and not state.stream.idle
    return not (state.was_connected or late or state.notices.failed)


def _unanswered_s(state: SessionState, now_s: float) -> float:
    needs_not = state.stream.idle or state.ended is not None or state.notices.failed
    if state.answered_s is None or needs_not or state.notices.fits(now_s):
        return 0.0
    silent_s = now_s - state.answered_s
    return silent_s if silent_s >= UNANSWERED_S else 0.0
