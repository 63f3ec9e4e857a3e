"""NIfTI-MRS as a source: real files, odd but readable ones, and hostile ones."""

import json
import re
import struct
from collections.abc import Mapping
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from file_bodies import nifti_bodies as bodies
from numpy.typing import NDArray

from streams.errors import InputError
from streams.messages.transient import Body, End, Event, Kind, Start, Transient
from streams.sources.files import nifti_container
from streams.sources.files.nifti_mrs import read_series

POINTS = 8
HEADER = {
    "SpectrometerFrequency": [123.25],
    "ResonantNucleus": ["1H"],
    "EchoTime": 0.03,
    "RepetitionTime": 2.0,
}
PERSONAL = {
    "PatientName": "Mustermann^Erika",
    "PatientID": "ID-4711",
    "PatientDoB": "19640812",
    "PatientSex": "F-secret",
    "PatientWeight": 61.25,
    "PatientAddress": {"Value": "Heidestrasse 17", "Description": "x"},
}


def fids(*shape: int, seed: int = 0) -> NDArray[np.complex64]:
    noise = np.random.default_rng(seed).standard_normal((2, POINTS, *shape))
    return (noise[0] + 1j * noise[1]).astype(np.complex64)


def write(
    path: Path,
    stored: NDArray[np.generic],
    extension: Mapping[str, object] | bytes | None = HEADER,
    version: int = 2,
    voxels: tuple[int, int, int] = (1, 1, 1),
    intent: str = "mrs_v0_9",
    dwell: float = 4e-4,
    unit: str = "sec",
) -> Path:
    """Write with nibabel, an independent writer: points first, then further axes."""
    image_class = nib.Nifti2Image if version == 2 else nib.Nifti1Image
    array = np.broadcast_to(stored, (*voxels, *stored.shape))
    image = image_class(array, np.diag([1e4, 1e4, 1e4, 1]))
    image.header["intent_name"] = intent.encode()
    image.header["pixdim"][4] = dwell
    if unit:
        image.header.set_xyzt_units("mm", unit)
    else:
        image.header["xyzt_units"] = 2
    if extension is not None:
        if not isinstance(extension, bytes):
            extension = json.dumps(extension).encode()
        image.header.extensions.append(nib.nifti1.Nifti1Extension(44, extension))
    nib.save(image, path)
    return path


def with_dims(*tags: str, **fields: object) -> dict[str, object]:
    numbered = {f"dim_{number}": tag for number, tag in enumerate(tags, 5)}
    return {**HEADER, **numbered, **fields}


def without(*keys: str) -> dict[str, object]:
    return {key: value for key, value in HEADER.items() if key not in keys}


def transients(messages: list[Body], kind: Kind = Kind.METABOLITE) -> list[Transient]:
    return [m for m in messages if isinstance(m, Transient) and m.kind is kind]


# --- real files ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "shape"),
    [
        ("real/steam7t_4coil/metab.nii.gz", (16, 4, 4096)),
        ("real/steam7t_4coil/ecc.nii.gz", (1, 4, 4096)),
        ("real/press3t_biggaba_s01/metab.nii.gz", (1, 1, 2048)),
        ("real/dwslaser7t_216/metab_sorted_by_b.nii.gz", (216, 1, 1024)),
    ],
)
def test_real_files_are_conjugates_of_what_nifti_mrs_gives(shared_data, file, shape):
    from nifti_mrs.nifti_mrs import NIFTI_MRS

    theirs = NIFTI_MRS(str(shared_data / file))
    series = read_series(shared_data / file)
    assert series.fids.shape == shape
    assert series.notes == ()
    expected = theirs[:].conj().reshape(shape[::-1]).transpose(2, 1, 0)
    for index in range(len(series)):
        assert np.array_equal(series.fid(index), expected[index])
    assert series.acquisition.dwell_time_s == theirs.dwelltime
    assert (
        series.acquisition.spectrometer_frequency_mhz
        == (theirs.spectrometer_frequency[0])
    )


