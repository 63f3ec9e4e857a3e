"""From the scanner's socket to the subscriber's hands, journal and fsync included.

    pytest tests/benchmarks/test_mrd_latency.py -m slow -s

32 coils x 2048 points (complex64, 0.5 MB a transient) from a sender process to
`mrs-monitor relay --source mrd` to a subscriber in this process, beside a bare pyzmq
PUB/SUB of the same payload between two processes, at the same pace, in one run.
Latency is that of each transient: subscriber's clock when `poll` gives it, less the
sender's when it begins to send it (one monotonic clock; Linux).
"""

import contextlib
import json
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import zmq
from taken_times import connect, times_taken

from streams.subscription.subscriber import Subscriber

SENDER = Path(__file__).with_name("mrd_bench_sender.py")
COILS, POINTS = 32, 2048
PAYLOAD_BYTES = COILS * POINTS * 8
CASES = [  # transients, interval s, points received
    (200, 0.1, POINTS),
    (1000, 0.01, POINTS),
    (200, 0.1, 2 * POINTS),
]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def relaying(folder):
    """A relay process that waits for a scanner."""
    scanner, bind = free_port(), free_port()
    run = "from monitor.cli import main; main()"
    command = [
        sys.executable, "-c", run, "relay", "--source", "mrd",
        "--listen", f"127.0.0.1:{scanner}", "--bind", f"tcp://127.0.0.1:{bind}",
        "--record", str(folder / "bench.mcap"),
    ]  # fmt: skip
    with (folder / "log").open("w") as log:
        relay = subprocess.Popen(command, stderr=log, stdout=log)
    try:
        wait_for_port(scanner)
        yield scanner, f"tcp://127.0.0.1:{bind}"
    finally:
        relay.terminate()
        relay.wait(10)


def wait_for_port(port):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", port), 1),
        ):
            return
        time.sleep(0.1)
    raise TimeoutError(port)


def sending(*arguments):
    """The sender's process, and what it will have said."""
    command = [sys.executable, str(SENDER), *map(str, arguments)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    said = []
    reader = threading.Thread(target=lambda: said.append(process.communicate()[0]))
    reader.start()
    return reader, said


def through_relay(folder, count, interval_s, received):
    """Times sent and taken, s, by number of the transient."""
    with relaying(folder) as (port, endpoint), Subscriber(endpoint) as subscriber:
        connect(subscriber)
        reader, said = sending(port, count, interval_s, received)
        taken = times_taken(subscriber, count, interval_s)
        reader.join(30)
        filled = subscriber.health.filled
    return json.loads(said[0]), taken, filled


def bare(count, interval_s):
    """The same with nothing but PUB and SUB."""
    endpoint = f"tcp://127.0.0.1:{free_port()}"
    with zmq.Context() as context, context.socket(zmq.SUB) as subscriber:
        subscriber.linger = 0
        subscriber.subscribe(b"")
        subscriber.rcvtimeo = 5000
        subscriber.connect(endpoint)
        reader, said = sending("pub", endpoint, count, interval_s, PAYLOAD_BYTES)
        taken = {}
        with contextlib.suppress(zmq.Again):
            while len(taken) < count:
                number, _ = subscriber.recv_multipart()
                taken[int(number)] = time.monotonic()
        reader.join(30)
    return json.loads(said[0]), taken, 0


def row(name, count, interval_s, measured):
    sent, taken, filled = measured
    late = 1e3 * np.array([taken[n] - sent[n] for n in sorted(taken)])
    p50, p99 = np.percentile(late, [50, 99])
    rate = (len(taken) - 1) / (max(taken.values()) - min(taken.values()))
    return (
        f"| {name} | {1 / interval_s:.0f}/s | {len(taken)}/{count} | {filled} | "
        f"{rate:.1f}/s | {p50:.2f} | {p99:.2f} | {late.max():.2f} |"
    )


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_latency_beside_bare_zmq(tmp_path):
    table = [
        "| path | sent | taken | refetched | rate taken | p50 ms | p99 ms | max ms |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for number, (count, interval_s, received) in enumerate(CASES):
        folder = tmp_path / str(number)
        folder.mkdir()
        measured = through_relay(folder, count, interval_s, received)
        assert sorted(measured[1]) == list(range(count))
        name = f"MRD {COILS} x {received} to hands, fsync"
        table.append(row(name, count, interval_s, measured))
        if received == POINTS:
            name = f"bare PUB/SUB, {PAYLOAD_BYTES} B"
            table.append(row(name, count, interval_s, bare(count, interval_s)))
    print("\n" + "\n".join(table))
