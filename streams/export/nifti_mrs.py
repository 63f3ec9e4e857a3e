"""Sessions and signals as NIfTI-MRS files that other programs read.

Samples are stored as they are (our convention is that of the standard), in NIfTI-2 so
that the dwell time keeps all its digits; what is read back has the same bits.  Times of
the transients, events and the phase cycle are user-defined fields of the header
extension, processing is in `ProcessingApplied` (Clarke et al., Magn. Reson. Med.
88:2358, 2022; standard version 0.11).  Nothing about a person is known here or written.
"""

from __future__ import annotations

import gzip
import json
import struct
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from streams.errors import InputError
from streams.export.atomic import replacing
from streams.export.sorted_series import TransientGroup, collect, number_groups
from streams.messages.transient import Acquisition, Event, Kind, Message
from streams.messages.version import PROGRAM, program_version
from streams.sources.files.nifti_dynamic import COUNTS_KEY, EVENTS_KEY, TIMES_KEY
from streams.sources.files.nifti_mrs import PHASE_CYCLE_KEY, UNKNOWN_VOXEL_MM
from streams.voxel.place import affine_of

INTENT = b"mrs_v0_11"
EXTENSION_CODE = 44
HEADER_BYTES = 540
SCANNER_ANATOMY = 1  # of sform and qform: coordinates are those of the scanner


@dataclass(frozen=True, slots=True)
class ProcessingStep:
    """One step of processing, as the standard's `ProcessingApplied` names it.

    `method` in the standard's words where it has one ("RF coil combination",
    "Frequency and phase correction", "Eddy current correction", "Nuisance peak
    removal", "Signal averaging"), `details` in ours.
    """

    method: str
    details: str = ""

    def as_dict(self) -> dict[str, str]:
        """The entry of `ProcessingApplied`."""
        return {
            "Program": PROGRAM,
            "Version": program_version(),
            "Method": self.method,
            "Details": self.details,
        }


def write_nifti_mrs(
    path: Path,
    fids: NDArray[np.complex64],
    acquisition: Acquisition,
    times_s: Sequence[float] | None = None,
    provenance: Sequence[ProcessingStep] = (),
    events: Sequence[Event] = (),
    water_suppressed: bool | None = None,
) -> None:
    """Write FIDs as NIfTI-MRS; the file appears whole or not at all.

    Parameters
    ----------
    path : must end in .nii or .nii.gz
    fids : (points, n) or (points, coils, n) complex64, our sign convention
    acquisition : how they were acquired; points and coils are those of `fids`
    times_s : time of each of the n, s
    provenance : what was done to them, in order
    events, water_suppressed : written where given

    Raises
    ------
    InputError : another ending, no permission, disk full
    """
    if fids.dtype != np.complex64 or fids.ndim not in (2, 3):
        raise ValueError(f"fids are {fids.dtype} with {fids.ndim} dimensions")
    blocks = np.moveaxis(fids if fids.ndim == 3 else fids[:, None], (0, 1), (2, 1))
    extension = header_extension(acquisition, blocks.shape[1], times_s, provenance)
    extension |= _events_field(events)
    if water_suppressed is not None:
        extension["WaterSuppressed"] = water_suppressed
    _write(path, blocks, blocks.shape, acquisition, extension)


def write_session(
    path: Path, messages: Iterable[Message], notes: bool = False
) -> list[Path]:
    """Write all transients of a session, and return the files that were written.

    Metabolite transients go to `path`, water to `NAME_water`, noise to `NAME_noise`;
    a further series acquired otherwise to `NAME_series-2` and so on.  FIDs are kept in
    memory once.  `notes`: also what was typed in events, which may name a person.

    Raises
    ------
    InputError : no transient at all, another ending, no permission, disk full
    """
    suffix = _suffix(path)
    stem = path.name.removesuffix(suffix)
    written = []
    for number, recorded in number_groups(collect(messages, notes)):
        name = stem if number == 1 else f"{stem}_series-{number}"
        if recorded.kind is not Kind.METABOLITE:
            name = f"{name}_{recorded.kind}"
        written.append(path.with_name(name + suffix))
        write_recorded(written[-1], recorded)
    if not written:
        raise InputError("The recording holds no transient, nothing can be exported.")
    return written


def write_recorded(path: Path, recorded: TransientGroup) -> None:
    """Write the transients of one kind, unprocessed, with their times and events."""
    acquisition = recorded.acquisition
    coils, points = recorded.fids[0].shape
    extension = header_extension(acquisition, coils, recorded.times_s)
    dynamic = extension[f"dim_{6 if coils > 1 else 5}_header"]
    dynamic[COUNTS_KEY] = _user(recorded.counts, "The scanner's own counter.")
    extension |= _events_field(recorded.events, recorded.places)
    if recorded.kind is Kind.WATER:
        extension["WaterSuppressed"] = False
    shape = (len(recorded.fids), coils, points)
    _write(path, recorded.fids, shape, acquisition, extension)


