"""Siemens twix files (.dat, VB and VD/VE/XA) as a source, by way of pyMapVBVD.

Acquisitions are taken in the order in which they were acquired, averages and
repetitions alike, with times from their own time stamps (ticks of 2.5 ms).  Samples are
the complex conjugates of our sign convention (checked against the NIfTI-MRS conversion
of the same scan); oversampled points are kept, so the dwell time is that of the
receiver, and points that the scanner tells to cut off are cut off.  Only technical
fields of the header are looked at.

The unsuppressed water reference is where the sequence puts it (`scanner_names.toml`):

    product sequences             the first entry of the loop counter Phs
    sLASER of Deelchand (dkd)     n = lAutoRefScanNo, mode = lAutoRefScanMode;
                                  2: the first n and the last n acquisitions
                                  8: the first n and those from 2n before the end (RF of
                                  the water suppression off, gradients on); n more
                                  after each of them (gradients off too) are left out
    else                          the scans that are flagged as reference

Points before the top of the echo (the column that the head of an acquisition calls its
centre) are cut off, and what is left beyond the length that the protocol asks for.
"""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streams.errors import InputError
from streams.messages import scanner_names
from streams.sources.files.choice import Choose, Entries, course_note, entries_of
from streams.sources.files.clock_time import scanner_time
from streams.sources.files.ismrmrd import times_of
from streams.sources.files.optional_packages import needed
from streams.sources.files.series import Series
from streams.sources.files.twix_header import acquisition_of, sequence_of, vector_size
from streams.sources.mrd.rules import SIEMENS_TICK_S

COUNTERS = ("Lin", "Par", "Sli", "Phs", "Eco", "Set", *(f"Id{c}" for c in "abcde"))
"""Loop counters along which one is to be chosen, unless the sequence says more."""
OTHERS = {"phasecor": "phase correction", "noise": "noise"}
LATEST_TOP = 0.25  # of the columns; a centre that lies later is that of a whole echo
MOST_LEFT = 0.05  # of the length asked for: columns that scanners acquire beyond it


def is_twix(path: Path) -> bool:
    """Whether the file begins as twix does: header buffers, the first named Config."""
    with path.open("rb") as file:
        first, second = struct.unpack("<II", file.read(8).ljust(8, b"\0"))
        start = 0
        if first < 10_000 and 1 <= second <= 64:  # VD and later: a list of measurements
            (start,) = struct.unpack("<Q", file.read(16).ljust(16, b"\0")[8:])
        if start >= path.stat().st_size:
            return False
        file.seek(start + 8)
        return file.read(7) == b"Config\0"


def read_series(
    path: Path, choose: Choose | None = None, echo_time_s: float | None = None
) -> Series:
    """Read the last measurement of a twix file (those before it are adjustments).

    `choose` takes entries along a loop counter, by Siemens' name, e.g. {"Set": 0};
    `echo_time_s` is taken instead of the header's.

    Raises
    ------
    InputError : pyMapVBVD is not installed, a damaged file, no spectra, several entries
        along a counter that was not chosen, a missing field
    """
    mapvbvd = needed("mapvbvd", "Siemens twix files")
    try:
        with (
            redirect_stdout(io.StringIO()),
            redirect_stderr(io.StringIO()),
            warnings.catch_warnings(record=True) as said,
        ):
            warnings.simplefilter("always")
            read = mapvbvd.mapVBVD(str(path), quiet=True)
            twix = read[-1] if isinstance(read, list) else read
            series = _series(path, twix, choose or {}, echo_time_s)
    except InputError:
        raise
    except Exception as error:  # whatever a foreign parser does on a damaged file
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(
            f"{path.name} is truncated or damaged, or no twix of spectra: {reason}."
        ) from None
    known = (*COUNTERS, *scanner_names.transient_counters(""))
    unchosen = tuple(name for name in choose or {} if name not in known)
    series = replace(series, unchosen=unchosen)
    if any("read error" in str(warning.message) for warning in said):
        note = f"{path.name} ends early; {len(series)} transients could be read."
        series = replace(series, notes=(*series.notes, note))
    return series


def _series(
    path: Path, twix: Any, choose: Choose, echo_time_s: float | None = None
) -> Series:
    if "image" not in twix or not int(twix["image"].NAcq):
        raise InputError(f"{path.name} holds no acquisition of a signal.")
    image, header = twix["image"], twix["hdr"]
    chosen = entries_of(choose)
    water = _water(image, header, chosen)
    kept, choices = _kept(path.name, image, header, chosen, water[0] | water[1])
    notes = [
        f"{path.name}: {int(twix[key].NAcq)} {name} acquisitions left out."
        for key, name in OTHERS.items()
        if key in twix and int(twix[key].NAcq)
    ]
    points = vector_size(header)
    fids, cut = _fids(image, kept, points)
    if cut:
        choices.append(f"{path.name}: {cut} points before the top of the echo cut off.")
    acquisition = acquisition_of(path.name, header, fids, echo_time_s)
    stamps = np.asarray(image.timestamp, float)[kept].astype(np.uint32)
    times_s = times_of(stamps, acquisition, notes, SIEMENS_TICK_S)
    series = Series(
        path.name,
        "twix file",
        acquisition,
        fids,
        times_s,
        notes=(*choices, *notes),
        choices=tuple(choices),
        begun=scanner_time(int(stamps[0]) * SIEMENS_TICK_S),
    )
    if water[0].any():
        reference = _fids(image, water[0], points)[0]
    elif "refscan" in twix and int(twix["refscan"].NAcq):
        every = np.ones(int(twix["refscan"].NAcq), bool)
        reference = _fids(twix["refscan"], every, points)[0]
    else:
        return series
    return replace(series, reference=_reference(series, reference))


