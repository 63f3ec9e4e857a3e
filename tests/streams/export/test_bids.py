"""BIDS data sets: the validator's word, sidecars against headers, events."""

import csv
import gzip
import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from export_cases import POINTS, STEAM, fids
from file_bodies import nifti_bodies as bodies

from streams.errors import InputError
from streams.export.bids import next_session, write_bids
from streams.messages.transient import (
    Body,
    Event,
    Kind,
    Message,
    Start,
    Transient,
    number,
)

ACQUISITION = replace(
    STEAM,
    spectrometer_frequency_mhz=127.786142,
    dwell_time_s=5e-4,
    coils=2,
    mixing_time_s=None,
    voxel_mm=(20.0, 25.0, 30.0),
    sequence="PRESS",
    vendor="Philips",
    model="",
)
EVENTS = (
    Event(7.0, "infusion_start", "0.23 mg/kg", "pump"),
    Event(8.0, "note", "Frau Mustermann\that Durst", "operator"),
    Event(9.5, "infusion_stop", "", "pump"),
)


def fid(coils: int = 2, seed: int = 0) -> np.ndarray:
    return fids(coils, POINTS, seed=seed)


def session(irregular: bool = False) -> list[Message]:
    times = [4.0, 6.0, 8.7 if irregular else 8.0, 10.0]
    sent: list[Body] = [
        Start(ACQUISITION, "test"),
        Transient(0, 0.0, Kind.NOISE, fid(seed=9)),
        Transient(1, 2.0, Kind.WATER, fid(seed=8)),
        *(
            Transient(2 + i, t, Kind.METABOLITE, fid(seed=i))
            for i, t in enumerate(times)
        ),
        *EVENTS,
    ]
    return list(number(sent))


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def problems(folder: Path) -> list[str]:
    """Codes of the errors that the BIDS validator finds."""
    beside = Path(sys.executable).parent  # of a venv that is not on the path
    name = "bids-validator-deno"
    validator = shutil.which(name) or shutil.which(name, path=str(beside))
    if validator is None:
        pytest.skip("bids-validator-deno is not installed")
    run = subprocess.run(
        [validator, str(folder), "--format", "json"],
        capture_output=True,
        check=False,
        timeout=60,
    )
    if not run.stdout:
        pytest.skip(f"bids-validator-deno does not run here: {run.stderr[-200:]!r}")
    issues = json.loads(run.stdout)["issues"]["issues"]
    return [issue["code"] for issue in issues if issue["severity"] == "error"]


def test_the_bids_validator_finds_no_error(tmp_path: Path):
    folder = tmp_path / "study"
    recording = tmp_path / "a.mcap"
    recording.write_bytes(b"recorded")
    write_bids(folder, session(), "01", "1", recording=recording)
    write_bids(folder, session(irregular=True), "02", "1")
    write_bids(folder, session(), "02", "2")
    assert problems(folder) == []


def test_the_validator_would_have_found_an_error(tmp_path: Path):
    write_bids(tmp_path / "study", session(), "01")
    path = tmp_path / "study/sub-01/mrs/sub-01_svs.json"
    fields = json.loads(path.read_text())
    del fields["EchoTime"]
    path.write_text(json.dumps(fields))
    assert problems(tmp_path / "study") == ["SIDECAR_KEY_REQUIRED"]


def test_the_sidecar_agrees_with_the_header(tmp_path: Path):
    """The schema's MRSNiftiConsistency, which the validator 3.0.2 does not look at."""
    write_bids(tmp_path, session(), "01")
    for path in (tmp_path / "sub-01/mrs").glob("*.nii.gz"):
        header = json.loads(nib.load(path).header.extensions[0].text)
        fields = json.loads(path.with_suffix("").with_suffix(".json").read_text())
        for key in ("ResonantNucleus", "SpectrometerFrequency"):
            assert fields[key] == header[key]


