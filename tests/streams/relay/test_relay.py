import queue
import threading
import time
from contextlib import contextmanager

import numpy as np
import pytest
import zmq
from free_ports import free_endpoint
from stream_cases import ACQUISITION, all_parts, bodies, fid, transient

from streams.errors import InputError
from streams.messages import wire
from streams.messages.frame_sizes import MAX_HEADER_BYTES
from streams.messages.requests import (
    Done,
    EventRequest,
    Fetch,
    Refused,
    reply_from,
    to_frames,
)
from streams.messages.transient import End, Event, Heartbeat, Kind, Start, Transient
from streams.recording import inspection, journal, reading
from streams.recording.files import check_space
from streams.relay.relay import run_relay
from streams.relay.sockets import REQUEST_BYTES
from streams.subscription.recorded_event import send_event
from streams.subscription.subscriber import Subscriber


def wait_for(condition, timeout_s=60.0):
    deadline = time.monotonic() + timeout_s
    while not (result := condition()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.005)
    return result


def poll_until(subscriber, condition):
    """Take whatever comes until a condition holds."""

    def holds():
        subscriber.poll(0.05)
        return condition()

    wait_for(holds)


class Tap:
    """A source that gives what a test puts into it, until None."""

    def __init__(self):
        self.bodies = queue.Queue()

    def put(self, *bodies):
        for body in bodies:
            self.bodies.put(body)

    def __iter__(self):
        return iter(self.bodies.get, None)


class Relay:
    """A relay in a thread of the test."""

    def __init__(self, source, path, endpoint=None, **options):
        self.endpoint, self.path = endpoint or free_endpoint(), path
        self.source = source
        self.stop, self.states, self.error = threading.Event(), [], None
        self.thread = threading.Thread(target=self._run, args=(source, options))
        self.thread.start()

    def _run(self, source, options):
        try:
            run_relay(
                source,
                self.path,
                self.endpoint,
                stop=self.stop,
                on_status=self.states.append,
                **options,
            )
        except InputError as error:
            self.error = error

    @property
    def status(self):
        return wait_for(lambda: self.states)[-1]

    def end(self):
        self.stop.set()
        if isinstance(self.source, Tap):
            self.source.put(None)  # or its end would be waited for
        self.thread.join()
        return self


@contextmanager
def relayed(source, path, **options):
    relay = Relay(source, path, **options)
    try:
        yield relay
    finally:
        relay.end()


def gather(subscriber, count, timeout_s=60.0):
    taken = []
    deadline = time.monotonic() + timeout_s
    while len(taken) < count:
        assert time.monotonic() < deadline, subscriber.health
        taken += subscriber.poll(0.2)
    return taken


def is_well(health):
    known = (health.connected, health.recording, health.refetch, health.problem)
    return known == (True, True, True, "")


@pytest.fixture
def place(tmp_path):
    return tmp_path / "visit.mcap"


def test_what_the_source_gives_is_received_and_recorded(place):
    with relayed(bodies(), place) as relay, Subscriber(relay.endpoint) as subscriber:
        taken = gather(subscriber, 10)
        assert [m.seq for m in taken] == list(range(10))
        assert subscriber.poll(0.2) == []
        poll_until(subscriber, lambda: is_well(subscriber.health))
        health = subscriber.health
        assert (health.received, health.lag, health.open_gaps) == (10, 0, 0)
        assert health.end == End(6, "finished")
    assert all_parts(reading.read_messages(place)) == all_parts(taken)
    assert relay.status.path == place
    assert inspection.verify(place).closed


def test_a_late_joiner_gets_everything(place):
    tap = Tap()
    everything = list(bodies(12))
    with relayed(tap, place) as relay, Subscriber(relay.endpoint) as early:
        tap.put(*everything[:6])
        first = gather(early, 6)
        with Subscriber(relay.endpoint) as late:
            tap.put(*everything[6:], None)
            second = gather(late, len(everything))
            assert late.health.history >= 6
            assert late.health.open_gaps == 0
        first += gather(early, len(everything) - 6)
        assert early.health.open_gaps == 0  # an answer may overtake what is live
    assert all_parts(first) == all_parts(second)


def test_an_event_is_on_disk_when_it_is_acknowledged(place):
    tap = Tap()
    with relayed(tap, place) as relay, Subscriber(relay.endpoint) as subscriber:
        tap.put(Start(ACQUISITION, "test"), transient(0))
        gather(subscriber, 2)
        event = subscriber.send_event("infusion_start", "0.5 mg/kg", timeout_s=30)
        recorded = [m.body for m in reading.read_messages(place)]
        assert recorded[-1] == event
        assert event.author == "operator"
        assert 0.0 <= event.time_s < 60.0
        assert gather(subscriber, 1)[0].body == event
        tap.put(None)