def header_extension(
    acquisition: Acquisition,
    coils: int,
    times_s: Sequence[float] | None = None,
    provenance: Sequence[ProcessingStep] = (),
) -> dict[str, Any]:
    """The JSON of the header extension; fields that are not known are absent."""
    dimensions = ["DIM_COIL", "DIM_DYN"] if coils > 1 else ["DIM_DYN"]
    fields: dict[str, Any] = {
        "SpectrometerFrequency": [acquisition.spectrometer_frequency_mhz],
        "ResonantNucleus": [acquisition.nucleus],
        **{f"dim_{number}": tag for number, tag in enumerate(dimensions, 5)},
        "EchoTime": acquisition.echo_time_s,
        "RepetitionTime": acquisition.repetition_time_s,
        "MixingTime": acquisition.mixing_time_s,
        "InversionTime": acquisition.inversion_time_s,
        "SpectralWidth": 1 / acquisition.dwell_time_s,
        "SequenceName": acquisition.sequence or None,
        "Manufacturer": acquisition.vendor or None,
        "ManufacturersModelName": acquisition.model or None,
        "ConversionMethod": f"{PROGRAM} {program_version()}",
        "ProcessingApplied": [step.as_dict() for step in provenance] or None,
    }
    if acquisition.phase_cycle_steps != 1:
        fields[PHASE_CYCLE_KEY] = _user(
            acquisition.phase_cycle_steps, "Transients in one full phase cycle."
        )
    if times_s is not None:
        times = _user(
            [float(t) for t in times_s], "Scanner time of each excitation, s."
        )
        fields[f"dim_{4 + len(dimensions)}_header"] = {TIMES_KEY: times}
    return {key: value for key, value in fields.items() if value is not None}


def _user(value: object, description: str) -> dict[str, object]:
    return {"Value": value, "Description": description}


def _events_field(
    events: Sequence[Event], places: Sequence[int] | None = None
) -> dict[str, Any]:
    if not events:
        return {}
    entries: list[dict[str, object]] = [_event_entry(event) for event in events]
    for entry, place in zip(entries, places or (), strict=places is not None):
        entry["before_transient"] = place
    return {EVENTS_KEY: _user(entries, "What happened in the session, scanner time s.")}


def _event_entry(event: Event) -> dict[str, object]:
    entry = asdict(event)
    return entry if event.replaces else {k: entry[k] for k in entry if k != "replaces"}


def _suffix(path: Path) -> str:
    for suffix in (".nii.gz", ".nii"):
        if path.name.endswith(suffix):
            return suffix
    raise InputError(f"{path.name} must end in .nii or .nii.gz to hold NIfTI-MRS.")


def _write(
    path: Path,
    blocks: Iterable[NDArray[np.complex64]],
    shape: tuple[int, ...],
    acquisition: Acquisition,
    extension: dict[str, Any],
) -> None:
    """Write header, extension and one (coils, points) block after the other."""
    packed = _suffix(path) == ".nii.gz"
    with replacing(path) as file, _open_stream(file, packed) as target:
        target.write(_head(shape, acquisition, extension))
        for block in blocks:
            target.write(np.ascontiguousarray(block, "<c8").tobytes())


def _open_stream(file: BinaryIO, packed: bool) -> AbstractContextManager[BinaryIO]:
    if not packed:
        return nullcontext(file)
    # FIDs are mostly noise: the fastest level packs them nearly as well as the best
    stream = gzip.GzipFile("", "wb", 1, file, mtime=0)
    return cast("AbstractContextManager[BinaryIO]", stream)


def _head(
    shape: tuple[int, ...], acquisition: Acquisition, extension: dict[str, Any]
) -> bytes:
    """All bytes before the samples."""
    import nibabel as nib  # a third of a second, wanted for NIfTI files only

    content = json.dumps(extension, allow_nan=False).encode()
    size = -(-(len(content) + 8) // 16) * 16
    transients, coils, points = shape
    stored = (1, 1, 1, points, *((coils,) if coils > 1 else ()), transients)
    header: Any = nib.Nifti2Header(endianness="<")  # type: ignore[no-untyped-call]
    header.set_data_dtype(np.dtype("<c8"))
    header.set_data_shape(stored)
    header["intent_name"] = INTENT
    edges_mm, place = acquisition.voxel_mm, acquisition.voxel_place
    if edges_mm is not None and place is not None:
        affine = affine_of(place, edges_mm)
        header.set_sform(affine, SCANNER_ANATOMY)
        header.set_qform(affine, SCANNER_ANATOMY)
    header["pixdim"][1:4] = edges_mm or 3 * (UNKNOWN_VOXEL_MM,)
    header["pixdim"][4] = acquisition.dwell_time_s
    header["vox_offset"] = HEADER_BYTES + 4 + size
    header["magic"] = b"n+2"
    header.set_xyzt_units("mm", "sec")
    head = bytes(header.binaryblock) + b"\1\0\0\0"
    return (
        head + struct.pack("<ii", size, EXTENSION_CODE) + content.ljust(size - 8, b"\0")
    )
