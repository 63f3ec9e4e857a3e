"""Leaves out transients that came already: a file or a sender that has them twice.

The same number of the scanner's counter, the same time and the same samples: noise is
never the same twice, so that nothing that was measured anew is taken for it.
"""

from __future__ import annotations

from monitor.analysis.note import NoteKind, notes_of
from monitor.run.message_filter import Filtered
from streams.messages.transient import Message, Transient

TWICE = "Transients came twice (the same number, time and samples): each counts once."
LOOKED_AT = 64
"""Of a transient's samples, spread over all: any of them has noise of its own."""
Key = tuple[int, float, int]


class DoubledCheck:
    """A filter of messages: what is behind it meets each transient once.

    Attributes
    ----------
    doubled : transients that went no further
    """

    def __init__(self) -> None:
        self.doubled = 0
        self._came: set[Key] = set()

    def filter(self, message: Message) -> Filtered:
        """Pass a message on, but for a transient that came already."""
        body = message.body
        if not isinstance(body, Transient):
            return Filtered((message,))
        key = _key(body)
        if key not in self._came:
            self._came.add(key)
            return Filtered((message,))
        self.doubled += 1
        return Filtered((), notes_of(NoteKind.SESSION, [TWICE]))


def _key(body: Transient) -> Key:
    """What two transients have in common only where they are one."""
    samples = body.fid.reshape(-1)
    some = samples[:: max(1, samples.size // LOOKED_AT)]
    return body.count, body.time_s, hash(some.tobytes())
