"""A folder that files are dropped into, one for each transient or block."""

import os
import shutil
import threading
import time
from dataclasses import replace

import numpy as np
import pytest

from streams.errors import InputError
from streams.export.nifti_mrs import write_session
from streams.messages.transient import (
    Acquisition,
    Event,
    Kind,
    Start,
    Transient,
    number,
)
from streams.sources import folder as watched
from streams.sources import folder_watch
from streams.sources.folder import folder_bodies, taken_before
from streams.sources.folder_rules import FolderRules
from streams.sources.folder_watch import natural

ACQUISITION = Acquisition(123.25, "1H", 2.5e-4, 32, 1, 0.03, 2.0)


def fid(count):
    rng = np.random.default_rng(count)
    return (rng.normal(size=(1, 32)) + 1j).astype(np.complex64)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(folder_watch, "SETTLE_S", 0.05)
    monkeypatch.setattr(watched, "TURN_S", 0.01)
    monkeypatch.setattr(folder_watch, "STUCK_S", 0.3)


@pytest.fixture
def files(tmp_path):
    """Five files of one transient each, somewhere else."""
    made = []
    for count in range(5):
        path = tmp_path / "made" / f"t{count}.nii.gz"
        path.parent.mkdir(exist_ok=True)
        transient = Transient(0, 0.0, Kind.METABOLITE, fid(count))
        write_session(path, number([Start(ACQUISITION, "x"), transient]))
        os.utime(path, (1e9 + 2 * count, 1e9 + 2 * count))
        made.append(path)
    return made


def take(folder, drop=lambda: None, transients=1, **options):
    """Bodies of a watched folder, until so many transients or a minute."""
    stop, got = threading.Event(), []
    folder.mkdir(exist_ok=True)
    source = folder_bodies(folder, stop, **options)
    timer = threading.Timer(60, stop.set)
    timer.start()
    dropping = threading.Thread(target=drop)
    dropping.start()
    for body in source:
        got.append(body)
        if sum(isinstance(b, Transient) for b in got) >= transients:
            stop.set()
    timer.cancel()
    dropping.join()
    return got


def drop_all(files, folder, names=None):
    for index, path in enumerate(files):
        name = names[index] if names else f"fid_{index:04d}.nii.gz"
        shutil.copy2(path, folder / name)


def of(bodies, kind):
    return [b for b in bodies if isinstance(b, kind)]


def test_one_file_for_each_transient(tmp_path, files):
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    drop_all(files, inbox)
    got = take(inbox, transients=5)
    assert len(of(got, Start)) == 1
    transients = of(got, Transient)
    assert [t.count for t in transients] == [0, 1, 2, 3, 4]
    assert [t.time_s for t in transients] == [0.0, 2.0, 4.0, 6.0, 8.0]
    for count, transient in enumerate(transients):
        np.testing.assert_array_equal(transient.fid, fid(count))


def test_numbers_in_names_count_as_numbers(tmp_path, files):
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    drop_all(files, inbox, [f"fid_{n}.nii.gz" for n in (8, 9, 10, 11, 12)])
    transients = of(take(inbox, transients=5), Transient)
    for count, transient in enumerate(transients):
        np.testing.assert_array_equal(transient.fid, fid(count))
    assert sorted(["a10", "a9", "A1"], key=natural) == ["A1", "a9", "a10"]


def test_a_file_that_is_missing_is_a_gap(tmp_path, files):
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    drop_all(files, inbox, [f"fid_{n}.nii.gz" for n in (1, 2, 4, 5, 6)])
    transients = of(take(inbox, transients=5), Transient)
    assert [t.count for t in transients] == [0, 1, 3, 4, 5]
    assert [t.time_s for t in transients] == [0.0, 2.0, 6.0, 8.0, 10.0]


@pytest.mark.parametrize(
    "numbers",
    [(135, 171, 209, 244, 283), (65024, 65536, 66048, 66560, 67072),
     (1795000000000, 1795000002013, 1795000003990, 1795000005995, 1795000008011),
     (115956, 115958, 120000, 120002, 120004)],
)  # fmt: skip
def test_numbers_that_count_nothing_are_no_gaps(tmp_path, files, numbers):
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    drop_all(files, inbox, [f"x_{number}_te30.nii.gz" for number in numbers])
    transients = of(take(inbox, transients=5), Transient)
    assert [t.count for t in transients] == [0, 1, 2, 3, 4]
    assert [t.time_s for t in transients] == [0.0, 2.0, 4.0, 6.0, 8.0]


