"""NIfTI-MRS files as a source of transients.

Samples are taken as stored: that is our sign convention (`streams.messages.transient`);
the `nifti_mrs` package gives their conjugates.  Only technical fields of the header are
read, so nothing about a person comes in.  Fields that are not quite valid, as they
occur in the wild, are read with a note that names them; a missing one is an error.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streams.errors import InputError
from streams.messages.transient import Acquisition
from streams.sources.files.bids_beside import (
    begun_beside,
    events_beside,
    sidecar_fields,
)
from streams.sources.files.choice import Choose
from streams.sources.files.nifti_container import Container, read_container
from streams.sources.files.nifti_dimensions import (
    arrangement_of,
    dimension_tags,
    unchosen,
)
from streams.sources.files.nifti_dynamic import (
    check_constant,
    counts_of,
    dynamic_header,
    events_of,
    times_of,
)
from streams.sources.files.nifti_header import Header
from streams.sources.files.series import Series
from streams.voxel.place import VoxelPlace, place_of_affine

PHASE_CYCLE_KEY = "PhaseCycleSteps"
UNKNOWN_VOXEL_MM = 10_000.0  # what the standard writes for "no localisation known"
ECHO_TIME_MOST_S = 1.0  # longer ones are taken as ms
TI_MOST_S = 20.0
ECHO_TIME_LEAST_S = 0.005  # shorter ones than this are not what was meant by ms
REPETITION_TIME_MOST_S = 60.0
FREQUENCY_MOST_MHZ = 2000.0  # larger ones are taken as Hz
DWELL_MOST_S = 0.1
AFFINE_TOLERANCE = 1e-3  # of its sizes beside pixdim; single precision holds less


def read_series(
    path: Path, choose: Choose | None = None, echo_time_s: float | None = None
) -> Series:
    """Read a NIfTI-MRS file into memory, once.

    `echo_time_s` is taken instead of what the header says.

    Raises
    ------
    InputError : not a NIfTI-MRS file, damaged, several voxels, another dimension than
        coils and transients that was not chosen, a missing or impossible field
    """
    container = read_container(path)
    header = _with_sidecar(path, Header(container.name, container.extension))
    _check_intent(container, header)
    tags = dimension_tags(container)
    arranged = arrangement_of(container, tags, choose)
    fids = arranged.fids
    dynamic = dynamic_header(header, tags)
    check_constant(header, dynamic)
    acquisition = _acquisition(container, header, fids, echo_time_s)
    times_s, counts = _places(container, header, dynamic, tags, arranged.rows)
    header.notes.extend(arranged.notes)
    events = events_of(header)
    if not events:
        beside, said = events_beside(path, times_s[0] if times_s else 0.0)
        events = tuple((None, event) for event in beside)
        header.notes.extend([said] if said else [])
    return Series(
        container.name,
        "NIfTI-MRS file",
        acquisition,
        fids,
        times_s=times_s,
        counts=counts,
        events=events,
        notes=tuple(header.notes),
        choices=arranged.choices,
        unchosen=unchosen(tags, choose),
        begun=begun_beside(path),
    )


def _places(
    container: Container,
    header: Header,
    dynamic: Mapping[str, Any],
    tags: Mapping[str, int],
    rows: range | None,
) -> tuple[tuple[float, ...] | None, tuple[int, ...] | None]:
    """Times and counts of the transients; None where the file does not say."""
    if rows is None:
        if dynamic:
            header.note("the times in its header are of one part alone; not used.")
        return None, None
    size = container.stored.shape[tags["DIM_DYN"]] if "DIM_DYN" in tags else 1
    times_s = times_of(header, dynamic, size)
    counts = counts_of(header, dynamic, size)
    kept = slice(rows.start, rows.stop)
    return times_s and times_s[kept], counts and counts[kept]


def _with_sidecar(path: Path, header: Header) -> Header:
    """The header with what it lacks and the sidecar has."""
    beside = sidecar_fields(path)
    lacking = {k: v for k, v in beside.items() if header.fields.get(k) is None}
    for key in ("SpectrometerFrequency", "ResonantNucleus"):
        if key in lacking and not isinstance(lacking[key], list):
            lacking[key] = [lacking[key]]
    merged = Header(header.name, {**header.fields, **lacking})
    if lacking:
        merged.note(f"{', '.join(lacking)} taken from the sidecar.")
    for key in ("EchoTime", "RepetitionTime"):
        own, other = header.fields.get(key), beside.get(key)
        if own is not None and other is not None and own != other:
            merged.note(f"{key} = {other!r} in the sidecar is not the header's.")
    return merged


def _check_intent(container: Container, header: Header) -> None:
    if not re.fullmatch(r"mrs_v\d+_\d+", container.intent_name):
        header.note(
            f'intent name "{container.intent_name}" should be of the form mrs_v0_9.'
        )


def _acquisition(
    container: Container,
    header: Header,
    fids: NDArray[np.complexfloating],
    echo_time_s: float | None,
) -> Acquisition:
    if echo_time_s is None:
        echo_time_s = _echo_time_s(header)
    steps = header.user(PHASE_CYCLE_KEY)
    return Acquisition(
        spectrometer_frequency_mhz=_frequency_mhz(header),
        nucleus=_nucleus(header),
        dwell_time_s=_dwell_time_s(container, header),
        points=fids.shape[2],
        coils=fids.shape[1],
        echo_time_s=echo_time_s,
        repetition_time_s=header.number(
            "RepetitionTime", REPETITION_TIME_MOST_S, 1e-3, "ms"
        ),
        mixing_time_s=_preparing_time_s(header, "MixingTime", ECHO_TIME_MOST_S),
        inversion_time_s=_preparing_time_s(header, "InversionTime", TI_MOST_S),
        sequence=header.text("SequenceName"),
        voxel_mm=_voxel_mm(container),
        voxel_place=_voxel_place(container),
        vendor=header.text("Manufacturer"),
        model=header.text("ManufacturersModelName"),
        phase_cycle_steps=steps if isinstance(steps, int) and steps > 0 else 1,
    )


def _echo_time_s(header: Header) -> float:
    """TE; a value in ms is only taken as such where that is one of a sequence."""
    key = "EchoTime"
    value = header.number(key)
    if value is None:
        raise header.missing(key, "s")
    if value > ECHO_TIME_MOST_S and 1e-3 * value < ECHO_TIME_LEAST_S:
        raise InputError(
            f"{header.name}: {key} = {value:g} is neither an echo time in s nor, as "
            f"{value:g} ms, one of a sequence; correct it in the header, or give "
            "echo_time_s in [files] of the protocol."
        )
    number = header.number(key, ECHO_TIME_MOST_S, 1e-3, "ms")
    return 0.0 if number is None else number


def _preparing_time_s(header: Header, key: str, most_s: float) -> float | None:
    """TM or TI; None where it is 0, as converters write for a sequence without one."""
    if header.fields.get(key) in (0, 0.0):
        return None
    return header.number(key, most_s, 1e-3, "ms")


def _frequency_mhz(header: Header) -> float:
    key = "SpectrometerFrequency"
    value = header.only(key)
    if value is None:
        raise header.missing(key, "MHz")
    frequency_mhz = Header(header.name, {key: value}, header.notes).number(
        key, FREQUENCY_MOST_MHZ, 1e-6, "Hz"
    )
    return frequency_mhz or 0.0


def _nucleus(header: Header) -> str:
    value = header.only("ResonantNucleus")
    if value is None:
        raise header.missing("ResonantNucleus", 'e.g. "1H"')
    if not isinstance(value, str) or not re.fullmatch(r"\d{1,3}[A-Z][A-Za-z]?", value):
        raise header.wrong("ResonantNucleus", value)
    return value


def _dwell_time_s(container: Container, header: Header) -> float:
    dwell_time_s = container.pixdim[4]
    if not math.isfinite(dwell_time_s) or dwell_time_s <= 0:
        raise InputError(
            f"{container.name} has no dwell time: pixdim[4] = {dwell_time_s:g}; it "
            "must be the time between points in s."
        )
    if dwell_time_s > DWELL_MOST_S:
        raise header.wrong("dwell time pixdim[4] (s)", dwell_time_s)
    if container.time_unit == "unknown":
        header.note(f"xyzt_units names no unit; pixdim[4] = {dwell_time_s:g} is in s.")
    width_hz = header.number("SpectralWidth")
    if width_hz is not None and abs(width_hz * dwell_time_s - 1) > 1e-3:
        header.note(
            f"SpectralWidth = {width_hz:g} Hz contradicts pixdim[4] = {dwell_time_s:g} "
            "s, which is used."
        )
    return dwell_time_s


def _voxel_place(container: Container) -> VoxelPlace | None:
    """Where the voxel lies; unknown where its size is, or the affine's is another."""
    edges_mm, affine = _voxel_mm(container), container.affine
    if edges_mm is None or affine is None:
        return None
    sizes_mm = np.linalg.norm(affine[:3, :3], axis=0)
    if not np.allclose(sizes_mm, edges_mm, rtol=AFFINE_TOLERANCE):
        return None
    return place_of_affine(affine)


def _voxel_mm(container: Container) -> tuple[float, float, float] | None:
    x, y, z = (abs(edge) for edge in container.pixdim[1:4])
    known = all(0 < edge < UNKNOWN_VOXEL_MM for edge in (x, y, z))
    return (x, y, z) if known else None
