"""The event that says which file follows in a session of several."""

from __future__ import annotations

from streams.messages.scanner_counter import AUTHOR
from streams.messages.transient import Event

FILE_EVENT = "file"


def file_event(time_s: float, sha256: str, number: int, transients: int) -> Event:
    """Which file follows, by its content and its number, and how much it holds."""
    text = f"{sha256} file {number}, {transients} transients"
    return Event(time_s, FILE_EVENT, text, AUTHOR)
