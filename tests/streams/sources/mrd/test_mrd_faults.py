"""What may happen between a scanner and its relay, with nothing lost unsaid."""

import os
import random
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

import mrd_sender as mrd
import numpy as np
import pytest
from free_ports import free_endpoint
from test_mrd import events, expected, listening, notes, starts, transients

from streams.messages.transient import End
from streams.recording import reading
from streams.relay.relay import run_relay
from streams.sources.mrd import server as mrd_server
from streams.sources.mrd.clock import StampClock
from streams.sources.mrd.rules import MrdRules

FORKING = """
import os, sys, time
sys.path.insert(0, sys.argv[2])
import mrd_sender as mrd
connection = mrd.connect(int(sys.argv[1]))
connection.sendall(mrd.opening() + mrd.acquisition_bytes(0) + mrd.acquisition_bytes(1))
child = os.fork()
if child == 0:
    time.sleep(60)
    os._exit(0)
print(child, flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the fault needs fork")
def test_a_killed_client_whose_child_holds_the_socket():
    rules = MrdRules(idle_trs=0.1, idle_least_s=2.0)
    with listening(rules) as taken:
        arguments = [str(taken.port), os.path.dirname(mrd.__file__)]
        client = subprocess.Popen(
            [sys.executable, "-c", FORKING, *arguments], stdout=subprocess.PIPE
        )
        child = int(client.stdout.readline())
        try:
            client.send_signal(signal.SIGKILL)
            client.wait(30)
            client.stdout.close()
            bodies = taken.series()
            assert len(transients(bodies)) == 2
            assert "nothing came for" in events(bodies, "series_end")[0].text
            mrd.send(taken.port, mrd.opening(), mrd.acquisition_bytes(2))
            assert len(transients(taken.series(2))) == 3
        finally:
            os.kill(child, signal.SIGKILL)


def test_a_connection_that_is_reset():
    with listening() as taken:
        connection = mrd.connect(taken.port)
        connection.sendall(mrd.opening() + mrd.acquisition_bytes(0))
        taken.until(transients)
        linger = struct.pack("ii", 1, 0)  # close with RST
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        connection.close()
        bodies = taken.series()
        assert "connection" in events(bodies, "series_end")[0].text
        mrd.send(taken.port, mrd.opening(), mrd.acquisition_bytes(1))
        assert len(transients(taken.series(2))) == 2


@pytest.mark.parametrize("seed", range(4))
def test_a_client_killed_anywhere_loses_only_what_it_did_not_send(seed):
    """The connection ends at a random byte: every whole acquisition is there."""
    rng = random.Random(seed)
    parts = [mrd.opening(), *(mrd.acquisition_bytes(n) for n in range(12))]
    whole = b"".join(parts)
    edges = np.cumsum([len(part) for part in parts])
    cut = rng.randrange(int(edges[0]), len(whole))
    with listening() as taken:
        mrd.send(taken.port, whole[:cut], close=False)
        bodies = taken.series()
    got = transients(bodies)
    assert len(got) == int((edges[1:] <= cut).sum())
    for n, transient in enumerate(got):
        np.testing.assert_array_equal(transient.fid, expected(mrd.received(n)))


def test_pieces_and_stalls_change_nothing():
    rng = random.Random(5)
    whole = mrd.opening() + b"".join(mrd.acquisition_bytes(n) for n in range(8))
    with listening() as taken, mrd.connect(taken.port) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        at = 0
        while at < len(whole):
            length = rng.choice([1, 3, 50, 1000, 4000])
            client.sendall(whole[at : at + length])
            at += length
            if rng.random() < 0.1:
                time.sleep(0.01)
        client.sendall(mrd.CLOSE)
        assert mrd.answer(client) == mrd.CLOSE
        bodies = taken.series()
    assert [t.count for t in transients(bodies)] == list(range(8))


def test_the_scanner_is_never_held_up_by_who_does_not_take():
    """Nobody takes bodies, and yet all is sent at once and nothing is lost."""
    stop = threading.Event()
    source = mrd_source(memory_bytes=1 << 20)
    bodies = source.bodies(stop)
    starting = threading.Thread(target=lambda: next(bodies))
    starting.start()
    messages = [mrd.acquisition_bytes(n, mrd.received(n, 8, 1024)) for n in range(100)]
    opening = mrd.opening(points=512, received=1024)
    assert mrd.send(source.port, opening, *messages) == mrd.CLOSE
    starting.join(60)
    got = []
    for body in bodies:
        got.append(body)
        if events(got, "series_end"):
            stop.set()
    assert [t.count for t in transients(got)] == list(range(100))
    np.testing.assert_array_equal(
        transients(got)[99].fid, expected(mrd.received(99, 8, 1024))
    )


def mrd_source(**options):
    from streams.sources.mrd.address import Listening
    from streams.sources.mrd.source import MrdSource

    return MrdSource(Listening.parse("127.0.0.1:0"), **options)


STRANGERS = """
import random, socket, sys, threading, time
rng, count, until = random.Random(1), [0], time.monotonic() + 1.5
def flood():
    while time.monotonic() < until:
        try:
            with socket.create_connection(("127.0.0.1", int(sys.argv[1])), 5) as s:
                s.sendall(rng.randbytes(64))
            count[0] += 1
        except OSError:
            continue
