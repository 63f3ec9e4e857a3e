"""Ctrl-C in a terminal reaches every process of a program, and is for the first alone.

One that still loads would end with a traceback of its own.
"""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator


@contextlib.contextmanager
def without_ctrl_c() -> Iterator[None]:
    """Let no Ctrl-C reach the processes that are started here.

    Ours waits until then where there is one thread; another would take it.
    Where signals cannot be blocked (Windows), a process must ignore it by itself.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # starting it would let signals through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def end_by_ctrl_c() -> None:
    """Let Ctrl-C end this process without a word, also one that came while it began."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
