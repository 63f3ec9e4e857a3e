"""Disks that are full, folders that are renamed, recordings that are removed."""

import shutil
import sys
import threading
from collections import namedtuple

import pytest
from free_ports import free_endpoint
from stream_cases import ACQUISITION, all_parts, bodies, transient
from test_relay import Tap, gather, poll_until, relayed, wait_for

from streams.errors import IncompleteError
from streams.messages import wire
from streams.messages.transient import End, Event, Message, Start, Transient
from streams.recording import inspection, journal, reading
from streams.recording.journal import Journal
from streams.recording.second_copy import extend_from_copy
from streams.relay.relay import run_relay
from streams.subscription.subscriber import Subscriber

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows neither renames nor removes open files"
)


@pytest.fixture
def place(tmp_path):
    return tmp_path / "disk" / "visit.mcap"


@pytest.fixture
def copy(tmp_path):
    return tmp_path / "second" / "visit.mcap"


class Full:
    """Disks of the test that have no space while their recording is named."""

    def __init__(self, monkeypatch):
        self.paths, write = set(), journal.Journal._write

        def perhaps(recording, content):
            if recording.path in self.paths:
                raise OSError(28, "No space left on device")
            write(recording, content)

        monkeypatch.setattr(journal.Journal, "_write", perhaps)


@pytest.fixture
def full(monkeypatch):
    return Full(monkeypatch)


def recorded_counts(path):
    several = [message.body for message in reading.read_messages(path)]
    return [body.count for body in several if isinstance(body, Transient)]


def notes(path):
    several = [message.body for message in reading.read_messages(path)]
    return [body.text for body in several if isinstance(body, Event)]


def begun(tap, relay, count=1):
    tap.put(Start(ACQUISITION, "test"), *(transient(n) for n in range(count)))
    wait_for(lambda: relay.states and relay.status.transients == count)


def is_gone(status):
    said = "NOT RECORDING" in status.problem and "is not there any more" in (
        status.problem
    )
    return said and not status.recording


def test_a_folder_that_is_renamed_and_comes_back(place):
    """Noticed without any message; what comes meanwhile is held."""
    tap, away = Tap(), place.parent.with_name("away")
    with relayed(tap, place) as relay, Subscriber(relay.endpoint) as subscriber:
        begun(tap, relay)
        gather(subscriber, 2)
        place.parent.rename(away)
        wait_for(lambda: is_gone(relay.status), 10)
        assert relay.status.disk_free_bytes == 0
        poll_until(subscriber, lambda: subscriber.health.recording is False)
        tap.put(transient(1))
        poll_until(subscriber, lambda: "NOT RECORDING" in subscriber.health.problem)
        assert relay.status.transients == 1
        away.rename(place.parent)
        wait_for(lambda: relay.status.transients == 2)
        assert relay.status.recording
        poll_until(subscriber, lambda: subscriber.health.recording)
    assert relay.error is None
    assert inspection.verify(place).whole
    assert recorded_counts(place) == [0, 1]


def test_a_folder_that_comes_back_before_the_next_message(place):
    tap, away = Tap(), place.parent.with_name("away")
    with relayed(tap, place) as relay:
        begun(tap, relay)
        place.parent.rename(away)
        wait_for(lambda: is_gone(relay.status), 10)
        away.rename(place.parent)
        wait_for(lambda: relay.status.recording)
        assert relay.status.problem == ""
    assert relay.error is None


def test_a_removed_recording_is_written_again(place, monkeypatch):
    """What was acknowledged is still in the open file."""
    monkeypatch.setattr("streams.relay.recorder.RESTORE_S", 0.5)
    tap = Tap()
    with relayed(tap, place) as relay:
        begun(tap, relay, 3)
        place.with_name("visit.mcap.part").unlink()
        wait_for(lambda: is_gone(relay.status), 10)
        tap.put(transient(3))
        wait_for(lambda: relay.status.transients == 4)
        assert relay.status.recording
    assert relay.error is None
    assert inspection.verify(place).whole
    assert recorded_counts(place) == [0, 1, 2, 3]
    assert len(list(place.parent.iterdir())) == 1  # and no lock is left


def test_a_removed_folder_at_the_end(place):
    """What was recorded is written to it again, what was not is counted."""
    tap = Tap()
    with relayed(tap, place) as relay:
        begun(tap, relay, 3)
        shutil.rmtree(place.parent)
        tap.put(transient(3), transient(4))
        wait_for(lambda: is_gone(relay.status), 10)
    assert isinstance(relay.error, IncompleteError)
    assert "NOT RECORDED: 2 messages" in str(relay.error)
    assert relay.status.unrecorded == 2
    assert inspection.verify(place).whole
    assert recorded_counts(place) == [0, 1, 2]


def test_a_disk_that_stays_full_is_said_and_counted(place, full):
    tap = Tap()
    with relayed(tap, place) as relay:
        begun(tap, relay, 2)
        full.paths.add(place)
        tap.put(transient(2), transient(3), transient(4))
        wait_for(lambda: not relay.status.recording)
    assert isinstance(relay.error, IncompleteError)
    assert "NOT RECORDED: 3 messages of the source. NOT FINISHED" in str(relay.error)
    assert recorded_counts(place) == [0, 1]