def test_files_and_sidecars(tmp_path: Path):
    written = write_bids(tmp_path, session(), "01", "pre")
    names = [path.relative_to(tmp_path).as_posix() for path in written]
    stem = "sub-01/ses-pre/mrs/sub-01_ses-pre"
    assert names == [
        "dataset_description.json",
        "participants.tsv",
        f"{stem}_rec-noise_unloc.nii.gz",
        f"{stem}_rec-noise_unloc.json",
        f"{stem}_mrsref.nii.gz",
        f"{stem}_mrsref.json",
        f"{stem}_svs.nii.gz",
        f"{stem}_svs.json",
        f"{stem}_events.tsv",
        f"{stem}_events.json",
    ]
    fields = json.loads((tmp_path / f"{stem}_svs.json").read_text())
    assert fields["SpectralWidth"] == 2000.0
    assert fields["NumberOfTransients"] == 4
    assert fields["RepetitionTime"] == 2.0
    assert fields["ReferenceSignal"] == [f"bids::{stem}_mrsref.nii.gz"]
    assert "VolumeTiming" not in fields
    assert "WaterSuppression" not in fields
    reference = json.loads((tmp_path / f"{stem}_mrsref.json").read_text())
    assert reference["WaterSuppression"] is False


def test_irregular_times_become_volume_timing(tmp_path: Path):
    write_bids(tmp_path, session(irregular=True), "01")
    fields = json.loads((tmp_path / "sub-01/mrs/sub-01_svs.json").read_text())
    assert fields["VolumeTiming"] == pytest.approx([0.0, 2.0, 4.7, 6.0])
    assert "RepetitionTime" not in fields


def test_transients_that_came_late_are_put_in_order_of_time(tmp_path: Path):
    sent = [message.body for message in session()]
    sent[4], sent[5] = sent[5], sent[4]
    write_bids(tmp_path, number(sent), "01")
    back = list(bodies(tmp_path / "sub-01/mrs/sub-01_svs.nii.gz"))
    received = [body for body in back if isinstance(body, Transient)]
    assert [body.time_s for body in received] == [4.0, 6.0, 8.0, 10.0]
    assert np.array_equal([b.fid for b in received], [fid(seed=i) for i in range(4)])
    kinds = [body.kind for body in back if isinstance(body, Event)]
    assert kinds == [event.kind for event in EVENTS]
    assert [back.index(event) for event in EVENTS if event.kind != "note"] == [3, 6]


def test_events_count_from_the_first_stored_transient(tmp_path: Path):
    write_bids(tmp_path, session(), "01")
    rows = table(tmp_path / "sub-01/mrs/sub-01_events.tsv")
    assert [tuple(row.values()) for row in rows] == [
        ("3.0", "2.5", "infusion_start", "0.23 mg/kg", "pump"),
        ("4.0", "0", "note", "n/a", "operator"),
        ("5.5", "0", "infusion_stop", "n/a", "pump"),
    ]


def test_notes_only_where_asked_for(tmp_path: Path):
    write_bids(tmp_path / "a", session(), "01")
    for path in (tmp_path / "a").rglob("*"):
        if path.is_file():
            opened = gzip.open if path.suffix == ".gz" else open
            with opened(path, "rb") as file:
                assert b"Mustermann" not in file.read()
    write_bids(tmp_path / "b", session(), "01", notes=True)
    rows = table(tmp_path / "b/sub-01/mrs/sub-01_events.tsv")
    assert rows[1]["details"] == "Frau Mustermann hat Durst"


def test_a_session_is_never_written_over(tmp_path: Path):
    assert next_session(tmp_path, "01") == "01"
    write_bids(tmp_path, session(), "01", "01")
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    with pytest.raises(InputError, match="holds sub-01/ses-01 already: give another"):
        write_bids(tmp_path, session(irregular=True), "01", "01")
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before
    assert (next_session(tmp_path, "01"), next_session(tmp_path, "02")) == ("02", "01")


def test_participants_are_the_subjects_of_the_data_set(tmp_path: Path):
    path = tmp_path / "participants.tsv"
    write_bids(tmp_path, session(), "02")
    assert path.read_text() == "participant_id\nsub-02\n"
    path.write_text("participant_id\tsex\nsub-02\tF")
    write_bids(tmp_path, session(), "01", "1")
    write_bids(tmp_path, session(), "01", "2")
    assert path.read_text() == "participant_id\tsex\nsub-02\tF\nsub-01\tn/a\n"


