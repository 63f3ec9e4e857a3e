"""NIfTI-MRS files as a source of transients.

Samples are taken as stored: that is our sign convention (`streams.messages.transient`);
the `nifti_mrs` package gives their conjugates.  Only technical fields of the header are
read, so nothing about a person comes in.  Fields that are not quite valid, as they
occur in the wild, are read with a note that names them; a missing one is an error.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from streams.errors import InputError
from streams.messages.transient import Acquisition, Body
from streams.sources.files.nifti_container import Container, read_container
from streams.sources.files.nifti_dynamic import (
    counts_of,
    dynamic_header,
    events_of,
    times_of,
)
from streams.sources.files.nifti_header import Header
from streams.sources.files.series import Series, bodies_of

PHASE_CYCLE_KEY = "PhaseCycleSteps"
UNKNOWN_VOXEL_MM = 10_000.0  # what the standard writes for "no localisation known"
ECHO_TIME_MOST_S = 1.0  # longer ones are taken as ms
REPETITION_TIME_MOST_S = 60.0
FREQUENCY_MOST_MHZ = 2000.0  # larger ones are taken as Hz
DWELL_MOST_S = 0.1


def bodies(
    path: Path, water: Path | None = None, choose: Mapping[str, int] | None = None
) -> Iterator[Body]:
    """Messages of a NIfTI-MRS file: Start, water, metabolite transients, End.

    Parameters
    ----------
    path : .nii or .nii.gz with DIM_COIL and DIM_DYN in any order, or neither
    water : file with the unsuppressed water reference
    choose : index along any other dimension, e.g. {"DIM_EDIT": 0}

    Raises
    ------
    InputError : see `read_series` and `bodies_of`
    """
    reference = None if water is None else read_series(water, choose)
    return bodies_of(read_series(path, choose), reference)


def read_series(path: Path, choose: Mapping[str, int] | None = None) -> Series:
    """Read a NIfTI-MRS file into memory, once.

    Raises
    ------
    InputError : not a NIfTI-MRS file, damaged, several voxels, another dimension than
        coils and transients that was not chosen, a missing or impossible field
    """
    container = read_container(path)
    header = Header(container.name, container.extension)
    _check_intent(container, header)
    tags = _tags(container, header)
    fids = _arranged(container, tags, choose or {})
    acquisition = _acquisition(container, header, fids)
    dynamic = dynamic_header(header, tags)
    return Series(
        container.name,
        "NIfTI-MRS file",
        acquisition,
        fids,
        times_s=times_of(header, dynamic, len(fids)),
        counts=counts_of(header, dynamic, len(fids)),
        events=events_of(header),
        notes=tuple(header.notes),
        unchosen=tuple(tag for tag in choose or {} if tag not in _choosable(tags)),
    )


def _choosable(tags: Mapping[str, int]) -> set[str]:
    return set(tags) - {"DIM_COIL", "DIM_DYN"}


def _check_intent(container: Container, header: Header) -> None:
    if not re.fullmatch(r"mrs_v\d+_\d+", container.intent_name):
        header.note(
            f'intent name "{container.intent_name}" should be of the form mrs_v0_9.'
        )


def _tags(container: Container, header: Header) -> dict[str, int]:
    """Dimension tag -> axis (4, 5 or 6) of the stored array."""
    tags: dict[str, int] = {}
    for axis in (4, 5, 6):
        tag = header.fields.get(f"dim_{axis + 1}")
        size = container.stored.shape[axis]
        if tag is None and size == 1:
            continue
        if not isinstance(tag, str):
            raise InputError(
                f"{header.name} has {size} entries along dimension {axis + 1} and no "
                f"dim_{axis + 1} in its header that says what they are."
            )
        if tag in tags:
            raise InputError(f"{header.name} has two dimensions {tag}.")
        tags[tag] = axis
    return tags


def _arranged(
    container: Container, tags: Mapping[str, int], choose: Mapping[str, int]
) -> NDArray[np.complexfloating]:
    """(transients, coils, points) view of the stored array."""
    stored, name = container.stored, container.name
    voxels = math.prod(stored.shape[:3])
    if voxels != 1:
        raise InputError(
            f"{name} holds {voxels} voxels; only single-voxel series can be followed."
        )
    if stored.shape[3] < 2:
        raise InputError(f"{name} has FIDs of one point: it holds no spectra.")
    index: list[int | slice] = [0, 0, 0, *4 * [slice(None)]]
    for tag, axis in tags.items():
        if tag not in ("DIM_COIL", "DIM_DYN"):
            index[axis] = _chosen(name, tag, stored.shape[axis], choose)
    for axis in (4, 5, 6):
        if axis not in tags.values():
            index[axis] = 0
    kept = [axis for axis in (4, 5, 6) if isinstance(index[axis], slice)]
    view: NDArray[np.complexfloating] = stored[tuple(index)]
    view = view.reshape(view.shape + (1,) * (2 - len(kept)))
    if "DIM_COIL" in tags and tags["DIM_COIL"] < tags.get("DIM_DYN", 7):
        view = view.swapaxes(1, 2)
    return view.transpose(1, 2, 0)


def _chosen(name: str, tag: str, size: int, choose: Mapping[str, int]) -> int:
    if tag not in choose and size > 1:
        raise InputError(
            f"{name} has a dimension {tag} of {size} entries; choose one of them: "
            f"--choose {tag}=0 (to {size - 1})."
        )
    entry = choose.get(tag, 0)
    if not 0 <= entry < size:
        raise InputError(f"{name} has no entry {entry} along {tag} (0 to {size - 1}).")
    return entry


def _acquisition(
    container: Container, header: Header, fids: NDArray[np.complexfloating]
) -> Acquisition:
    echo_time_s = header.number("EchoTime", ECHO_TIME_MOST_S, 1e-3, "ms")
    if echo_time_s is None:
        raise header.missing("EchoTime", "s")
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
        mixing_time_s=_mixing_time_s(header),
        sequence=header.text("SequenceName"),
        voxel_mm=_voxel_mm(container),
        vendor=header.text("Manufacturer"),
        model=header.text("ManufacturersModelName"),
        phase_cycle_steps=steps if isinstance(steps, int) and steps > 0 else 1,
    )


def _mixing_time_s(header: Header) -> float | None:
    """None where it is 0, as converters write for a sequence without one."""
    key = "MixingTime"
    if header.fields.get(key) in (0, 0.0):
        return None
    return header.number(key, ECHO_TIME_MOST_S, 1e-3, "ms")


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


def _voxel_mm(container: Container) -> tuple[float, float, float] | None:
    x, y, z = (abs(edge) for edge in container.pixdim[1:4])
    known = all(0 < edge < UNKNOWN_VOXEL_MM for edge in (x, y, z))
    return (x, y, z) if known else None
