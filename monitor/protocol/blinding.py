"""The lock of a blinded protocol, in the recording itself.

The protocol file hides the outcome; who opens the recording later may have another one,
or none.  So what follows a live session under such a protocol puts an event of kind
"blinded" into it, and the relay does where it is given the protocol.  From that event
on the outcome of the session is hidden whatever the protocol says, until `--unlock
REASON` lifts the lock (`monitor.run.unlock`), which leaves its reason on record.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from monitor.protocol.settings import Settings
from streams.errors import InputError
from streams.messages.requests import EventRequest
from streams.messages.transient import Body, Event, Transient

KIND = "blinded"


class EventRecorder(Protocol):
    """What takes events into a recording."""

    def send_event(self, kind: str, text: str = "") -> object:
        """Have an event recorded; returns once it is on disk.

        Raises
        ------
        InputError, OSError, TimeoutError : it was not recorded
        """
        ...

    def record_event(self, request: EventRequest, timeout_s: float) -> Event:
        """Have an event recorded that was asked for at some time.

        Raises
        ------
        NotRecordedYetError : nobody answered in time, or it may be taken later
        InputError : it was refused
        """
        ...


def lock_recorded(recorder: EventRecorder | None, settings: Settings) -> str:
    """Put the lock of a protocol that has one into a live session's recording.

    Gives why it is not there; empty where it is, or where there is nothing to do.
    """
    if recorder is None or not settings.outcome_hidden:
        return ""
    try:
        recorder.send_event(KIND, f"protocol {settings.name}")
    except (InputError, OSError, TimeoutError) as error:
        return str(error) or "no answer"
    return ""


def insert_lock(bodies: Iterable[Body], settings: Settings) -> Iterator[Body]:
    """Bodies of a source, the lock before the first transient where there is one."""
    waits = settings.outcome_hidden
    for body in bodies:
        if waits and isinstance(body, Transient):
            waits = False
            yield Event(body.time_s, KIND, f"protocol {settings.name}", "relay")
        yield body


def is_lock(body: Body) -> bool:
    """Whether a message hides the outcome from now on."""
    return isinstance(body, Event) and body.kind == KIND
