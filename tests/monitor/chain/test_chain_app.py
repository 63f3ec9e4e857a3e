"""The whole program, its analysis in a process of its own, played to by `kit probe`."""

import contextlib
import signal
import subprocess
import sys
import time
from pathlib import Path

import mrd_sender as mrd
import pytest
from chain_client import Exchanged, card, comments
from free_ports import free_port
from typer.testing import CliRunner

from monitor.chain.app import App
from monitor.chain.images import PAGES
from monitor.cli import app
from monitor.kit.probe import latencies_s, play, probe_checks, source_messages
from monitor.preflight.machine import CheckState
from streams.chain.tee import Address
from streams.errors import InputError
from streams.messages.transient import Transient
from streams.recording.reading import read_messages
from streams.sources.mrd.address import Listening

RECORDING = Path(__file__).resolve().parents[3] / "recordings" / "infusion-short.mcap"


def test_the_program_answers_a_probe(tmp_path):
    said = []
    serving = App(Listening.parse("127.0.0.1:0"), tmp_path, said.append)
    serving.start()
    try:
        address = Address("127.0.0.1", serving.port)
        played = play(address, source_messages(RECORDING), 8, 24, 20.0)
    finally:
        serving.stop()
    found = {check.name: check for check in probe_checks(played)}
    assert found["raw data"].text == "24 acquisitions came back bit by bit", said
    assert found["spectra"].state is CheckState.OK
    assert "1 came back; mean of 21 transients" in found["spectra"].text
    assert len(played.due_s) == 2
    assert len(played.pages()) >= 3
    assert "FWHM" in played.pages()[-1].comments
    assert all(0 < wait < 30 for wait in latencies_s(played))
    assert [path.suffix for path in tmp_path.iterdir()] == [".mcap"]


def test_a_process_that_died_is_said_and_another_takes_its_place(tmp_path):
    serving = App(Listening.parse("127.0.0.1:0"), tmp_path, lambda text: None)
    serving.start()
    try:
        (first,) = serving._idle
        first.kill()
        opening = [mrd.opening(), card(pageevery=4)]
        back = Exchanged(serving.port, *opening, *map(mrd.acquisition_bytes, range(5)))
        assert len(back.passed) == 5
        assert "The analysis has ended by itself" in comments(back.images(PAGES)[-1])
        (second,) = serving._idle
        assert second is not first
        back = Exchanged(serving.port, *opening, *map(mrd.acquisition_bytes, range(5)))
        assert "ended by itself" not in comments(back.images(PAGES)[-1])
        assert serving._idle == [second]
    finally:
        serving.stop()


@pytest.mark.skipif(not Path("/proc").exists(), reason="looks for children in /proc")
def test_a_program_that_is_killed_leaves_no_process_behind(tmp_path):
    port = free_port()
    command = [sys.executable, "-m", "monitor", "kit", "serve", "--out", str(tmp_path)]
    program = subprocess.Popen([*command, "--listen", f"127.0.0.1:{port}"])
    try:
        with _connected(port) as connection:
            connection.sendall(mrd.opening() + mrd.acquisition_bytes(0))
            connection.recv(10)  # it is in the middle of a series
            children = _until(lambda: _children(program.pid))
            program.kill()
            program.wait(30)
            _until(lambda: not any(Path(f"/proc/{one}").exists() for one in children))
    finally:
        program.kill()


STOPS = [n for n in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, n)]


@pytest.mark.skipif(sys.platform == "win32", reason="sends signals to another process")
@pytest.mark.parametrize("name", STOPS)
def test_a_program_that_is_stopped_finishes_its_recording(tmp_path, name):
    """By any signal, and with a terminal that takes nothing any more."""
    port, sent = free_port(), [mrd.acquisition_bytes(n) for n in range(3)]
    command = [sys.executable, "-m", "monitor", "kit", "serve", "--out", str(tmp_path)]
    program = subprocess.Popen(
        [*command, "--listen", f"127.0.0.1:{port}"], stderr=subprocess.PIPE
    )
    try:
        with _connected(port) as connection:
            program.stderr.close()
            connection.sendall(mrd.opening() + b"".join(sent))
            back = b""
            while not all(one in back for one in sent):
                back += connection.recv(1 << 16)
            program.send_signal(getattr(signal, name))
            assert program.wait(60) == 0
    finally:
        program.kill()
        program.wait(30)
    (path,) = tmp_path.iterdir()
    assert path.suffix == ".mcap"  # finished, no .part
    recorded = [message.body for message in read_messages(path)]
    assert sum(isinstance(body, Transient) for body in recorded) == 3


def _connected(port):
    def attempt():
        with contextlib.suppress(OSError):
            return mrd.connect(port)
        return None

    return _until(attempt)


def _children(pid):
    """Processes that a program started."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            text = stat.read_text().rpartition(")")[2].split()
            found += [stat.parent.name] * (int(text[1]) == pid)
    return found


def _until(condition, timeout_s=60):
    deadline = time.monotonic() + timeout_s
    while not (found := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found


def test_a_probe_of_nobody_is_one_sentence():
    said = CliRunner().invoke(app, ["kit", "probe", "--host", "127.0.0.1:1"])
    assert isinstance(said.exception, InputError)
    assert "Nobody answers at 127.0.0.1:1" in str(said.exception)
