"""A relay that writes a second recording, on another disk."""

import threading

import pytest
from free_ports import free_endpoint
from stream_cases import ACQUISITION, bodies, transient
from test_relay import Tap, relayed, wait_for

from streams.errors import InputError
from streams.messages.transient import Start
from streams.recording import inspection, journal, reading
from streams.recording.second_copy import check_copy
from streams.relay.relay import run_relay


@pytest.fixture
def place(tmp_path):
    return tmp_path / "visit.mcap"


def test_a_copy_on_a_second_disk(place, tmp_path):
    copy = tmp_path / "second" / "visit.mcap"
    with relayed(bodies(30), place, copy_path=copy, linger_s=0) as relay:
        relay.thread.join()
    assert relay.error is None
    assert list(reading.read_frames(copy)) == list(reading.read_frames(place))
    assert inspection.verify(copy).whole


def test_a_copy_goes_on_with_its_session(place, tmp_path):
    copy = tmp_path / "second" / "visit.mcap"
    for path in (None, copy):  # the copy is asked for after a restart only
        with relayed(bodies(3), place, copy_path=path, linger_s=0) as relay:
            relay.thread.join()
        assert relay.error is None
        if path is None:
            place.rename(place.with_name("visit.mcap.part"))
    assert len(list(reading.read_messages(copy))) == 14
    with pytest.raises(InputError, match="exists already"):
        run_relay([], tmp_path / "b.mcap", free_endpoint(), copy_path=copy)


def test_a_failing_copy_is_said_and_the_recording_goes_on(place, tmp_path, monkeypatch):
    copy, full = tmp_path / "second" / "visit.mcap", threading.Event()
    write = journal.Journal._write

    def perhaps(self, content):
        if full.is_set() and self.path == copy:
            raise OSError(28, "No space left on device")
        write(self, content)

    monkeypatch.setattr(journal.Journal, "_write", perhaps)
    tap = Tap()
    with relayed(tap, place, copy_path=copy, linger_s=0) as relay:
        tap.put(Start(ACQUISITION, "test"), transient(0))
        wait_for(lambda: relay.states and relay.status.transients == 1)
        full.set()
        tap.put(transient(1))
        wait_for(lambda: "NOT COPIED. The disk is full" in relay.status.problem)
        tap.put(transient(2), None)
        relay.thread.join()
    assert "is whole, but: NOT COPIED" in str(relay.error)
    assert inspection.verify(place).transients == 3
    assert inspection.verify(place).closed


def test_a_copy_that_differs_is_found(place, tmp_path):
    for name in ("a.mcap", "b.mcap"):
        with relayed(bodies(2), tmp_path / name, linger_s=0) as relay:
            relay.thread.join()
    with pytest.raises(InputError, match="differs from"):
        check_copy(tmp_path / "a.mcap", tmp_path / "b.mcap")
