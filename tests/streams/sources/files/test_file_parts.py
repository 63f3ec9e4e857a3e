"""Parts of vendors' files by hand: columns of twix, containers, headers, tables."""

import struct
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from streams.errors import InputError
from streams.messages.transient import Acquisition
from streams.sources.files import (
    bids_beside,
    ismrmrd,
    nifti_container,
    twix,
    twix_header,
)
from streams.sources.files.choice import Entries
from streams.sources.files.nifti_container import MRS_EXTENSION
from streams.sources.files.nifti_dimensions import (
    ALIKE,
    LEAST_ALIKE,
    _coil_notes,
    arrangement_of,
    dimension_tags,
    unchosen,
)
from streams.sources.files.nifti_dynamic import check_constant, times_of
from streams.sources.files.nifti_header import Header
from streams.sources.files.twix import LATEST_TOP, MOST_LEFT

ACQUISITION = Acquisition(123.25, "1H", 5e-4, 16, 1, 0.03, repetition_time_s=2.0)
PATH = Path("x.dat")

# -- twix ------------------------------------------------------------------------------


def image(columns: int = 100, count: int = 3, cuts=(0, 0), centre=None):
    values = np.arange(columns * 2 * count, dtype=np.complex64)
    stored = values.reshape(columns, 2, count) * (1 + 1j)
    one = SimpleNamespace(
        NCol=columns, NCha=2, NAcq=count, unsorted=lambda: stored,
        cutOff=np.repeat(np.array(cuts)[:, None], count, axis=1),
    )  # fmt: skip
    if centre is not None:
        one.centerCol = np.full(count, centre)
    return one, stored


@pytest.mark.parametrize(
    ("columns", "cuts", "centre", "points", "kept", "cut"),
    [
        (100, (0, 0), None, None, (0, 100), 0),
        (100, (3, 5), None, None, (3, 95), 0),
        (100, (3, 5), 7, None, (7, 95), 4),
        (100, (3, 5), 2, None, (3, 95), 0),
        (100, (0, 0), LATEST_TOP * 100, None, (25, 100), 25),
        (100, (0, 0), LATEST_TOP * 100 + 1, None, (0, 100), 0),
        (102, (0, 0), None, 50, (0, 100), 0),
        (104, (2, 0), None, 50, (2, 102), 0),
        (100, (0, 0), None, 50, (0, 100), 0),
        (103, (0, 0), None, 50, (0, 103), 0),  # too many to be left over
        (40, (0, 0), None, 50, (0, 40), 0),
    ],
)
def test_columns_that_are_kept(columns, cuts, centre, points, kept, cut) -> None:
    assert MOST_LEFT * 50 < 3
    one, stored = image(columns, 3, cuts, centre)
    some = np.array([True, False, True])
    fids, found = twix._fids(one, some, points)
    np.testing.assert_array_equal(fids, stored[slice(*kept)][..., some].T.conj())
    assert found == cut
    assert one.flagRemoveOS is False


def test_a_twix_without_centres_or_cuts() -> None:
    one, _ = image(centre=9)
    none, all_ = np.zeros(3, bool), np.ones(3, bool)
    assert twix._top(one, none) == 0
    assert twix._top(one, all_) == 9
    one.centerCol = np.full(2, 9)
    assert twix._top(one, all_) == 0
    one.cutOff = np.zeros((1, 3))
    assert twix._cut(one, all_) == (0, 0)
    one.cutOff = np.array([[4, 1, 1], [5, 2, 2]])
    assert twix._cut(one, np.array([False, True, True])) == (1, 2)


@pytest.mark.parametrize(
    ("value", "points"), [("1024", 1024), (0, None), (-5, None), ("x", None)]
)
def test_points_that_the_protocol_asks_for(value, points) -> None:
    header = {"MeasYaps": {("sSpecPara", "lVectorSize"): value}}
    assert twix_header.vector_size(header) == points


@pytest.mark.parametrize("value", [None, 0.0, -1.0, "inf", "nan", "x"])
def test_numbers_that_a_twix_lacks(value) -> None:
    with pytest.raises(InputError, match=r"x has no alTE\.0 in its header"):
        twix_header._number("x", {("alTE", "0"): value}, "alTE", "0")
    assert twix_header._number("x", {("alTE", "0"): "3"}, "alTE", "0") == 3.0


def counted(**counters: list[int]) -> SimpleNamespace:
    plain = {name: np.zeros(4) for name in twix.COUNTERS}
    return SimpleNamespace(**{**plain, **counters})


