"""Signals as an order to stop, obeyed between two messages.

Ctrl-C, SIGTERM, a closed terminal (SIGHUP), and Ctrl-Break, a closed console or the end
of a Windows session would each end a program in the middle of what it does.  While a
session is recorded they set its `stop` and nothing else, so that its recording is
finished.  What was ignored before, as under nohup, stays ignored.
"""

from __future__ import annotations

import contextlib
import ctypes
import queue
import signal
import threading
import time
from collections.abc import Iterator

SIGNALS = tuple(
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
    if hasattr(signal, name)
)
CONSOLE_CLOSES = {2, 5, 6}  # CTRL_CLOSE_EVENT, CTRL_LOGOFF_EVENT, CTRL_SHUTDOWN_EVENT
CLOSING_PATIENCE_S = 30.0  # Windows itself ends the program sooner, after some 5 s


@contextlib.contextmanager
def stop_on_signals(stop: threading.Event) -> Iterator[None]:
    """Let the signals that end a program set `stop` instead.

    Only the main thread can; in another one nothing changes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    # A handler may interrupt the very code that holds the lock of `stop`, and would
    # wait for ever: a SimpleQueue may be put to from anywhere, and a thread sets it.
    orders: queue.SimpleQueue[bool] = queue.SimpleQueue()
    watching = threading.Thread(
        target=_pass_on, args=(orders, stop), name="signals", daemon=True
    )
    watching.start()
    before = {
        number: signal.signal(number, lambda *_: orders.put(True))
        for number in SIGNALS
        if signal.getsignal(number) is not signal.SIG_IGN
    }
    try:
        with _stop_on_console(stop):
            yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler or signal.SIG_DFL)
        orders.put(False)
        watching.join()


class Rest:
    """How long a stopped source is still listened to, for what it holds.

    Attributes
    ----------
    cut_off : whether it went on giving for too long
    """

    def __init__(self, longest_s: float, silent_s: float) -> None:
        self.cut_off = False
        self._longest_s, self._silent_s = longest_s, silent_s
        self._began: float | None = None
        self._given = 0.0

    def gave(self) -> None:
        """It gave something."""
        self._given = time.monotonic()

    def goes_on(self) -> bool:
        """Whether to listen further; the first call begins it."""
        now = time.monotonic()
        if self._began is None:
            self._began = self._given = now
        self.cut_off = now - self._began >= self._longest_s
        return not self.cut_off and now - self._given < self._silent_s


def _pass_on(orders: queue.SimpleQueue[bool], stop: threading.Event) -> None:
    while orders.get():
        stop.set()


@contextlib.contextmanager
def _stop_on_console(stop: threading.Event) -> Iterator[None]:
    """Windows ends a program when its handler returns: it waits for the end."""
    try:
        set_handler = ctypes.__dict__["windll"].kernel32.SetConsoleCtrlHandler
        handler_type = ctypes.__dict__["WINFUNCTYPE"](ctypes.c_int, ctypes.c_uint)
    except (KeyError, AttributeError, OSError):
        yield
        return
    ended = threading.Event()

    def obey(event: int) -> int:
        if event not in CONSOLE_CLOSES:
            return 0  # Ctrl-C and Ctrl-Break come as signals
        stop.set()
        ended.wait(CLOSING_PATIENCE_S)
        return 1

    handler = handler_type(obey)
    set_handler(handler, 1)
    try:
        yield
    finally:
        ended.set()
        set_handler(handler, 0)
