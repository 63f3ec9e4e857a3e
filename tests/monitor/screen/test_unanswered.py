"""A worker that says nothing: the page must not blame the scanner for it."""

from dataclasses import replace

import pytest
from fake_session import SETTINGS
from screen_cases import LIVE, texts

from monitor.run.outbox import Unsent
from monitor.run.stream_state import Stream
from monitor.run.worker_messages import Computed, Failed, Heard, Waiting
from monitor.screen.messages import FITTING_S
from monitor.screen.operator_requests import await_event
from monitor.screen.rewindable import Session
from streams.messages.requests import EventRequest


def heard(updates, until_s=700.0):
    session = Session(SETTINGS)
    session.take(Heard(LIVE), 0.0)
    for update in updates:
        if update.quality is not None and update.quality.time_s > until_s:
            break
        session.take(Computed(update), min(until_s, update.seq * 2.0))
    session.take(Heard(LIVE), until_s)
    return session


def test_a_worker_that_answers_lets_the_scanner_be_silent(updates):
    session = heard(updates)
    session.take(Heard(LIVE), 724.0)
    screen = session.screen(725.0)
    assert screen.status.stream.startswith("● REC")
    assert screen.messages[0].condition == "No transient for 25 s"


def test_one_that_does_not_is_told_instead_of_the_scanner(updates):
    session = heard(updates)
    screen = session.screen(725.0)
    first = screen.messages[0]
    assert first.condition == "The analysis has not answered for 25 s"
    assert "goes on recording" in first.action
    assert not any(words.startswith("No transient") for words in texts(screen.messages))
    assert (screen.status.stream, screen.status.stream_attention) == ("NO ANSWER", True)
    session.take(Heard(LIVE), 726.0)
    assert session.screen(726.5).status.stream.startswith("● REC")


def test_the_end_and_a_failure_need_no_answer(updates):
    over = heard(updates)
    over.take(Computed(replace(updates[-1], ended="complete")), 701.0)
    assert over.screen(800.0).status.stream.startswith("ENDED")
    failed = heard(updates)
    failed.take(Failed("No memory is left."), 701.0)
    assert "The analysis has stopped" in texts(failed.screen(800.0).messages)
    assert "NO ANSWER" not in texts(failed.screen(800.0).status)


@pytest.mark.parametrize("heard_of", [Stream(), LIVE])
def test_who_has_stopped_listening_knows_nothing_of_the_stream(updates, heard_of):
    """Seen with the wrong protocol: "start the relay", which was recording."""
    failed = heard(updates)
    failed.take(Heard(heard_of), 700.5)
    failed.take(Failed("Basis set slaser_7t_te34 is for 297.20 MHz."), 701.0)
    (first, *others) = failed.screen(800.0).messages
    assert first.condition == "The analysis has stopped"
    said = " ".join(texts(others))
    assert "No stream" not in said
    assert "No transient" not in said


def test_a_refit_that_is_under_way_answers_when_it_is_done(updates):
    """Seen: NO ANSWER, and the scanner blamed, while F4's change was fitted."""
    session = heard(updates)
    await_event(session.state, "settings", 700.0)
    screen = session.screen(725.0)
    assert screen.status.stream.startswith("● REC")
    assert screen.messages[0].condition == "Fitting the whole course again"
    stuck = session.screen(701.0 + FITTING_S)
    assert stuck.status.stream == "NO ANSWER"


def test_what_a_worker_kept_before_it_was_killed_is_sent_by_the_next(updates):
    session = heard(updates)
    session.take(Failed("its process was ended from outside"), 701.0)
    kept = Unsent(EventRequest("note", "dose given"), 0.0)
    session.take(Waiting((kept,), "folder"), 701.0)
    said = next(m for m in session.screen(702.0).messages if m.key == "unsent")
    assert "dose given" in said.condition
    assert "when the analysis is begun again (Ctrl+N)" in said.action
