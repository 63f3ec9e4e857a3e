"""Marks of the infusion as a relay records them: with their time, and once."""

import numpy as np
import pytest

from streams.messages.marks import START, UNDO, marks_that_hold
from streams.messages.requests import (
    EventRequest,
    Refused,
    reply_from,
    request_from,
    to_frames,
)
from streams.messages.transient import Acquisition, Event, Kind, Start, Transient
from streams.recording.reading import read_messages
from streams.relay.session import RelaySession

ACQUISITION = Acquisition(123.2, "1H", 5e-4, 64, 1, 0.03, repetition_time_s=2.0)


@pytest.fixture
def session(tmp_path):
    made = RelaySession(tmp_path / "one.mcap")
    made.record(Start(ACQUISITION, "test"))
    fid = np.ones((1, 64), np.complex64)
    made.record(Transient(0, 600.0, Kind.METABOLITE, fid))
    yield made
    made.journal.close()


def test_an_event_of_before_gets_the_scanner_time_of_before(session):
    before_s = session.now_s
    placed = session.record_event(EventRequest(START, ago_s=90.0))
    assert before_s - 90.0 <= placed.time_s < before_s - 80.0
    placed = session.record_event(EventRequest(START, time_s=512.0, ago_s=90.0))
    assert placed.time_s == 512.0


def test_a_correction_is_read_back_from_the_recording(session):
    session.record_event(EventRequest(START, "", "pump", 500.0))
    session.record_event(EventRequest(START, "", "operator", 550.0))
    session.record_event(EventRequest(START, "", "operator", 560.0, replaces=True))
    session.record_event(EventRequest(UNDO, START, "operator"))
    part = session.journal.part
    events = [m.body for m in read_messages(part) if isinstance(m.body, Event)]
    assert [e.replaces for e in events] == [False, False, True, False]
    assert marks_that_hold(events[:3]).start_s == 560.0
    assert marks_that_hold(events).start_s == 500.0


def test_requests_without_the_new_fields_are_understood():
    old = [b"event", b'{"v": 1, "kind": "note", "text": "", "author": "", "id": "a"}']
    assert request_from(old) == EventRequest("note", id="a")
    assert reply_from([b"refused", b'{"v": 1, "reason": "x", "id": "a"}']) == Refused(
        "x", "a"
    )
    both = EventRequest(START, "", "operator", ago_s=90.0, replaces=True)
    assert request_from(to_frames(both)) == both
