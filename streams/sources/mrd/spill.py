"""A queue that never makes its writer wait: beyond some memory it goes on in a file.

First in, first out, whichever of the two a payload lies in.  The file is temporary,
nameless where the system allows, emptied whenever it has been read to its end, and
gone with the queue.  If it cannot be written to, memory is used after all, and
`problem` says so: losing is worse.
"""

from __future__ import annotations

import tempfile
import threading
from collections import deque
from dataclasses import dataclass
from typing import IO, Generic, TypeVar

T = TypeVar("T")
MEMORY_BYTES = 256 << 20


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the file a payload lies."""

    start: int
    length: int


class SpillQueue(Generic[T]):
    """Items with a payload of bytes, from one thread to another.

    Attributes
    ----------
    problem : why the file cannot be used; empty if nothing is wrong
    """

    def __init__(self, memory_bytes: int = MEMORY_BYTES) -> None:
        self.problem = ""
        self._most, self._held = memory_bytes, 0
        self._entries: deque[tuple[T, bytes | _Place]] = deque()
        self._changed = threading.Condition()
        self._file: IO[bytes] | None = None
        self._end, self._in_file = 0, 0

    def put(self, item: T, payload: bytes = b"") -> None:
        """Add an item; never waits for the reader."""
        with self._changed:
            self._entries.append((item, self._place(payload)))
            self._changed.notify()

    def get(self, timeout_s: float) -> tuple[T, bytes] | None:
        """The next item and its payload, or None if none comes in time."""
        with self._changed:
            if not self._entries:
                self._changed.wait(timeout_s)
            if not self._entries:
                return None
            item, payload = self._entries.popleft()
            return item, self._take(payload)

    def __len__(self) -> int:
        return len(self._entries)

    def close(self) -> None:
        """Give up the file and all that is still in the queue."""
        with self._changed:
            self._entries.clear()
            if self._file is not None:
                self._file.close()
            self._file, self._end, self._in_file, self._held = None, 0, 0, 0

    def _place(self, payload: bytes) -> bytes | _Place:
        if payload and self._held + len(payload) > self._most:
            try:
                return self._write(payload)
            except OSError as error:
                self.problem = (
                    f"The waiting queue cannot use a temporary file "
                    f"({error.strerror or error}); it goes on in memory."
                )
        self._held += len(payload)
        return payload

    def _write(self, payload: bytes) -> _Place:
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="mrs-monitor-")  # noqa: SIM115
        self._file.seek(self._end)
        self._file.write(payload)
        self._file.flush()  # a full disk shows here, before anything counts on it
        place = _Place(self._end, len(payload))
        self._end += len(payload)
        self._in_file += 1
        return place

    def _take(self, payload: bytes | _Place) -> bytes:
        if isinstance(payload, bytes):
            self._held -= len(payload)
            return payload
        if self._file is None:
            return b""
        self._file.seek(payload.start)
        content = self._file.read(payload.length)
        self._in_file -= 1
        if not self._in_file:
            self._end = 0
            self._file.truncate(0)
        return content
