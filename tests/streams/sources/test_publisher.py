import json
import subprocess
import sys
import threading
import zlib
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import zmq
from free_ports import free_endpoint
from stream_cases import ACQUISITION, transient
from test_relay import Tap, gather, poll_until, relayed, wait_for

from streams.messages import wire
from streams.messages.scanner_counter import ScannerCounter
from streams.messages.transient import End, Event, Message, Start, Transient, number
from streams.recording import inspection, reading
from streams.sources import publisher
from streams.subscription.subscriber import Subscriber

EXAMPLE = Path(__file__).resolve().parents[3] / "docs" / "publisher.py"


@contextmanager
def example(endpoint, transients, tr_s):
    port = endpoint.rpartition(":")[2]
    command = [sys.executable, str(EXAMPLE), port, str(transients), str(tr_s)]
    child = subprocess.Popen(command)
    try:
        yield child
    finally:
        child.kill()
        child.wait()


def test_the_example_is_short():
    code = EXAMPLE.read_text().split('"""', 2)[2]
    lines = [line for line in code.splitlines() if line.strip()]
    assert len(lines) <= 50
    assert "streams" not in EXAMPLE.read_text().replace("--source", "")


def test_a_site_s_own_publisher_is_heard():
    endpoint = free_endpoint()
    with Subscriber(endpoint) as subscriber, example(endpoint, 100, 0.05):
        taken = gather(subscriber, 30)
        poll_until(subscriber, lambda: subscriber.health.refetch is False)
        health = subscriber.health
    assert isinstance(taken[0].body, Start)
    fids = [m.body.fid for m in taken if isinstance(m.body, Transient)]
    assert {fid.shape for fid in fids} == {(4, 2048)}
    assert health.refetch is False
    assert "NOT RECORDED" in health.problem


def test_a_relay_records_a_site_s_own_publisher(tmp_path):
    endpoint, stop, problems = free_endpoint(), threading.Event(), []
    source = publisher.bodies(endpoint, stop, until_end=True, on_note=problems.append)
    with relayed(source, tmp_path / "visit.mcap") as relay:
        wait_for(lambda: problems)
        with example(endpoint, 60, 0.05), Subscriber(relay.endpoint) as subscriber:
            taken = gather(subscriber, 5)
            poll_until(subscriber, lambda: subscriber.health.end)
        stop.set()
    assert "Nobody listens" in problems[0]
    assert isinstance(taken[0].body, Start)
    known = inspection.info(relay.path)
    lost = sum(int(e.text.split()[0]) for e in known.events if e.kind == "gap")
    assert known.verification.transients + lost == known.end.transients == 60
    assert known.verification.whole


def test_a_relay_behind_a_relay(tmp_path):
    tap, stop = Tap(), threading.Event()
    tap.put(Start(ACQUISITION, "first"), *map(transient, range(5)))
    with relayed(tap, tmp_path / "first.mcap") as first:
        source = publisher.bodies(first.endpoint, stop)
        with relayed(source, tmp_path / "second.mcap") as second:
            with Subscriber(second.endpoint) as subscriber:
                taken = gather(subscriber, 6)
            stop.set()
        tap.put(None)
    assert [type(m.body) for m in taken] == [Start, *[Transient] * 5]


def feed(*messages):
    turned = publisher._Feed()
    return [body for message in messages for body in turned.take(message)]


START = Start(ACQUISITION, "site")


def test_what_is_lost_is_named():
    out = feed(
        Message("a", 0, 0, START),
        Message("a", 4, 0, transient(3)),
        Message("a", 6, 0, transient(5)),
    )
    assert [type(body) for body in out] == [Start, *2 * [Event, Transient]]
    gaps = [(body.kind, body.text) for body in out if isinstance(body, Event)]
    assert gaps == [
        ("gap", "3 messages sent before the relay listened, or lost"),
        ("gap", "1 messages lost between publisher and relay"),
    ]


def test_a_publisher_started_again_goes_on_in_time():
    out = feed(
        Message("a", 0, 0, START),
        Message("a", 1, 0, transient(10)),
        Message("a", 2, 0, End(1, "stopped")),
        Message("b", 0, 0, START),
        Message("b", 1, 0, transient(0)),
        Message("b", 2, 0, transient(1)),
    )
    assert [getattr(body, "kind", "") for body in out if isinstance(body, Event)] == [
        "series_end"
    ]
    times = [body.time_s for body in out if isinstance(body, Transient)]
    assert times[0] == 20.0
    assert 20.0 <= times[1] < 21.0
    assert round(times[2] - times[1], 9) == 2.0


def test_times_of_a_publisher_that_begins_anew_go_on_by_this_machines_clock(
    monkeypatch,
):
    now = [100.0]
    monkeypatch.setattr(publisher.time, "monotonic", lambda: now[0])
    feed = publisher._Feed()

    def placed(session: str, seq: int, time_s: float, arrived: float) -> float:
        now[0] = arrived
        body = Event(time_s, "note")
        return list(feed.take(Message(session, seq, 0, body)))[-1].time_s

    assert placed("a", 0, 50.0, 100.0) == 50.0
    assert placed("a", 1, 60.0, 110.0) == 60.0
    assert placed("b", 0, 5.0, 117.0) == 67.0  # seven seconds later
    assert placed("b", 1, 8.0, 120.0) == 70.0
    assert placed("c", 0, 90.0, 121.0) == 90.0  # a time that follows stays


