"""The water reference that goes with a series of metabolites, from its own file."""

from __future__ import annotations

from dataclasses import replace

from streams.errors import InputError
from streams.sources.checks.water import no_water
from streams.sources.checks.water_conjugation import conjugated
from streams.sources.files.series import DWELL_TOLERANCE, LOOKED_AT, Series

FREQUENCY_TOLERANCE = 1e-4  # relative; a re-adjusted centre frequency is no other field


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
