"""The event that takes the place of a message that cannot be used.

A publisher without a journal cannot be asked again.  Where the header of a refused
message can be read, an event of kind "dropped" takes its number and its time and says
why, so that it counts as refused and not as lost on the way.
"""

from __future__ import annotations

import json
import re

from streams.errors import InputError
from streams.messages import wire
from streams.messages.scanner_counter import AUTHOR, DROPPED
from streams.messages.transient import Body, Event, Message

LONGEST_REASON = 1000  # characters; `wire.MAX_TEXT` bounds the whole text
PLACED = frozenset({"transient", "event"})  # what has a time of its own
_SEVERAL = re.compile(r"(\d{1,15}) messages refused")


def refused_text(messages: int, reason: str) -> str:
    """Text of one event "dropped" that replaces so many messages."""
    if messages == 1:
        return reason[:LONGEST_REASON]
    return f"{messages} messages refused; the last: {reason}"[:LONGEST_REASON]


def count_refused(body: Body) -> int:
    """How many refused messages a body replaces."""
    if not isinstance(body, Event) or body.kind != DROPPED:
        return 0
    match = _SEVERAL.match(body.text)
    return int(match[1]) if match else 1


def placeholder_for(frames: wire.Frames, reason: str) -> Message | None:
    """The event for a refused message; None where it is lost or can be fetched."""
    try:
        header = wire.read_header(frames)
        if header.topic not in PLACED or wire.is_recorded(frames):
            return None
        fields = {
            **header.fields,
            "type": "event",
            "kind": DROPPED,
            "text": reason[:LONGEST_REASON],
            "author": AUTHOR,
        }
        return wire.decode([b"event", json.dumps(fields).encode(), b""])
    except InputError:
        return None