def test_a_real_session_with_its_water_reference(shared_data: Path):
    folder = shared_data / "real/steam7t_4coil"
    messages = list(bodies(folder / "metab.nii.gz", folder / "wref.nii.gz"))
    assert isinstance(messages[0], Start)
    assert messages[-1] == End(18, "end of file")
    assert [m.kind for m in messages[1:-1]] == 2 * [Kind.WATER] + 16 * [Kind.METABOLITE]  # type: ignore[union-attr]
    assert [m.count for m in messages[1:-1]] == list(range(18))  # type: ignore[union-attr]
    assert [m.time_s for m in transients(messages, Kind.WATER)] == [-10.0, -5.0]
    assert [m.time_s for m in transients(messages)] == [5.0 * i for i in range(16)]


# --- dimensions ---------------------------------------------------------------------


@pytest.mark.parametrize("name", ["x.nii", "x.nii.gz"])
@pytest.mark.parametrize("version", [1, 2])
def test_coils_and_transients_in_either_order(tmp_path, version, name):
    stored = fids(3, 5)
    tags = with_dims("DIM_COIL", "DIM_DYN")
    series = read_series(write(tmp_path / name, stored, tags, version))
    assert np.array_equal(series.fids, stored.transpose(2, 1, 0))
    swapped = with_dims("DIM_DYN", "DIM_COIL")
    series = read_series(
        write(tmp_path / name, stored.swapaxes(1, 2), swapped, version)
    )
    assert np.array_equal(series.fids, stored.transpose(2, 1, 0))
    assert series.acquisition.dwell_time_s == 4e-4


@pytest.mark.parametrize(
    ("shape", "tags", "expected"),
    [
        ((), (), (1, 1, POINTS)),
        ((4,), ("DIM_COIL",), (1, 4, POINTS)),
        ((4,), ("DIM_DYN",), (4, 1, POINTS)),
        ((1, 1, 6), ("DIM_EDIT", "DIM_COIL", "DIM_DYN"), (6, 1, POINTS)),
    ],
)
def test_missing_dimensions_are_one(tmp_path, shape, tags, expected):
    series = read_series(write(tmp_path / "x.nii", fids(*shape), with_dims(*tags)))
    assert series.fids.shape == expected


def test_another_dimension_is_refused_unless_chosen(tmp_path: Path):
    stored = fids(2, 3)
    path = write(tmp_path / "x.nii", stored, with_dims("DIM_EDIT", "DIM_DYN"))
    with pytest.raises(InputError, match=r"dimension DIM_EDIT of 2 .* choose"):
        bodies(path)
    chosen = read_series(path, {"DIM_EDIT": 1})
    assert np.array_equal(chosen.fids[:, 0], stored[:, 1].T)
    with pytest.raises(InputError, match="no entry 2 along DIM_EDIT"):
        read_series(path, {"DIM_EDIT": 2})


@pytest.mark.parametrize("ending", [".nii", ".nii.gz"])
def test_a_file_that_is_cut_while_it_is_followed_harms_nobody(tmp_path, ending):
    stored = fids(3)
    path = write(tmp_path / f"x{ending}", stored, with_dims("DIM_DYN"))
    series = read_series(path)
    path.write_bytes(b"")  # a memory map would end the process here
    assert np.array_equal(series.fids[:, 0], stored.T)
    assert not series.fids.flags.writeable


def test_a_file_that_shrinks_while_it_is_read_is_one_sentence(tmp_path, monkeypatch):
    path = write(tmp_path / "x.nii", fids(4000), with_dims("DIM_DYN"))
    read = nifti_container._content

    def cut_before(*arguments):
        with path.open("r+b") as file:
            file.truncate(path.stat().st_size - 8)
        return read(*arguments)

    monkeypatch.setattr(nifti_container, "_content", cut_before)
    with pytest.raises(InputError, match=r"x\.nii is truncated .* should hold"):
        read_series(path)