def test_an_event_asked_for_twice_is_recorded_once(place):
    tap = Tap()
    with relayed(tap, place) as relay:
        tap.put(Start(ACQUISITION, "test"))
        replies = [request(relay.endpoint, EVENT) for _ in range(2)]
        assert replies[0] == replies[1]
        tap.put(None)
    kinds = [type(m.body) for m in reading.read_messages(place)]
    assert kinds.count(Event) == 1


def test_an_event_asked_for_again_after_a_restart_is_recorded_once(place):
    for _ in range(2):
        endpoint = free_endpoint()
        tap = Tap()
        with relayed(tap, place, endpoint=endpoint) as relay:
            tap.put(Start(ACQUISITION, "test"))
            reply = request(relay.endpoint, EVENT)
            tap.put(None)
        place.rename(place.with_name("visit.mcap.part"))  # as if it had been killed
    found = list(reading.read_messages(place))
    events = [m for m in found if isinstance(m.body, Event)]
    assert [m.seq for m in events] == [reply.seq]


EVENT = EventRequest("note", "text", "operator", 3.5, "the same")


def request(endpoint, item):
    host, _, port = endpoint.rpartition(":")
    with zmq.Context() as context, context.socket(zmq.DEALER) as dealer:
        dealer.linger = 0
        dealer.connect(f"{host}:{int(port) + 1}")
        dealer.send_multipart(to_frames(item) if not isinstance(item, list) else item)
        assert dealer.poll(30_000)
        return reply_from(dealer.recv_multipart())


def test_nobody_acknowledges_an_event():
    with pytest.raises(InputError, match="NOT RECORDED: no relay"):
        send_event(free_endpoint(), "note", timeout_s=0.2)


def test_malformed_requests_are_counted_and_refused(place):
    tap = Tap()
    with relayed(tap, place) as relay:
        for frames in ([b"fetch", b"{"], [b"x", b"{}"], [b"fetch"], [b"done", b"{}"]):
            assert request(relay.endpoint, frames).reason
        assert request(relay.endpoint, Fetch("other", 5)) == Done(
            relay.status.session, 0, -1
        )
        wait_for(lambda: relay.status.dropped == 4)
        tap.put(None)


def test_nobody_listens():
    with Subscriber(free_endpoint()) as subscriber:
        assert subscriber.poll(0.2) == []
        assert "Nobody listens" in subscriber.health.problem
        assert not subscriber.health.connected


def test_a_subscriber_waits_for_a_relay_and_outlives_it(place):
    endpoint = free_endpoint()
    with Subscriber(endpoint) as subscriber:
        subscriber.poll(0.1)
        tap = Tap()
        tap.put(Start(ACQUISITION, "test"), transient(0))
        with relayed(tap, place, endpoint=endpoint):
            taken = gather(subscriber, 2)
            tap.put(None)
            taken += gather(subscriber, 1)
        poll_until(subscriber, lambda: subscriber.health.problem)
        assert "The session has ended (finished)" in subscriber.health.problem
        place.rename(place.with_name("visit.mcap.part"))  # as if it had been killed
        tap = Tap()
        tap.put(Start(ACQUISITION, "again"), transient(0), None)
        with relayed(tap, place, endpoint=endpoint):
            taken += gather(subscriber, 3)
            assert subscriber.health.open_gaps == 0
    assert [m.seq for m in taken] == list(range(6))
    assert len({m.session for m in taken}) == 1
    assert [m.epoch for m in taken] == [0, 0, 0, 1, 1, 1]
    times = [m.body.time_s for m in taken if isinstance(m.body, Transient)]
    assert times[1] >= times[0] + ACQUISITION.repetition_time_s
    assert all_parts(reading.read_messages(place)) == all_parts(taken)


def test_a_new_session_follows_from_its_beginning(tmp_path):
    endpoint = free_endpoint()
    with Subscriber(endpoint) as subscriber:
        for name, count in (("a", 5), ("b", 3)):
            with relayed(bodies(count), tmp_path / f"{name}.mcap", endpoint=endpoint):
                taken = gather(subscriber, count + 4)
                assert [m.seq for m in taken] == list(range(count + 4))


