import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

from stream_cases import ACQUISITION, transient
from test_relay import Tap, free_endpoint, gather, relayed, wait_for

from streams import journal
from streams.sources import publisher
from streams.subscriber import Subscriber
from streams.transient import End, Event, Message, Start, Transient

EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "publisher.py"


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
        taken = gather(subscriber, 30, 20)
        wait_for(lambda: subscriber.poll(0.1) and subscriber.health.refetch is False)
        health = subscriber.health
    assert isinstance(taken[0].body, Start)
    fids = [m.body.fid for m in taken if isinstance(m.body, Transient)]
    assert {fid.shape for fid in fids} == {(4, 2048)}
    assert health.refetch is False
    assert "NOT RECORDED" in health.problem


def test_a_relay_records_a_site_s_own_publisher(tmp_path):
    endpoint, stop, problems = free_endpoint(), threading.Event(), []
    source = publisher.bodies(
        endpoint, stop, until_end=True, on_problem=problems.append
    )
    with relayed(source, tmp_path / "visit.mcap") as relay:
        wait_for(lambda: problems)
        with example(endpoint, 60, 0.05), Subscriber(relay.endpoint) as subscriber:
            taken = gather(subscriber, 5, 20)
            wait_for(lambda: subscriber.poll(0.1) and subscriber.health.end, 20)
        stop.set()
    assert "Nobody listens" in problems[0]
    assert isinstance(taken[0].body, Start)
    known = journal.info(relay.path)
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
    out = feed(Message("a", 0, 0, START), Message("a", 4, 0, transient(3)))
    assert [type(body) for body in out] == [Start, Event, Transient]
    assert (out[1].kind, out[1].text[:15]) == ("gap", "3 messages lost")


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


def test_an_epoch_without_an_event_gets_one():
    out = feed(
        Message("a", 0, 0, START),
        Message("a", 1, 1, transient(0)),
        Message("a", 2, 1, transient(1)),
    )
    assert [getattr(b, "kind", "") for b in out if isinstance(b, Event)] == ["re-shim"]
