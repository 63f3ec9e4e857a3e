"""Many sessions: finding, bad files as rows, resuming, processes that end."""

import hashlib
import json
import multiprocessing as mp
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from program import until

from monitor.judge import provenance
from monitor.protocol.choose import Wishes
from monitor.study.batch import (
    CRASHED,
    Job,
    Tell,
    _earlier_report,
    _judge_in_pool,
    judge_job,
    run_here,
)
from monitor.study.run import StudyPlan, earlier_rows, judge_all, write_study
from monitor.study.sessions import StudySession, find_sessions, infusion_of
from streams.errors import InputError
from streams.export.bids import write_bids
from streams.messages.transient import Event, number
from streams.recording.content_hash import sha256_of
from streams.sources.files.open_file import open_source

pytestmark = [
    pytest.mark.usefixtures("no_figures"),
    pytest.mark.timeout(400),  # processes of their own, one after another
]


@pytest.fixture
def study(tmp_path: Path, infusion_short: Path, tiny: Path) -> Path:
    """One whole session and one of each kind of bad file."""
    folder = tmp_path / "study"
    folder.mkdir()
    shutil.copy(tiny, folder / "sub-01_ses-1.mcap")
    whole = infusion_short.read_bytes()
    (folder / "sub-01_ses-2.mcap").write_bytes(whole[: len(whole) // 2])
    damaged = bytearray(whole)
    damaged[len(whole) // 3 : len(whole) // 3 + 300] = bytes(300)
    (folder / "sub-02_ses-1.mcap").write_bytes(bytes(damaged))
    (folder / "empty.mcap").write_bytes(b"")
    (folder / "foreign.bin").write_bytes(os.urandom(2000))
    (folder / "notes.txt").write_text("no session")
    return folder


def job(path: Path, out: Path, **changes: Any) -> Job:
    (session,) = find_sessions([path], names=True)
    return Job(session, Wishes(changes=changes), out, pdf=False)


def test_every_bad_file_is_a_row_with_its_reason(study: Path, tmp_path: Path) -> None:
    rows = {}
    for session in find_sessions([study]):
        one = Job(session, Wishes(), tmp_path / "out" / session.label, pdf=False)
        rows[session.label] = judge_job(one)
    assert rows.pop("sub-01_ses-1")["status"] == "judged"
    assert len(rows) == 4
    for row in rows.values():
        assert row["status"] == "not judged"
        assert len(row["reason"]) > 10


def test_what_was_judged_is_not_done_again(tiny: Path, tmp_path: Path) -> None:
    first = judge_job(job(tiny, tmp_path))
    written = (tmp_path / "report.html").stat().st_mtime_ns
    again = judge_job(job(tiny, tmp_path))
    assert again == first
    assert (tmp_path / "report.html").stat().st_mtime_ns == written
    other = judge_job(job(tiny, tmp_path, window=16, step=4))
    assert other["fwhm_hz"] != first["fwhm_hz"]
    assert (tmp_path / "report.html").stat().st_mtime_ns != written


def test_what_another_program_judged_is_done_again(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = job(tiny, tmp_path)
    judge_job(one)
    assert _earlier_report(one) is not None
    monkeypatch.setattr(provenance, "program_hash", lambda: "changed")
    assert _earlier_report(one) is None


def test_half_a_result_is_done_again(tiny: Path, tmp_path: Path) -> None:
    first = judge_job(job(tiny, tmp_path))
    (tmp_path / "qc.json").write_text('{"input_sha256": ')
    assert judge_job(job(tiny, tmp_path)) == first
    for text in ("[]", "null"):
        (tmp_path / "qc.json").write_text(text)
        assert _earlier_report(job(tiny, tmp_path)) is None


@pytest.mark.parametrize("text", ["", "[]", "null", "{}", '{"rows": [1]}'])
def test_rows_that_are_damaged_say_what_to_do(tmp_path: Path, text: str) -> None:
    (tmp_path / "rows.json").write_text(text)
    with pytest.raises(InputError, match="damaged: run participant again"):
        earlier_rows(tmp_path)


class Deadly:
    """Ends the process that unpickles it, as a broken library would."""

    def __reduce__(self) -> tuple[Any, tuple[int]]:
        return os._exit, (13,)


def test_a_file_that_ends_its_process_is_a_row(tiny: Path, tmp_path: Path) -> None:
    session = StudySession("deadly", tiny)
    deadly = Job(session, Deadly(), tmp_path / "deadly", pdf=False)  # type: ignore[arg-type]
    good = job(tiny, tmp_path / "good")
    rows: list[dict[str, Any]] = []
    run_here([deadly, good], 1, rows.append)
    by_name = {row["session"]: row for row in rows}
    assert by_name["deadly"]["reason"] == CRASHED
    assert by_name["tiny"]["status"] == "judged"


class Endless:
    """Keeps the process that unpickles it busy."""

    def __reduce__(self) -> tuple[Any, tuple[float]]:
        return time.sleep, (3600.0,)


@pytest.mark.timeout(100)
def test_who_is_interrupted_waits_for_no_session(tiny: Path, tmp_path: Path) -> None:
    session = StudySession("endless", tiny)
    endless = Job(session, Endless(), tmp_path / "endless", pdf=False)  # type: ignore[arg-type]
    jobs = [job(tiny, tmp_path / "good"), *[endless] * 3]

    def interrupted(row: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _judge_in_pool(jobs, 2, interrupted)
    # The pool's own thread joins them too: for a moment neither knows that they ended.
    until(lambda: not mp.active_children(), "no process of the pool", 10.0)


ORPHAN = """
import os, time
from monitor.study.batch import _pool
if __name__ == "__main__":
    pool = _pool(1)
    pool.submit(os.getpid).result()
    pool.submit(time.sleep, 3600)
    print("up", flush=True)
    time.sleep(3600)
"""


def test_processes_end_with_the_one_that_began_them(tmp_path: Path) -> None:
    """Their common output ends only when none of them holds it any more."""
    script = tmp_path / "orphan.py"
    script.write_text(ORPHAN)
    parent = subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    assert parent.stdout.readline() == "up\n"
    parent.kill()
    assert parent.communicate(timeout=50) == ("", None)


def test_the_table_and_the_page(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def here(jobs: list[Job], workers: int, tell: Tell) -> None:
        for one in jobs:
            tell(judge_job(one))

    monkeypatch.setattr("monitor.study.run.run_here", here)
    sessions = [s for s in find_sessions([study]) if s.path.suffix == ".mcap"]
    plan = StudyPlan(Wishes(), tmp_path / "out", pdf=False, workers=1)
    told: list[dict[str, Any]] = []
    group = write_study(judge_all(sessions, plan, told.append), plan)
    assert group["sessions"] == len(told) == 4
    assert group["judged"] == 1
    lines = (tmp_path / "out" / "sessions.tsv").read_text().splitlines()
    assert len(lines) == 5
    page = (tmp_path / "out" / "group.html").read_text()
    for row in group["not_judged"]:
        assert row["session"] in page


def test_names_say_subject_visit_and_site(tmp_path: Path) -> None:
    place = tmp_path / "site-A" / "sub-07"
    place.mkdir(parents=True)
    (place / "sub-07_ses-2_task-rest.mcap").write_bytes(b"x")
    (session,) = find_sessions([tmp_path])
    assert (session.subject, session.visit, session.site) == ("07", "2", "A")


def test_labels_are_codes_or_hashes_and_stay_when_files_are_added(
    tmp_path: Path,
) -> None:
    for name, content in (
        ("Erika Muster.mcap", b"one"), ("Max.mcap", b"two"),
        ("copy of Max.mcap", b"two"),
        ("sub-07_Muster_ses-2_acq-press.mcap", b"x"), ("sub-08.mcap", b"y"),
        ("again/sub-08.mcap", b"z"),
    ):  # fmt: skip
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    one, two, y, z = (
        hashlib.sha256(c).hexdigest()[:8] for c in (b"one", b"two", b"y", b"z")
    )
    labels = {s.path.name: s.label for s in find_sessions([tmp_path])}
    assert labels["Erika Muster.mcap"] == f"session-{one}"
    assert labels["sub-07_Muster_ses-2_acq-press.mcap"] == "sub-07_ses-2_acq-press"
    found = sorted(s.label for s in find_sessions([tmp_path]))
    assert found == sorted(
        [f"session-{one}", f"session-{two}_{two}", f"session-{two}_{two}_2",
         "sub-07_ses-2_acq-press", f"sub-08_{y}", f"sub-08_{z}"]
    )  # fmt: skip


def test_water_goes_with_the_one_other_file(tmp_path: Path) -> None:
    for name in ("a/metab.nii.gz", "a/water.nii.gz", "b/metab.nii.gz"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    found = find_sessions([tmp_path], names=True)
    assert [s.label for s in found] == ["a_metab", "b_metab"]
    assert [s.water and s.water.name for s in found] == ["water.nii.gz", None]


def test_a_folder_of_dicom_is_one_session(tmp_path: Path) -> None:
    for name in ("sub-01/scan/1.IMA", "sub-01/scan/2.IMA", "sub-02/x.nii.gz"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(bytes(128) + b"DICM")
    (tmp_path / "sub-02/notes.txt").write_text("x")
    found = find_sessions([tmp_path])
    assert [s.path.name for s in found] == ["scan", "x.nii.gz"]
    assert found[0].subject == "01"
    before = sha256_of(found[0].path)
    (found[0].path / "3.IMA").write_bytes(b"more")
    assert sha256_of(found[0].path) != before


def test_a_bids_folder_has_its_svs_files(tmp_path: Path) -> None:
    (tmp_path / "dataset_description.json").write_text("{}")
    mrs = tmp_path / "sub-01" / "ses-1" / "mrs"
    mrs.mkdir(parents=True)
    for name in ("svs.nii.gz", "mrsref.nii.gz", "svs.json"):
        (mrs / f"sub-01_ses-1_{name}").write_bytes(b"x")
    events = mrs / "sub-01_ses-1_events.tsv"
    events.write_text(
        "onset\tduration\ttrial_type\n60\t0\tinfusion_start\n90\t0\tinfusion_stop\n"
    )
    (session,) = find_sessions([tmp_path])
    assert session.water == mrs / "sub-01_ses-1_mrsref.nii.gz"
    assert session.events == events
    assert infusion_of(events) == (60.0, 90.0)


@pytest.mark.parametrize("marked", [True, False])
def test_the_infusion_of_a_bids_session(
    infusion_short: Path, tmp_path: Path, marked: bool
) -> None:
    """From the file where it marks one, else from events.tsv, onsets put in place."""
    bodies = [
        body
        for body in open_source(infusion_short).bodies
        if marked or not isinstance(body, Event)
    ]
    folder, source = tmp_path / "bids", list(number(bodies))
    write_bids(folder, source, "01", "1")
    (events,) = folder.glob("sub-01/ses-1/mrs/*_events.tsv") if marked else (
        folder / "sub-01" / "ses-1" / "mrs" / "sub-01_ses-1_events.tsv",
    )  # fmt: skip
    if not marked:
        events.write_text(
            "onset\tduration\ttrial_type\n72\t0\tinfusion_start\n"
            "192\t0\tinfusion_stop\n"
        )
    (session,) = find_sessions([folder])
    row = judge_job(Job(session, Wishes(), tmp_path / "out", pdf=False))
    assert row["status"] == "judged", row["reason"]
    report = json.loads((tmp_path / "out" / "qc.json").read_text())
    assert report["periods"]["infusion_s"] == [78.0, 198.0]
    assert report["settings"]["infusion_s"] == (None if marked else [78.0, 198.0])
    assert report["counts"]["water_references"] == 2


def test_an_hdf5_file_is_read_in_a_process_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "broken.h5"
    path.write_bytes(b"\x89HDF\r\n\x1a\n" + os.urandom(3000))
    rows: list[dict[str, Any]] = []
    run_here([job(path, tmp_path / "out")], 1, rows.append)
    assert rows[0]["status"] == "not judged"


def test_an_absent_or_empty_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no file or folder"):
        find_sessions([tmp_path / "nowhere"])
    with pytest.raises(InputError, match="no session"):
        find_sessions([tmp_path])