@pytest.mark.parametrize("dtype", [">c8", "<c16", ">c16"])
def test_other_widths_and_byte_orders_become_complex64(tmp_path, dtype):
    stored = fids(2)
    path = tmp_path / "x.nii"
    image_class = nib.Nifti2Image
    header = nib.Nifti2Header(endianness=dtype[0])
    header["intent_name"] = b"mrs_v0_9"
    extension = json.dumps(with_dims("DIM_DYN")).encode()
    header.extensions.append(nib.nifti1.Nifti1Extension(44, extension))
    header.set_data_dtype(np.dtype(dtype))
    array = stored.astype(dtype)[None, None, None]
    image = image_class(array, None, header)
    image.header["pixdim"][4] = 4e-4
    nib.save(image, path)
    assert path.read_bytes()[:4] == struct.pack(f"{dtype[0]}i", 540)
    fid = read_series(path).fid(1)
    assert fid.dtype == np.complex64
    assert fid.dtype.isnative
    assert np.array_equal(fid[0], stored[:, 1])


# --- times --------------------------------------------------------------------------


def times_of(path: Path) -> list[float]:
    return [m.time_s for m in transients(list(bodies(path)))]


@pytest.mark.parametrize(
    "value", [[0.0, 2.1, 7.5], {"Value": [0.0, 2.1, 7.5], "Description": "s"}]
)
def test_times_come_from_the_dynamic_header(tmp_path, value):
    dims = with_dims("DIM_DYN", dim_5_header={"TransientTime": value})
    assert times_of(write(tmp_path / "x.nii", fids(3), dims)) == [0.0, 2.1, 7.5]


def test_times_as_start_and_increment(tmp_path: Path):
    value = {"Value": {"start": 1.0, "increment": 3.0}, "Description": "s"}
    dims = with_dims("DIM_DYN", dim_5_header={"TransientTime": value})
    assert times_of(write(tmp_path / "x.nii", fids(3), dims)) == [1.0, 4.0, 7.0]


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ([0.0, 1.0], "must hold 3 times"),
        ([0.0, "1", 2.0], "must hold 3 times"),
        (7.0, "must hold 3 times"),
        ({"start": 0.0}, "must hold 3 times"),
    ],
)
def test_impossible_times_are_refused(tmp_path, value, sentence):
    dims = with_dims("DIM_DYN", dim_5_header={"TransientTime": value})
    with pytest.raises(InputError, match=sentence):
        bodies(write(tmp_path / "x.nii", fids(3), dims))


def test_transients_that_came_late_keep_their_place_with_a_note(tmp_path: Path):
    dims = with_dims("DIM_DYN", dim_5_header={"TransientTime": [0.0, 5.0, 1.0]})
    path = write(tmp_path / "x.nii", fids(3), dims)
    assert times_of(path) == [0.0, 5.0, 1.0]
    assert "run backwards" in read_series(path).notes[0]


def test_counts_that_are_none_are_not_used(tmp_path: Path):
    dims = with_dims("DIM_DYN", dim_5_header={"TransientCount": [0, 1.5, 2]})
    path = write(tmp_path / "x.nii", fids(3), dims)
    assert [m.count for m in transients(list(bodies(path)))] == [0, 1, 2]
    assert "TransientCount" in read_series(path).notes[0]


def test_several_transients_need_times_or_a_repetition_time(tmp_path: Path):
    header = {**without("RepetitionTime"), "dim_5": "DIM_DYN"}
    path = write(tmp_path / "x.nii", fids(3), header)
    with pytest.raises(InputError, match=r"x\.nii holds 3 .* RepetitionTime"):
        bodies(path)
    single = write(tmp_path / "y.nii", fids(), without("RepetitionTime"))
    assert times_of(single) == [0.0]


def test_an_echo_time_that_changes_is_refused(tmp_path: Path):
    dims = with_dims("DIM_DYN", dim_5_header={"EchoTime": [0.03, 0.04, 0.05]})
    with pytest.raises(InputError, match="EchoTime changes"):
        bodies(write(tmp_path / "x.nii", fids(3), dims))


