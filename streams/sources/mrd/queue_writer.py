"""What connections of an MRD server bring, as entries of the queue of its source."""

from __future__ import annotations

import time

from streams.sources.mrd.connections import Connection
from streams.sources.mrd.header import Header
from streams.sources.mrd.image import carries_spectrum
from streams.sources.mrd.notices import Notices
from streams.sources.mrd.parser import Frame, Id
from streams.sources.mrd.queue_entry import Entry, What
from streams.sources.mrd.spill import SpillQueue

RECORDED = frozenset({Id.ACQUISITION, Id.WAVEFORM})


class QueueWriter:
    """Puts entries into a queue: a series from its header to its end, and notes."""

    def __init__(self, queue: SpillQueue[Entry]) -> None:
        self._queue = queue
        self._notices = Notices()

    def begin(self, connection: Connection, header: Header) -> None:
        """A series begins with its header."""
        self._queue.put(Entry(What.BEGIN, connection.heard_s, header=header))

    def take(self, connection: Connection, frame: Frame) -> None:
        """Queue a message of the scanner; count one of which nothing is recorded."""
        if connection.active and _may_be_recorded(frame):
            entry = Entry(What.FRAME, connection.heard_s, id=frame.id)
            self._queue.put(entry, frame.content)
        else:
            connection.dropped[frame.id.name.lower().replace("_", " ")] += 1

    def end(self, connection: Connection, reason: str) -> None:
        """The series ends; says what was not recorded of it."""
        dropped = ", ".join(f"{n} {name}" for name, n in connection.dropped.items())
        text = f"{reason} (not recorded: {dropped})" if dropped else reason
        connection.dropped.clear()
        self._queue.put(Entry(What.END, time.monotonic(), text=text))

    def note(self, kind: str, text: str) -> None:
        """Say something, unless its kind was just said: then it is counted."""
        now_s = time.monotonic()
        if self._notices.take(kind, text, now_s):
            self._queue.put(Entry(What.NOTE, now_s, text=text, kind=kind))

    def note_what_was_held(self, now_s: float) -> None:
        """Say what was counted long enough."""
        for kind, text in self._notices.due(now_s):
            self._queue.put(Entry(What.NOTE, now_s, text=text, kind=kind))


def _may_be_recorded(frame: Frame) -> bool:
    """Whether a message may hold something to record."""
    if frame.id is Id.IMAGE:
        return carries_spectrum(frame.content)
    return frame.id in RECORDED
