"""A session being recorded, where its messages go, and what the relay reports."""

import time
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from streams.errors import InputError
from streams.messages.requests import EventRecorded, EventRequest
from streams.messages.scanner_counter import AUTHOR
from streams.messages.transient import (
    Acquisition,
    End,
    Event,
    Kind,
    Start,
    Transient,
)
from streams.recording.journal import NotRecordedError
from streams.relay import recorder as recording
from streams.relay.recorder import RESTORE_S, WORTH_A_NOTE_S, Recorder
from streams.relay.session import RelaySession

ACQUISITION = Acquisition(123.25, "1H", 5e-4, 4, 2, 0.03, repetition_time_s=2.0)


def transient(count: int, time_s: float, points: int = 4) -> Transient:
    fid = np.full((2, points), 1 + count, np.complex64)
    return Transient(count, time_s, Kind.METABOLITE, fid)


@pytest.fixture
def clock(monkeypatch) -> SimpleNamespace:
    one = SimpleNamespace(now=1000.0)
    monkeypatch.setattr(time, "monotonic", lambda: one.now)
    return one


# -- the session -----------------------------------------------------------------------


@pytest.fixture
def session(tmp_path):
    one = RelaySession(tmp_path / "visit.mcap")
    yield one
    one.journal.abandon()


def test_a_transient_needs_a_start_and_its_shape(session) -> None:
    with pytest.raises(InputError, match="before any start"):
        session.place_in_session_time(transient(0, 0.0))
    session.record(Start(ACQUISITION, "here"))
    session.record(transient(0, 0.0))
    with pytest.raises(InputError):
        session.place_in_session_time(transient(1, 2.0, points=5))
    assert session.place_in_session_time(transient(1, 2.0)).time_s == 2.0
    assert session.place_in_session_time(End(1, "over")) == End(1, "over")


def test_what_was_recorded_is_counted(session) -> None:
    assert (session.last_seq, session.transients, session.events) == (-1, 0, 0)
    session.record(Start(ACQUISITION, "here"))
    start = session.last_frames
    session.record(transient(0, 0.0))
    recorded = session.record(Event(1.5, "note", "x"))
    assert (session.last_seq, session.transients, session.events) == (2, 1, 1)
    assert (recorded.seq, recorded.time_s) == (2, 1.5)
    assert session.start_frames == start
    assert session.last_frames != start


def test_a_request_is_recorded_once(session) -> None:
    session.record(Start(ACQUISITION, "here"))
    session.record(transient(0, 100.0))
    asked = EventRequest("note", "x", "me", 50.0)
    once = session.record_event(asked)
    assert session.record_event(asked) == once
    assert session.events == 1
    again = session.record_event(replace(asked, id="other"))
    assert (again.seq, session.events) == (once.seq + 1, 2)
    ago = session.record_event(EventRequest("note", "x", "me", ago_s=30.0))
    assert ago.time_s == pytest.approx(70.0, abs=5.0)
    without = replace(asked, id="")
    session.record_event(without)
    session.record_event(without)
    assert session.events == 5


def test_a_session_that_was_cut_off_goes_on_behind_itself(tmp_path) -> None:
    place = tmp_path / "visit.mcap"
    first = RelaySession(place)
    first.record(Start(ACQUISITION, "here"))
    for count in range(3):
        first.record(transient(count, 100.0 + 2.0 * count))
    asked = EventRequest("note", "x", "me", 50.0)
    held = first.record_event(asked)
    first.journal.abandon()
    later = RelaySession(place)
    assert (later.id, later.last_seq, later.transients) == (first.id, 4, 3)
    assert later.record_event(asked).seq == held.seq
    assert later.start_frames == first.start_frames
    moved = later.place_in_session_time(transient(0, 1.0))
    assert 106.0 <= moved.time_s < 140.0
    second = later.place_in_session_time(transient(1, 3.0))
    assert second.time_s - moved.time_s == pytest.approx(2.0)
    later.journal.abandon()
    goes_on = RelaySession(place)
    assert goes_on.place_in_session_time(transient(3, 110.0)).time_s == 110.0
    assert goes_on.place_in_session_time(transient(0, 1.0)).time_s == 1.0
    goes_on.journal.abandon()


# -- the recorder ----------------------------------------------------------------------


class Disk:
    """In the place of a session and its journal: writes while it is there."""

    def __init__(self) -> None:
        self.there, self.bodies, self.restored = True, [], 0
        self.journal = self
        self.now_s = 5.0
        self.part = self.path = "visit.mcap.part"

    @property
    def next_seq(self) -> int:
        return len(self.bodies)

    @property
    def last_seq(self) -> int:
        return len(self.bodies) - 1

    @property
    def last_frames(self):
        return [self.bodies[-1]]

    def _check(self) -> None:
        if not self.there:
            raise NotRecordedError("The disk is full.")

    check_place = _check

    def record(self, body) -> EventRecorded:
        self._check()
        self.bodies.append(body)
        return EventRecorded("", self.last_seq, 0.0)

    def record_event(self, request) -> EventRecorded:
        return self.record(request)

    def restore(self) -> None:
        self.restored += 1
        self._check()


def recorder_of(disk: Disk, copying=None) -> tuple[Recorder, list]:
    published: list = []
    return Recorder(disk, copying, published.append), published


