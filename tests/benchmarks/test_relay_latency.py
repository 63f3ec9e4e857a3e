"""From a publisher of docs/wire.md through the relay to the subscriber's hands.

    pytest tests/benchmarks/test_relay_latency.py -m slow -s

The relay alone, without the scanner's side (that is `test_mrd_latency.py`): 32 coils x
2048 points from a publisher's process to `mrs-monitor relay --source tcp://...`, fsync
included, to a subscriber in this process; beside a bare pyzmq PUB/SUB of the same
payload at the same pace in the same run.
"""

import contextlib
import json
import subprocess
import sys

import pytest
from taken_times import connect, times_taken
from test_mrd_latency import (
    COILS,
    PAYLOAD_BYTES,
    POINTS,
    bare,
    free_port,
    row,
    sending,
)

from streams.subscription.subscriber import Subscriber

CASES = [(100, 0.1), (500, 0.01)]  # transients, interval s


@contextlib.contextmanager
def relaying(folder, source):
    """A relay process that waits for a publisher."""
    bind = f"tcp://127.0.0.1:{free_port()}"
    run = "from monitor.cli import main; main()"
    command = [
        sys.executable, "-c", run, "relay", "--source", source, "--bind", bind,
        "--record", str(folder / "bench.mcap"),
    ]  # fmt: skip
    with (folder / "log").open("w") as log:
        relay = subprocess.Popen(command, stderr=log, stdout=log)
    try:
        yield bind
    finally:
        relay.terminate()
        relay.wait(10)


def through_relay(folder, count, interval_s):
    """Times sent and taken, s, by number of the transient."""
    source = f"tcp://127.0.0.1:{free_port()}"
    with relaying(folder, source) as bind, Subscriber(bind) as subscriber:
        connect(subscriber)
        reader, said = sending("wire", source, count, interval_s, POINTS)
        taken = times_taken(subscriber, count, interval_s)
        reader.join(30)
        filled = subscriber.health.filled
    return json.loads(said[0]), taken, filled


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_latency_of_the_relay_beside_bare_zmq(tmp_path):
    table = [
        "| path | sent | taken | refetched | rate taken | p50 ms | p99 ms | max ms |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for number, (count, interval_s) in enumerate(CASES):
        folder = tmp_path / str(number)
        folder.mkdir()
        measured = through_relay(folder, count, interval_s)
        assert sorted(measured[1]) == list(range(count))
        name = f"relay {COILS} x {POINTS} to hands, fsync"
        table.append(row(name, count, interval_s, measured))
        name = f"bare PUB/SUB, {PAYLOAD_BYTES} B"
        table.append(row(name, count, interval_s, bare(count, interval_s)))
    print("\n" + "\n".join(table))
