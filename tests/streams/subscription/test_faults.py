"""What may happen to a stream, with nothing lost and nothing silently wrong."""

import contextlib
import itertools
import os
import random
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import zmq
from free_ports import free_endpoint
from lossy_proxy import CuttingProxy, LossyProxy
from stream_cases import ACQUISITION, all_parts, bodies, parts, transient
from test_relay import Tap, gather, poll_until, relayed, wait_for

from streams.messages import frame_sizes, wire
from streams.messages.transient import Message, Start, Transient
from streams.recording import inspection, reading
from streams.subscription.subscriber import Subscriber

SUPPORT = Path(__file__).parents[2] / "support"


def answered_within(monkeypatch: pytest.MonkeyPatch, answer_s: float) -> None:
    """A relay counts as one that does not answer after so long."""
    for place in ("subscriber", "signs_of_life"):
        monkeypatch.setattr(f"streams.subscription.{place}.ANSWER_S", answer_s)


def slowly(several, interval_s=0.002, go=None):
    """Bodies one by one, from when `go` is set."""
    if go is not None:
        go.wait(60)
    for body in several:
        time.sleep(interval_s)
        yield body


@pytest.mark.parametrize(
    "harm",
    [
        {"loss": 0.3},
        {"double": 0.3},
        {"swap": 0.3},
        {"delay": 0.3},
        {"loss": 0.2, "deaf": 0.1},
        {"loss": 0.2, "double": 0.2, "swap": 0.2, "delay": 0.2},
    ],
)
def test_a_link_that_loses_doubles_swaps_and_delays(tmp_path, harm, monkeypatch):
    answered_within(monkeypatch, 0.3)
    endpoint, joined = free_endpoint(), threading.Event()
    with (
        relayed(slowly(bodies(400), go=joined), tmp_path / "visit.mcap") as relay,
        LossyProxy(relay.endpoint, endpoint, seed=1, **harm) as proxy,
        Subscriber(endpoint) as subscriber,
    ):
        poll_until(subscriber, lambda: subscriber.health.recording)
        joined.set()
        taken = gather(subscriber, 404)
        if "double" in harm:
            poll_until(
                subscriber, lambda: subscriber.health.duplicates >= proxy.doubled
            )
        health = subscriber.health
    assert [m.seq for m in taken] == list(range(404))
    assert all_parts(taken) == all_parts(reading.read_messages(relay.path))
    assert health.open_gaps == 0
    if "loss" in harm:
        assert proxy.lost > 10
        assert health.filled + health.history >= proxy.lost
    if "double" in harm:
        assert proxy.doubled > 10
    if "swap" in harm:
        assert proxy.swapped > 10
    if "delay" in harm:
        assert proxy.delayed > 10


def test_a_link_that_is_cut_again_and_again(tmp_path, monkeypatch):
    """Messages and events under way when it is cut are neither lost nor doubled."""
    answered_within(monkeypatch, 0.3)
    endpoint, harmed = free_endpoint(), free_endpoint()
    harm = {"loss": 0.1, "double": 0.1, "swap": 0.1, "delay": 0.1}
    with (
        relayed(slowly(bodies(400), 0.005), tmp_path / "visit.mcap") as relay,
        LossyProxy(relay.endpoint, harmed, seed=3, **harm) as lossy,
        CuttingProxy(harmed, endpoint, 0.3, seed=4) as cutting,
        Subscriber(endpoint) as subscriber,
    ):
        taken = gather(subscriber, 1)
        for number in range(10):
            event = subscriber.send_event("note", f"{number}", timeout_s=40)
            assert event.text == f"{number}"
        taken += gather(subscriber, 414 - len(taken))
        health = subscriber.health
    assert cutting.cuts >= 3
    assert lossy.lost > 10
    assert [m.seq for m in taken] == list(range(414))
    assert all_parts(taken) == all_parts(reading.read_messages(relay.path))
    notes = [m.body.text for m in taken if getattr(m.body, "kind", "") == "note"]
    assert notes == [f"{number}" for number in range(10)]
    assert health.open_gaps == 0


