"""Sessions as ISMRMRD (MRD v1) files in HDF5.

Written as `streams.sources.files.ismrmrd` reads them and as Siemens' own converters do:
complex conjugates of our samples, time stamps in ticks of 2.5 ms (so times come back to
within 1.25 ms), the dwell time also in full precision as `DwellTime_0` in ms.  The
format holds no events.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from xml.etree import ElementTree

import numpy as np

from streams.errors import InputError
from streams.export.atomic import replacing
from streams.export.sorted_series import TransientGroup, collect, number_groups
from streams.messages.transient import Acquisition, Kind, Message
from streams.sources.files.ismrmrd import TICKS_S
from streams.sources.files.optional_packages import needed

NOISE_FLAG = 1 << (19 - 1)
LAST_FLAG = 1 << (25 - 1)
COUNTERS = "kspace_encode_step_1 kspace_encode_step_2 average slice contrast phase"
HEAD = np.dtype(
    [
        ("version", "<u2"),
        ("flags", "<u8"),
        ("measurement_uid", "<u4"),
        ("scan_counter", "<u4"),
        ("acquisition_time_stamp", "<u4"),
        ("physiology_time_stamp", "<u4", (3,)),
        ("number_of_samples", "<u2"),
        ("available_channels", "<u2"),
        ("active_channels", "<u2"),
        ("channel_mask", "<u8", (16,)),
        ("discard_pre", "<u2"),
        ("discard_post", "<u2"),
        ("center_sample", "<u2"),
        ("encoding_space_ref", "<u2"),
        ("trajectory_dimensions", "<u2"),
        ("sample_time_us", "<f4"),
        ("position", "<f4", (3,)),
        ("read_dir", "<f4", (3,)),
        ("phase_dir", "<f4", (3,)),
        ("slice_dir", "<f4", (3,)),
        ("patient_table_position", "<f4", (3,)),
        (
            "idx",
            np.dtype(
                [
                    *((name, "<u2") for name in COUNTERS.split()),
                    ("repetition", "<u2"),
                    ("set", "<u2"),
                    ("segment", "<u2"),
                    ("user", "<u2", (8,)),
                ]
            ),
        ),
        ("user_int", "<i4", (8,)),
        ("user_float", "<f4", (8,)),
    ]
)
"""The 340 bytes of an acquisition's head, in the order of the format."""


def write_session(path: Path, messages: Iterable[Message]) -> list[Path]:
    """Write all transients of a session, and return the files that were written.

    Metabolite transients (and noise, flagged) go to `path`, water to `NAME_water`; a
    further series acquired otherwise to `NAME_series-2` and so on.

    Raises
    ------
    InputError : h5py is not installed, no transient, another nucleus than 1H, no
        permission, disk full
    """
    written = []
    for number, recorded in number_groups(collect(messages)):
        name = path.stem if number == 1 else f"{path.stem}_series-{number}"
        if recorded.kind is not Kind.METABOLITE:
            name = f"{name}_{recorded.kind}"
        written.append(path.with_name(name + path.suffix))
        _write(written[-1], recorded)
    if not written:
        raise InputError("The recording holds no transient, nothing can be exported.")
    return written


def _write(path: Path, recorded: TransientGroup) -> None:
    """Write beside it first: HDF5 needs a file that it can seek in by itself."""
    h5py = needed("h5py", "ISMRMRD files")
    nucleus = recorded.acquisition.nucleus
    if nucleus != "1H":
        raise InputError(f"ISMRMRD has no place for {nucleus}; export as NIfTI-MRS.")
    with TemporaryDirectory() as folder, replacing(path) as target:
        draft = Path(folder) / "draft.h5"
        with h5py.File(draft, "w") as file:
            group = file.create_group("dataset")
            xml = header_xml(recorded)
            group.create_dataset("xml", (1,), h5py.special_dtype(vlen=bytes))[0] = xml
            floats = h5py.special_dtype(vlen=np.dtype("<f4"))
            record = np.dtype([("head", HEAD), ("traj", floats), ("data", floats)])
            table = group.create_dataset("data", (len(recorded.fids),), record)
            for index in range(len(recorded.fids)):
                table[index] = _record(recorded, index, record)
        target.write(draft.read_bytes())