# --- fields -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "field", ["SpectrometerFrequency", "ResonantNucleus", "EchoTime"]
)
def test_a_missing_field_is_named_with_its_file(tmp_path, field):
    path = write(tmp_path / "x.nii", fids(), without(field))
    with pytest.raises(InputError, match=rf"x\.nii has no {field}"):
        bodies(path)


@pytest.mark.parametrize("dwell", [0.0, -4e-4, float("nan"), float("inf"), 5.0])
def test_an_impossible_dwell_time_is_refused(tmp_path, dwell):
    path = write(tmp_path / "x.nii", fids(), dwell=dwell)
    with pytest.raises(InputError, match=r"x\.nii.*dwell time.*pixdim\[4\]"):
        bodies(path)


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        ({"SpectrometerFrequency": 123.25}, "SpectrometerFrequency should be a list"),
        ({"SpectrometerFrequency": [123.25e6]}, "SpectrometerFrequency .* Hz"),
        ({"ResonantNucleus": "1H"}, "ResonantNucleus should be a list"),
        ({"EchoTime": 30}, "EchoTime = 30 is read as ms"),
        ({"RepetitionTime": 2000.0}, "RepetitionTime = 2000 is read as ms"),
        ({"SpectralWidth": 1250.0}, "SpectralWidth = 1250 Hz contradicts"),
        ({"Manufacturer": 3}, "Manufacturer is not a string"),
    ],
)
def test_slightly_invalid_fields_are_read_with_a_note(tmp_path, changes, note):
    good = read_series(write(tmp_path / "good.nii", fids()))
    series = read_series(write(tmp_path / "x.nii", fids(), {**HEADER, **changes}))
    assert series.acquisition == good.acquisition
    assert len(series.notes) == 1
    assert series.notes[0].startswith("x.nii: ")
    assert re.search(note, series.notes[0])


def test_an_odd_intent_name_and_a_missing_unit_are_noted(tmp_path: Path):
    series = read_series(write(tmp_path / "x.nii", fids(), intent="v0_9", unit=""))
    assert len(series.notes) == 2
    assert '"v0_9"' in series.notes[0]
    assert "xyzt_units" in series.notes[1]
    assert series.acquisition.dwell_time_s == 4e-4


@pytest.mark.parametrize("version", [1, 2])
def test_dwell_times_in_ms_by_declared_unit(tmp_path, version):
    path = write(tmp_path / "x.nii", fids(), version=version, dwell=0.4, unit="msec")
    assert read_series(path).acquisition.dwell_time_s == pytest.approx(4e-4, rel=1e-12)


@pytest.mark.parametrize(
    "changes",
    [
        {"EchoTime": "30"},
        {"EchoTime": -0.03},
        {"EchoTime": float("nan")},
        {"EchoTime": 10**400},
        {"EchoTime": 5000},
        {"EchoTime": True},
        {"SpectrometerFrequency": []},
        {"SpectrometerFrequency": [123.25, 49.9]},
        {"SpectrometerFrequency": ["123"]},
        {"SpectrometerFrequency": {"a": 1}},
        {"ResonantNucleus": [1]},
        {"ResonantNucleus": ["proton"]},
        {"RepetitionTime": [2.0]},
    ],
)
def test_impossible_fields_are_refused_by_name(tmp_path, changes):
    path = write(tmp_path / "x.nii", fids(), {**HEADER, **changes})
    with pytest.raises(InputError, match=f"x.nii.*{next(iter(changes))}"):
        bodies(path)


def test_a_mixing_time_of_nothing_is_none(tmp_path: Path):
    """As spec2nii writes it for every rda file of a spin echo."""
    path = write(tmp_path / "x.nii", fids(), {**HEADER, "MixingTime": 0.0})
    assert read_series(path).acquisition.mixing_time_s is None


