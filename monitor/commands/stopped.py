"""Ctrl-C in the terminal: what is said, and the exit code.

Imports next to nothing: it is there before anything else is loaded.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from typing import NoReturn

STOPPED = 130
"""Exit code after Ctrl-C: typer makes it of a `KeyboardInterrupt`."""

SAID = "mrs-monitor: stopped by Ctrl-C; files that are there are whole."


@contextlib.contextmanager
def ended_by_ctrl_c() -> Iterator[None]:
    """End the program at once on Ctrl-C, while there is nothing to lose.

    An exception would be a traceback, or would be swallowed where an import catches it.
    What was ignored before, as under nohup, stays ignored.
    """
    first = threading.current_thread() is threading.main_thread()
    if not first or signal.getsignal(signal.SIGINT) != signal.default_int_handler:
        yield
        return
    before = signal.signal(signal.SIGINT, lambda *_: _end())
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _end() -> None:
    with contextlib.suppress(OSError):
        os.write(2, f"{SAID}\n".encode())
    os._exit(STOPPED)


def leave() -> NoReturn:
    """End after a `KeyboardInterrupt` that was caught; raises `SystemExit`."""
    # Where an `exec` was interrupted (any dataclass that loads), Python remembers it
    # and would end by the signal; another one makes it forget.
    exec("")
    sys.exit(STOPPED)
