"""What a relay's loop does in each turn, and what it reports."""

import queue
import threading
import time
from dataclasses import replace
from types import SimpleNamespace

import pytest

from streams.errors import InputError
from streams.messages.placeholder import LONGEST_REASON
from streams.messages.requests import EventRequest, Refused
from streams.messages.scanner_counter import AUTHOR, DROPPED, REMARK
from streams.messages.transient import (
    Acquisition,
    End,
    Event,
    Heartbeat,
)
from streams.recording.journal import NotRecordedError
from streams.relay import relay_loop
from streams.relay.answers import PendingEvent
from streams.relay.relay_loop import ANNOUNCE_S, BEAT_S, RelayLoop
from streams.relay.source_reader import SourceEnded
from streams.relay.status import RelayStatus

ACQUISITION = Acquisition(123.25, "1H", 5e-4, 4, 2, 0.03, repetition_time_s=2.0)


@pytest.fixture
def clock(monkeypatch) -> SimpleNamespace:
    one = SimpleNamespace(now=1000.0)
    monkeypatch.setattr(time, "monotonic", lambda: one.now)
    return one


class Looped:
    """A relay's loop with its session, recorder and sockets in the test's hand."""

    def __init__(self, monkeypatch) -> None:
        self.published: list = []
        self.reports: list[RelayStatus] = []
        self.bodies: list = []
        self.refuse: Exception | None = None
        session = SimpleNamespace(
            id="one", journal=SimpleNamespace(part="p", size_bytes=1,
                                              disk_free_bytes=2),
            last_seq=-1, transients=7, events=0, clock_offset_s=None, drift_ppm=None,
            now_s=3.0, start_frames=[], place_in_session_time=lambda body: body,
            heartbeat=lambda *said: ("beat", *said),
        )  # fmt: skip
        self.session = session
        self.recorder = SimpleNamespace(
            problem="", alone="", copy_problem="", journal=session.journal,
            check=lambda: None, record=self._record, record_event=self._record,
        )  # fmt: skip
        self.answering = SimpleNamespace(notice="", deaf="", dropped=0, recording=True)
        self.gate = SimpleNamespace(notice="", deaf="")
        monkeypatch.setattr(relay_loop, "Recorder", lambda *_: self.recorder)
        monkeypatch.setattr(relay_loop, "Answering", lambda *_: self.answering)
        publisher = SimpleNamespace(send_multipart=self.published.append)
        self.loop = RelayLoop(
            session, publisher, None, self.gate, self.reports.append, "tcp://x", None
        )

    def _record(self, body):
        if self.refuse is not None:
            refuse, self.refuse = self.refuse, None
            raise refuse
        self.bodies.append(body)
        return "recorded"


@pytest.fixture
def looped(monkeypatch, clock) -> Looped:
    return Looped(monkeypatch)


def test_heartbeats_and_announcements_have_their_time(looped, clock) -> None:
    looped.loop._beat()
    assert [one[0] for one in looped.published] == ["beat"]
    clock.now += 0.9 * BEAT_S
    looped.loop._beat()
    assert len(looped.published) == 1
    clock.now += 0.1 * BEAT_S
    looped.session.start_frames = ["start"]
    looped.loop._beat()
    assert looped.published[1:] == [("beat", 0, True, "", ""), ["start"]]
    clock.now += BEAT_S
    looped.loop._beat()
    assert len(looped.published) == 4
    clock.now += ANNOUNCE_S
    looped.loop._beat()
    assert looped.published[-1] == ["start"]


def test_what_is_no_valid_message_is_left_out_and_said(looped) -> None:
    looped.refuse = InputError("x" * 5000)
    looped.loop._relay_body(Event(1.0, "note"), threading.Event())
    (said,) = looped.bodies
    assert (said.kind, said.author, said.time_s) == (DROPPED, AUTHOR, 3.0)
    assert len(said.text) == LONGEST_REASON
    status = looped.reports[-1]
    assert (status.dropped, status.refused) == (1, 1)
    looped.answering.dropped = 2
    looped.loop._report()
    assert (looped.reports[-1].dropped, looped.reports[-1].refused) == (3, 1)


@pytest.mark.parametrize(
    ("event", "problem"),
    [
        (Event(1.0, REMARK, "why", AUTHOR), "why"),
        (Event(1.0, REMARK, "why", "other"), ""),
        (Event(1.0, "note", "why", AUTHOR), ""),
    ],
)
def test_remarks_of_a_source_are_reported(looped, event, problem) -> None:
    looped.loop._report()
    looped.loop._relay_body(event, threading.Event())
    assert looped.reports[-1].problem == problem
    assert looped.bodies == [event]


