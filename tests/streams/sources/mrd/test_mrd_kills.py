"""Scanner and relay killed with SIGKILL at random moments, as programs of their own."""

import contextlib
import os
import random
import subprocess
import sys
import threading
import time
from pathlib import Path

import mrd_sender as mrd
import numpy as np
import pytest
from free_ports import free_endpoint, free_port
from test_mrd import events, expected, listening, transients

from streams.messages.transient import Start, Transient
from streams.recording.inspection import verify
from streams.recording.reading import read_messages
from streams.subscription.subscriber import Subscriber

HERE = os.path.dirname(mrd.__file__)
SENDER = """
import sys, time
sys.path.insert(0, sys.argv[2])
import mrd_sender as mrd
messages = [mrd.acquisition_bytes(n) for n in range(200)]
sys.stdin.readline()
connection = mrd.connect(int(sys.argv[1]))
connection.sendall(mrd.opening())
print("sending", flush=True)
for message in messages:
    connection.sendall(message)
    time.sleep(0.003)
time.sleep(60)
"""
RELAY = "from monitor.cli import main; main()"


@contextlib.contextmanager
def program(code, *arguments, **options):
    command = [sys.executable, "-c", code, *map(str, arguments)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    process = subprocess.Popen(command, **pipes, **options)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def sent_and_killed(port, rng):
    """A sender that is killed at a random moment."""
    with program(SENDER, port, HERE) as sender:
        sender.stdin.write("go\n")
        sender.stdin.flush()
        assert sender.stdout.readline() == "sending\n"
        time.sleep(rng.uniform(0.0, 0.4))
        sender.kill()


def check_client_kills(kills, seed):
    rng = random.Random(seed)
    with listening() as taken:
        for kill in range(kills):
            sent_and_killed(taken.port, rng)
            bodies = taken.series(kill + 1)
    series = []
    for body in bodies:
        if isinstance(body, Start):
            series.append([])
        elif isinstance(body, Transient):
            series[-1].append(body)
    assert len(events(bodies, "series_end")) == kills
    for got in series:  # the first k of what it sent, bit by bit
        for n, transient in enumerate(got):
            np.testing.assert_array_equal(transient.fid, expected(mrd.received(n)))
    assert [t.count for t in transients(bodies)] == list(range(sum(map(len, series))))
    return sum(map(len, series))


def test_clients_killed_at_random_moments():
    assert check_client_kills(6, seed=1) > 0


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_clients_killed_at_random_moments_60_times():
    print(check_client_kills(60, seed=2), "transients before 60 kills")


def relay_process(port, endpoint, path, folder):
    options = ["--source", "mrd", "--listen", f"127.0.0.1:{port}", "--bind", endpoint]
    log = (folder / "log").open("a")
    process = subprocess.Popen(
        [sys.executable, "-c", RELAY, "relay", *options, "--record", str(path)],
        stderr=log,
        stdout=log,
    )
    log.close()
    deadline = time.monotonic() + 60
    while "waiting for the scanner" not in (folder / "log").read_text():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    (folder / "log").write_text("")
    return process


def paced_series(port, first, stop):
    """A scanner that sends until the connection breaks."""
    with contextlib.suppress(OSError), mrd.connect(port) as connection:
        connection.sendall(mrd.opening())
        for n in range(first, first + 400):
            if stop.is_set():
                return
            connection.sendall(mrd.acquisition_bytes(n))
            time.sleep(0.005)


def check_relay_kills(folder, kills, seed):
    """All that was published is in the recording, however often the relay dies."""
    rng, seen = random.Random(seed), {}
    port, endpoint, path = free_port(), free_endpoint(), folder / "visit.mcap"
    for kill in range(kills):
        relay, stop = relay_process(port, endpoint, path, folder), threading.Event()
        scanner = threading.Thread(target=paced_series, args=(port, 1000 * kill, stop))
        try:
            with Subscriber(endpoint) as subscriber:
                scanner.start()
                deadline, before = time.monotonic() + 60, len(seen)
                while len(seen) == before:
                    assert time.monotonic() < deadline, subscriber.health
                    take(subscriber, seen)
                until = time.monotonic() + rng.uniform(0.0, 1.0)
                while time.monotonic() < until:
                    take(subscriber, seen)
                relay.kill()
                relay.wait()
                take(subscriber, seen)
        finally:
            relay.kill()
            relay.wait()
            stop.set()
            scanner.join(60)
    part = Path(f"{path}.part")
    messages = list(read_messages(part))
    recorded = {m.seq: m.body.fid.tobytes() for m in messages if is_transient(m)}
    lost = [seq for seq, fid in seen.items() if recorded.get(seq) != fid]
    assert seen
    assert not lost
    assert len({m.session for m in messages}) == 1
    assert [m.seq for m in messages] == list(range(len(messages)))
    times = [m.body.time_s for m in messages if is_transient(m)]
    assert times == sorted(times)
    return len(seen), len(recorded), verify(part).summary


def is_transient(message):
    return isinstance(message.body, Transient)


def take(subscriber, seen):
    for message in subscriber.poll(0.05):
        if is_transient(message):
            seen[message.seq] = message.body.fid.tobytes()


@pytest.mark.timeout(120)
def test_a_relay_killed_while_the_scanner_sends_goes_on_with_the_session(tmp_path):
    check_relay_kills(tmp_path, 2, seed=3)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_relay_killed_20_times_while_the_scanner_sends(tmp_path):
    published, recorded, said = check_relay_kills(tmp_path, 20, seed=4)
    print(f"{published} seen by the subscriber, {recorded} recorded; {said}")
