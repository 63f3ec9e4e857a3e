"""A relay that is stopped, whatever its source and however it is asked to."""

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from free_ports import free_endpoint
from program import SHORT, Program, command, environment, until
from stopped_relays import SIGNALS, SOURCES, mrd_sender, stopped

from streams.recording.inspection import info, verify
from streams.relay.stopping import stop_on_signals

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(sys.platform == "win32", reason="signals are others there"),
]


@pytest.mark.parametrize("case", range(len(SIGNALS) * len(SOURCES)))
def test_a_stopped_relay_finishes_its_recording(tmp_path: Path, case: int) -> None:
    stopped(tmp_path, case, random.Random(case))


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(10))
def test_300_stops(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    for case in range(30):
        (tmp_path / str(case)).mkdir()
        stopped(tmp_path / str(case), case, rng)


@pytest.mark.parametrize("number", SIGNALS)
def test_what_the_scanner_had_sent_is_recorded(program: Program, number: int) -> None:
    """A backlog: all was accepted when the order to stop came."""
    count = 400
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = program.start(
        *("relay", "--source", "mrd", "--listen", f"127.0.0.1:{port}"),
        *("--bind", free_endpoint(), "--record", "s.mcap"),
        name="relay",
    )
    until(lambda: "recording: " in program.said("relay"), "the relay")
    several = [mrd_sender.acquisition_bytes(n) for n in range(count)]
    mrd_sender.send(port, mrd_sender.opening(last=count - 1), *several)
    process.send_signal(number)
    process.send_signal(number)  # an impatient operator
    until(lambda: process.poll() is not None, "the end of the relay")
    assert process.returncode == 0, program.said("relay")
    found = verify(program.home / "s.mcap")
    assert found.whole
    assert found.closed
    assert found.transients == count


def test_a_terminal_that_takes_nothing_more(program: Program) -> None:
    """`relay 2>&1 | tee log`, and tee has ended: what is said is lost, nothing else."""
    process = subprocess.Popen(
        command(
            *("relay", "--source", SHORT, "--speed", "max", "--record", "s.mcap"),
            *("--bind", free_endpoint(), "--linger", "0"),
        ),
        cwd=program.home,
        env=environment(program.home, PYTHONUNBUFFERED="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        assert process.stdout is not None
        process.stdout.close()
        assert process.wait(100) == 0
    finally:
        process.kill()
        process.wait(10)
    found = info(program.home / "s.mcap")
    assert found.verification.whole
    assert found.end is not None
    assert found.end.reason == "complete"


def test_a_terminal_that_is_held(program: Program) -> None:
    """Ctrl-S, or text marked in a Windows console: nobody reads what is said."""
    held, full = os.pipe()
    os.set_blocking(full, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(full, bytes(65536))
    os.set_blocking(full, True)
    process = subprocess.Popen(
        command(
            *("relay", "--source", SHORT, "--speed", "max", "--record", "s.mcap"),
            *("--bind", free_endpoint(), "--linger", "0"),
        ),
        cwd=program.home,
        env=environment(program.home, PYTHONUNBUFFERED="1"),
        stderr=full,
    )
    try:
        assert process.wait(100) == 0
    finally:
        process.kill()
        process.wait(10)
        os.close(full)
        os.close(held)
    assert verify(program.home / "s.mcap").closed


def test_a_signal_sets_the_order_and_is_given_back() -> None:
    before = {number: signal.getsignal(number) for number in SIGNALS}
    for number in SIGNALS:
        stop = threading.Event()
        with stop_on_signals(stop):
            signal.raise_signal(number)
            assert stop.wait(10)
    assert {number: signal.getsignal(number) for number in SIGNALS} == before


def test_what_was_ignored_stays_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Under nohup a closed terminal is no reason to stop."""
    number = SIGNALS[-1]
    before = signal.signal(number, signal.SIG_IGN)
    try:
        with stop_on_signals(threading.Event()):
            assert signal.getsignal(number) is signal.SIG_IGN
    finally:
        signal.signal(number, before)


def test_a_signal_while_the_order_is_being_given_does_not_hang() -> None:
    """The lock of the order is held by the very thread that the signal interrupts."""
    stop = threading.Event()
    with stop_on_signals(stop):
        with stop._cond:
            signal.raise_signal(signal.SIGINT)
        assert stop.wait(10)


class Console:
    """What Windows' kernel offers to a program that wants to end in order."""

    handlers: list[object]

    def __init__(self) -> None:
        self.handlers = []

    def SetConsoleCtrlHandler(self, handler: object, add: int) -> None:
        if add:
            self.handlers.append(handler)
        else:
            self.handlers.remove(handler)


def test_a_closed_windows_console_waits_for_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    console = Console()
    windll = type("windll", (), {"kernel32": console})
    monkeypatch.setattr("ctypes.windll", windll, raising=False)
    monkeypatch.setattr(
        "ctypes.WINFUNCTYPE", lambda *_: lambda call: call, raising=False
    )
    stop, returned = threading.Event(), threading.Event()
    with stop_on_signals(stop):
        (handler,) = console.handlers
        assert handler(0) == 0  # Ctrl-C comes as SIGINT
        assert not stop.is_set()

        def close() -> None:
            handler(2)
            returned.set()

        closing = threading.Thread(target=close)
        closing.start()
        assert stop.wait(10)
        assert not returned.is_set()  # Windows would end the program now
    closing.join(10)
    assert returned.is_set()
    assert console.handlers == []
