"""What is asked before a mark is moved, and what each answer sends."""

import math
from dataclasses import replace

import pytest
from screen_cases import REPLAY, shown

from monitor.run.stream_state import Stream
from monitor.run.worker_messages import SendEvent
from monitor.screen.fold_event import take_event
from monitor.screen.operator_requests import await_move, tell_refused
from monitor.screen.sheets.mark_question import (
    LATER_S,
    MarkQuestion,
    nothing_to_undo,
    question_of,
    undo_question,
)
from streams.errors import InputError
from streams.messages.marks import START, STOP, UNDO
from streams.messages.transient import Event

NOW_S = 700.0


@pytest.fixture
def state(updates):
    """A live session 100 s into its infusion, whose mark the scanner gave."""
    held = shown(updates, NOW_S).state
    mark(held, Event(600.0, START, "", "scanner"))
    return held


def mark(state, *events: Event) -> None:
    """Let these be all events; marks are found anew where their number changes."""
    state.events, state._marks = list(events), None


def unmarked(state, **changes):
    mark(state)
    for name, value in changes.items():
        setattr(state, name, value)
    return state


def test_the_first_start_is_given_without_a_question(state):
    assert question_of(unmarked(state), START, NOW_S) is None
    assert undo_question(state, NOW_S) is None


def test_a_mark_that_stands_is_named_with_its_time_and_giver(state):
    question = question_of(state, START, NOW_S)
    assert question.asks == "The start stands at 10:00, given by the scanner. Move it?"
    assert question.may_be_undone
    assert question.replaces
    mark(state, Event(600.0, START, "", "operator"))
    question = question_of(state, START, NOW_S)
    assert "given by an operator" in question.asks
    assert not question.replaces  # an operator's goes before it anyway


def test_the_first_stop_is_given_without_a_question(state):
    assert question_of(state, STOP, NOW_S) is None


def test_a_stop_without_a_start_is_asked_about_unless_the_start_is_on_its_way(state):
    question = question_of(unmarked(state), STOP, NOW_S)
    assert question.asks.startswith("No start is marked.")
    assert not question.may_be_undone
    assert not question.replaces
    state.asked = {START}
    assert question_of(state, STOP, NOW_S) is None


def test_what_was_asked_for_already_is_not_given_twice_unasked(state):
    question = question_of(unmarked(state, asked={START}), START, NOW_S)
    assert question.asks.startswith("The start was given already.")


def test_after_the_end_there_is_no_now(state):
    question = question_of(unmarked(state, ended="complete"), START, NOW_S)
    assert question.asks.startswith("The session has ended. Give the start")
    assert not question.may_be_now
    mark(state, Event(600.0, START, "", "scanner"))
    assert question_of(state, START, NOW_S).asks.startswith("The session has ended. T")


def test_the_newest_of_both_marks_is_taken_back(state):
    assert undo_question(state, NOW_S).kind == START
    state.events.append(Event(650.0, STOP, "", "scanner"))
    question = undo_question(state, NOW_S)
    assert question.kind == STOP
    assert question.asks.endswith("Take it back?")
    sent = question.undo()
    assert (sent.kind, sent.text, sent.replaces) == ("undo", STOP, True)


def test_a_replay_is_marked_at_the_time_that_it_shows(state):
    state.stream = REPLAY
    question = question_of(state, START, NOW_S)
    assert question.now().time_s == question.typed_s == state.time_s
    state.stream = Stream(connected=True)
    assert question_of(state, START, NOW_S).now().time_s is None


QUESTION = MarkQuestion(START, "?", 612.0, True, True, False, None)


def test_now_is_called_by_its_time_where_that_is_known():
    assert QUESTION.now_words == "&Now, 10:12"
    assert replace(QUESTION, now_s=math.inf).now_words == "&Now"


@pytest.mark.parametrize(
    ("text", "time_s", "ago_s"), [("10:00", 600.0, None), ("2 min ago", None, 120.0)]
)
def test_a_time_is_sent_as_it_was_typed(text, time_s, ago_s):
    sent = QUESTION.at(text)
    assert sent.time_s == time_s
    assert (sent.ago_s or None) == ago_s


def test_of_a_replay_ago_is_before_what_it_shows():
    assert replace(QUESTION, typed_s=612.0).at("2 min ago").time_s == 492.0


def test_a_time_to_come_is_no_mark_but_a_moment_after_now_is_now():
    assert QUESTION.at(f"{612 + LATER_S:.0f}s").time_s == 613.0
    with pytest.raises(InputError, match=r"10:14 has not come yet: it is 10:12"):
        QUESTION.at("614s")
    with pytest.raises(InputError, match="Type a time"):
        QUESTION.at("soon")


@pytest.mark.parametrize(
    ("wanted", "time"),
    [
        (SendEvent(START, time_s=720.0), "12:00"),
        (SendEvent(START, ago_s=60.0), "10:40"),
        (SendEvent(START), "11:40"),
    ],
)
def test_while_a_mark_is_moved_its_new_time_is_named(state, wanted, time):
    """Seen: "stands at 10:00" for the seconds in which all was fitted again."""
    await_move(state, wanted, NOW_S)
    said = f"The start is being moved to {time}; the course is fitted again."
    assert undo_question(state, NOW_S).asks == f"{said} Take it back?"
    assert question_of(state, START, NOW_S).asks == f"{said} Move it again?"
    take_event(state, Event(720.0, START, "", "operator", replaces=True), NOW_S)
    assert "stands at 12:00" in undo_question(state, NOW_S).asks


def test_a_mark_that_is_being_taken_back_is_not_asked_about(state):
    await_move(state, SendEvent(UNDO, START, replaces=True), NOW_S)
    assert undo_question(state, NOW_S) is None
    assert nothing_to_undo(state) == "the start is being taken back"
    tell_refused(state, UNDO, "no answer", NOW_S)
    assert "stands at 10:00" in undo_question(state, NOW_S).asks