def test_counters_of_a_series() -> None:
    header = {"MeasYaps": {("tSequenceFileName",): "other"}}
    none = np.zeros(4, bool)

    def kept(chosen: dict[str, Entries], water=none, **counters: list[int]):
        found, said = twix._kept("x", counted(**counters), header, chosen, water)
        return found.tolist(), said

    assert kept({}) == ([True] * 4, [])
    with pytest.raises(InputError, match=r"x has 2 entries along .* Set=0 \(to 1\)"):
        kept({}, Set=[0, 1, 0, 1])
    mask, said = kept({"Set": Entries(1, 2)}, Set=[0, 1, 0, 1])
    assert mask == [False, True, False, True]
    assert len(said) == 1
    mask, said = kept({"Set": Entries()}, Set=[0, 1, 0, 1])
    assert mask == [True] * 4
    assert len(said) == 1
    # What only the water has is no counter of the rest.
    water = np.array([True, False, False, False])
    assert kept({}, water, Set=[1, 0, 0, 0])[0] == [False, True, True, True]
    with pytest.raises(InputError, match="no acquisition of that choice"):
        kept({"Set": Entries(0, 1)}, water, Set=[0, 1, 1, 1])


@pytest.mark.parametrize(
    ("mode", "count", "n", "first", "other"),
    [
        (2, 5, 2, [0, 1, 3, 4], []),
        (2, 4, 2, [], []),
        (8, 9, 2, [0, 1, 5, 6], [2, 3, 7, 8]),
        (8, 8, 2, [], []),
        (1, 9, 2, [], []),
    ],
)
def test_reference_scans_by_their_mode(
    monkeypatch, mode, count, n, first, other
) -> None:
    rule = twix.scanner_names.REFERENCE_SCANS
    monkeypatch.setattr(twix.scanner_names, "water_counter", lambda name: rule)
    yaps = {("sSpecPara", "lAutoRefScanNo"): n, ("sSpecPara", "lAutoRefScanMode"): mode}
    found = twix._water(SimpleNamespace(NAcq=count), {"MeasYaps": yaps}, {})
    assert np.flatnonzero(found[0]).tolist() == first
    assert np.flatnonzero(found[1]).tolist() == other


def test_water_that_a_counter_tells(monkeypatch) -> None:
    monkeypatch.setattr(twix.scanner_names, "water_counter", lambda name: "Phs")
    header = {"MeasYaps": {}}

    def water(phases: list[int], chosen=None) -> list[int]:
        one = SimpleNamespace(NAcq=4, Phs=np.array(phases))
        return np.flatnonzero(twix._water(one, header, chosen or {})[0]).tolist()

    assert water([0, 1, 1, 0]) == [0, 3]
    assert water([1, 1, 1, 1]) == []
    assert water([0, 1, 1, 0], {"Phs": Entries()}) == []


# -- ISMRMRD ---------------------------------------------------------------------------


def test_the_unit_of_stamps_without_a_repetition_time() -> None:
    steps = np.array([800, 800])
    without = Acquisition(123.25, "1H", 5e-4, 16, 1, 0.03)
    siemens = Acquisition(123.25, "1H", 5e-4, 16, 1, 0.03, vendor="SIEMENS")
    assert ismrmrd._steps_s(steps, without, 0.0).tolist() == [0.8, 0.8]
    assert ismrmrd._steps_s(steps, siemens, 0.0).tolist() == [2.0, 2.0]
    assert ismrmrd._steps_s(steps, siemens, 0.01).tolist() == [8.0, 8.0]
    assert ismrmrd._steps_s(np.array([-5]), ACQUISITION, 0.0) is None


@pytest.mark.parametrize(
    ("stamps", "times_s", "begun_s"),
    [
        ([4000, 4800], (0.0, 2.0), 10.0),
        ([4800, 4000], (0.0, 2.0), None),
        ([4000, 4800], None, None),
        ([4000], (0.0,), None),
    ],
)
def test_when_a_file_began(stamps, times_s, begun_s) -> None:
    found = ismrmrd._begin(np.array(stamps, np.uint32), times_s)
    assert (None if found is None else found.time_s) == begun_s


def test_most_acquisitions_are_of_one_kind() -> None:
    kind = np.dtype([("a", int), ("b", int)])
    heads = np.array([(1, 2), (1, 2), (1, 3)], kind)
    assert ismrmrd._most_common(heads).tolist() == [True, True, False]
    with pytest.raises(InputError, match="2 kinds of acquisitions"):
        ismrmrd._most_common(heads[1:])


