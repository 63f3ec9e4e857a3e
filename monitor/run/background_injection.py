"""Known changes put into copies of a live session, beside its analysis.

Once the time before the infusion has `LEAST_LIVE` transients, again whenever it has
twice as many, and for the last time when the infusion has begun.  The work is done in a
thread that sleeps nine tenths of the time, so that it takes at most a tenth of a core
and the analysis waits for it a few milliseconds; what is computed elsewhere does not
depend on it.
"""

from __future__ import annotations

import logging
import queue
import threading
import time

from monitor.run.known_change import Copies, Injection
from streams.errors import InputError

LEAST_LIVE = 64
SHARE = 0.1  # of one core

log = logging.getLogger(__name__)


class _StopError(Exception):
    """Nobody wants the result any more."""


class BackgroundInjection:
    """One injection at a time; one owner, who calls `turn` now and then."""

    def __init__(self, share: float = SHARE) -> None:
        self._rest = 1 / share - 1
        self._done: queue.SimpleQueue[Injection | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._seen = 0  # transients of the last injection

    def turn(self, copies: Copies | None) -> Injection | None:
        """Begin an injection where one is due; what has come of the last one, once."""
        if self._thread is not None and self._thread.is_alive():
            return None
        found = None if self._done.empty() else self._done.get()
        if copies is not None and self._is_due(copies):
            self._seen = copies.halves.transients
            self._begin(copies)
        return found

    def stop(self) -> None:
        """Forget the session: what is under way ends by itself and is not told."""
        self._stop.set()
        self._thread, self._seen = None, 0
        self._done, self._stop = queue.SimpleQueue(), threading.Event()

    def _is_due(self, copies: Copies) -> bool:
        new = copies.halves.transients != self._seen
        if copies.infused:
            return new
        return copies.halves.transients >= max(LEAST_LIVE, 2 * self._seen)

    def _begin(self, copies: Copies) -> None:
        messages, stop, done = copies.kept(), self._stop, self._done
        pause = _Pauses(self._rest, stop)

        def work() -> None:
            from monitor.run.injection import inject  # scipy: no window needs it

            try:
                done.put(
                    inject(
                        lambda: messages, copies.wishes, copies.halves, pause.after_work
                    )
                )
            except (_StopError, InputError):
                return
            except Exception:
                log.exception("no known change could be put in")

        self._thread = threading.Thread(target=work, name="injection", daemon=True)
        self._thread.start()


class _Pauses:
    """Sleeps of one thread, so many times as long as what it worked before each."""

    def __init__(self, rest: float, stop: threading.Event) -> None:
        self._rest, self._stop, self._worked_s = rest, stop, 0.0

    def after_work(self) -> None:
        """Sleep for what was worked since the last call.

        Raises
        ------
        _StopError : it is to end
        """
        now_s = time.thread_time()
        if self._stop.wait(self._rest * (now_s - self._worked_s)):
            raise _StopError
        self._worked_s = now_s
