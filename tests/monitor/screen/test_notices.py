"""What is told once, for a while or to the end, and the log."""

import json

import pytest
from screen_cases import shown, texts

from monitor.analysis.course.epoch_notes import APART
from monitor.analysis.course.measured_block import MeasuredBlock
from monitor.analysis.note import Note, NoteKind, notes_of
from monitor.analysis.update import Update
from monitor.run.outbox import Unsent
from monitor.run.worker_messages import Waiting
from monitor.screen.fold import settle
from monitor.screen.messages import FITTING_S, said_at
from monitor.screen.operator_requests import (
    await_event,
    take_waiting,
    tell_refused,
)
from monitor.screen.screen import Level
from streams.messages.requests import EventRequest
from streams.messages.transient import Event


def test_the_trackers_own_sentences_are_in_the_log_alone(updates):
    display = shown(updates, 900.0)
    said = "Tracker: from now on the course may bend by 0.02 % a transient."
    display.fold(Update(9000, 0, notes=(Note(NoteKind.TRACKER, said),)), 900.0)
    assert said not in [m.condition for m in display.screen(900.5).messages]
    assert said in [m.condition for _, m in display.state.messages_so_far()]


@pytest.mark.parametrize(("refused", "stays"), [("", False), ("it is short", True)])
def test_what_is_measured_since_is_no_more_said_to_be_unmeasured(
    updates, refused, stays
):
    display = shown(updates, 900.0)
    said = "The macromolecules are not measured."
    display.fold(Update(9000, 0, notes=(Note(NoteKind.UNMEASURED, said),)), 900.0)
    assert said in [m.condition for m in display.screen(900.5).messages]
    block = MeasuredBlock(800.0, 890.0, 45, 45, refused=refused)
    display.fold(Update(9001, 0, measured_mm=block), 901.0)
    told = [m.condition for m in display.screen(901.5).messages]
    assert (said in told) is stays
    assert said in [m.condition for _, m in display.state.messages_so_far()]


def test_settings_event_that_is_nonsense_is_told(updates):
    display = shown(updates, 900.0)
    display.fold(Update(9000, 0, event=Event(900.0, "settings", "{")), 900.0)
    conditions = [m.condition for m in display.screen(901.0).messages]
    assert any("not understood" in words for words in conditions)


@pytest.mark.parametrize("kind", ["settings", "reference"])
def test_while_the_course_is_fitted_again_the_window_says_so(updates, kind):
    def first(now_s):
        return display.screen(now_s).messages[0].condition

    display = shown(updates, 400.0)
    await_event(display.state, kind, 400.0)
    assert first(400.1) == first(402.5) == "Fitting the whole course again"
    changed = Event(400.0, kind, '{"window": 64}', "operator")
    display.fold(Update(9000, 0, event=changed), 403.0)
    assert first(403.1).endswith("recorded at 06:40")
    state = display.state
    for now_s, end in ((410.0, lambda: tell_refused(state, kind, "no answer", 410.0)),
                       (420.0, lambda: None)):  # fmt: skip
        await_event(display.state, kind, now_s)
        end()
        later = now_s + (0.1 if now_s < 420 else FITTING_S)  # or it never comes back
        conditions = [m.condition for m in display.screen(later).messages]
        assert "Fitting the whole course again" not in conditions


def test_event_is_sent_then_recorded_or_refused(updates):
    display = shown(updates, 400.0)
    await_event(display.state, "infusion_start", 400.0)
    assert display.screen(400.1).messages[0].condition == "infusion on: sent"
    started = Event(400.0, "infusion_start", "", "operator")
    display.fold(Update(9000, 0, event=started), 400.3)
    told = [m.condition for m in display.screen(400.4).messages]
    assert told[0] == "infusion on: recorded at 06:40"
    assert "infusion on: sent" not in told
    tell_refused(display.state, "note", "no answer", 401.0)
    first = display.screen(401.1).messages[0]
    assert (first.condition, first.action) == ("Not recorded: note", "no answer")