# -- NIfTI -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dim", "shape"),
    [
        ([4, 1, 1, 1, 64, 9, 9, 9], (1, 1, 1, 64, 1, 1, 1)),
        ([7, 1, 1, 1, 64, 2, 3, 4], (1, 1, 1, 64, 2, 3, 4)),
        ([1, 8, 0, 0, 0, 0, 0, 0], (8, 1, 1, 1, 1, 1, 1)),
    ],
)
def test_shapes_of_a_container(dim, shape) -> None:
    assert nifti_container._shape(PATH, {"dim": dim}) == shape


@pytest.mark.parametrize(
    "dim",
    [[0, 1, 1, 1, 1, 1, 1, 1], [8, 1, 1, 1, 1, 1, 1, 1], [5, 1, 1, 1, 64, 0, 1, 1]],
)
def test_shapes_that_cannot_be(dim) -> None:
    with pytest.raises(InputError, match="its dimensions are"):
        nifti_container._shape(PATH, {"dim": dim})


@pytest.mark.parametrize(
    ("offset", "fine"),
    [(352.0, True), (351.0, False), (np.nan, False), (1e12, False), (544.0, True)],
)
def test_where_samples_may_begin(offset: float, fine: bool) -> None:
    header = {"vox_offset": offset}
    if fine:
        assert nifti_container._offset(PATH, header, 348) == int(offset)
    else:
        with pytest.raises(InputError, match="vox_offset is"):
            nifti_container._offset(PATH, header, 348)


@pytest.mark.parametrize("slope", [0.0, 1.0, np.nan, np.inf, 2.5])
def test_slopes(slope: float) -> None:
    stored = np.array([1 + 2j], np.complex64)
    found = nifti_container._scale(stored, {"scl_slope": slope})
    assert found.dtype == np.complex64
    assert found[0] == (2.5 if slope == 2.5 else 1.0) * stored[0]


def extension(code: int, text: bytes) -> bytes:
    return struct.pack("<ii", 8 + len(text), code) + text


def test_the_extension_is_found_behind_others() -> None:
    ours = extension(MRS_EXTENSION, b'{"a": 1}')
    begin = b"\1\0\0\0"
    read = nifti_container._mrs_extension
    assert read(PATH, begin + ours, "<") == {"a": 1}
    assert read(PATH, begin + extension(6, b"other...") + ours, "<") == {"a": 1}
    assert read(PATH, begin + ours + extension(6, b"other"), "<") == {"a": 1}
    for gap in (
        b"\0\0\0\0" + ours,
        begin,
        begin + ours[:7],
        begin + struct.pack("<ii", 7, 6) + ours,
        begin + extension(6, b"other..."),
    ):
        with pytest.raises(InputError, match="without the NIfTI-MRS header"):
            read(PATH, gap, "<")


def affine_header(sform: int, qform: int) -> dict[str, object]:
    class One(dict):
        def get_sform(self):
            return np.diag([1.0, 1, 1, 1])

        def get_qform(self):
            return np.diag([2.0, 2, 2, 1])

    return One(sform_code=sform, qform_code=qform)


@pytest.mark.parametrize(
    ("sform", "qform", "first"), [(1, 1, 1.0), (0, 1, 2.0), (0, 0, None), (2, 0, 1.0)]
)
def test_which_affine_is_taken(sform, qform, first) -> None:
    found = nifti_container._affine(affine_header(sform, qform))
    assert (None if found is None else found[0, 0]) == first


def container(*sizes: int, points: int = 4, **tags: str) -> SimpleNamespace:
    shape = (1, 1, 1, points, *sizes, *(1,) * (3 - len(sizes)))
    stored = np.arange(np.prod(shape)).reshape(shape).astype(np.complex64)
    return SimpleNamespace(name="x", stored=stored, extension=tags)


def test_dimensions_need_names_where_they_have_entries() -> None:
    tags = {"dim_5": "DIM_COIL", "dim_6": "DIM_DYN"}
    assert dimension_tags(container(2, 3, **tags)) == {"DIM_COIL": 4, "DIM_DYN": 5}
    assert dimension_tags(container(1, **tags)) == {"DIM_COIL": 4, "DIM_DYN": 5}
    assert dimension_tags(container()) == {}
    with pytest.raises(InputError, match="2 entries along dimension 5 and no dim_5"):
        dimension_tags(container(2))
    with pytest.raises(InputError, match="two dimensions DIM_DYN"):
        dimension_tags(container(2, 3, dim_5="DIM_DYN", dim_6="DIM_DYN"))


