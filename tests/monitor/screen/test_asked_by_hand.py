"""What an operator asks for: which words it gets, and what is remembered of it."""

import time
from dataclasses import replace

import pytest
from screen_cases import LIVE
from test_times_of_state import state_with

from monitor.run.identity import IDENTITY
from monitor.run.outbox import Unsent
from monitor.run.worker_messages import SendEvent, Sent, Waiting
from monitor.screen.acknowledgement import ACKNOWLEDGED
from monitor.screen.fold_event import REFITTED
from monitor.screen.operator_requests import (
    await_event,
    await_move,
    of_unsent,
    take_sent,
    take_waiting,
    tell_refused,
)
from monitor.screen.state import SessionState
from streams.messages.marks import INFUSION
from streams.messages.requests import EventRequest

NOW_S = 100.0
MARK = sorted(INFUSION)[0]


def told(state: SessionState) -> list[str]:
    shown = state.notices.shown(LIVE, 0.0, 2.0, None, NOW_S + 1.0)
    return [message.condition for message in shown]


@pytest.mark.parametrize("kind", [*sorted(INFUSION), "note", ACKNOWLEDGED, IDENTITY])
def test_marks_are_remembered_and_what_says_itself_is_not_told(kind) -> None:
    state = state_with(3)
    await_event(state, kind, NOW_S, "words")
    assert state.asked == ({kind} if kind in INFUSION else set())
    assert len(told(state)) == (kind not in (ACKNOWLEDGED, IDENTITY))
    assert state.notices.fitting_since_s is None


@pytest.mark.parametrize("kind", sorted(REFITTED))
def test_what_is_worked_out_again_says_so_alone(kind) -> None:
    state = state_with(3)
    await_event(state, kind, NOW_S)
    assert state.notices.fitting_since_s == NOW_S
    assert told(state) == ["Fitting the whole course again"]


@pytest.mark.parametrize(
    ("kind", "time_s", "expected_s"),
    [(MARK, None, 60.0), (MARK, 20.0, 20.0), ("undo", None, 60.0)],
)
def test_a_mark_is_moved_to_when_it_was(kind, time_s, expected_s) -> None:
    state = state_with(3)
    state.scanner.set_at = 14.0, 44.0  # so that it is 70 s now
    await_move(state, SendEvent(kind, "words", time_s, ago_s=10.0), NOW_S)
    assert state.moving is not None
    assert (state.moving.time_s, state.moving.kind) == (expected_s, kind)
    assert state.asked == ({kind} if kind in INFUSION else set())
    assert state.notices.fitting_since_s == NOW_S


@pytest.mark.parametrize(
    ("kind", "here", "refused", "words"),
    [
        ("note", False, "", []),
        ("note", True, "", ["cough: changed in this window alone"]),
        ("note", True, "no answer", ["Not recorded: cough"]),
        ("note", False, "no answer", ["Not recorded: cough"]),
        (ACKNOWLEDGED, True, "", []),
        (IDENTITY, True, "", []),
        (IDENTITY, False, "", []),
    ],
)
def test_what_became_of_it(kind, here, refused, words) -> None:
    state = state_with(3)
    take_sent(state, Sent(kind, refused, here, "cough"), NOW_S)
    assert told(state) == words


def test_what_was_refused_is_asked_for_no_more() -> None:
    state = state_with(3)
    await_event(state, MARK, NOW_S)
    tell_refused(state, MARK, "no answer", NOW_S)
    assert state.asked == set()
    known = state_with(3)
    tell_refused(known, ACKNOWLEDGED, "no answer", NOW_S)
    assert told(known) == []
    assert "in this window alone" in known.notices.log[-1][1].condition


def unsent(n: int, kind: str = "note") -> tuple[Unsent, ...]:
    """Notes of 10 s, 20 s, ..., typed 30 s late."""
    return tuple(
        Unsent(EventRequest(kind, f"n{k}", time_s=10.0 * k, ago_s=30.0), 1e9)
        for k in range(1, n + 1)
    )


def test_the_first_two_that_wait_are_named() -> None:
    state = state_with(3)
    assert of_unsent(state) == []
    for n, words in (
        (1, "n1 at 00:10"),
        (2, "n1 at 00:10, n2 at 00:20"),
        (3, "n1 at 00:10, n2 at 00:20 and 1 more"),
        (5, "n1 at 00:10, n2 at 00:20 and 3 more"),
    ):
        take_waiting(state, Waiting(unsent(n), "folder"))
        (message,) = of_unsent(state)
        assert message.condition == f"Not recorded yet: {words}"
    take_waiting(state, Waiting(unsent(3, ACKNOWLEDGED), "folder"))
    assert of_unsent(state) == []


def test_without_a_scanner_time_the_time_of_day_is_named() -> None:
    (one,) = unsent(1)
    late = replace(one, request=replace(one.request, time_s=None))
    state = state_with(3)
    take_waiting(state, Waiting((late,), "folder"))
    at = time.strftime("%H:%M:%S", time.localtime(1e9 - 30.0))
    assert of_unsent(state)[0].condition == f"Not recorded yet: n1 {at}"


@pytest.mark.parametrize(
    ("connected", "ended", "failed", "words"),
    [
        (False, None, "", "when the relay is back"),
        (True, None, "", "when its own session goes on"),
        (False, "complete", "", "write it down"),
        (True, "complete", "", "when its own session goes on"),
        (True, None, "no memory", "Ctrl+N"),
        (False, None, "no memory", "Ctrl+N"),
        (False, "complete", "no memory", "write it down"),
    ],
)
def test_what_is_to_be_done_about_what_waits(connected, ended, failed, words) -> None:
    state = state_with(3)
    state.stream = replace(LIVE, connected=connected)
    state.ended, state.notices.failed = ended, failed
    state.unsent = unsent(1)
    assert words in of_unsent(state)[0].action


def test_what_waits_ends_the_fitting_that_was_asked_for() -> None:
    for waiting, fits in ((), True), (unsent(1), False):
        state = state_with(3)
        await_event(state, "settings", NOW_S)
        take_waiting(state, Waiting(waiting, "folder"))
        assert (state.notices.fitting_since_s is not None) is fits
        assert (state.unsent, state.unsent_folder) == (waiting, "folder")