def test_what_waits_for_the_relay_is_not_called_sent(updates):
    display = shown(updates, 400.0)
    await_event(display.state, "note", 400.0, "coughs")
    assert "coughs: sent" in texts(display.screen(400.1).messages)
    request = EventRequest("note", "coughs")
    take_waiting(display.state, Waiting((Unsent(request, 1000.0),), "folder"))
    told = texts(display.screen(400.2).messages)
    assert "coughs: sent" not in told
    assert any(words.startswith("Not recorded yet: coughs") for words in told)


def test_the_log_says_the_same_time_as_the_sentence(updates):
    display = shown(updates, 699.0)
    event = Event(700.4, "infusion_start", "", "operator")  # between two transients
    display.fold(Update(9000, 0, event=event), 700.5)
    at_s, message = display.state.notices.log[-1]
    assert said_at(at_s, message) == ("11:40", "infusion on: recorded at 11:40")


def test_a_change_of_settings_is_told_when_it_is_recorded(updates):
    display = shown(updates, 700.0)
    change = Event(700.0, "settings", json.dumps({"window": 64}))
    display.fold(Update(9000, 0, event=change), 700.0)
    assert "window 64: recorded at 11:40" in texts(display.screen(700.1).messages)


def test_what_the_protocol_did_not_expect_stays_on_the_screen(updates):
    display = shown(updates, 700.0)
    said = "Protocol p expects PRESS, this is STEAM."
    for seq in (9000, 9001):  # two series
        note = Note(NoteKind.EXPECTATION, said)
        display.fold(Update(seq, 0, notes=(note,)), 700.0)
    settle(display.state, 700.0)
    messages = [m for m in display.screen(900.0).messages if m.key == "expected"]
    assert [(m.condition, m.action) for m in messages] == [
        ("Not as the protocol expects", said)
    ]
    assert messages[0].level is Level.ATTENTION


def test_another_epoch_is_told_with_what_to_do(updates):
    display = shown(updates, 700.0)
    display.fold(Update(9000, 0, notes=notes_of(NoteKind.EPOCHS, [APART])), 700.0)
    told = {m.condition: m.action for m in display.screen(900.0).messages}
    said = "New shim, gain or place: every interval is wider"
    assert told[said] == "go on, and do not shim again"


def test_the_end_is_told_with_the_way_to_the_summary(updates):
    display = shown(updates, 1500.0)
    display.fold(Update(9001, 0, ended="finished"), 1501.0)
    said = display.screen(1502.0).messages
    assert [(m.condition, "F10" in m.action) for m in said if m.key == "ended"] == [
        ("Session ended: finished", True)
    ]


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        ("settings", '{"window": 64, "step": 8}', "window 64, step 8"),
        ("settings", '{"rejected_epochs": [1, 2]}', "rejected epochs 1, 2"),
        ("settings", '{"rejected_epochs": []}', "rejected epochs none"),
        ("settings", "[1]", "settings"),
        ("reference", "0:600", "reference period 0:600 s"),
        ("blinded", "protocol trial", "blinded"),
    ],
)
def test_a_change_is_told_in_words(updates, kind, text, words):
    display = shown(updates, 700.0)
    display.fold(Update(9000, 0, event=Event(700.0, kind, text, "operator")), 700.0)
    assert display.state.notices.log[-1][1].condition == f"{words}: recorded at 11:40"


def test_the_tracker_says_the_same_but_once(updates):
    display = shown(updates, 100.0)
    before = len(display.state.notices.log)
    for said in ("Tracker: a.", "Tracker: a.", "Tracker: b.", "Tracker: a."):
        note = Note(NoteKind.TRACKER, said)
        display.fold(Update(9000, 0, notes=(note,)), 100.0)
    said = [m.condition for _, m in display.state.notices.log[before:]]
    assert said == ["Tracker: a.", "Tracker: b.", "Tracker: a."]


def test_that_an_event_was_sent_is_shown_and_not_logged(updates):
    display = shown(updates, 400.0)
    before = len(display.state.notices.log)
    await_event(display.state, "note", 400.0, "a")
    assert any(w.endswith(": sent") for w in texts(display.screen(400.1).messages))
    assert len(display.state.notices.log) == before
