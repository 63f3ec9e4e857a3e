"""What the header of a twix file says of its transients; technical fields alone."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from streams.errors import InputError
from streams.messages import scanner_names
from streams.messages.transient import Acquisition
from streams.sources.files.twix_inversion import inversion_time_s
from streams.sources.files.twix_place import voxel_place

NUCLEUS = ("sTXSPEC", "asNucleusInfo", "0")


def vector_size(header: Any) -> int | None:
    """Points of one FID without oversampling, as the protocol has it."""
    try:
        size = int(float(header["MeasYaps"].get(("sSpecPara", "lVectorSize"))))
    except (TypeError, ValueError, OverflowError):
        return None
    return size if size > 0 else None


def sequence_of(header: Any) -> str:
    """Name of the sequence, without its folder."""
    name = _text(header["MeasYaps"].get(("tSequenceFileName",)))
    return name.rpartition("\\")[2]


def acquisition_of(
    name: str, header: Any, fids: NDArray[np.complex64], echo_time_s: float | None
) -> Acquisition:
    """How the transients `fids` (transients, coils, points) were acquired.

    `echo_time_s` is taken instead of the header's.

    Raises
    ------
    InputError : a missing field
    """
    yaps = header["MeasYaps"]
    dicom = header.get("Dicom", {})
    nucleus = _text(yaps.get((*NUCLEUS, "tNucleus")))
    if not nucleus:
        raise InputError(f"{name} names no nucleus (tNucleus) in its header.")
    frequency_hz = _number(name, yaps, *NUCLEUS, "lFrequency")
    repetition_time = yaps.get(("alTR", "0"))
    return Acquisition(
        spectrometer_frequency_mhz=1e-6 * frequency_hz,
        nucleus=nucleus,
        dwell_time_s=_number(name, yaps, "sRXSPEC", "alDwellTime", "0") / 1e9,
        points=fids.shape[2],
        coils=fids.shape[1],
        echo_time_s=echo_time_s or _number(name, yaps, "alTE", "0") / 1e6,
        repetition_time_s=float(repetition_time) / 1e6 if repetition_time else None,
        inversion_time_s=inversion_time_s(yaps),
        sequence=sequence_of(header),
        voxel_mm=_voxel_mm(yaps),
        voxel_place=voxel_place(yaps) if _voxel_mm(yaps) else None,
        vendor=_text(dicom.get("Manufacturer")),
        model=_text(dicom.get("ManufacturersModelName")),
        phase_cycle_steps=_phase_cycle_steps(yaps),
    )


def _phase_cycle_steps(yaps: Any) -> int:
    """Transients in a full phase cycle, where the header says that."""
    code = yaps.get(("sSpecPara", "lPhaseCyclingType"))
    steps = (
        scanner_names.phase_cycle_steps("siemens", f"{code:g}")
        if isinstance(code, int | float)
        else None
    )
    return steps or 1


def _number(name: str, yaps: Any, *key: str) -> float:
    try:
        number = float(yaps.get(key))
    except (TypeError, ValueError):
        number = 0.0
    if not (np.isfinite(number) and number > 0):
        raise InputError(f"{name} has no {'.'.join(key)} in its header.")
    return number


def _text(value: object) -> str:
    return str(value or "").strip('" ')


def _voxel_mm(yaps: Any) -> tuple[float, float, float] | None:
    edges = [
        yaps.get(("sSpecPara", "sVoI", key))
        for key in ("dReadoutFOV", "dPhaseFOV", "dThickness")
    ]
    if any(edge is None for edge in edges):
        return None
    x, y, z = (float(edge) for edge in edges)
    return x, y, z
