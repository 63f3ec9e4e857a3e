"""Exports against the words of the standards, without the readers that we use."""

import gzip
import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from export_cases import POINTS, STEAM, fids, water_first

from streams.export.bids import write_bids
from streams.export.ismrmrd import HEAD
from streams.export.ismrmrd import write_session as write_ismrmrd
from streams.export.nifti_mrs import ProcessingStep, write_nifti_mrs, write_session
from streams.messages.transient import Event, Message, number

FIDS = fids(5, STEAM.coils, POINTS)

NUMBER = (int, float)
STANDARD: dict[str, Any] = {
    "SpectrometerFrequency": [NUMBER],
    "ResonantNucleus": [str],
    "SpectralWidth": NUMBER,
    "EchoTime": NUMBER,
    "RepetitionTime": NUMBER,
    "MixingTime": NUMBER,
    "WaterSuppressed": bool,
    "SequenceName": str,
    "Manufacturer": str,
    "ManufacturersModelName": str,
    "ConversionMethod": str,
    "ProcessingApplied": [dict],
    "dim_5": str,
    "dim_6": str,
    "dim_6_header": dict,
}
"""Keys of NIfTI-MRS 0.11 that we write, and their types; lists by what is in them."""


def session() -> list[Message]:
    infusion = Event(3.0, "infusion_start", "0.23 mg/kg", "pump")
    return list(number([*water_first(STEAM, [0.0, 2.0, 4.0, 6.0]), infusion]))


def nifti_2(path: Path) -> tuple[dict[str, Any], dict[str, Any], np.ndarray]:
    """Header, JSON and samples by the offsets of nifti2.h alone."""
    content = path.read_bytes()
    if path.suffix == ".gz":
        content = gzip.decompress(content)
    fields = {
        "sizeof_hdr": "<i@0", "magic": "<8s@4", "datatype": "<h@12", "bitpix": "<h@14",
        "dim": "<8q@16", "pixdim": "<8d@104", "vox_offset": "<q@168",
        "scl_slope": "<d@176", "qoffset": "<3d@376", "srow_x": "<4d@400",
        "srow_y": "<4d@432", "srow_z": "<4d@464",
        "qform_code": "<i@344", "sform_code": "<i@348",
        "xyzt_units": "<i@500", "intent_code": "<i@504", "intent_name": "<16s@508",
    }  # fmt: skip
    head = {}
    for name, place in fields.items():
        layout, offset = place.split("@")
        values = struct.unpack_from(layout, content, int(offset))
        head[name] = values if len(values) > 1 else values[0]
    assert content[540:544] == b"\1\0\0\0"
    size, code = struct.unpack_from("<ii", content, 544)
    assert code == 44
    assert size % 16 == 0
    assert head["vox_offset"] == 544 + size
    text = content[552 : 544 + size].rstrip(b"\0").decode("utf-8")
    rank, *sizes = head["dim"]
    points = np.frombuffer(content, "<c8", offset=head["vox_offset"])
    return head, json.loads(text), points.reshape(sizes[:rank], order="F")


@pytest.mark.parametrize("name", ["s.nii", "s.nii.gz"])
def test_nifti_mrs_by_the_bytes_of_its_header(tmp_path: Path, name: str) -> None:
    water, metabolites = write_session(tmp_path / name, session())
    head, extension, stored = nifti_2(metabolites)
    assert head["sizeof_hdr"] == 540
    assert head["magic"] == b"n+2\0\r\n\x1a\n"
    assert (head["datatype"], head["bitpix"]) == (32, 64)  # DT_COMPLEX64
    assert head["dim"] == (6, 1, 1, 1, 16, 3, 4, 1)
    assert head["pixdim"][1:5] == (20.0, 25.5, 30.0, STEAM.dwell_time_s)
    assert head["pixdim"][0] in (1.0, -1.0)
    assert head["xyzt_units"] & 0x07 == 2  # mm
    assert head["xyzt_units"] & 0x38 == 8  # s
    assert head["intent_name"].rstrip(b"\0") == b"mrs_v0_11"
    assert (head["qform_code"], head["sform_code"]) == (1, 1)  # the scanner's
    assert head["srow_x"] == pytest.approx((-12.0, 0.0, 24.0, 12.5))  # RAS
    assert head["srow_y"] == pytest.approx((0.0, 25.5, 0.0, -30.25))
    assert head["srow_z"] == pytest.approx((-16.0, 0.0, -18.0, 41.0))
    assert head["qoffset"] == (12.5, -30.25, 41.0)
    assert np.array_equal(stored[0, 0, 0].transpose(2, 1, 0), FIDS[:4])
    assert extension["dim_5"] == "DIM_COIL"
    assert extension["dim_6"] == "DIM_DYN"
    assert extension["SpectrometerFrequency"] == [STEAM.spectrometer_frequency_mhz]
    times = extension["dim_6_header"]["TransientTime"]
    assert times["Value"] == [0.0, 2.0, 4.0, 6.0]
    _, extension, stored = nifti_2(water)
    assert extension["WaterSuppressed"] is False
    assert np.array_equal(stored[0, 0, 0, :, :, 0].T, FIDS[4])


