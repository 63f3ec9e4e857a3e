"""A session that goes back, and what of it is kept."""

import json
from dataclasses import replace

import numpy as np
import pytest
from fake_session import SETTINGS, FakePipeline, messages
from screen_cases import LIVE, REPLAY, time_of

from monitor.analysis.update import Update
from monitor.run.outbox import Unsent
from monitor.run.stream_state import Playback, Stream
from monitor.run.worker_messages import (
    Again,
    Began,
    Computed,
    Failed,
    Heard,
    Rewound,
    Waiting,
)
from monitor.screen.fold import settle
from monitor.screen.rewindable import MOST_CURVES, Session
from monitor.screen.screen import Screen
from monitor.screen.session_spectra import spectrum_of
from streams.messages.marks import VIEWER
from streams.messages.requests import EventRequest
from streams.messages.transient import Event, Message


def played(updates: list[Update]) -> Session:
    session = Session(SETTINGS)
    session.take(Began("fake"), 0.0)
    session.take(Heard(REPLAY), 0.0)
    for update in updates:
        session.take(Computed(update), time_of(update))
    return session


def same(one: Screen, two: Screen) -> None:
    assert one.trend.line.tolist() == two.trend.line.tolist()
    assert one.trend.axis == two.trend.axis
    assert one.table == two.table
    assert one.headline == two.headline
    assert one.status.phase == two.status.phase
    np.testing.assert_array_equal(one.waterfall.image, two.waterfall.image)


def test_going_back_shows_what_was_known_then(updates):
    session = played(updates)
    session.take(Rewound(400.0), 2000.0)
    only = played([u for u in updates if time_of(u) < 400.0 and not u.ended])
    settle(only.state, 2000.0)
    same(session.screen(2005.0), only.screen(2005.0))
    assert session.screen(2005.0).headline.number == "–"


def test_messages_that_come_again_are_not_worked_through_again(updates):
    session = played(updates)
    whole = session.screen(5000.0)
    session.take(Rewound(400.0), 5000.0)
    for update in updates:
        session.take(Again(update.seq), 5001.0)
    same(session.screen(5010.0), whole)


def test_curves_are_kept_sparsely_but_estimates_all():
    session = Session(SETTINGS)
    session.take(Heard(REPLAY), 0.0)
    pipeline = FakePipeline(replace(SETTINGS, step=1))
    for message in messages(50.0):
        session.take(Computed(pipeline.push(message)), 0.0)
    kept = [u for u in session._updates if u.curves is not None]
    assert MOST_CURVES / 2 <= len(kept) <= MOST_CURVES
    assert len(session.state.estimates) == 1500 - 32 + 1


def test_updates_of_a_live_session_are_not_kept(updates):
    session = Session(SETTINGS)
    session.take(Heard(LIVE), 0.0)
    for update in updates:
        session.take(Computed(update), 0.0)
    assert not session._updates
    assert len(session.state.estimates) > 200


def test_a_new_session_begins_afresh(updates):
    session = played(updates)
    session.display.show(wider=1, plasma="Kamp")
    session.take(Began("another"), 3000.0)
    assert session.screen(3000.0).trend.note == "no transients yet"
    session.take(Failed("The recording cannot be read."), 3001.0)
    assert session.failed == "The recording cannot be read."
    screen = session.screen(3002.0)
    assert screen.messages[0].condition == "The analysis has stopped"
    display = session.display
    assert display.view.wider == 1
    assert display.view.plasma == "Kamp"


def test_going_back_after_a_change_in_this_window_shows_the_changed_course(updates):
    pipeline = FakePipeline()
    session = Session(SETTINGS)
    session.take(Heard(Stream(connected=True, playback=Playback(True, 1, 0, 1800))), 0)
    kept = [pipeline.push(message) for message in messages(25.0, end=False)]
    for update in kept:
        session.take(Computed(update), time_of(update))
    change = Event(1498.0, "settings", json.dumps({"step": 16}), "viewer")
    again = pipeline.push(Message("fake", kept[-1].seq, 0, change))
    session.take(Computed(again, here=True), 1500.0)
    whole = len(session.state.estimates)
    session.take(Rewound(900.0), 1501.0)
    display = session.display
    assert display.state.settings.step == 16
    assert 0 < len(display.state.estimates) < whole
    assert max(e.time_end_s for e in display.state.estimates) < 900.0
    for update in kept:
        if time_of(update) >= 900.0:
            session.take(Again(update.seq), 1502.0)
    assert len(session.state.estimates) == pytest.approx(whole, abs=1)
    assert session.state.quality.rows == len(pipeline.qualities)


def test_what_waits_for_the_session_before_is_still_said_in_the_next():
    session = Session(SETTINGS)
    session.take(Began("one"), 0.0)
    session.take(Heard(LIVE), 0.0)
    unsent = Unsent(EventRequest("note", "coughed"), 0.0, "one")
    session.take(Waiting((unsent,), "/some/folder"), 1.0)
    session.take(Began("two"), 2.0)
    said = [m for m in session.screen(3.0).messages if m.key == "unsent"]
    assert "coughed" in said[0].condition
    assert "its own session" in said[0].action
    assert session.state.unsent_folder == "/some/folder"


def test_curves_that_were_asked_for_have_a_scale_before_the_first_of_a_session(updates):
    session = played(updates)
    one = next(u for u in updates if u.curves is not None and u.estimate is not None)
    session.state.height = None
    curves = replace(one.curves, **{
        name: 1e5 * getattr(one.curves, name)
        for name in ("data", "model", "baseline", "residual")
    })  # fmt: skip
    view = spectrum_of(session.state, curves, one.estimate, None)
    assert view is not None
    assert 0.5 < np.max(view.model) < 3.0


def test_marks_typed_over_a_recording_are_not_kept_with_its_messages():
    session = Session(SETTINGS)
    session.take(Heard(REPLAY), 0.0)
    own = Event(10.0, "infusion_start", "", "scanner")
    typed = Event(20.0, "infusion_start", "", VIEWER)
    all_again = (Update(0, 0, event=own), Update(1, 0), Update(2, 0, event=typed))
    session.take(Computed(Update(3, 0, again=all_again)), 30.0)
    assert [one.event for one in session._updates[:3]] == [own, None, None]


def waiting_one(kind: str, text: str = "") -> Waiting:
    return Waiting((Unsent(EventRequest(kind, text), 0.0, "one"),), "/some/folder")


def test_that_a_message_was_read_waits_without_a_word():
    session = Session(SETTINGS)
    session.take(Heard(LIVE), 0.0)
    session.take(waiting_one("acknowledged", "{}"), 1.0)
    assert not [m for m in session.screen(3.0).messages if m.key == "unsent"]


def test_what_waits_for_a_relay_that_left_at_the_end_is_to_be_written_down(updates):
    session = Session(SETTINGS)
    for update in updates:
        session.take(Computed(update), 0.0)
    session.take(Heard(Stream(gone=True)), 0.0)
    session.take(waiting_one("note", "slept"), 1.0)
    (said,) = [m for m in session.screen(3.0).messages if m.key == "unsent"]
    assert said.action == "the session is over and its relay has left: write it down"
