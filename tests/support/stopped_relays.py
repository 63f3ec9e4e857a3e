"""Relays of every source and pace, stopped by a signal at a random moment.

    python stopped_relays.py 300 --seed 1

prints how many were tried and how many left a recording that is not whole.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import shutil
import signal
import socket
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
for folder in ("", "streams", "streams/sources", "end_to_end"):
    sys.path.append(str(TESTS / folder))  # run as a program as well

import mrd_sender  # noqa: E402
import zmq  # noqa: E402
from free_ports import free_endpoint  # noqa: E402
from program import RECORDINGS, SHORT, Program, until  # noqa: E402
from stream_cases import messages  # noqa: E402

from streams.messages import wire  # noqa: E402
from streams.recording.inspection import Info, info  # noqa: E402

SIGNALS = [
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP")
    if hasattr(signal, name)
]
PACES_S = (0.0, 0.1)  # between transients: at full speed, or TR 0.1 s
LONGEST_S = 1.0

Fed = Callable[[], contextlib.AbstractContextManager[None]]


def sim(program: Program, pace_s: float) -> tuple[list[object], Fed]:
    speed = 2.0 / pace_s if pace_s else "max"
    return ["--source", "sim", "--speed", speed], contextlib.nullcontext


def file(program: Program, pace_s: float) -> tuple[list[object], Fed]:
    speed = 2.0 / pace_s if pace_s else "max"
    return ["--source", SHORT, "--speed", speed], contextlib.nullcontext


def files(program: Program, pace_s: float) -> tuple[list[object], Fed]:
    """A folder into which one file after another comes."""
    dropped = program.home / "dropped"
    dropped.mkdir()
    for number, recording in enumerate(sorted(RECORDINGS.glob("*.mcap"))):
        shutil.copy(recording, dropped / f"{number}.mcap")
    return ["--source", f"folder:{dropped}"], contextlib.nullcontext


def publisher(program: Program, pace_s: float) -> tuple[list[object], Fed]:
    where = free_endpoint()

    def publish(stop: threading.Event) -> None:
        with zmq.Context() as context, context.socket(zmq.PUB) as socket_:
            socket_.linger = 0
            socket_.bind(where)
            for message in messages(100_000):
                socket_.send_multipart(wire.encode(message))
                if stop.wait(pace_s or 0.005):
                    return

    return ["--source", where], lambda: beside(publish)


def scanner(program: Program, pace_s: float) -> tuple[list[object], Fed]:
    """An MRD series: as fast as it is taken, so that much waits, or at its TR."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def send(stop: threading.Event) -> None:
        with contextlib.suppress(OSError), mrd_sender.connect(port) as connection:
            connection.sendall(mrd_sender.opening(last=400))
            for count in range(400):
                connection.sendall(mrd_sender.acquisition_bytes(count))
                if stop.wait(pace_s):
                    return

    options: list[object] = ["--source", "mrd", "--listen", f"127.0.0.1:{port}"]
    return options, lambda: beside(send)


@contextlib.contextmanager
def beside(run: Callable[[threading.Event], None]) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


SOURCES = (sim, file, files, publisher, scanner)


def stopped(home: Path, case: int, rng: random.Random) -> Info:
    """Run one relay and stop it; what its finished recording holds."""
    number = SIGNALS[case % len(SIGNALS)]
    source = SOURCES[case // len(SIGNALS) % len(SOURCES)]
    pace_s = PACES_S[case // len(SIGNALS) // len(SOURCES) % len(PACES_S)]
    program, what = Program(home), f"{source.__name__} {pace_s} {number.name}"
    options, fed = source(program, pace_s)
    try:
        with contextlib.ExitStack() as stack:
            process = program.start(
                *("relay", *options, "--bind", free_endpoint(), "--record", "s.mcap"),
                name="relay",
            )
            until(lambda: "recording: " in program.said("relay"), what)
            stack.enter_context(fed())
            threading.Event().wait(rng.uniform(0.0, LONGEST_S))
            process.send_signal(number)
            until(lambda: process.poll() is not None, what)
        assert process.returncode == 0, (what, program.said("relay"))
        found = info(home / "s.mcap")
        assert found.verification.whole, (what, found.verification.summary)
        assert found.verification.closed, what
        assert found.end is not None, what
        assert found.end.transients == found.verification.transients, what
        assert not (home / "s.mcap.part").exists(), what
        assert "Traceback" not in program.said("relay"), program.said("relay")
        return found
    finally:
        program.close()


def main() -> None:
    """Count."""
    parser = argparse.ArgumentParser()
    parser.add_argument("stops", type=int)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    rng, kinds, transients = random.Random(given.seed), Counter[str](), 0
    for case in range(given.stops):
        with tempfile.TemporaryDirectory() as folder:
            try:
                transients += stopped(Path(folder), case, rng).verification.transients
            except Exception as error:
                kinds["damaged"] += 1
                print(f"case {case}: {error}", flush=True)
    damaged = kinds["damaged"]
    print(f"seed {given.seed}: {given.stops} stops, {transients} transients recorded, ")
    print(f"{damaged} damaged")


if __name__ == "__main__":
    main()
