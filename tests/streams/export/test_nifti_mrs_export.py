"""NIfTI-MRS that others can read, and that comes back with the same bits."""

from dataclasses import replace
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from export_cases import STEAM, fids
from file_bodies import nifti_bodies as bodies
from nifti_mrs.nifti_mrs import NIFTI_MRS
from nifti_mrs.validator import validate_nifti_mrs

from streams.errors import InputError
from streams.export.nifti_mrs import ProcessingStep, write_nifti_mrs, write_session
from streams.messages.transient import (
    Body,
    End,
    Event,
    Kind,
    Message,
    Start,
    Transient,
    number,
)
from streams.sources.files.nifti_mrs import read_series

ACQUISITION = replace(
    STEAM,
    spectrometer_frequency_mhz=127.786142,
    dwell_time_s=1 / 3000,
    vendor="Siemens",
    phase_cycle_steps=8,
)
EVENTS = (
    Event(9.0, "infusion_start", "0.23 mg/kg", "pump"),
    Event(12.5, "note", "hustet", "operator"),
)


def session() -> list[Body]:
    signals = fids(7, 3, 16)
    times = [0.0, 2.1, 4.2, 7.3, 9.4, 12.5, 13.0]
    kinds = 2 * [Kind.WATER] + 5 * [Kind.METABOLITE]
    sent: list[Body] = [
        Transient(count, time_s, kind, fid)
        for count, (time_s, kind, fid) in enumerate(
            zip(times, kinds, signals, strict=True)
        )
    ]
    sent.insert(4, EVENTS[0])
    sent.insert(6, EVENTS[1])
    return [Start(ACQUISITION, "test"), *sent, End(7, "stopped")]


def messages(*sent: Body) -> list[Message]:
    return list(number(sent, "s"))


@pytest.mark.parametrize("name", ["x.nii", "x.nii.gz"])
@pytest.mark.parametrize("shape", [(16, 5), (16, 1), (16, 4, 5), (16, 4, 1)])
def test_nifti_mrs_validates_it_and_reads_the_same_bits(tmp_path, name, shape):
    signals = fids(*shape)
    times = [0.0, 2.5, 5.0, 7.5, 11.0][: shape[-1]]
    steps = [
        ProcessingStep("RF coil combination", "whitened"),
        ProcessingStep("Signal averaging"),
    ]
    path = tmp_path / name
    write_nifti_mrs(path, signals, ACQUISITION, times, steps, EVENTS, True)
    theirs = NIFTI_MRS(str(path))
    validate_nifti_mrs(theirs)
    assert np.array_equal(theirs[:].conj().reshape(shape), signals)
    assert theirs.dwelltime == ACQUISITION.dwell_time_s
    tags = ["DIM_COIL", "DIM_DYN"] if len(shape) == 3 else ["DIM_DYN"]
    assert [tag for tag in theirs.dim_tags if tag] == tags
    applied = theirs.hdr_ext["ProcessingApplied"]
    assert [step["Method"] for step in applied] == [
        "RF coil combination",
        "Signal averaging",
    ]
    assert applied[0]["Program"] == "mrs-monitor"
    assert theirs.hdr_ext["WaterSuppressed"] is True


def test_a_session_comes_back_with_every_bit_and_time(tmp_path: Path):
    sent = session()
    written = write_session(tmp_path / "s.nii.gz", messages(*sent), notes=True)
    assert [path.name for path in written] == ["s_water.nii.gz", "s.nii.gz"]
    for path in written:
        validate_nifti_mrs(NIFTI_MRS(str(path)))
    water, metabolite = written
    back = list(bodies(metabolite, water))
    assert isinstance(back[0], Start)
    assert back[0].acquisition == ACQUISITION
    assert read_series(metabolite).notes == read_series(water).notes == ()
    assert [type(body) for body in back] == [type(body) for body in sent]
    for ours, theirs in zip(sent[1:-1], back[1:-1], strict=True):
        if isinstance(ours, Transient) and isinstance(theirs, Transient):
            assert (ours.count, ours.time_s, ours.kind) == (
                theirs.count,
                theirs.time_s,
                theirs.kind,
            )
            assert ours.fid.tobytes() == theirs.fid.tobytes()
        else:
            assert ours == theirs