def test_what_is_chosen_is_said() -> None:
    tags = {"dim_5": "DIM_COIL", "dim_6": "DIM_DYN"}
    one = container(2, 3, **tags)
    axes = dimension_tags(one)

    def arranged(**choose: object):
        return arrangement_of(one, axes, choose)

    assert arranged().fids.shape == (3, 2, 4)
    assert arranged().choices == ()
    assert arranged().rows == range(3)
    some = arranged(DIM_DYN=Entries(1, 3))
    assert (some.fids.shape, some.rows) == ((2, 2, 4), range(1, 3))
    assert len(some.choices) == 1
    assert arranged(DIM_DYN=Entries()).choices == ()
    every = arranged(DIM_COIL=Entries())
    assert every.fids.shape == (6, 1, 4)
    assert every.rows is None
    assert len(every.choices) == 1
    single = arranged(DIM_COIL=1)
    assert single.fids.shape == (3, 1, 4)
    np.testing.assert_array_equal(single.fids[:, 0], one.stored[0, 0, 0, :, 1, :, 0].T)
    assert unchosen(axes, {"DIM_DYN": 1}) == ("DIM_DYN",)
    assert unchosen(axes, {"DIM_DYN": Entries(0, 2), "DIM_EDIT": 0}) == ("DIM_EDIT",)


def test_coils_that_look_like_transients() -> None:
    decay = np.exp(-np.arange(64) / 20.0)
    alike = np.tile(decay, (1, LEAST_ALIKE, 1)).astype(complex)
    tags = {"DIM_COIL": 4}
    (said,) = _coil_notes("x", alike, tags)
    assert "which look like transients" in said
    assert _coil_notes("x", alike[:, 1:], tags) == ()
    assert _coil_notes("x", np.concatenate([alike, alike]), tags) == ()
    turns = np.exp(2j * np.pi * np.arange(LEAST_ALIKE) / LEAST_ALIKE)
    assert _coil_notes("x", alike * turns[:, None], tags) == ()
    sizes = np.linspace(1.0, 2.5, LEAST_ALIKE)
    assert _coil_notes("x", alike * sizes[:, None], tags) == ()
    assert 0.9 < ALIKE < 1.0
    assert _coil_notes("x", np.zeros_like(alike), tags) == ()


def test_what_must_not_change_from_transient_to_transient() -> None:
    def check(value: object, stated: object = None) -> list[str]:
        fields = {} if stated is None else {"EchoTime": stated}
        header = Header("x", fields)
        check_constant(header, {"EchoTime": value})
        return header.notes

    assert len(check([0.03, 0.03])) == 1
    assert len(check([0.03, 0.03], 0.03)) == 1
    assert len(check([0.03], [0.03])) == 1
    for wrong in ([0.03, 0.04], ["x", "x"], [0.03, "x"], []):
        with pytest.raises(InputError, match="changes from transient to transient"):
            check(wrong)
    with pytest.raises(InputError, match="changes from transient to transient"):
        check([0.03, 0.03], 0.04)


def test_times_that_run_backwards_are_said() -> None:
    def notes(*times: float) -> int:
        header = Header("x", {})
        found = times_of(header, {"TransientTime": list(times)}, len(times))
        assert found == times
        return len(header.notes)

    assert notes(0.0, 2.0, 4.0) == notes(0.0, 0.0) == 0
    assert notes(0.0, 4.0, 2.0) == 1


# -- BIDS ------------------------------------------------------------------------------


def test_events_beside_count_from_the_first_transient(tmp_path) -> None:
    path = tmp_path / "sub-01_svs.nii.gz"
    table = tmp_path / "sub-01_events.tsv"
    table.write_text("onset\tduration\ttrial_type\n5\tinf\trest\n7\t2\ttask\n")
    events, said = bids_beside.events_beside(path, 10.0)
    found = [(event.time_s, event.kind) for event in events]
    assert found == [(15.0, "rest"), (17.0, "task"), (19.0, "task end")]
    assert said.startswith("sub-01_events.tsv: 3 events")
    assert bids_beside.events_beside(tmp_path / "sub-01_mrsref.nii.gz", 0.0) == ((), "")
    assert bids_beside.events_beside(tmp_path / "sub-02_svs.nii.gz", 0.0) == ((), "")


def test_a_sidecar_larger_than_any_is_not_read(tmp_path, monkeypatch) -> None:
    path, beside = tmp_path / "x.nii.gz", tmp_path / "x.json"
    beside.write_text('{"EchoTime": 0.03}')
    assert bids_beside.sidecar_fields(path) == {"EchoTime": 0.03}
    monkeypatch.setattr(bids_beside, "LONGEST", 5)
    assert bids_beside.sidecar_fields(path) == {}
    monkeypatch.undo()
    beside.unlink()
    beside.mkdir()
    assert bids_beside.sidecar_fields(path) == {}