def test_nothing_is_left_of_a_session_that_could_not_be_written(tmp_path: Path):
    with pytest.raises(InputError, match=r"absent\.mcap cannot be read"):
        write_bids(tmp_path, session(), "01", recording=tmp_path / "absent.mcap")
    (tmp_path / "participants.tsv").write_text("name\tsex\nX\tF\n")
    with pytest.raises(InputError, match=r"first column of .* must be participant_id"):
        write_bids(tmp_path, session(), "01")
    assert not (tmp_path / "sub-01").exists()


@pytest.mark.parametrize("content", [None, b"\xdf\x00\xff", b"age\tparticipant_id\n"])
def test_a_foreign_table_of_participants_is_refused_before_anything(
    tmp_path: Path, content: bytes | None
):
    recording, folder = tmp_path / "visit.mcap", tmp_path / "bids"
    recording.write_bytes(b"recorded")
    path = folder / "participants.tsv"
    path.mkdir(parents=True) if content is None else folder.mkdir()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=r"participants\.tsv .*take .* away"):
        write_bids(folder, session(), "01", "1", recording)
    assert list(folder.iterdir()) == [path]


def test_the_copied_recording_is_named_as_the_session(tmp_path: Path):
    recording = tmp_path / "Mustermann.mcap"
    recording.write_bytes(b"recorded")
    *_, copy = write_bids(tmp_path / "a", session(), "01", "1", recording)
    assert copy == tmp_path / "a/sourcedata/sub-01/ses-1/sub-01_ses-1.mcap"
    assert copy.read_bytes() == b"recorded"


def test_series_acquired_otherwise_are_runs(tmp_path: Path):
    other = replace(ACQUISITION, echo_time_s=0.05)
    last = Transient(9, 50.0, Kind.METABOLITE, fid(seed=5))
    sent = [message.body for message in session()]
    written = write_bids(tmp_path, number([*sent, Start(other, ""), last]), "01")
    names = [path.name for path in written]
    assert "sub-01_run-1_svs.nii.gz" in names
    assert "sub-01_rec-noise_run-1_unloc.nii.gz" in names
    assert "sub-01_run-2_svs.nii.gz" in names
    assert problems(tmp_path) == []


def test_nulled_transients_are_a_file_of_their_own(tmp_path: Path):
    inverted = replace(ACQUISITION, inversion_time_s=0.67)
    first, *rest = (message.body for message in session())
    nulled = Transient(20, 50.0, Kind.MACROMOLECULE, fid(seed=5))
    written = write_bids(
        tmp_path, number([first, *rest, Start(inverted, ""), nulled]), "01"
    )
    path = tmp_path / "sub-01/mrs/sub-01_rec-macromolecules_run-2_svs.json"
    assert path in written
    assert json.loads(path.read_text())["InversionTime"] == 0.67
    others = [p for p in written if p.name.endswith("_svs.json") and p != path]
    assert others
    assert not any("InversionTime" in p.read_text() for p in others)
    assert problems(tmp_path) == []


def test_the_transients_come_back_from_the_data_set(tmp_path: Path):
    write_bids(tmp_path, session(), "01")
    folder = tmp_path / "sub-01/mrs"
    back = bodies(folder / "sub-01_svs.nii.gz", folder / "sub-01_mrsref.nii.gz")
    signals = [b.fid for b in back if isinstance(b, Transient)]
    assert np.array_equal(signals, [fid(seed=8), *(fid(seed=i) for i in range(4))])


def test_what_cannot_be_written_is_said(tmp_path: Path):
    with pytest.raises(InputError, match='sub-"a/b" may hold only letters'):
        write_bids(tmp_path, session(), "a/b")
    with pytest.raises(InputError, match="holds no transient"):
        write_bids(tmp_path, session()[:1], "01")