def test_a_deaf_source_is_said_and_not_recorded(looped) -> None:
    looped.loop._relay_body(Heartbeat(-1, 0, 0, deaf="hears nothing"), None)
    assert looped.bodies == []
    looped.gate.deaf = "nobody comes in"
    looped.loop._report()
    assert looped.reports[-1].deaf == "hears nothing nobody comes in"
    assert looped.reports[-1].problem == looped.reports[-1].deaf
    looped.recorder.problem = "NOT RECORDING."
    looped.loop._report()
    assert looped.reports[-1].problem == "NOT RECORDING."


def test_what_cannot_be_written_when_it_is_to_stop_is_counted(looped) -> None:
    stop = threading.Event()
    stop.set()
    for body, unrecorded in ((End(0, "over"), 0), (Event(1.0, "note"), 1)):
        looped.refuse = NotRecordedError("full")
        looped.loop._record(body, stop)
        assert looped.loop._unrecorded == unrecorded
    assert looped.bodies == []


def test_who_asked_for_an_event_is_answered(looped) -> None:
    answers: list = []
    pending = PendingEvent(EventRequest("note", id="7"), answers.append)
    looped.loop._take_event(pending)
    looped.refuse = InputError("full")
    looped.loop._take_event(pending)
    assert answers == ["recorded", Refused("NOT RECORDED: full", "7")]


def test_where_it_is_recorded_is_told(looped) -> None:
    used: list = []
    looped.answering.use = used.append
    looped.loop._show_recording()
    assert (looped.reports, used) == ([], [])
    looped.recorder.problem = "NOT RECORDING."
    looped.loop._show_recording()
    assert looped.answering.recording is False
    assert looped.reports[-1].recording is False
    looped.loop._show_recording()
    assert len(looped.reports) == 1
    looped.recorder.problem = ""
    looped.recorder.journal = SimpleNamespace(part="copy")
    looped.loop._show_recording()
    assert used == [looped.recorder.journal]
    assert (looped.reports[-1].path, looped.reports[-1].recording) == ("copy", True)


def test_what_was_refused_since_is_told_once(looped) -> None:
    looped.answering.notice = "refused"
    looped.loop._notice()
    looped.loop._notice()
    assert [status.problem for status in looped.reports] == ["refused"]


def run_source(looped: Looped, *items, stopped: bool = False):
    stop = threading.Event()
    if stopped:
        stop.set()
    looped.loop._queue = queue.SimpleQueue()
    for item in items:
        looped.loop._queue.put(item)
    reader = SimpleNamespace(make_room=lambda: None)
    error = looped.loop._relay_source(reader, stop)
    return error, [body.reason for body in looped.bodies if isinstance(body, End)]


def test_how_a_session_ends(looped) -> None:
    note = Event(1.0, "note")
    assert run_source(looped, note, SourceEnded()) == (None, ["finished"])
    looped.bodies.clear()
    assert run_source(looped, End(0, "its own"), SourceEnded()) == (None, ["its own"])
    looped.bodies.clear()
    broken = RuntimeError("broken")
    assert run_source(looped, SourceEnded(broken)) == (broken, ["source failed"])
    looped.bodies.clear()
    assert run_source(looped, SourceEnded(), stopped=True) == (None, ["stopped"])
    looped.bodies.clear()
    looped.loop._rest = SimpleNamespace(goes_on=lambda: False, gave=lambda: None)
    assert run_source(looped, stopped=True) == (None, ["stopped"])
    looped.bodies.clear()
    rest = iter([True, True, False])
    looped.loop._rest = SimpleNamespace(goes_on=lambda: next(rest), gave=lambda: None)
    assert run_source(looped, End(0, "its own"), note, stopped=True) == (
        None, ["its own", "stopped"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("unrecorded", "cut_off", "said"),
    [
        (0, False, "x"),
        (2, False, "NOT RECORDED: 2 messages of the source. x"),
        (0, True, "source still held 60 s after it was stopped. x"),
    ],
)
def test_what_was_lost_is_said_at_the_end(looped, unrecorded, cut_off, said) -> None:
    looped.recorder.close = lambda: ("visit.mcap", "x")
    looped.loop._unrecorded = unrecorded
    looped.loop._rest.cut_off = cut_off
    assert looped.loop._close().endswith(said)
    assert looped.reports[-1].path == "visit.mcap"


def test_nothing_that_was_recorded_is_said_where_all_was_refused() -> None:
    status = RelayStatus("one", None, "tcp://x")
    assert status.nothing_recorded == ""
    refused = replace(status, refused=3, refusal="why")
    assert "3 messages were refused. The last: why" in refused.nothing_recorded
    assert replace(refused, transients=1).nothing_recorded == ""
