"""What an event that has no label on the axis changes, in words."""

from __future__ import annotations

import math

from monitor.screen.number_words import from_to
from monitor.screen.parts.axis import label_of
from streams.messages.event_table import event_table
from streams.messages.marks import UNDO
from streams.messages.transient import Event

SPANS = {"left_out_s": "left out", "taken_in_s": "taken in again"}


def change_of(event: Event) -> str:
    """What an event changes: "window 64", "left out: 01:40 to 02:20"."""
    if event.kind == UNDO:
        return f"{label_of(Event(0.0, event.text))} taken back"
    if event.kind == "reference":
        return f"reference period {event.text} s"
    if event.kind != "settings":
        return event.kind
    table = event_table(event.text)
    if table is None:
        return event.kind
    return ", ".join(_setting_words(name, value) for name, value in table.items())


def _setting_words(name: str, value: object) -> str:
    """A setting by its name, stretches by the scanner's clock."""
    if name in SPANS and isinstance(value, list):
        return f"{SPANS[name]}: {', '.join(map(_span, value)) or 'none'}"
    return f"{name.replace('_', ' ')} {_plainly(value)}"


def _span(value: object) -> str:
    if isinstance(value, list) and len(value) == 2:
        start, end = value
        known = isinstance(start, int | float) and isinstance(end, int | float)
        if known and all(abs(one) < math.inf for one in value):
            return from_to(start, end, False)
    return str(value)


def _plainly(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return str(value)
