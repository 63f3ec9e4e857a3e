"""What a NIfTI-MRS header says of each transient: times, counts, events."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from streams.errors import InputError
from streams.messages.fields import finite
from streams.messages.transient import Event
from streams.sources.files.nifti_header import Header

TIMES_KEY = "TransientTime"
COUNTS_KEY = "TransientCount"
EVENTS_KEY = "Events"


def dynamic_header(header: Header, tags: Mapping[str, int]) -> dict[str, Any]:
    """What the header says of each transient."""
    if "DIM_DYN" not in tags:
        return {}
    key = f"dim_{tags['DIM_DYN'] + 1}_header"
    dynamic = header.fields.get(key)
    return dynamic if isinstance(dynamic, dict) else {}


def check_constant(header: Header, dynamic: Mapping[str, Any]) -> None:
    """Refuse what changes from transient to transient and must not.

    Values that are all the same, and what the header says, are accepted with a note.

    Raises
    ------
    InputError : they are not
    """
    for key in ("EchoTime", "MixingTime", "SpectrometerFrequency"):
        if key not in dynamic:
            continue
        entries = _list_all(dynamic[key], 2) or [None]
        values = {finite(value) for value in entries}
        stated = header.fields.get(key)
        stated = stated[0] if isinstance(stated, list) and stated else stated
        same = len(values) == 1 and None not in values
        if not same or (stated is not None and values != {finite(stated)}):
            raise InputError(
                f"{header.name}: {key} changes from transient to transient (in the "
                "header of DIM_DYN); such a series cannot be averaged."
            )
        header.note(f"{key} stands beside each transient, always the same.")


def times_of(
    header: Header, dynamic: Mapping[str, Any], count: int
) -> tuple[float, ...] | None:
    """Times of the transients; transients that came late may run backwards."""
    entries = _list_all(dynamic.get(TIMES_KEY), count)
    if entries is None:
        return None
    times = tuple(time for entry in entries if (time := finite(entry)) is not None)
    if len(times) != count:
        raise InputError(
            f"{header.name}: {TIMES_KEY} in its dynamic header must hold {count} times "
            "in s."
        )
    if any(after < before for before, after in pairwise(times)):
        header.note(f"the times in {TIMES_KEY} run backwards; kept in stored order.")
    return times


def counts_of(
    header: Header, dynamic: Mapping[str, Any], count: int
) -> tuple[int, ...] | None:
    """The scanner's counter of each transient."""
    entries = _list_all(dynamic.get(COUNTS_KEY), count)
    if entries is None:
        return None
    counts = tuple(n for n in entries if isinstance(n, int) and 0 <= n < 1 << 53)
    if len(counts) == count:
        return counts
    header.note(f"{COUNTS_KEY} does not hold {count} counts and is not used.")
    return None


def _list_all(value: object, count: int) -> list[Any] | None:
    """Entries of a dynamic header, a list or {"start", "increment"}; None if absent."""
    if isinstance(value, dict) and "Value" in value:
        value = value["Value"]
    if isinstance(value, dict):
        start, step = finite(value.get("start")), finite(value.get("increment"))
        if start is None or step is None:
            return []
        return [start + index * step for index in range(count)]
    if value is None:
        return None
    return value if isinstance(value, list) else []


def events_of(header: Header) -> tuple[tuple[int | None, Event], ...]:
    """Events of a session that we exported ourselves, and where they belong."""
    entries = header.user(EVENTS_KEY)
    if not isinstance(entries, list):
        return ()
    events = []
    for entry in entries:
        fields = entry if isinstance(entry, dict) else {}
        time_s, kind = finite(fields.get("time_s")), fields.get("kind")
        if time_s is None or not isinstance(kind, str):
            header.note(f"{EVENTS_KEY} has an entry without time_s or kind, left out.")
            continue
        words = (str(fields.get("text", "")), str(fields.get("author", "")))
        place = fields.get("before_transient")
        event = Event(time_s, kind, *words, fields.get("replaces") is True)
        events.append((place if isinstance(place, int) else None, event))
    return tuple(events)
