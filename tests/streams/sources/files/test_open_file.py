"""Any file as a source, told by its content."""

import gzip
import os
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from streams.errors import InputError
from streams.export.nifti_mrs import write_nifti_mrs, write_session
from streams.messages.transient import (
    Acquisition,
    Body,
    End,
    Event,
    Kind,
    Start,
    Transient,
    number,
)
from streams.messages.wire import encode
from streams.recording.inspection import info, verify
from streams.recording.journal import Journal
from streams.recording.reading import read_messages
from streams.sources.files.open_file import is_recording, messages_of, open_source

ACQUISITION = Acquisition(
    spectrometer_frequency_mhz=127.786142,
    nucleus="1H",
    dwell_time_s=5e-4,
    points=16,
    coils=2,
    echo_time_s=0.03,
    repetition_time_s=2.0,
)


def fid(seed: int) -> np.ndarray:
    noise = np.random.default_rng(seed).standard_normal((2, 2, 16))
    return (noise[0] + 1j * noise[1]).astype(np.complex64)


def session() -> list[Body]:
    return [
        Start(ACQUISITION, "test"),
        Transient(0, 0.0, Kind.WATER, fid(0)),
        Transient(1, 2.0, Kind.METABOLITE, fid(1)),
        Event(3.0, "infusion_start", "", "pump"),
        Transient(2, 4.5, Kind.METABOLITE, fid(2)),
        End(3, "stopped"),
    ]


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    with Journal.create(tmp_path / "s.mcap") as journal:
        for message in number(session()):
            journal.append(encode(message))
    return tmp_path / "s.mcap"


def same(ours: Body, theirs: Body) -> bool:
    if isinstance(ours, Transient) and isinstance(theirs, Transient):
        return ours.fid.tobytes() == theirs.fid.tobytes() and (
            ours.count,
            ours.time_s,
            ours.kind,
        ) == (theirs.count, theirs.time_s, theirs.kind)
    return ours == theirs


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize("name", ["p.mcap", "p.nii.gz"])
def test_a_pipe_is_refused_and_not_waited_for(tmp_path, name):
    pipe = tmp_path / name
    os.mkfifo(pipe)
    for reader in (open_source, info, verify):
        with pytest.raises(InputError, match=f"{name} is a pipe"):
            reader(pipe)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no such devices here")
def test_a_device_is_refused_and_not_read_without_end():
    for reader in (open_source, info, verify):
        with pytest.raises(InputError, match="/dev/zero is a device"):
            reader(Path("/dev/zero"))


def test_a_recording_gives_its_own_messages(recording, tmp_path):
    misnamed = tmp_path / "x.nii.gz"
    shutil.copy(recording, misnamed)
    for path in (recording, misnamed):
        assert is_recording(path)
        source = open_source(path)
        assert source.origin == "recording"
        pairs = zip(source.bodies, session(), strict=True)
        assert all(same(ours, theirs) for ours, theirs in pairs)
    with pytest.raises(InputError, match=r"s\.mcap is a recording, .* leave --water"):
        open_source(recording, water=recording)


def test_an_unfinished_recording_is_found_by_its_name(recording, tmp_path):
    name = tmp_path / "cut.mcap"
    (tmp_path / "cut.mcap.part").write_bytes(recording.read_bytes())
    assert is_recording(name)
    assert len(list(open_source(name).bodies)) == len(list(read_messages(recording)))


def test_a_recording_through_nifti_mrs_is_the_same_session(recording, tmp_path):
    water, metabolite = write_session(tmp_path / "s.nii.gz", read_messages(recording))
    shutil.move(metabolite, tmp_path / "s.dat")
    shutil.move(water, tmp_path / "w")
    source = open_source(tmp_path / "s.dat", tmp_path / "w")
    assert source.origin == "NIfTI-MRS file"
    bodies = list(source.bodies)
    assert isinstance(bodies[0], Start)
    assert bodies[0].acquisition == ACQUISITION
    pairs = zip(bodies[1:-1], session()[1:-1], strict=True)
    assert all(same(ours, theirs) for ours, theirs in pairs)


@pytest.mark.skipif(sys.platform != "linux", reason="names are bytes there alone")
def test_a_file_whose_name_is_no_utf_8_is_read(recording, tmp_path):
    path = tmp_path / os.fsdecode(b"l\xfc1.nii.gz")
    write_session(path, read_messages(recording))
    assert len(list(messages_of(open_source(path)))) > 1


def test_notes_come_with_the_source(tmp_path: Path):
    signals = np.stack([fid(1).T], axis=-1)
    write_nifti_mrs(tmp_path / "m.nii", signals[:10], ACQUISITION)
    write_nifti_mrs(tmp_path / "w.nii", signals, ACQUISITION)
    source = open_source(tmp_path / "m.nii", tmp_path / "w.nii")
    assert source.notes == ("w.nii: 6 points beyond the metabolite FID were left out.",)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "x.nii.gz is empty"),
        (b"a text", "x.nii.gz is no recording"),
        (gzip.compress(b"a text", mtime=0), "x.nii.gz is no recording"),
        (b"\x89HDF\r\n\x1a\n", "x.nii.gz is truncated or damaged"),
        (b"\x89MC", "x.nii.gz is no recording"),
    ],
)
def test_anything_else_is_said_in_one_sentence(tmp_path, content, sentence):
    (tmp_path / "x.nii.gz").write_bytes(content)
    with pytest.raises(InputError, match=sentence) as caught:
        open_source(tmp_path / "x.nii.gz")
    assert "\n" not in str(caught.value)


def test_absent_files_and_folders(tmp_path: Path):
    for path in (tmp_path / "absent", tmp_path):
        with pytest.raises(InputError, match="cannot be read"):
            open_source(path)
