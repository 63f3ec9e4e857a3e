"""The texts of events that name a time, an epoch or a count, moved with their file."""

from __future__ import annotations

import json
import re

from streams.messages.event_table import event_table
from streams.messages.scanner_counter import AUTHOR, NAMING
from streams.messages.span import span_of
from streams.messages.transient import Event

EPOCHS, SPANS = "rejected_epochs", ("left_out_s", "taken_in_s")
_COUNT = re.compile(r"\b(transient) (\d{1,16})\b", re.IGNORECASE)


def moved_period(text: str, offset_s: float) -> str:
    """START:END so much later; another text as it is."""
    span = span_of(text)
    if span is None:
        return text
    return ":".join(f"{end_s + offset_s:.12g}" for end_s in span)


def moved_settings(text: str, ahead: int, offset_s: float) -> str:
    """A change of settings; another text as it is.

    Its epochs are counted from so many on, its stretches lie so much later.
    """
    table = event_table(text)
    if table is None:
        return text
    try:
        moved = {
            name: [[start + offset_s, end + offset_s] for start, end in table[name]]
            for name in SPANS
            if name in table
        }
        if EPOCHS in table:
            moved[EPOCHS] = [epoch + ahead for epoch in table[EPOCHS]]
    except (ValueError, TypeError, OverflowError):
        return text
    return json.dumps({**table, **moved}) if moved else text


def named_count(event: Event) -> int | None:
    """The transient whose count an event of the relay names."""
    if event.author != AUTHOR or event.kind not in NAMING:
        return None
    named = _COUNT.search(event.text)
    return int(named[2]) if named else None


def with_count(text: str, count: int) -> str:
    """The text of such an event with another count."""
    return _COUNT.sub(rf"\g<1> {count}", text, count=1)