@pytest.mark.parametrize("harm", ["full", "renamed", "removed"])
def test_the_copy_goes_on_alone(place, copy, full, harm):
    """Nothing is held and nothing lost; everybody goes on being served."""
    tap = Tap()
    with (
        relayed(tap, place, copy_path=copy) as relay,
        Subscriber(relay.endpoint) as subscriber,
    ):
        begun(tap, relay, 2)
        match harm:
            case "full":
                full.paths.add(place)
            case "renamed":
                place.parent.rename(place.parent.with_name("away"))
            case "removed":
                shutil.rmtree(place.parent)
        tap.put(*(transient(n) for n in range(2, 30)))
        wait_for(lambda: relay.status.transients == 30)
        assert relay.status.recording
        wait_for(lambda: "RECORDED IN THE COPY ALONE" in relay.status.problem)
        assert relay.status.path == copy.with_name("visit.mcap.part")
        event = subscriber.send_event("infusion_start", timeout_s=30)
        taken = gather(subscriber, 33)
        with Subscriber(relay.endpoint) as late:
            assert all_parts(gather(late, 33)) == all_parts(taken)
        assert subscriber.health.recording
    assert isinstance(relay.error, IncompleteError)
    assert f"are in {copy}" in str(relay.error)
    assert relay.status.unrecorded == 0
    assert inspection.verify(copy).whole
    assert inspection.verify(copy).closed
    assert recorded_counts(copy) == list(range(30))
    assert event in [message.body for message in reading.read_messages(copy)]
    assert "its copy alone goes on" in notes(copy)[0]
    if harm == "full":
        assert inspection.verify(place).whole
        assert recorded_counts(place) == [0, 1]


def test_a_removed_recording_is_noticed_and_its_copy_goes_on(place, copy):
    """Before any message comes."""
    tap = Tap()
    with relayed(tap, place, copy_path=copy) as relay:
        begun(tap, relay)
        place.with_name("visit.mcap.part").unlink()
        wait_for(lambda: "RECORDED IN THE COPY ALONE" in relay.status.problem, 10)
        assert relay.status.recording
    assert recorded_counts(copy) == [0]


def test_both_disks_full_and_then_one_has_space(place, copy, full):
    tap = Tap()
    with relayed(tap, place, copy_path=copy) as relay:
        begun(tap, relay, 2)
        full.paths |= {place, copy}
        tap.put(transient(2), transient(3))
        wait_for(lambda: not relay.status.recording)
        full.paths.discard(copy)
        wait_for(lambda: relay.status.transients == 4)
    assert recorded_counts(copy) == [0, 1, 2, 3]
    assert inspection.verify(copy).whole


def test_both_disks_full_and_then_both_have_space(place, copy, full):
    """The copy goes on following the recording that could be written again."""
    tap = Tap()
    with relayed(tap, place, copy_path=copy) as relay:
        begun(tap, relay, 2)
        full.paths |= {place, copy}
        tap.put(transient(2), transient(3))
        wait_for(lambda: not relay.status.recording)
        full.paths.discard(place)
        wait_for(lambda: relay.status.transients == 4)
        full.paths.clear()
        part = copy.with_name("visit.mcap.part")
        wait_for(lambda: len(recorded_counts(part)) == 4)
        assert relay.status.recording


def test_a_copy_whose_disk_has_space_again_catches_up(place, copy, full):
    tap = Tap()
    with relayed(tap, place, copy_path=copy) as relay:
        begun(tap, relay, 2)
        full.paths.add(copy)
        tap.put(transient(2))
        wait_for(lambda: "NOT COPIED. The disk is full" in relay.status.problem)
        full.paths.clear()
        wait_for(lambda: relay.status.problem == "")
    assert relay.error is None
    assert list(reading.read_frames(copy)) == list(reading.read_frames(place))


def begin(path, several):
    recording = Journal.create(path)
    for frames in several:
        recording.append(frames)
    recording.abandon()


def test_a_recording_catches_up_with_the_copy_that_went_on_alone(place, copy):
    """The relay was killed while its copy went on alone, and is started again."""
    several = [
        wire.encode(Message("abc", n, 0, body))
        for n, body in enumerate(list(bodies(6))[:6])
    ]
    begin(place, several[:3])
    begin(copy, several)
    run_relay(
        [transient(9), End(9, "finished")],
        place,
        free_endpoint(),
        copy_path=copy,
        linger_s=0.0,
    )
    assert list(reading.read_frames(place))[:6] == several
    assert list(reading.read_frames(copy)) == list(reading.read_frames(place))
    assert inspection.verify(place).whole


def test_a_copy_of_another_session_brings_nothing(place, copy):
    start = Start(ACQUISITION, "test")
    begin(place, [wire.encode(Message("abc", 0, 0, start))])
    others = [Message("xyz", n, 0, b) for n, b in enumerate([start, transient(0)])]
    begin(copy, [wire.encode(message) for message in others])
    extend_from_copy(place, copy)
    assert len(list(reading.read_frames(place))) == 1


def test_a_disk_that_does_not_tell_its_space_is_no_reason_to_end(place, monkeypatch):
    tap, silent = Tap(), threading.Event()
    usage = namedtuple("usage", "free")

    def disk_usage(path):
        if silent.is_set():
            raise OSError(5, "Input/output error")
        return usage(10**9)

    monkeypatch.setattr("streams.recording.files.shutil.disk_usage", disk_usage)
    with relayed(tap, place) as relay:
        begun(tap, relay)
        silent.set()
        wait_for(lambda: relay.status.disk_free_bytes == 0)
        tap.put(transient(1))
        wait_for(lambda: relay.status.transients == 2)
    assert relay.error is None
