"""Prints what a long-running command reports, without ever holding it up.

A terminal may be closed, `tee` may have ended, text may be marked in a Windows console,
which holds whoever writes to it.  A thread of its own says it; what cannot be said is
dropped, and the recording goes on.
"""

from __future__ import annotations

import contextlib
import io
import queue
import sys
import threading
from typing import TextIO

from monitor.commands.printing import plain

PATIENCE_S = 2.0


class Terminal:
    """Says sentences on stderr, in order, for as long as somebody takes them."""

    def __init__(self) -> None:
        self._said: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="terminal", daemon=True)
        self._thread.start()

    def say(self, text: str) -> None:
        """Say a sentence; returns at once."""
        self._said.put(text)

    def close(self) -> None:
        """Wait until everything is printed, for a short time only."""
        self._said.put(None)
        self._thread.join(PATIENCE_S)

    def _run(self) -> None:
        out = _open_stderr()
        while (text := self._said.get()) is not None:
            with contextlib.suppress(OSError, ValueError):
                out.write(plain(text) + "\n")
                out.flush()


def _open_stderr() -> TextIO:
    """A stream beside `sys.stderr`, so that the interpreter never waits for it."""
    try:
        number = sys.stderr.fileno()
    except (AttributeError, OSError, ValueError, io.UnsupportedOperation):
        return sys.stderr
    encoding = sys.stderr.encoding
    return open(
        number, "w", encoding=encoding, errors="backslashreplace", closefd=False
    )


def say_last(text: str) -> None:
    """Print why a command ends; where nobody reads it, its exit code shows it."""
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.write(f"{plain(text)}\n")
        sys.stderr.flush()
        return
    sys.stderr = io.StringIO()  # what is left in it would be tried again at exit
