"""A condition that the operator knows of, as an event of the recording and back."""

from __future__ import annotations

import json

from monitor.screen.screen import Level, Message
from streams.messages.event_table import event_table

ACKNOWLEDGED = "acknowledged"
"""Kind of the event; its text is JSON: key, condition, level, severity."""


def text_of(message: Message) -> str:
    """What the event holds: the condition, and how bad it was."""
    return json.dumps(
        {
            "key": message.key,
            "condition": message.condition,
            "level": message.level,
            "severity": round(min(message.severity, 1e9), 3),
        }
    )


def message_from(text: str) -> Message | None:
    """The condition that an event acknowledges; None where that is not to be read."""
    table = event_table(text) or {}
    try:
        level, severity = Level(table["level"]), float(table["severity"])
        key, condition = str(table["key"]), str(table["condition"])
    except (ValueError, TypeError, KeyError, OverflowError):
        return None
    return Message(key, level, condition, "", 0.0, severity=severity)