def test_a_relay_that_is_slow_to_answer_is_waited_for(tmp_path, monkeypatch):
    """What a relay published is in its journal: a late answer costs nothing."""
    answered_within(monkeypatch, 0.1)
    monkeypatch.setattr("streams.subscription.subscriber.PATIENCE_S", 300.0)
    endpoint = free_endpoint()
    with (
        relayed(slowly(bodies(100), 0.01), tmp_path / "visit.mcap") as relay,
        LossyProxy(relay.endpoint, endpoint, seed=1, loss=0.3, deaf=1.0) as proxy,
        Subscriber(endpoint) as subscriber,
    ):
        taken = []
        deadline = time.monotonic() + 60
        while "does not answer" not in subscriber.health.problem:
            assert time.monotonic() < deadline, subscriber.health
            taken += subscriber.poll(0.1)
        assert str(int(endpoint.rpartition(":")[2]) + 1) in subscriber.health.problem
        wait_for(lambda: relay.status.ended)
        proxy.deaf = 0.0
        taken += gather(subscriber, 104 - len(taken))
    assert [m.seq for m in taken] == list(range(104))


def test_a_relay_that_never_answers_is_shown_with_its_gaps(tmp_path, monkeypatch):
    answered_within(monkeypatch, 0.1)
    monkeypatch.setattr("streams.subscription.subscriber.PATIENCE_S", 0.5)
    endpoint, tap = free_endpoint(), Tap()
    with (
        relayed(tap, tmp_path / "visit.mcap") as relay,
        LossyProxy(relay.endpoint, endpoint, seed=1, deaf=1.0),
        Subscriber(endpoint) as subscriber,
    ):
        poll_until(subscriber, lambda: subscriber.health.heard_s is not None)
        tap.put(*bodies(20))
        taken = gather(subscriber, 10)
        poll_until(subscriber, lambda: subscriber.health.refetch is not None)
        health = subscriber.health
    assert isinstance(taken[0].body, Start)
    assert "does not answer" in health.problem


def test_a_relay_without_messages_yet_is_waited_for_too(tmp_path, monkeypatch):
    """Its heartbeats say that it records; nothing is gone over before it answers."""
    answered_within(monkeypatch, 0.1)
    monkeypatch.setattr("streams.subscription.subscriber.PATIENCE_S", 300.0)
    endpoint, tap = free_endpoint(), Tap()
    with (
        relayed(tap, tmp_path / "visit.mcap") as relay,
        LossyProxy(relay.endpoint, endpoint, seed=1, deaf=1.0) as proxy,
        Subscriber(endpoint) as subscriber,
    ):
        poll_until(subscriber, lambda: subscriber.health.heard_s is not None)
        wait_for(lambda: "does not answer" in polled(subscriber).health.problem)
        assert subscriber.health.refetch is None
        proxy.loss = 1.0
        tap.put(*bodies(20))
        wait_for(lambda: relay.status.transients == 20)
        proxy.loss = proxy.deaf = 0.0
        assert [m.seq for m in gather(subscriber, 24)] == list(range(24))


def polled(subscriber):
    assert subscriber.poll(0.05) == []
    return subscriber


def check_stall(folder, stall_s, per_s):
    """Nothing is read for a time: what comes waits or is fetched again, all of it.

    What waits has no bound in the subscriber since libzmq ended programs that had one
    (`test_stalled_reader.py`); what is lost on the way: `lossy_proxy`.
    """
    count, big = int(stall_s * per_s), {"points": 4096}
    start = Start(replace(ACQUISITION, points=4096), "large FIDs")
    several = itertools.chain([start], (transient(n, **big) for n in range(count)))
    with (
        relayed(slowly(several, 1 / per_s), folder / "visit.mcap") as relay,
        Subscriber(relay.endpoint) as subscriber,
    ):
        taken = gather(subscriber, 1)
        wait_for(lambda: relay.status.ended, 3 * stall_s + 20)  # it does not poll
        taken += gather(subscriber, count + 2 - len(taken))
        health = subscriber.health
    assert [m.seq for m in taken] == list(range(count + 2))
    assert health.open_gaps == 0
    assert all_parts(taken) == all_parts(reading.read_messages(relay.path))
    return health.filled


def test_a_stall_of_many_large_transients(tmp_path):
    check_stall(tmp_path, 3.0, 300)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_subscriber_that_stalls_for_a_minute(tmp_path):
    print(f"{check_stall(tmp_path, 60.0, 50)} of 3002 were fetched again, 0 lost")


