"""Siemens twix files (.dat, VB and VD/VE/XA) as a source, by way of pyMapVBVD.

Acquisitions are taken in the order in which they were acquired, averages and
repetitions alike, with times from their own time stamps (ticks of 2.5 ms).  Samples are
the complex conjugates of our sign convention (checked against the NIfTI-MRS conversion
of the same scan); oversampled points are kept, so the dwell time is that of the
receiver, and points that the scanner tells to cut off are cut off.  Only technical
fields of the header are looked at.

The unsuppressed water reference is where the sequence puts it (as spec2nii knows it):

    product sequences of XA       the first entry of the loop counter Phs
    sLASER of Deelchand (dkd)     n = lAutoRefScanNo, mode = lAutoRefScanMode;
                                  2: the first n and the last n acquisitions
                                  8: the first n and those from 2n before the end (RF of
                                  the water suppression off, gradients on); n more
                                  after each of them (gradients off too) are left out
    else                          the scans that are flagged as reference
"""

from __future__ import annotations

import io
import re
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
from streams.messages.transient import Acquisition
from streams.sources.files.extras import needed
from streams.sources.files.ismrmrd import times_of
from streams.sources.files.series import Series

COUNTERS = ("Lin", "Par", "Sli", "Phs", "Eco", "Set", *(f"Id{c}" for c in "abcde"))
"""Loop counters along which transients may not be averaged; the others are Ave, Rep."""
NUCLEUS = ("sTXSPEC", "asNucleusInfo", "0")
OTHERS = {"phasecor": "phase correction", "noise": "noise"}
XA_PRODUCT = ("svs_se", "svs_st", "svs_slaser")
DKD = re.compile(r"svs_slaser(voi)?_dkd2?$")


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


def read_series(path: Path, choose: Mapping[str, int] | None = None) -> Series:
    """Read the last measurement of a twix file (those before it are adjustments).

    `choose` takes one entry along a loop counter that is neither average nor
    repetition, by Siemens' name, e.g. {"Set": 0}.

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
            series = _series(path, twix, choose or {})
    except InputError:
        raise
    except Exception as error:  # whatever a foreign parser does on a damaged file
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(
            f"{path.name} is truncated or damaged, or no twix of spectra: {reason}."
        ) from None
    unchosen = tuple(name for name in choose or {} if name not in COUNTERS)
    series = replace(series, unchosen=unchosen)
    if any("read error" in str(warning.message) for warning in said):
        note = f"{path.name} ends early; {len(series)} transients could be read."
        series = replace(series, notes=(*series.notes, note))
    return series


def _series(path: Path, twix: Any, choose: Mapping[str, int]) -> Series:
    if "image" not in twix or not int(twix["image"].NAcq):
        raise InputError(f"{path.name} holds no acquisition of a signal.")
    image, header = twix["image"], twix["hdr"]
    water = _water(image, header, choose)
    kept = _kept(path, image, choose, water[0] | water[1])
    fids = _fids(image, kept)
    notes = [
        f"{path.name}: {int(twix[key].NAcq)} {name} acquisitions left out."
        for key, name in OTHERS.items()
        if key in twix and int(twix[key].NAcq)
    ]
    acquisition = _acquisition(path.name, header, fids)
    stamps = np.asarray(image.timestamp, float)[kept].astype(np.uint32)
    times_s = times_of(stamps, acquisition, notes)
    series = Series(
        path.name, "twix file", acquisition, fids, times_s, notes=tuple(notes)
    )
    if water[0].any():
        reference = _fids(image, water[0])
    elif "refscan" in twix and int(twix["refscan"].NAcq):
        reference = _fids(twix["refscan"])
    else:
        return series
    return replace(series, reference=_reference(series, header, reference))


def _reference(series: Series, header: Any, fids: NDArray[np.complex64]) -> Series:
    """The water reference of a series: its times say nothing that order does not."""
    acquisition = _acquisition(series.name, header, fids)
    return Series(series.name, series.origin, acquisition, fids, None)


def _fids(image: Any, kept: NDArray[np.bool_] | None = None) -> NDArray[np.complex64]:
    """(transients, coils, points) of the acquisitions that are kept, cut."""
    image.flagRemoveOS = False
    if kept is None:
        kept = np.ones(int(image.NAcq), bool)
    stored = np.asarray(image.unsorted(), np.complex64).reshape(
        int(image.NCol), int(image.NCha), -1
    )
    before, after = _cut(image, kept)
    return stored[before : stored.shape[0] - after, :, kept].T.conj()


def _water(image: Any, header: Any, choose: Mapping[str, int]) -> NDArray[np.bool_]:
    """(2, n): which acquisitions are water reference, and which are another water."""
    count = int(image.NAcq)
    water = np.zeros((2, count), bool)
    yaps = header["MeasYaps"]
    software = _text(header.get("Dicom", {}).get("SoftwareVersions"))
    sequence = _text(header.get("Meas", {}).get("tSequenceString"))
    phases = np.asarray(image.Phs, int)
    if "syngo MR XA" in software and sequence in XA_PRODUCT and "Phs" not in choose:
        water[0] = (phases == phases.min()) & (phases.min() != phases.max())
    elif DKD.search(_text(yaps.get(("tSequenceFileName",))).lower()):
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
    path: Path,
    image: Any,
    choose: Mapping[str, int],
    water: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Which acquisitions belong to the series."""
    kept = ~water
    for name in COUNTERS:
        entries = np.asarray(getattr(image, name), int)
        found = np.unique(entries[~water])
        if name in choose:
            kept &= entries == choose[name]
        elif len(found) > 1:
            raise InputError(
                f"{path.name} has {len(found)} entries along the loop counter {name}; "
                f"choose one of them: --choose {name}={found[0]} (to {found[-1]})."
            )
    if not kept.any():
        raise InputError(f"{path.name} has no acquisition of that choice.")
    return kept


def _cut(image: Any, kept: NDArray[np.bool_]) -> tuple[int, int]:
    """Points to leave out before and after; the same for all acquisitions."""
    cuts = np.asarray(image.cutOff, int).reshape(-1, kept.size)[:, kept]
    return (int(cuts[0, 0]), int(cuts[1, 0])) if cuts.shape[0] == 2 else (0, 0)


def _acquisition(name: str, header: Any, fids: NDArray[np.complex64]) -> Acquisition:
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
        echo_time_s=_number(name, yaps, "alTE", "0") / 1e6,
        repetition_time_s=float(repetition_time) / 1e6 if repetition_time else None,
        sequence=_text(yaps.get(("tSequenceFileName",))).rpartition("\\")[2],
        voxel_mm=_voxel_mm(yaps),
        vendor=_text(dicom.get("Manufacturer")),
        model=_text(dicom.get("ManufacturersModelName")),
    )


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
