"""What becomes of a message before it is analysed: passed on, changed, or held back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from monitor.analysis.note import Note
from streams.messages.transient import Message


@dataclass(frozen=True, slots=True)
class Filtered:
    """What goes on in a message's place, nothing or several, and what is to be said.

    The last of several is the message itself; the others come before it.
    """

    messages: tuple[Message, ...]
    notes: tuple[Note, ...] = ()


class MessageFilter(Protocol):
    """What stands between a session's messages and its pipeline."""

    def filter(self, message: Message) -> Filtered:
        """Pass a message on, change it, or hold it back."""
        ...
