"""Names, disks and space of recordings."""

import errno
import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from streams.errors import InputError
from streams.recording import files
from streams.recording.container import MAGIC, MARK, PREAMBLE
from streams.recording.files import (
    RENAME_PATIENCE_S,
    _is_recording,
    check_space,
    disk_of,
    find,
    rename,
)
from streams.recording.lock import _write_error


def test_the_disk_is_the_nearest_mount(tmp_path, monkeypatch) -> None:
    disk = tmp_path / "data"
    monkeypatch.setattr(os.path, "ismount", lambda place: Path(place) == disk)
    assert disk_of(disk / "study" / "visit.mcap") == str(disk)
    assert disk_of(disk / "visit.mcap") == str(disk)
    outside = tmp_path / "visit.mcap"
    assert disk_of(outside) == outside.absolute().anchor


def test_the_finished_one_is_found_first(tmp_path) -> None:
    place = tmp_path / "visit.mcap"
    part = place.with_name("visit.mcap.part")
    assert find(place) == place
    part.touch()
    assert find(place) == part
    place.touch()
    assert find(place) == place


def test_too_little_space_is_said_before_it_begins(tmp_path, monkeypatch) -> None:
    asked = []

    def usage(folder: Path) -> SimpleNamespace:
        asked.append(folder)
        return SimpleNamespace(free=500e6)

    monkeypatch.setattr(files.shutil, "disk_usage", usage)
    deep = tmp_path / "study" / "day" / "visit.mcap"
    check_space(deep, 499.0)
    assert asked == [tmp_path]
    with pytest.raises(InputError, match=r"Only 500 MB are free for .* 501 MB are"):
        check_space(deep, 501.0)
    there = tmp_path / "visit.mcap"
    there.with_name("visit.mcap.part").touch()
    check_space(there, 501.0)


HEAD = PREAMBLE + b"-" * 20 + MARK


@pytest.mark.parametrize(
    ("head", "known"),
    [
        (HEAD, True),
        (MAGIC, True),
        (MAGIC[:3], True),
        (b"x" + HEAD[1:], True),
        (b"x" + HEAD[1 : len(PREAMBLE)], True),
        (b"x" + MAGIC[1:] + b"-" * (len(PREAMBLE) - len(MAGIC)) + MARK, True),
        (b"x" + MAGIC[1:] + b"-" * (len(PREAMBLE) - len(MAGIC)), False),
        (b"x" + HEAD[1 : len(PREAMBLE) - 1], False),
        (b"x" * 8 + MARK, False),
        (b"x" * 200, False),
    ],
)
def test_what_begins_as_a_recording_does(head: bytes, known: bool) -> None:
    assert _is_recording(head) == known


def test_a_file_that_others_hold_open_is_renamed_patiently(
    tmp_path, monkeypatch
) -> None:
    part, final = tmp_path / "a.part", tmp_path / "a"
    clock = SimpleNamespace(now=100.0, waits=0)
    replaced = os.replace

    def sleep(seconds: float) -> None:
        clock.now += 0.3
        clock.waits += 1

    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, "open elsewhere")

    monkeypatch.setattr(files.time, "monotonic", lambda: clock.now)
    monkeypatch.setattr(files.time, "sleep", sleep)
    monkeypatch.setattr(files.os, "replace", refuse)
    part.touch()
    assert rename(part, final) == part
    assert clock.waits == int(RENAME_PATIENCE_S / 0.3) + 1

    def once(source: Path, target: Path) -> None:
        monkeypatch.setattr(files.os, "replace", replaced)
        raise PermissionError(errno.EACCES, "open elsewhere")

    monkeypatch.setattr(files.os, "replace", once)
    assert rename(part, final) == final
    assert not part.exists()
    part.touch()
    assert rename(part, final) == part  # there is one of that name


def test_why_no_file_can_be_made(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(files.os, "access", lambda *_: False)
    assert isinstance(_write_error(tmp_path), PermissionError)
    monkeypatch.setattr(files.os, "access", lambda *_: True)
    assert _write_error(tmp_path).errno == errno.EROFS