threads = [threading.Thread(target=flood) for _ in range(4)]
print("ready", flush=True)
for thread in threads: thread.start()
for thread in threads: thread.join()
print(count[0] / 1.5, flush=True)
"""


def test_what_was_received_when_the_relay_is_stopped_is_recorded(tmp_path):
    stop, done = threading.Event(), []
    source = mrd_source()
    path, endpoint = tmp_path / "visit.mcap", free_endpoint()

    def slowly():
        for body in source.bodies(stop):
            time.sleep(0.005)
            yield body

    relay = threading.Thread(
        target=lambda: done.append(run_relay(slowly(), path, endpoint, stop=stop))
    )
    relay.start()
    messages = [mrd.acquisition_bytes(n) for n in range(150)]
    mrd.send(source.port, mrd.opening(), *messages)
    stop.set()
    relay.join(60)
    recorded = [m.body for m in reading.read_messages(done[0].path)]
    assert [t.count for t in transients(recorded)] == list(range(150))
    assert recorded[-1] == End(150, "stopped")


def test_strangers_that_connect_all_the_time_beside_a_series(monkeypatch):
    """Strangers connect and send rubbish all the time; the series is whole."""
    monkeypatch.setattr(mrd_server, "HELLO_S", 5.0)
    with listening() as taken:
        flood = subprocess.Popen(
            [sys.executable, "-c", STRANGERS, str(taken.port)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert flood.stdout.readline() == "ready\n"
        with mrd.connect(taken.port) as client:
            client.sendall(mrd.opening())
            for n in range(40):
                client.sendall(mrd.acquisition_bytes(n))
                time.sleep(0.025)
            client.sendall(mrd.CLOSE)
            assert mrd.answer(client) == mrd.CLOSE
        rate = float(flood.communicate(timeout=60)[0])
        bodies = taken.series()
    assert [t.count for t in transients(bodies)] == list(range(40))
    assert len(bodies) < 60  # strangers are counted, not recorded one by one
    assert events(bodies, "refused") or events(bodies, "protocol_error")
    print(f"{rate:.0f} strangers a second")
    assert rate > 0


def test_a_thousand_foreign_messages_a_second_in_the_series_itself():
    """Texts and feedback are no business of ours: counted, dropped, nothing is lost."""
    feedback = struct.pack("<HI4sI5s", 1028, 4, b"abc\0", 5, b"12345")
    foreign = (mrd.text_bytes(5, "log") + feedback) * 50
    with listening() as taken, mrd.connect(taken.port) as client:
        client.sendall(mrd.opening())
        for n in range(20):
            client.sendall(foreign + mrd.acquisition_bytes(n))
            time.sleep(0.05)
        client.sendall(mrd.CLOSE)
        assert mrd.answer(client) == mrd.CLOSE
        bodies = taken.series()
    assert [t.count for t in transients(bodies)] == list(range(20))
    text = events(bodies, "series_end")[0].text
    assert "1000 text" in text
    assert "1000 feedback" in text


def test_rubbish_behind_a_good_header_is_said_once():
    with listening() as taken:
        for _ in range(50):
            mrd.send(taken.port, mrd.opening() + b"\xff\xff")
        bodies = taken.series(50)
    assert len(events(bodies, "protocol_error")) == 1
    assert not starts(bodies)


def test_a_live_clock_that_steps_forward_is_put_right():
    """Transients come at their pace; an hour added to the stamps is no hour."""
    clock = StampClock(2.5e-3, True, [])
    ticks = 400 * np.arange(10)
    ticks[6:] += 1_440_000  # an hour
    times = [clock.transient(int(k), n * 1.0, 1.0) for n, k in enumerate(ticks)]
    np.testing.assert_allclose(times, np.arange(10.0))
    assert "stepped by +3600.0 s" in clock.notes[0]


def test_a_pause_that_this_machine_saw_too_is_a_pause():
    clock = StampClock(2.5e-3, True, [])
    stamps = [0, 400, 800, 1200, 1600, 1600 + 40_000]
    arrived = [0.0, 1.0, 2.0, 3.0, 4.0, 104.0]
    pairs = zip(stamps, arrived, strict=True)
    times = [clock.transient(s, a, 1.0) for s, a in pairs]
    assert times == [0.0, 1.0, 2.0, 3.0, 4.0, 104.0]
    assert not clock.notes


def test_stamps_that_stand_still_go_by_tr():
    with listening() as taken:
        messages = [mrd.acquisition_bytes(n, ticks_per_tr=0) for n in range(4)]
        mrd.send(taken.port, mrd.opening(), *messages)
        bodies = taken.series()
    assert [t.time_s for t in transients(bodies)] == [0.0, 2.0, 4.0, 6.0]
    assert [text for text in notes(bodies) if "do not advance" in text]


def test_midnight_between_two_series():
    with listening() as taken:
        late, early = 34_560_000 - 400, 4_000 - 800
        mrd.send(taken.port, mrd.opening(), mrd.acquisition_bytes(0, first=late))
        mrd.send(taken.port, mrd.opening(), mrd.acquisition_bytes(1, first=early))
        bodies = taken.series(2)
    assert [t.time_s for t in transients(bodies)] == [0.0, 11.0]