def test_a_transient_that_is_not_finite_is_left_out_and_named(place):
    bad = fid(1)
    bad[0, 3] = np.nan
    wrong = Transient(2, 4.0, Kind.METABOLITE, fid(2, points=8))
    tap = Tap()
    tap.put(transient(9), Start(ACQUISITION, "test"), transient(0))
    tap.put(Transient(1, 2.0, Kind.METABOLITE, bad), wrong, transient(3), None)
    with relayed(tap, place, linger_s=0) as relay:
        relay.thread.join()
    found = [m.body for m in reading.read_messages(place)]
    assert [b.count for b in found if isinstance(b, Transient)] == [0, 3]
    sentences = [b.text for b in found if isinstance(b, Event)]
    assert "before any start" in sentences[0]
    assert sentences[1].startswith("Transient 1 (message 3) holds values that are not")
    assert "2 coils x 8 points" in sentences[2]
    assert relay.status.dropped == 3


def test_a_failing_source_ends_the_session_and_is_reported(place):
    def failing():
        yield from bodies(3, end=False)
        raise InputError("The file ends here.")

    with relayed(failing(), place) as relay:
        relay.thread.join()
    assert str(relay.error) == "The file ends here."
    assert inspection.info(place).end == End(3, "source failed")


def test_stopping_ends_the_session(place):
    tap = Tap()
    tap.put(*bodies(3, end=False))
    with relayed(tap, place) as relay:
        wait_for(lambda: relay.states and relay.status.transients == 3)
    assert inspection.info(place).end == End(3, "stopped")
    tap.put(None)


def test_a_port_in_use(place):
    endpoint = free_endpoint()
    with relayed(Tap(), place, endpoint=endpoint) as relay:
        wait_for(lambda: relay.states)
        with pytest.raises(InputError, match=r"Port \d+ is in use"):
            run_relay([], place.with_name("b.mcap"), endpoint)
        assert not place.with_name("b.mcap.part").exists()
        relay.thread.join(0)


@pytest.mark.parametrize(
    ("bind", "sentence"),
    [
        ("tcp://0.0.0.0:5555", "needs keys"),
        ("tcp://*:5555", "needs keys"),
        ("tcp://192.168.1.7:5555", "needs keys"),
        ("tcp://127.0.0.1", "is no address"),
        ("tcp://127.0.0.1:65535", "is no address"),
        ("ipc:///tmp/x", "is no address"),
    ],
)
def test_where_a_relay_may_bind(place, bind, sentence):
    with pytest.raises(InputError, match=sentence):
        run_relay([], place, bind)


def test_a_recording_in_use_or_finished(place):
    with journal.Journal.create(place), pytest.raises(InputError, match="another prog"):
        run_relay([], place, free_endpoint())
    with pytest.raises(InputError, match="exists already"):
        run_relay([], place, free_endpoint())


def test_a_full_disk_stops_publishing_and_goes_on_when_there_is_space(
    place, monkeypatch
):
    full = threading.Event()
    write = journal.Journal._write

    def perhaps(self, content):
        if full.is_set():
            raise OSError(28, "No space left on device")
        write(self, content)

    monkeypatch.setattr(journal.Journal, "_write", perhaps)
    tap = Tap()
    with relayed(tap, place) as relay, Subscriber(relay.endpoint) as subscriber:
        tap.put(Start(ACQUISITION, "test"), transient(0))
        taken = gather(subscriber, 2)
        full.set()
        tap.put(transient(1), transient(2))
        wait_for(lambda: not relay.status.recording)
        assert "NOT RECORDING. The disk is full" in relay.status.problem
        poll_until(subscriber, lambda: subscriber.health.recording is False)
        assert "NOT RECORDING" in subscriber.health.problem
        with pytest.raises(InputError, match="NOT RECORDED"):
            subscriber.send_event("infusion_start")
        assert subscriber.poll(0.1) == []
        full.clear()
        taken += gather(subscriber, 3)
        counts = [m.body.count for m in taken[1:] if isinstance(m.body, Transient)]
        assert counts == [0, 1, 2]
        assert relay.status.recording
        (note,) = [m.body for m in taken if isinstance(m.body, Event)]
        assert (note.kind, note.author) == ("note", "relay")
        assert "Nothing could be recorded for" in note.text
        tap.put(None)
    assert inspection.verify(place).whole


def test_the_start_is_announced_again_for_those_who_cannot_fetch(place, monkeypatch):
    monkeypatch.setattr("streams.relay.relay_loop.ANNOUNCE_S", 0.5)
    tap = Tap()
    with relayed(tap, place) as relay, zmq.Context() as context:
        tap.put(Start(ACQUISITION, "test"))
        wait_for(lambda: relay.states and relay.status.last_seq == 0)
        with context.socket(zmq.SUB) as bare:
            bare.linger = 0
            bare.subscribe(b"")
            bare.connect(relay.endpoint)
            seen = []
            while not {Start, Heartbeat} <= set(seen):
                assert bare.poll(30_000)
                seen.append(type(wire.decode(bare.recv_multipart()).body))
        tap.put(None)