@pytest.mark.parametrize("step_s", [-3600.0, 3600.0])
def test_a_clock_of_the_relay_that_steps(tmp_path, monkeypatch, step_s):
    """Scanner time, order and events do not follow it; the session can be resumed."""
    stepped = threading.Event()

    def time_ns():
        return time.time_ns() + int(1e9 * step_s) * stepped.is_set()

    clock = SimpleNamespace(time_ns=time_ns, monotonic_ns=time.monotonic_ns)
    monkeypatch.setattr("streams.relay.session.time", clock)
    path, tap = tmp_path / "visit.mcap", Tap()
    with relayed(tap, path) as relay, Subscriber(relay.endpoint) as subscriber:
        tap.put(Start(ACQUISITION, "test"), transient(0))
        taken = gather(subscriber, 2)
        stepped.set()
        event = subscriber.send_event("note", timeout_s=30)
        tap.put(transient(1), None)
        taken += gather(subscriber, 3)
        assert 0.0 <= event.time_s < 300.0  # and not an hour off
        assert abs(subscriber.health.clock_offset_s or 0.0) < 300.0
    path.rename(path.with_name("visit.mcap.part"))
    with relayed(bodies(3), path, linger_s=0) as relay:
        relay.thread.join()
    messages = [m.body for m in reading.read_messages(path)]
    times = [b.time_s for b in messages if isinstance(b, Transient)]
    assert len(times) == 5
    assert times == sorted(times)
    assert times[2] - times[1] < 300.0


def test_a_stalled_subscriber_is_whole_again(tmp_path):
    with (
        relayed(slowly(bodies(400), 0.0005), tmp_path / "visit.mcap") as relay,
        Subscriber(relay.endpoint) as subscriber,
    ):
        taken = gather(subscriber, 1)
        wait_for(lambda: relay.status.transients == 400)  # it does not poll
        taken += gather(subscriber, 404 - len(taken))
    assert [m.seq for m in taken] == list(range(404))


def test_a_subscriber_started_again_sees_the_same(tmp_path):
    with relayed(slowly(bodies(60)), tmp_path / "visit.mcap") as relay:
        with Subscriber(relay.endpoint) as first:
            gather(first, 20)
        with Subscriber(relay.endpoint) as second:
            taken = gather(second, 64)
    assert all_parts(taken) == all_parts(reading.read_messages(relay.path))


def test_foreign_messages_are_counted_and_the_connection_survives():
    endpoint = free_endpoint()
    rng = random.Random(0)
    good = [
        wire.encode(Message("s", 0, 0, Start(ACQUISITION, "x"))),
        *(wire.encode(Message("s", n, 0, transient(n))) for n in range(1, 20)),
    ]
    with zmq.Context() as context, context.socket(zmq.PUB) as publisher:
        publisher.linger = 0
        publisher.bind(endpoint)
        stop = threading.Event()

        def publish():
            while not stop.wait(0.001):
                publisher.send_multipart([rng.randbytes(8)])
                publisher.send_multipart([b"transient", rng.randbytes(50), b"x" * 9])
                for frames in good:
                    publisher.send_multipart(frames)

        thread = threading.Thread(target=publish)
        thread.start()
        with Subscriber(endpoint) as subscriber:
            try:
                taken = gather(subscriber, 20)
                poll_until(subscriber, lambda: subscriber.health.dropped > 50)
            finally:
                stop.set()
                thread.join()
            assert [m.seq for m in taken[:20]] == list(range(20))
            # the same numbers again are a publisher that was started again
            assert subscriber.health.session.startswith("s#")


def test_an_oversized_frame_does_not_end_the_subscription(monkeypatch):
    monkeypatch.setattr(frame_sizes, "MAX_PAYLOAD_BYTES", 100_000)
    endpoint = free_endpoint()
    start = wire.encode(Message("s", 0, 0, Start(ACQUISITION, "x")))
    first = wire.encode(Message("s", 1, 0, transient(0)))
    second = wire.encode(Message("s", 2, 0, transient(1)))
    with (
        zmq.Context() as context,
        context.socket(zmq.PUB) as publisher,
        Subscriber(endpoint) as subscriber,
    ):
        publisher.linger = 0
        publisher.bind(endpoint)

        def publish_until(count, *several):
            taken = []
            deadline = time.monotonic() + 60
            while len(taken) < count:
                assert time.monotonic() < deadline, subscriber.health
                for frames in several:
                    publisher.send_multipart(frames)
                taken += subscriber.poll(0.1)
            return taken

        assert [m.seq for m in publish_until(2, start, first)] == [0, 1]
        publisher.send_multipart([b"transient", b"{}", bytes(200_000)])
        assert [m.seq for m in publish_until(1, start, second)] == [2]
        assert subscriber.health.dropped >= 1
        assert "more than 100000 bytes" in subscriber._signs.last_problem