def check_types(extension: dict[str, Any]) -> None:
    for key, value in extension.items():
        wanted = STANDARD.get(key)
        if wanted is None:  # the user's own: an object that describes itself
            assert set(value) == {"Value", "Description"}, key
            assert value["Description"]
        elif isinstance(wanted, list):
            assert isinstance(value, list)
            assert all(isinstance(entry, wanted[0]) for entry in value), key
        else:
            assert isinstance(value, wanted), key


def test_every_key_of_the_extension_has_its_type(tmp_path: Path) -> None:
    for path in write_session(tmp_path / "s.nii", session()):
        _, extension, _ = nifti_2(path)
        check_types(extension)
    block = np.ascontiguousarray(FIDS.transpose(2, 1, 0))
    steps = [ProcessingStep("Frequency and phase correction", "aligned")]
    path = tmp_path / "p.nii"
    write_nifti_mrs(path, block, STEAM, list(map(float, range(5))), steps)
    _, extension, _ = nifti_2(path)
    check_types(extension)
    (applied,) = extension["ProcessingApplied"]
    assert set(applied) == {"Program", "Version", "Method", "Details"}
    assert all(isinstance(value, str) for value in applied.values())


def test_sidecars_and_events_by_the_bids_schema(tmp_path: Path) -> None:
    schema_of = pytest.importorskip("bidsschematools.schema", reason="not installed")
    jsonschema = pytest.importorskip("jsonschema", reason="not installed")
    schema = schema_of.load_schema()
    write_bids(tmp_path, session(), "01", "1")
    sidecars = sorted((tmp_path / "sub-01/ses-1/mrs").glob("*[fs].json"))
    names = {path.name.split("_")[-1] for path in sidecars}
    assert {"svs.json", "mrsref.json"} <= names
    for path in sidecars:
        if path.name.endswith("events.json"):
            continue
        fields = json.loads(path.read_text())
        rules = schema.rules.sidecars.mrs
        for key in rules.MRSRequiredFields.fields:
            assert key in fields
        assert ("RepetitionTime" in fields) != ("VolumeTiming" in fields)
        for key, value in fields.items():
            defined = schema.objects.metadata[key].to_dict()
            jsonschema.validate(value, defined)
    table = (tmp_path / "sub-01/ses-1/mrs/sub-01_ses-1_events.tsv").read_text()
    header, *rows = [line.split("\t") for line in table.splitlines()]
    assert header[:2] == ["onset", "duration"]
    described = json.loads(
        (tmp_path / "sub-01/ses-1/mrs/sub-01_ses-1_events.json").read_text()
    )
    assert set(described) == set(header)
    for row in rows:
        assert len(row) == len(header)
        float(row[0])
        assert row[1] == "n/a" or float(row[1]) >= 0
    assert "events__mrs" in schema.rules.files.raw.events
    assert set(schema.rules.files.raw.mrs.mrs.suffixes) >= {"svs", "mrsref", "unloc"}


def test_ismrmrd_has_the_layout_of_the_reference_package(tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py", reason="needs the extra vendor")
    ismrmrd = pytest.importorskip("ismrmrd", reason="needs the reference package")
    _, ours = write_ismrmrd(tmp_path / "ours.h5", session())
    with ismrmrd.Dataset(str(tmp_path / "theirs.h5"), mode="w") as dataset:
        dataset.write_xml_header(b"<ismrmrdHeader/>")
        for fid in FIDS[:4]:
            dataset.append_acquisition(ismrmrd.Acquisition.from_array(fid.conj()))
    with h5py.File(ours) as a, h5py.File(tmp_path / "theirs.h5") as b:
        assert set(a["dataset"]) == set(b["dataset"])
        mine, other = a["dataset/data"], b["dataset/data"]
        assert mine.dtype["head"] == other.dtype["head"] == HEAD
        assert mine.dtype["head"].itemsize == 340
        assert mine.dtype.names == other.dtype.names
        for name in ("traj", "data"):
            assert h5py.check_vlen_dtype(mine.dtype[name]) == np.float32
            assert h5py.check_vlen_dtype(other.dtype[name]) == np.float32
        for one, another in zip(mine, other, strict=True):
            assert one["data"].tobytes() == another["data"].tobytes()
            for name in ("number_of_samples", "active_channels"):
                assert one["head"][name] == another["head"][name]
        text = bytes(a["dataset/xml"][0]).decode()
    header = ismrmrd.xsd.CreateFromDocument(text)
    assert header.acquisitionSystemInformation.receiverChannels == 3
    assert header.encoding[0].trajectory.value == "other"
    again = ismrmrd.xsd.CreateFromDocument(ismrmrd.xsd.ToXML(header))
    assert again == header