def test_a_subscriber_is_told_of_the_clocks(place):
    """Transients 2 s apart that come at once: the relay's clock falls behind."""
    tap = Tap()

    def offset_s():
        subscriber.poll(0.05)
        return subscriber.health.clock_offset_s

    with relayed(tap, place) as relay, Subscriber(relay.endpoint) as subscriber:
        tap.put(Start(ACQUISITION, "test"), transient(0))
        wait_for(lambda: offset_s() is not None)
        assert offset_s() == pytest.approx(0.0, abs=0.01)
        tap.put(transient(20))
        wait_for(lambda: offset_s() < -9)
        assert subscriber.health.clock_drift_ppm is None
        assert subscriber.health.clock.startswith("clock -")
        tap.put(None)


def test_reading_a_recording_again_is_no_pace_of_clocks(place):
    with relayed(bodies(30), place, linger_s=0) as relay:
        relay.thread.join()
    place.rename(place.with_name("visit.mcap.part"))
    with relayed(Tap(), place) as relay:
        assert wait_for(lambda: relay.states)[0].clock_offset_s == 0.0


def test_events_have_a_bound_on_their_rate(place, monkeypatch):
    """A script gone wild is refused with a reason, and the relay goes on."""
    monkeypatch.setattr("streams.relay.answers.EVENTS_AT_ONCE", 5)
    monkeypatch.setattr("streams.relay.answers.EVENTS_PER_S", 0.5)
    tap = Tap()
    with relayed(tap, place) as relay, zmq.Context() as context:
        tap.put(Start(ACQUISITION, "test"))
        with context.socket(zmq.DEALER) as client:
            client.linger = 0
            client.connect(neighbour(relay.endpoint))
            for _ in range(30):
                client.send_multipart(to_frames(EventRequest("note", "wild")))
            replies = []
            for _ in range(30):
                assert client.poll(30_000)
                replies.append(reply_from(client.recv_multipart()))
        refused = [r for r in replies if isinstance(r, Refused)]
        assert len(refused) >= 20
        assert "events a second" in refused[0].reason
        wait_for(lambda: relay.status.dropped == len(refused))
        wait_for(lambda: relay.status.events == 30 - len(refused))
        tap.put(transient(0), None)
        wait_for(lambda: relay.status.transients == 1)


@pytest.mark.parametrize(
    ("size", "counted"), [(MAX_HEADER_BYTES + 1, 1), (2 * REQUEST_BYTES, 0)]
)
def test_an_oversized_request_does_no_harm(place, size, counted):
    """Up to a megabyte it is counted and named; beyond that libzmq hangs up."""
    tap = Tap()
    with relayed(tap, place) as relay, zmq.Context() as context:
        tap.put(Start(ACQUISITION, "test"), None)
        wait_for(lambda: relay.states and relay.status.last_seq >= 0)
        with context.socket(zmq.DEALER) as client:
            client.linger = 0
            client.connect(neighbour(relay.endpoint))
            client.send_multipart([b"fetch", bytes(size)])
            if counted:
                assert client.poll(30_000)
                reply = reply_from(client.recv_multipart())
                assert f"at most {MAX_HEADER_BYTES} bytes" in reply.reason
        assert send_event(relay.endpoint, "note", timeout_s=30).kind == "note"
        wait_for(lambda: relay.status.dropped == counted)


def test_too_little_space_to_begin_but_not_to_go_on(place):
    with pytest.raises(InputError, match=r"MB are free for .*--least-free"):
        run_relay([], place, free_endpoint(), least_free_mb=1e9)
    copy = place.with_name("elsewhere") / "copy.mcap"
    with pytest.raises(InputError, match=r"MB are free for .*copy\.mcap"):
        check_space(copy, 1e9)
    assert not list(place.parent.iterdir())
    with relayed(bodies(3), place, linger_s=0) as relay:
        relay.thread.join()
    place.rename(place.with_name("visit.mcap.part"))
    with relayed(bodies(3), place, linger_s=0, least_free_mb=1e9) as relay:
        relay.thread.join()
    assert relay.error is None
    assert inspection.verify(place).transients == 6


def neighbour(endpoint):
    host, _, port = endpoint.rpartition(":")
    return f"{host}:{int(port) + 1}"