def test_lost_doubled_and_late_transients_stay_what_they_were(tmp_path: Path):
    event = Event(5.0, "re-shim", "", "operator")
    places = [(3, 0.0), (5, 4.0), (4, 2.0), (4, 2.0), (9, 12.0)]
    sent: list[Body] = [
        Transient(count, time_s, Kind.METABOLITE, fids(3, 16, seed=index))
        for index, (count, time_s) in enumerate(places)
    ]
    sent.insert(2, event)
    (path,) = write_session(tmp_path / "s.nii", messages(Start(ACQUISITION, ""), *sent))
    back = list(bodies(path))[1:-1]
    assert back[2] == event
    received = [b for b in back if isinstance(b, Transient)]
    assert [b.time_s for b in received] == [time_s for _, time_s in places]
    assert [b.count for b in received] == [count - 3 for count, _ in places]
    validate_nifti_mrs(NIFTI_MRS(str(path)))


def test_series_acquired_otherwise_go_to_files_of_their_own(tmp_path: Path):
    other = replace(ACQUISITION, coils=1, echo_time_s=0.05)
    fid = fids(1, 16, seed=2)
    sent = [
        *session()[:-1],
        Start(other, "b"),
        Transient(0, 99.0, Kind.METABOLITE, fid),
    ]
    written = write_session(tmp_path / "s.nii", messages(*sent))
    assert [path.name for path in written] == [
        "s_water.nii",
        "s.nii",
        "s_series-2.nii",
    ]
    assert np.array_equal(read_series(written[-1]).fid(0), fid)
    assert read_series(written[-1]).times_s == (99.0,)


def test_two_writings_are_the_same_bytes(tmp_path: Path):
    for name in ("a.nii.gz", "b.nii.gz"):
        write_nifti_mrs(tmp_path / name, fids(16, 5), ACQUISITION)
    first, second = (tmp_path / name for name in ("a.nii.gz", "b.nii.gz"))
    assert first.read_bytes() == second.read_bytes()


def test_a_single_coil_comes_back_as_one(tmp_path: Path):
    write_nifti_mrs(tmp_path / "x.nii", fids(16, 1, 5), ACQUISITION)
    assert nib.load(tmp_path / "x.nii").shape == (1, 1, 1, 16, 5)
    assert read_series(tmp_path / "x.nii").fids.shape == (5, 1, 16)


def test_real_transients_through_a_session_and_back(shared_data, tmp_path):
    folder = shared_data / "real/steam7t_4coil"
    sent = list(bodies(folder / "metab.nii.gz", folder / "wref.nii.gz"))
    written = write_session(tmp_path / "s.nii.gz", messages(*sent))
    before, after = NIFTI_MRS(str(folder / "metab.nii.gz")), NIFTI_MRS(str(written[1]))
    assert np.array_equal(before[:], after[:])
    assert before.dim_tags == after.dim_tags
    assert before.dwelltime == after.dwelltime


def test_what_cannot_be_written_is_said(tmp_path: Path):
    with pytest.raises(InputError, match=r"x\.dat must end in \.nii"):
        write_nifti_mrs(tmp_path / "x.dat", fids(16, 5), ACQUISITION)
    with pytest.raises(InputError, match="holds no transient"):
        write_session(tmp_path / "x.nii", messages(Start(ACQUISITION, "")))
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        write_nifti_mrs(tmp_path / "file/x.nii", fids(16, 5), ACQUISITION)
    with pytest.raises(ValueError, match="complex128"):
        write_nifti_mrs(tmp_path / "x.nii", fids(16, 5).astype("c16"), ACQUISITION)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