def _record(recorded: TransientGroup, index: int, record: np.dtype[Any]) -> Any:
    fid = recorded.fids[index]
    coils, points = fid.shape
    row = np.zeros(1, record)
    head = row["head"]
    head["version"] = 1
    head["flags"] = NOISE_FLAG if recorded.kind is Kind.NOISE else 0
    if index == len(recorded.fids) - 1:
        head["flags"] |= LAST_FLAG
    head["scan_counter"] = index + 1
    ticks = (recorded.times_s[index] - min(recorded.times_s)) / TICKS_S[0]
    head["acquisition_time_stamp"] = round(ticks)
    head["number_of_samples"] = points
    head["available_channels"] = head["active_channels"] = coils
    head["channel_mask"][0] = _mask(coils)
    head["sample_time_us"] = 1e6 * recorded.acquisition.dwell_time_s
    head["idx"]["average"] = index % (1 << 16)
    place = recorded.acquisition.voxel_place
    if place is not None:
        head["position"] = place.centre_mm
        head["read_dir"], head["phase_dir"], head["slice_dir"] = place.axes
    row["traj"][0] = np.zeros(0, np.float32)
    row["data"][0] = np.ascontiguousarray(fid.conj()).view(np.float32).ravel()
    return row[0]


def _mask(coils: int) -> list[int]:
    """16 words with a bit for each channel that was used."""
    bits = (1 << coils) - 1
    return [(bits >> (64 * word)) & ((1 << 64) - 1) for word in range(16)]


def header_xml(recorded: TransientGroup) -> bytes:
    """Return the XML header; elements in the order that the schema asks for."""
    acquisition = recorded.acquisition
    coils, points = recorded.fids[0].shape
    root = ElementTree.Element("ismrmrdHeader", xmlns="http://www.ismrm.org/ISMRMRD")
    system = ElementTree.SubElement(root, "acquisitionSystemInformation")
    _texts(system, systemVendor=acquisition.vendor, systemModel=acquisition.model)
    _texts(system, receiverChannels=coils)
    conditions = ElementTree.SubElement(root, "experimentalConditions")
    frequency_hz = round(1e6 * acquisition.spectrometer_frequency_mhz)
    _texts(conditions, H1resonanceFrequency_Hz=frequency_hz)
    _encoding(root, acquisition, points)
    sequence = ElementTree.SubElement(root, "sequenceParameters")
    if acquisition.repetition_time_s is not None:
        _texts(sequence, TR=1e3 * acquisition.repetition_time_s)
    _texts(sequence, TE=1e3 * acquisition.echo_time_s)
    if acquisition.inversion_time_s is not None:
        _texts(sequence, TI=1e3 * acquisition.inversion_time_s)
    _texts(sequence, sequence_type=acquisition.sequence)
    _user_parameters(root, acquisition, points)
    xml: bytes = ElementTree.tostring(root, "utf-8", xml_declaration=True)
    return xml


def _encoding(root: ElementTree.Element, acquisition: Acquisition, points: int) -> None:
    encoding = ElementTree.SubElement(root, "encoding")
    x, y, z = acquisition.voxel_mm or (0.0, 0.0, 0.0)
    for name in ("encodedSpace", "reconSpace"):
        space = ElementTree.SubElement(encoding, name)
        _texts(ElementTree.SubElement(space, "matrixSize"), x=points, y=1, z=1)
        _texts(ElementTree.SubElement(space, "fieldOfView_mm"), x=x, y=y, z=z)
    ElementTree.SubElement(encoding, "encodingLimits")
    _texts(encoding, trajectory="other")


def _user_parameters(
    root: ElementTree.Element, acquisition: Acquisition, points: int
) -> None:
    user = ElementTree.SubElement(root, "userParameters")
    doubles = {
        "DwellTime_0": 1e3 * acquisition.dwell_time_s,
        "SpectrometerFrequency_MHz": acquisition.spectrometer_frequency_mhz,
    }
    if acquisition.mixing_time_s is not None:
        doubles["MixingTime_ms"] = 1e3 * acquisition.mixing_time_s
    entries: list[tuple[str, str, object]] = [
        ("userParameterLong", "SpecVectorSize", points),
        *(("userParameterDouble", name, value) for name, value in doubles.items()),
        ("userParameterString", "ResonantNucleus", acquisition.nucleus),
    ]
    for tag, name, value in entries:
        _texts(ElementTree.SubElement(user, tag), name=name, value=value)


def _texts(parent: ElementTree.Element, **texts: object) -> None:
    """Add child elements, those with an empty text left out."""
    for tag, text in texts.items():
        if text != "":
            ElementTree.SubElement(parent, tag).text = str(text)