def test_the_protocol_names_the_part_that_counts(tmp_path, files):
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    names = [f"a{n}_{99 * n % 7}.nii.gz" for n in (0, 1, 4, 5, 6)]
    drop_all(files, inbox, names)
    rules = FolderRules(counter=r"^a(\d+)")
    transients = of(take(inbox, transients=5, rules=rules), Transient)
    assert [t.count for t in transients] == [0, 1, 4, 5, 6]


def test_a_pause_between_files(tmp_path, files):
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    for late in files[3:]:
        os.utime(late, (late.stat().st_mtime + 100,) * 2)
    drop_all(files, inbox)
    transients = of(take(inbox, transients=5), Transient)
    assert [t.time_s for t in transients] == [0.0, 2.0, 4.0, 106.0, 108.0]


def test_a_half_written_file_is_waited_for(tmp_path, files, monkeypatch):
    """Also where it stands still for a while, so that what is there is read in vain."""
    monkeypatch.setattr(folder_watch, "STUCK_S", 60.0)
    inbox = tmp_path / "inbox"
    content = files[0].read_bytes()

    def slowly():
        with (inbox / "fid_0.nii.gz").open("wb") as file:
            for start in range(0, len(content), 40):
                file.write(content[start : start + 40])
                file.flush()
                time.sleep(0.02 if start else 0.2)

    (transient,) = of(take(inbox, slowly), Transient)
    np.testing.assert_array_equal(transient.fid, fid(0))


def test_a_file_renamed_into_place(tmp_path, files):
    inbox = tmp_path / "inbox"

    def rename():
        shutil.copy2(files[1], inbox / "fid_0.nii.gz.part")
        time.sleep(0.2)
        (inbox / "fid_0.nii.gz.part").rename(inbox / "fid_0.nii.gz")

    (transient,) = of(take(inbox, rename), Transient)
    np.testing.assert_array_equal(transient.fid, fid(1))


def test_a_file_that_stays_broken_is_said_and_holds_nothing_up(tmp_path, files):
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    drop_all(files[:3], inbox)
    (inbox / "fid_0001.nii.gz").write_bytes(files[1].read_bytes()[:100])
    got = take(inbox, transients=2)
    kinds = [b.kind if isinstance(b, Event) else "" for b in got]
    assert kinds.count("dropped") == 1
    assert [t.count for t in of(got, Transient)] == [0, 2]
    assert isinstance(got[-1], Transient)  # it came after what was dropped
    assert all("fid_0001" not in e.text for e in of(got, Event))


def test_the_same_file_twice_is_taken_once(tmp_path, files):
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    drop_all([files[0], files[0], files[1]], inbox)
    got = take(inbox, transients=2)
    assert len(of(got, Transient)) == 2
    assert any("same as one before" in e.text for e in of(got, Event))


def test_a_relay_started_again_takes_only_what_is_new(tmp_path, files):
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    drop_all(files[:3], inbox)
    first = take(inbox, transients=3)
    drop_all(files, inbox)
    second = take(inbox, transients=2, taken=taken_before(iter(first)))
    got = of(second, Transient)
    assert len(got) == 2
    np.testing.assert_array_equal(got[0].fid, fid(3))


def test_water_by_name(tmp_path, files):
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    drop_all(files[:2], inbox, ["a_WREF_1.nii.gz", "b_2.nii.gz"])
    got = take(inbox, transients=2, rules=FolderRules(water_name="wref"))
    assert [t.kind for t in of(got, Transient)] == [Kind.WATER, Kind.METABOLITE]


def test_other_acquisitions_are_a_new_start(tmp_path, files):
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    other = replace(ACQUISITION, echo_time_s=0.06)
    transient = Transient(0, 0.0, Kind.METABOLITE, fid(7))
    write_session(files[1], number([Start(other, "x"), transient]))
    drop_all(files[:2], inbox)
    got = take(inbox, transients=2)
    assert [s.acquisition.echo_time_s for s in of(got, Start)] == [0.03, 0.06]


def test_names_of_files_are_not_recorded(tmp_path, files):
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    drop_all(files[:2], inbox, ["Testperson_1.nii.gz", "Testperson_2.nii.gz"])
    (inbox / "Testperson_0.txt").write_text("no recording")
    got = take(inbox, transients=2)
    assert "Testperson" not in repr(got)


def test_no_folder(tmp_path):
    with pytest.raises(InputError, match="is no folder"):
        folder_bodies(tmp_path / "none", threading.Event())
