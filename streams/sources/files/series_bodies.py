"""The messages that a series of a file becomes.

Water transients come before the metabolite ones.  Where the water file stores no times
of its own they are set before the first metabolite transient, at their nominal spacing,
so that times in the session are those of the metabolite file.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path

from streams.errors import InputError
from streams.messages.scanner_counter import AUTHOR
from streams.messages.transient import (
    Body,
    End,
    Event,
    Kind,
    Start,
)
from streams.sources.file_names import without_names
from streams.sources.files.series import Series
from streams.sources.files.water_reference import water_for
from streams.sources.jumps import forward_times


def bodies_of(metabolite: Series, water: Series | None = None) -> Iterator[Body]:
    """Yield Start, water transients, metabolite transients with events, and End.

    The water reference of the metabolite file itself is taken where none is given.

    Raises
    ------
    InputError : several transients without times, a water reference that does not
        belong to this series (both before the first body), nothing but NaN
    """
    times = _times(metabolite)
    return _bodies(metabolite, times, water_for(metabolite, water)[0])


def _bodies(
    metabolite: Series, times: tuple[float, ...], water: Series | None
) -> Iterator[Body]:
    # without its name, which may be that of a person: this goes into recordings
    yield Start(metabolite.acquisition, metabolite.origin)
    for said in metabolite.choices:
        text = without_names(said, Path(metabolite.name))
        yield Event(times[0], "note", text, AUTHOR)
    counts = _counts(metabolite, water)
    if water is not None:
        for index, time_s in enumerate(_water_times(water, times[0])):
            yield water.transient(index, next(counts), time_s, Kind.WATER)
    events, dropped = _place(metabolite.events, times), 0
    times, jumps = forward_times(times, metabolite.acquisition.repetition_time_s)
    for index, time_s in enumerate(times):
        while events and events[0][0] <= index:
            yield events.pop(0)[1]
        if index in jumps:
            yield jumps[index]
        body = metabolite.transient(index, next(counts), time_s, Kind.METABOLITE)
        dropped += isinstance(body, Event)
        yield body
    if dropped == len(times):
        raise InputError(
            f"{metabolite.name} holds NaN or infinite values in every transient: "
            "convert it again."
        )
    yield from (event for _, event in events)
    count = len(times) - dropped + (0 if water is None else len(water))
    yield End(count, "end of file")


def _counts(metabolite: Series, water: Series | None) -> Iterator[int]:
    """The scanner's counter from 0, gaps and repeats in it kept where it is known."""
    both = [metabolite] if water is None else [water, metabolite]
    kept = [series.counts for series in both if series.counts is not None]
    if len(kept) < len(both):
        return iter(range(sum(map(len, both))))
    first = kept[0][0]
    return iter([count - first for counts in kept for count in counts])


def _place(
    events: tuple[tuple[int | None, Event], ...], times: tuple[float, ...]
) -> list[tuple[int, Event]]:
    """Events with the index of the transient before which they come."""
    placed = [
        (bisect_left(times, event.time_s) if index is None else index, event)
        for index, event in events
    ]
    return sorted(placed, key=lambda entry: entry[0])


def _times(series: Series) -> tuple[float, ...]:
    """Times of the transients, from the file or its repetition time."""
    if series.times_s is not None:
        return series.times_s
    repetition_time_s = series.acquisition.repetition_time_s
    if repetition_time_s is None and len(series) > 1:
        raise InputError(
            f"{series.name} holds {len(series)} transients and neither their times nor "
            "RepetitionTime; add RepetitionTime (in s) to its header."
        )
    return tuple(index * (repetition_time_s or 0.0) for index in range(len(series)))


def _water_times(water: Series, first_s: float) -> tuple[float, ...]:
    """Times of water transients; nothing is computed from them but their order."""
    if water.times_s is not None:
        return water.times_s
    step_s = water.acquisition.repetition_time_s or 0.0
    return tuple(first_s + (i - len(water)) * step_s for i in range(len(water)))
