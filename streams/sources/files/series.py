"""A series read from a file, whatever its format, and the messages it becomes.

Water transients come before the metabolite ones.  Where the water file stores no times
of its own they are set before the first metabolite transient, at their nominal spacing,
so that times in the session are those of the metabolite file.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from streams.errors import InputError
from streams.messages.scanner_counter import AUTHOR, DROPPED
from streams.messages.transient import (
    Acquisition,
    Body,
    ComplexFID,
    End,
    Event,
    Kind,
    Start,
    Transient,
)
from streams.sources.checks.water import no_water
from streams.sources.checks.water_conjugation import conjugated
from streams.sources.file_names import without_names
from streams.sources.files.clock_time import ClockTime
from streams.sources.jumps import forward_times

DWELL_TOLERANCE = 1e-5  # relative; NIfTI-1 keeps the dwell time with 24 bits
FREQUENCY_TOLERANCE = 1e-4  # relative; a re-adjusted centre frequency is no other field
LOOKED_AT = 16  # transients of each file, for what is judged of it as a whole
SIZES = (1e-12, 1e12)  # squares of other numbers leave single precision


@dataclass(frozen=True, slots=True)
class Series:
    """One series of transients as it stands in a file.

    Attributes
    ----------
    name : of the file, for sentences
    origin : what kind of file it is, in words
    acquisition : how it was acquired
    fids : (transients, coils, points) complex of any width and byte order, read-only,
        in our sign convention; a view of the file where the format allows
    times_s : of each transient; None where the file does not say
    counts : the scanner's counter of each transient, where the file keeps it
    events : what happened, where the file keeps that, each with the index of the
        transient that it came before (None: to be placed by its time)
    notes : sentences about fields that are not quite valid and how they were read
    reference : the unsuppressed water reference that the same file holds
    unchosen : what an entry was asked for along, and the file does not have
    choices : what was chosen or changed in reading, in sentences; they are recorded
    begun : when the first transient was acquired, where the file says that
    """

    name: str
    origin: str
    acquisition: Acquisition
    fids: NDArray[np.complexfloating]
    times_s: tuple[float, ...] | None
    counts: tuple[int, ...] | None = None
    events: tuple[tuple[int | None, Event], ...] = ()
    notes: tuple[str, ...] = ()
    reference: Series | None = None
    unchosen: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    begun: ClockTime | None = None

    def fid(self, index: int) -> ComplexFID:
        """(coils, points) complex64 of one transient, whether finite or not."""
        with np.errstate(over="ignore", invalid="ignore"):
            fid: ComplexFID = np.array(self.fids[index], np.complex64, order="C")
        return fid

    def transient(
        self, index: int, count: int, time_s: float, kind: Kind
    ) -> Transient | Event:
        """A transient; an event that it was dropped where it is not finite."""
        fid = self.fid(index)
        if np.isfinite(fid).all():
            return Transient(count, time_s, kind, fid)
        text = (
            f"Transient {count} holds values that are not finite (NaN or infinity): it "
            f"is left out (number {index} of the file, counted from 0)."
        )
        return Event(time_s, DROPPED, text, AUTHOR)

    def __len__(self) -> int:
        return len(self.fids)


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


def check_size(series: Series) -> None:
    """Refuse numbers whose squares cannot be told from zero or infinity.

    Raises
    ------
    InputError : the largest of the first transients lies beyond `SIZES`
    """
    with np.errstate(over="ignore", invalid="ignore"):
        largest = float(np.abs(series.fids[:LOOKED_AT]).max())
    if largest == 0 or not np.isfinite(largest):
        return  # zeros and NaN are told of by whoever reads them
    if not SIZES[0] < largest < SIZES[1]:
        raise InputError(
            f"{series.name} holds numbers of {largest:.0e}, which cannot be right: "
            "scale them, or convert the file again."
        )


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


def water_for(
    metabolite: Series, water: Series | None = None
) -> tuple[Series | None, tuple[str, ...]]:
    """The water series that goes with the metabolites, and what to say about it.

    That is the given one, else the one that the metabolite file itself holds; the
    latter is left out with a note where it does not fit.

    Raises
    ------
    InputError : see `matched_water`, for the given one
    """
    if water is not None:
        found = matched_water(metabolite, water)
        return found, found.notes
    own = metabolite.reference
    if own is None:
        return None, ()
    try:
        found = matched_water(metabolite, own)
    except InputError as error:
        return None, (f"The water reference in the file is left out: {error}",)
    count = f"{len(found)} transient{'s' if len(found) > 1 else ''}"
    said = f"{metabolite.name}: its own water reference ({count}) is used."
    return found, (said, *(note for note in found.notes if note not in own.notes))


def matched_water(metabolite: Series, water: Series) -> Series:
    """Return the water series as it can go with the metabolite series.

    Points beyond the metabolite FID's are cut off, with a note.

    Raises
    ------
    InputError : another dwell time, frequency, nucleus or number of coils, fewer
        points than the metabolite FID, or no unsuppressed water in it (`checks.water`)
    """
    ours, theirs = metabolite.acquisition, water.acquisition
    for differs, what, unlike in (
        (
            _differs(ours.dwell_time_s, theirs.dwell_time_s, DWELL_TOLERANCE),
            "dwell time",
            f"{theirs.dwell_time_s:g} s instead of {ours.dwell_time_s:g} s",
        ),
        (
            theirs.nucleus != ours.nucleus,
            "nucleus",
            f"{theirs.nucleus} instead of {ours.nucleus}",
        ),
        (
            _differs(
                ours.spectrometer_frequency_mhz,
                theirs.spectrometer_frequency_mhz,
                FREQUENCY_TOLERANCE,
            ),
            "spectrometer frequency",
            f"{theirs.spectrometer_frequency_mhz:g} MHz instead of "
            f"{ours.spectrometer_frequency_mhz:g} MHz",
        ),
        (
            theirs.coils != ours.coils,
            "number of coils",
            f"{theirs.coils} instead of {ours.coils}",
        ),
        (
            theirs.points < ours.points,
            "length",
            f"{theirs.points} points, fewer than the {ours.points} of the metabolites",
        ),
    ):
        if differs:
            raise InputError(
                f"{water.name} is a water reference of another {what} than "
                f"{metabolite.name}: {unlike}; give the reference of the same session."
            )
    cut = _cut(water, ours.points)
    wrong = no_water(cut.fids[:LOOKED_AT], ours, metabolite.fids[:LOOKED_AT])
    if wrong:
        raise InputError(
            f"{water.name} is no water reference of {metabolite.name}, since {wrong}; "
            "give the unsuppressed one of the same voxel, or none."
        )
    notes = _water_notes(metabolite, water)
    if conjugated(cut.fids[:LOOKED_AT], metabolite.fids[:LOOKED_AT], ours):
        notes += (
            f"{water.name} looks like the complex conjugate of what goes with "
            f"{metabolite.name}: the other way round it fits the coils or the lines "
            "better; conjugate it, or leave it out.",
        )
    return replace(cut, notes=notes)


def _differs(ours: float, theirs: float, tolerance: float) -> bool:
    return abs(theirs - ours) > tolerance * abs(ours)


def _cut(series: Series, points: int) -> Series:
    acquisition = replace(series.acquisition, points=points)
    return replace(series, acquisition=acquisition, fids=series.fids[..., :points])


def _water_notes(metabolite: Series, water: Series) -> tuple[str, ...]:
    notes = list(water.notes)
    ours, theirs = metabolite.acquisition, water.acquisition
    if theirs.points > ours.points:
        notes.append(
            f"{water.name}: {theirs.points - ours.points} points beyond the metabolite "
            "FID were left out."
        )
    if _differs(ours.echo_time_s, theirs.echo_time_s, 1e-3):
        notes.append(
            f"{water.name}: echo time {1e3 * theirs.echo_time_s:g} ms, the metabolites "
            f"{1e3 * ours.echo_time_s:g} ms; ratios to water are not corrected for it."
        )
    return tuple(notes)
