"""A source, read by a thread of its own into a queue with bounds."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from streams.messages.transient import Body

QUEUED = 64  # bodies read ahead while the disk is slow; bounds the memory they take


@dataclass(frozen=True, slots=True)
class SourceEnded:
    """The last thing from a source, and what it raised if it did."""

    error: Exception | None = None


class SourceReader:
    """Puts bodies into a queue; waits while `QUEUED` of them are not yet taken.

    Parameters
    ----------
    source : gives the bodies
    put : takes each of them and, last of all, a `SourceEnded`
    given_up : set when nobody takes anything any more
    """

    def __init__(
        self,
        source: Iterable[Body],
        put: Callable[[Body | SourceEnded], object],
        given_up: threading.Event,
    ) -> None:
        self._source, self._put, self._given_up = source, put, given_up
        self._room = threading.BoundedSemaphore(QUEUED)
        self._thread = threading.Thread(target=self._run, name="source", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def make_room(self) -> None:
        """A body has been taken out of the queue."""
        self._room.release()

    def _run(self) -> None:
        error: Exception | None = None
        try:
            for body in self._source:
                while not self._room.acquire(timeout=0.1):
                    if self._given_up.is_set():
                        return
                self._put(body)
        except Exception as problem:  # raised again by the thread that reads the queue
            error = problem
        self._put(SourceEnded(error))
