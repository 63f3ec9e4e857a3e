"""Keeping the machine awake while it records, by what its system offers.

    Windows   SetThreadExecutionState, for as long as the calling thread lives
    macOS     caffeinate
    Linux     systemd-inhibit

The programs of the latter two run until their standard input ends, so that they end
with us however we end.  Best effort: where nothing works, one sentence reports it,
and recording goes on.
"""

from __future__ import annotations

import contextlib
import ctypes
import subprocess
import sys
from collections.abc import Iterator

WHY = "recording a session"
UNTIL_INPUT_ENDS = [sys.executable, "-S", "-c", "import sys; sys.stdin.read()"]
INHIBIT = [
    "systemd-inhibit",
    "--what=sleep:idle:handle-lid-switch",
    "--who=mrs-monitor",
    f"--why={WHY}",
    "--mode=block",
]
CAFFEINATE = ["caffeinate", "-i", "-s"]
ES_CONTINUOUS, ES_SYSTEM_REQUIRED, ES_AWAYMODE_REQUIRED = 0x80000000, 1, 0x40
SETTLE_S = 0.5  # a program without permission ends within this time
LEAVE_S = 2.0  # for it to end once its input is closed, before it is killed
UNKNOWN = (
    "This machine may fall asleep while it records ({reason}): switch sleeping off in "
    "its energy settings."
)


@contextlib.contextmanager
def stay_awake(platform: str = sys.platform) -> Iterator[str]:
    """Keep the machine awake; gives a sentence if that cannot be done, else "".

    To be entered and left by one thread, the one that waits for the end.
    """
    if platform == "win32":
        with _windows() as problem:
            yield problem
        return
    command = CAFFEINATE if platform == "darwin" else INHIBIT
    with _run_keeper([*command, *UNTIL_INPUT_ENDS]) as problem:
        yield problem


@contextlib.contextmanager
def _run_keeper(command: list[str]) -> Iterator[str]:
    """A program that keeps the machine awake until its standard input is closed."""
    try:
        keeper = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except OSError:
        yield UNKNOWN.format(reason=f"no {command[0]} here")
        return
    try:
        yield _refusal(keeper, command[0])
    finally:
        if keeper.stdin is not None:
            with contextlib.suppress(OSError):
                keeper.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            keeper.wait(LEAVE_S)
        if keeper.poll() is None:
            keeper.kill()
            keeper.wait()


def _refusal(keeper: subprocess.Popen[bytes], name: str) -> str:
    """A sentence if the program ended at once, as it does without permission."""
    try:
        keeper.wait(SETTLE_S)
    except subprocess.TimeoutExpired:
        return ""
    return UNKNOWN.format(reason=f"{name} was refused")


@contextlib.contextmanager
def _windows() -> Iterator[str]:
    try:
        state = ctypes.__dict__["windll"].kernel32.SetThreadExecutionState
    except (KeyError, AttributeError, OSError):
        yield UNKNOWN.format(reason="SetThreadExecutionState is missing")
        return
    wanted = ES_CONTINUOUS | ES_SYSTEM_REQUIRED | ES_AWAYMODE_REQUIRED
    problem = "" if state(wanted) else UNKNOWN.format(reason="Windows refused")
    try:
        yield problem
    finally:
        state(ES_CONTINUOUS)