@pytest.mark.parametrize(("written", "ti_s"), [(0.67, 0.67), (670, 0.67), (0.0, None)])
def test_an_inversion_time_in_s_or_ms_is_told(tmp_path: Path, written, ti_s):
    path = write(tmp_path / "x.nii", fids(), {**HEADER, "InversionTime": written})
    assert read_series(path).acquisition.inversion_time_s == ti_s


def test_a_voxel_of_ten_metres_is_an_unknown_one(tmp_path: Path):
    path = write(tmp_path / "x.nii", fids())
    assert read_series(path).acquisition.voxel_mm is None


def test_nothing_about_a_person_comes_through(tmp_path: Path):
    header = {**HEADER, **PERSONAL, "EchoTime": 30}
    path = write(tmp_path / "x.nii", fids(), header)
    series = read_series(path)
    said = repr((series.acquisition, series.notes, series.events, *bodies(path)))
    for value in ("Mustermann", "4711", "19640812", "F-secret", "61.25", "Heide"):
        assert value not in said


def test_events_that_we_exported_come_back_between_the_transients(tmp_path: Path):
    events = {
        "Value": [
            {"time_s": 3.0, "kind": "infusion_start", "text": "a", "author": "pump"},
            {"kind": "no time"},
        ],
        "Description": "events",
    }
    path = write(tmp_path / "x.nii", fids(3), with_dims("DIM_DYN", Events=events))
    kinds = [type(m).__name__ for m in bodies(path)]
    assert kinds == ["Start", "Transient", "Transient", "Event", "Transient", "End"]
    assert Event(3.0, "infusion_start", "a", "pump") in list(bodies(path))
    assert "without time_s" in read_series(path).notes[0]


# --- NaN and water ------------------------------------------------------------------


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e300])
def test_a_transient_that_is_not_finite_is_dropped_and_said(tmp_path, bad):
    stored = fids(4).astype(np.complex128)
    stored[5, 2] = bad
    path = write(tmp_path / "x.nii", stored, with_dims("DIM_DYN"))
    got = list(bodies(path))
    assert [b.count for b in got if isinstance(b, Transient)] == [0, 1, 3]
    (event,) = [b for b in got if isinstance(b, Event)]
    assert (event.kind, event.time_s, event.author) == ("dropped", 4.0, "relay")
    assert "Transient 2 holds values that are not finite" in event.text
    assert got[-1].transients == 3


def test_nothing_but_nan_is_refused(tmp_path):
    path = write(tmp_path / "x.nii", fids(4) * np.nan, with_dims("DIM_DYN"))
    with pytest.raises(InputError, match=r"x\.nii holds NaN .* in every transient"):
        list(bodies(path))


@pytest.mark.parametrize(
    ("water", "sentence"),
    [
        (
            {"dwell": 2e-4},
            r"w\.nii is a water reference of another dwell time",
        ),
        (
            {"extension": {**HEADER, "SpectrometerFrequency": [127.7]}},
            "another spectrometer frequency",
        ),
        ({"extension": {**HEADER, "ResonantNucleus": ["31P"]}}, "another nucleus"),
        (
            {"stored": fids(2), "extension": with_dims("DIM_COIL")},
            "another number of coils",
        ),
        ({"stored": fids()[:6]}, "another length .* 6 points, fewer than the 8"),
    ],
)
def test_a_foreign_water_reference_is_refused(tmp_path, water, sentence):
    metabolite = write(tmp_path / "m.nii", fids())
    reference = write(tmp_path / "w.nii", **{"stored": fids(), **water})
    with pytest.raises(InputError, match=sentence):
        bodies(metabolite, reference)


def test_points_of_the_water_beyond_the_metabolite_fid_are_cut(tmp_path: Path):
    metabolite = write(tmp_path / "m.nii", fids()[:6])
    reference = write(tmp_path / "w.nii", fids(seed=1))
    (water,) = transients(list(bodies(metabolite, reference)), Kind.WATER)
    assert np.array_equal(water.fid[0], fids(seed=1)[:6])
