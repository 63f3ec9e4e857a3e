"""Events of a session as BIDS' `events.tsv`, onsets from the first stored transient.

Marks of the infusion that were corrected or taken back are left out.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from streams.export.cells import text_cell
from streams.messages.marks import standing
from streams.messages.transient import Event

EVENT_COLUMNS = {
    "onset": {
        "Description": "Scanner time since the first stored transient",
        "Units": "s",
    },
    "duration": {
        "Description": "From an infusion_start to its infusion_stop, else 0",
        "Units": "s",
    },
    "trial_type": {"Description": "What happened"},
    "details": {"Description": "Dose, corrected period or the like"},
    "author": {"Description": "Who or what marked it, as a role"},
}


def events_table(events: Sequence[Event], first_s: float) -> str:
    """Return `events.tsv`, rows by onset."""
    ordered = standing(events)
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter="\t", lineterminator="\n")
    writer.writerow(EVENT_COLUMNS)
    for index, event in enumerate(ordered):
        writer.writerow(
            [
                repr(event.time_s - first_s),
                _duration(event, ordered[index + 1 :]),
                _field(event.kind),
                _field(event.text),
                _field(event.author),
            ]
        )
    return text.getvalue()


def _duration(event: Event, later: Iterable[Event]) -> str:
    """Seconds of an infusion; n/a for one whose end is not in the recording."""
    if event.kind != "infusion_start":
        return "0"
    stops = (other for other in later if other.kind == "infusion_stop")
    stop = next(stops, None)
    return "n/a" if stop is None else repr(stop.time_s - event.time_s)


def _field(text: str) -> str:
    """One line without tabs; n/a where empty, as BIDS wants it."""
    return text_cell(" ".join(text.split())) or "n/a"