def _reference(series: Series, fids: NDArray[np.complex64]) -> Series:
    """The water reference of a series: its times say nothing that order does not."""
    _, coils, points = fids.shape
    acquisition = replace(series.acquisition, coils=coils, points=points)
    return Series(series.name, series.origin, acquisition, fids, None)


def _fids(
    image: Any, kept: NDArray[np.bool_], points: int | None
) -> tuple[NDArray[np.complex64], int]:
    """(transients, coils, points) of what is kept, and points cut before the top.

    `points` is the length that the protocol asks for, without oversampling: what is
    left over beyond it is cut off at the end.
    """
    image.flagRemoveOS = False
    stored = np.asarray(image.unsorted(), np.complex64).reshape(
        int(image.NCol), int(image.NCha), -1
    )
    before, after = _cut(image, kept)
    top = max(before, _top(image, kept))
    stop = stored.shape[0] - after
    factor = (stop - top) // points if points else 0
    if points and factor and 0 < stop - top - factor * points <= MOST_LEFT * points:
        stop = top + factor * points
    return stored[top:stop, :, kept].T.conj(), top - before


def _top(image: Any, kept: NDArray[np.bool_]) -> int:
    """The column that the acquisitions call their centre, where that is a start.

    That of a whole echo lies in its middle, and is no place to begin at.
    """
    centres = np.asarray(getattr(image, "centerCol", 0), float).ravel()
    if centres.size != kept.size or not kept.any():
        return 0
    centre = int(centres[kept].max())
    return centre if centre <= LATEST_TOP * int(image.NCol) else 0


def _water(image: Any, header: Any, chosen: Mapping[str, Entries]) -> NDArray[np.bool_]:
    """(2, n): which acquisitions are water reference, and which are another water."""
    count = int(image.NAcq)
    water = np.zeros((2, count), bool)
    yaps = header["MeasYaps"]
    rule = scanner_names.water_counter(sequence_of(header))
    if rule in COUNTERS and not chosen.get(rule):
        entries = np.asarray(getattr(image, rule), int)
        water[0] = (entries == entries.min()) & (entries.min() != entries.max())
    elif rule == scanner_names.REFERENCE_SCANS:
        n = int(yaps.get(("sSpecPara", "lAutoRefScanNo")) or 0)
        mode = int(yaps.get(("sSpecPara", "lAutoRefScanMode")) or 0)
        place = np.arange(count)
        if mode == 2 and count > 2 * n:
            water[0] = (place < n) | (place >= count - n)
        elif mode == 8 and count > 4 * n:
            early, late = place < 2 * n, place >= count - 2 * n
            first = (place < n) | (late & (place < count - n))
            water[0], water[1] = first, (early | late) & ~first
    return water


def _kept(
    name: str,
    image: Any,
    header: Any,
    chosen: Mapping[str, Entries],
    water: NDArray[np.bool_],
) -> tuple[NDArray[np.bool_], list[str]]:
    """Which acquisitions belong to the series, and what was chosen, in sentences."""
    kept, said = ~water, []
    free = scanner_names.transient_counters(sequence_of(header))
    for counter in dict.fromkeys((*COUNTERS, *chosen)):
        if not hasattr(image, counter):
            continue
        entries = np.asarray(getattr(image, counter), int)
        found = np.unique(entries[~water])
        choice = chosen.get(counter)
        if choice is not None:
            most = int(entries.max()) + 1
            within = choice.within(most, name, counter)
            kept &= (entries >= within.start) & (entries < within.stop)
        if choice is None and len(found) > 1 and counter not in free:
            raise InputError(
                f"{name} has {len(found)} entries along the loop counter {counter}; "
                f"choose one of them: --choose {counter}={found[0]} (to {found[-1]}), "
                f"or all as one course: --choose {counter}=all."
            )
        if len(found) > 1:
            taken = Entries() if choice is None else choice
            said.append(course_note(name, counter, len(found), taken))
    if not kept.any():
        raise InputError(f"{name} has no acquisition of that choice.")
    return kept, said


def _cut(image: Any, kept: NDArray[np.bool_]) -> tuple[int, int]:
    """Points to leave out before and after; the same for all acquisitions."""
    cuts = np.asarray(image.cutOff, int).reshape(-1, kept.size)[:, kept]
    return (int(cuts[0, 0]), int(cuts[1, 0])) if cuts.shape[0] == 2 else (0, 0)