def test_what_came_before_its_publisher_left_is_not_lost():
    """A subscriber that was busy when a publisher without a journal sent and left."""
    endpoint = free_endpoint()
    several = [wire.encode(Message("s", 0, 0, Start(ACQUISITION, "x")))]
    several += [wire.encode(Message("s", n, 0, transient(n))) for n in range(1, 51)]
    with Subscriber(endpoint) as subscriber:
        with zmq.Context() as context, context.socket(zmq.XPUB) as publisher:
            publisher.linger = 5000
            publisher.bind(endpoint)
            poll_until(subscriber, lambda: publisher.poll(0))  # subscribed
            for frames in several:
                publisher.send_multipart(frames)
        with contextlib.suppress(AssertionError):
            wait_for(lambda: False, 0.5)  # busy, while the link is lost
        assert [m.seq for m in gather(subscriber, 51)] == list(range(51))


@contextlib.contextmanager
def process(path, endpoint, transients, interval_s):
    command = [sys.executable, str(SUPPORT / "relay_process.py"), str(path), endpoint]
    child = subprocess.Popen(
        [*command, str(transients), str(interval_s)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(SUPPORT)},
    )
    try:
        assert child.stdout.readline() == b"ready\n"
        yield child
    finally:
        child.kill()
        child.wait()
        child.stdout.close()


def kill_and_check(folder, kills, seed):
    """Kill a relay again and again; nothing that anybody received may be missing."""
    rng, endpoint = random.Random(seed), free_endpoint()
    path, received = folder / "visit.mcap", []
    with Subscriber(endpoint) as subscriber:
        for _ in range(kills):
            with process(path, endpoint, 100_000, 0.001) as child:
                received += gather(subscriber, 1)
                until = time.monotonic() + rng.uniform(0.0, 0.3)
                while time.monotonic() < until:
                    received += subscriber.poll(0.02)
                child.kill()
                child.wait()
            while more := subscriber.poll(0.05):
                received += more
            recorded = {m.seq: parts(m) for m in reading.read_messages(path)}
            assert all(recorded[m.seq] == parts(m) for m in received)
            assert inspection.verify(path).whole
        health = subscriber.health
    assert [m.seq for m in received] == list(range(len(received)))
    assert health.open_gaps == 0
    assert len({m.session for m in received}) == 1
    assert received[-1].epoch == kills - 1
    mended = reading.recover(path, folder / "mended.mcap")
    assert inspection.verify(mended).whole
    assert inspection.verify(mended).closed
    assert all_parts(reading.read_messages(mended)) == list(recorded.values())
    return len(received), len(recorded)


def test_a_relay_killed_at_random_moments(tmp_path):
    received, recorded = kill_and_check(tmp_path, 8, seed=2)
    assert recorded >= received > 20


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(5))
def test_a_relay_killed_twenty_times(tmp_path, seed):
    received, recorded = kill_and_check(tmp_path, 20, seed)
    print(f"seed {seed}: 20 kills, {received} received, {recorded} recorded, 0 lost")


def test_a_restarted_relay_keeps_scanner_time_rising(tmp_path):
    path, endpoint = tmp_path / "visit.mcap", free_endpoint()
    for _ in range(2):
        with process(path, endpoint, 100_000, 0.001), Subscriber(endpoint) as s:
            gather(s, 10)
    times = [
        m.body.time_s
        for m in reading.read_messages(path)
        if isinstance(m.body, Transient)
    ]
    assert times == sorted(times)


def test_an_event_survives_a_kill(tmp_path):
    path, endpoint = tmp_path / "visit.mcap", free_endpoint()
    with process(path, endpoint, 100_000, 0.01), Subscriber(endpoint) as subscriber:
        event = subscriber.send_event("infusion_start", timeout_s=30)
    assert event in [m.body for m in reading.read_messages(path)]


def test_a_tap_that_ends_without_a_start(tmp_path):
    tap = Tap()
    tap.put(None)
    with relayed(tap, tmp_path / "visit.mcap", linger_s=0) as relay:
        relay.thread.join()
    assert [m.seq for m in reading.read_messages(relay.path)] == [0]


def test_who_did_not_listen_for_long_blames_nobody(tmp_path, monkeypatch):
    """Seen: sockets made again, and "No stream", after a course was fitted again."""
    monkeypatch.setattr("streams.subscription.subscriber.SILENCE_S", 1.5)
    tap = Tap()
    with (
        relayed(tap, tmp_path / "visit.mcap") as relay,
        Subscriber(relay.endpoint) as subscriber,
    ):
        tap.put(*bodies(2, end=False))
        poll_until(subscriber, lambda: subscriber.health.recording)
        sockets = subscriber._links.subscription
        time.sleep(2.5)
        subscriber.poll(0.0)
        assert subscriber._links.subscription is sockets
        assert subscriber.health.connected
        assert subscriber.health.away == ""
        poll_until(subscriber, lambda: subscriber.health.heard_s < 1.0)
        tap.put(None)