def test_an_epoch_without_an_event_gets_one():
    out = feed(
        Message("a", 0, 0, START),
        Message("a", 1, 1, transient(0)),
        Message("a", 2, 1, transient(1)),
    )
    assert [getattr(b, "kind", "") for b in out if isinstance(b, Event)] == ["re-shim"]


@contextmanager
def site(endpoint):
    """A publisher of frames as they are given, once somebody has subscribed."""
    with zmq.Context() as context, context.socket(zmq.XPUB) as socket:
        socket.linger = 5000
        socket.bind(endpoint)

        def publish(several):
            assert socket.poll(20_000), "nobody subscribed"
            for frames in several:
                socket.send_multipart(frames)

        yield publish


def not_finite(frames):
    """The same transient with infinity in it, its CRC-32 that of what is sent."""
    header = json.loads(frames[1])
    payload = np.frombuffer(frames[2], "<c8").copy()
    payload[3] = np.inf
    header["crc32"] = zlib.crc32(payload.tobytes())
    return [frames[0], json.dumps(header).encode(), payload.tobytes()]


def published(lost=(), spoilt=()):
    """Frames of a session of 12 transients; some are lost, some are not finite."""
    out = []
    for message in number([Start(ACQUISITION, "site"), *map(transient, range(12)),
                           End(12, "finished")], "site"):  # fmt: skip
        count = getattr(message.body, "count", None)
        frames = wire.encode(message)
        if count is None or count not in lost:
            out.append(not_finite(frames) if count in spoilt else frames)
    return out


def recorded_from(frames, folder):
    """What a relay records of a publisher that sends these frames."""
    endpoint, notes = free_endpoint(), []
    source = publisher.bodies(
        endpoint, threading.Event(), until_end=True, on_note=notes.append
    )
    path = folder / "visit.mcap"
    with relayed(source, path, linger_s=0) as relay, site(endpoint) as publish:
        publish(frames)
        relay.thread.join(60)
    assert not relay.thread.is_alive()
    return [m.body for m in reading.read_messages(relay.path)], notes, relay


def missing(recorded):
    counter = ScannerCounter()
    for body in recorded:
        counter.take(body)
    return counter.missing


def test_what_is_refused_is_said_as_refused_and_what_is_lost_as_lost(tmp_path):
    frames = published(lost=(4, 5), spoilt=(2, 8))
    recorded, notes, relay = recorded_from(frames, tmp_path)
    events = [body for body in recorded if isinstance(body, Event)]
    assert [event.kind for event in events] == ["dropped", "gap", "dropped"]
    assert "Transient 2 (message 3) holds values that are not finite" in events[0].text
    assert events[1].text == "2 messages lost between publisher and relay"
    assert "Transient 8 " in events[2].text
    assert [event.time_s for event in events] == [4.0, 12.0, 16.0]
    assert [note.partition(":")[0] for note in notes if ": " in note[:9]] == [
        "dropped", "gap", "dropped",
    ]  # fmt: skip
    assert missing(recorded) == 4
    assert relay.status.dropped == 2


def test_the_first_of_a_publisher_started_again_is_refused_and_not_lost(tmp_path):
    again = [renumbered(f, session="again") for f in published(spoilt=(0,))]
    recorded, _, _ = recorded_from([*published()[:-1], *again], tmp_path)
    counter = ScannerCounter()
    for body in recorded:
        counter.take(body)
    assert (counter.missing, counter.dropped, counter.came) == (1, 1, 23)


def test_the_last_transients_are_missed_too(tmp_path):
    """A gap in the counter never shows them: only the end, or why they are refused."""
    recorded, _, _ = recorded_from(published(lost=(10, 11)), tmp_path)
    (gap,) = [body for body in recorded if isinstance(body, Event)]
    assert gap.text.endswith("up to transient 11")
    assert missing(recorded) == 2
    (tmp_path / "more").mkdir()
    recorded, _, _ = recorded_from(published(spoilt=(11,)), tmp_path / "more")
    assert missing(recorded) == 1


def test_a_refused_message_takes_no_other_s_place():
    """Not that of another session, nor one far ahead of what is known to exist."""
    endpoint = free_endpoint()
    good = published()
    far = not_finite(renumbered(good[3], seq=5000))
    foreign = not_finite(renumbered(good[3], session="foreign"))
    with Subscriber(endpoint) as subscriber, site(endpoint) as publish:
        publish([*good[:5], far, foreign, *good[5:]])
        taken = gather(subscriber, 14)
        assert subscriber.health.dropped == 2
    assert [m.seq for m in taken] == list(range(14))
    assert not [m for m in taken if isinstance(m.body, Event)]


def renumbered(frames, **fields):
    return [
        frames[0],
        json.dumps({**json.loads(frames[1]), **fields}).encode(),
        frames[2],
    ]