def test_what_is_on_disk_is_published(clock) -> None:
    disk = Disk()
    one, published = recorder_of(disk)
    one.record("a")
    one.record_event("b")
    assert published == [["a"], ["b"]]
    assert (one.problem, one.alone, one.copy_problem) == ("", "", "")
    disk.record_event = lambda request: EventRecorded("", 1, 0.0)  # it was there
    one.record_event("b")
    assert published == [["a"], ["b"]]


def test_a_disk_that_is_back_is_noted_if_it_was_long(clock) -> None:
    disk = Disk()
    one, published = recorder_of(disk)
    disk.there = False
    with pytest.raises(NotRecordedError):
        one.record("a")
    assert one.problem == "NOT RECORDING. The disk is full."
    clock.now += WORTH_A_NOTE_S
    disk.there = True
    one.record("a")
    assert (one.problem, disk.bodies) == ("", ["a"])  # too short for a note
    disk.there = False
    with pytest.raises(NotRecordedError):
        one.record("b")
    clock.now += 3.0
    with pytest.raises(NotRecordedError):
        one.record("b")
    clock.now += 4.0
    disk.there = True
    one.record("b")
    note = disk.bodies[-1]
    assert note.text == "Nothing could be recorded for 7 s; it was held."
    assert note.author == AUTHOR
    assert published[-2:] == [["b"], [note]]


def test_a_removed_recording_is_written_again_after_some_time(clock) -> None:
    disk = Disk()
    one, _ = recorder_of(disk)
    disk.there = False
    for later_s, restored in ((0.0, 0), (RESTORE_S, 0), (0.1, 1), (0.1, 2)):
        clock.now += later_s
        with pytest.raises(NotRecordedError):
            one.record("a")
        assert disk.restored == restored


def test_it_is_noticed_between_messages(clock) -> None:
    disk = Disk()
    one, _ = recorder_of(disk)
    one.check()
    assert one.problem == ""
    disk.there = False
    one.check()
    assert one.problem.startswith("NOT RECORDING.")
    disk.there = True
    one.check()
    assert one.problem == ""
    disk.there = False
    with pytest.raises(NotRecordedError):
        one.record("a")
    disk.there = True
    one.check()
    assert one.problem.startswith("NOT RECORDING.")  # until a message is written


class Copy:
    """In the place of what copies: takes over if it may."""

    def __init__(self, may: bool = True) -> None:
        self.copy, self.may, self.problem = Disk(), may, "NOT COPIED."
        self.kept: list = []

    def take_over(self, begin) -> bool:
        if self.may:
            begin()
        return self.may

    def keep(self, seq: int, frames) -> None:
        self.kept.append((seq, frames))


class Session(Disk):
    """Whose journal may be another one's."""

    def record(self, body) -> EventRecorded:
        if self.journal is not self:
            return self.journal.record(body)
        return super().record(body)

    @property
    def last_frames(self):
        return [(self.journal if self.journal is not self else self).bodies[-1]]


def test_the_copy_goes_on_alone(clock) -> None:
    disk, copy = Session(), Copy()
    one, published = recorder_of(disk, copy)
    one.record("a")
    assert copy.kept == [(0, ["a"])]
    assert one.copy_problem == "NOT COPIED."
    disk.there = False
    one.record("b")
    assert [getattr(b, "kind", b) for b in copy.copy.bodies] == ["note", "b"]
    assert "its copy alone goes on" in copy.copy.bodies[0].text
    assert len(published) == 3
    assert one.alone == "RECORDED IN THE COPY ALONE. The disk is full."
    assert (one.problem, one.copy_problem) == ("", "")
    assert one.journal is copy.copy
    copy.copy.there = False
    with pytest.raises(NotRecordedError):
        one.record("c")
    assert one.problem == "NOT RECORDING. The disk is full."


def test_a_copy_that_lacks_something_does_not(clock) -> None:
    disk = Session()
    one, _ = recorder_of(disk, Copy(may=False))
    disk.there = False
    with pytest.raises(NotRecordedError):
        one.record("a")
    assert one.left == ""
    full = Copy()
    full.copy.there = False
    one, _ = recorder_of(disk, full)
    with pytest.raises(NotRecordedError):
        one.record("a")
    assert one.left == ""
    assert disk.journal is disk


@pytest.mark.parametrize(
    ("differs", "problem", "said"),
    [
        (False, "", ""),
        (True, "", "differs"),
        (False, "NOT COPIED. Full.", "visit.mcap is whole, but: NOT COPIED. Full."),
    ],
)
def test_what_is_wrong_at_the_end(monkeypatch, differs, problem, said) -> None:
    def check(path, copy) -> None:
        if differs:
            raise InputError("differs")

    monkeypatch.setattr(recording, "check_copy", check)
    disk, copy = Session(), Copy()
    disk.close = lambda: "visit.mcap"
    copy.problem, copy.finish = problem, lambda: None if problem else "copy.mcap"
    one, _ = recorder_of(disk, copy)
    assert one.close() == ("visit.mcap", said)


def test_what_could_not_be_finished_has_its_copy() -> None:
    def close() -> None:
        raise NotRecordedError("The disk is full.")

    disk, copy = Session(), Copy()
    disk.close, copy.finish = close, lambda: "copy.mcap"
    one, _ = recorder_of(disk, copy)
    path, said = one.close()
    assert path == "visit.mcap.part"
    assert said == ("NOT FINISHED. The disk is full. copy.mcap is its copy, finished.")
