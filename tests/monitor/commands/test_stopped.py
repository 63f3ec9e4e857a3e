"""Ctrl-C in the terminal: one sentence and exit code 130, whenever it comes."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from monitor import cli
from monitor.commands import recordings
from monitor.commands.stopped import ended_by_ctrl_c

SAID = "mrs-monitor: stopped by Ctrl-C; files that are there are whole.\n"
AT_IMPORT = """
import runpy, signal, sys

class Stopper:
    left = None
    def find_spec(self, name, path=None, target=None):
        if name == "monitor.commands":
            Stopper.left = int(sys.argv.pop(1))
        if Stopper.left is not None:
            Stopper.left -= 1
            if Stopper.left == 0:
                signal.raise_signal(signal.SIGINT)

sys.meta_path.insert(0, Stopper())
runpy.run_module("monitor", run_name="__main__", alter_sys=True)
"""
"""Runs the program; Ctrl-C comes when it imports for the n-th time."""


def stopped_at_import(number: int, *words: str) -> subprocess.CompletedProcess[str]:
    """The program, interrupted at its n-th import."""
    return subprocess.run(
        [sys.executable, "-c", AT_IMPORT, str(number), *words],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_ctrl_c_is_one_sentence_and_exit_code_130(monkeypatch, capsys, tmp_path):
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    file = tmp_path / "a.mcap"
    file.write_bytes(b"")
    monkeypatch.setattr(recordings.inspection, "verify", stop)
    monkeypatch.setattr(sys, "argv", ["mrs-monitor", "verify", str(file)])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    assert stopped.value.code == 130
    assert capsys.readouterr().err == SAID


@pytest.mark.parametrize("number", [40, 60, 100, 150, 250, 400])
def test_it_may_come_while_python_loads(number):
    ran = stopped_at_import(number, "replay", "recordings/none.mcap")
    assert (ran.returncode, ran.stderr) == (130, SAID)


@pytest.mark.parametrize("number", [1, 2, 8])
def test_at_the_very_first_it_is_quiet(number):
    ran = stopped_at_import(number, "replay", "recordings/none.mcap")
    assert (ran.returncode, ran.stderr) in [(130, ""), (130, SAID)]


def test_outside_of_the_options_it_is_the_same(monkeypatch, capsys):
    def stop() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "app", stop)
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    assert (stopped.value.code, capsys.readouterr().err) == (130, SAID)


def test_what_was_interrupted_in_an_exec_ends_with_130_too(tmp_path):
    """Python remembers it, and would end by the signal."""
    script = tmp_path / "interrupted.py"
    script.write_text(
        "from monitor import cli\n"
        "def stop(): exec('raise KeyboardInterrupt')\n"
        "cli.app = stop\n"
        "cli.main()\n"
    )
    root = Path(__file__).parents[3]
    ran = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, timeout=60,
        check=False, env={"PYTHONPATH": str(root)},
    )  # fmt: skip
    assert (ran.returncode, ran.stderr) == (130, SAID)


def test_what_is_ignored_stays_ignored(monkeypatch):
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with ended_by_ctrl_c():
            signal.raise_signal(signal.SIGINT)  # would end the tests
    finally:
        signal.signal(signal.SIGINT, before)
