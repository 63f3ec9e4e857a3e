"""Files of one visit are one session, with the times of that session."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from export_cases import fids
from visits import GAP_S, parts, visit, write

from streams.errors import InputError
from streams.export.nifti_mrs import write_session
from streams.messages.scanner_counter import OF_FILE, ScannerCounter
from streams.messages.transient import (
    Acquisition,
    Body,
    End,
    Event,
    Kind,
    Message,
    Start,
    Transient,
    number,
)
from streams.sources.files.open_file import open_source
from streams.sources.joining.joined_files import JoinedFiles, session_hash
from streams.sources.joining.open_session import SessionSource, open_session
from streams.voxel.place import VoxelPlace

PLAIN = Acquisition(123.2, "1H", 5e-4, 64, 2, 0.03, repetition_time_s=2.0)


def two_files(folder: Path, *began_s: float | None) -> tuple[Path, Path]:
    """The two series of a visit as recordings, whose relays began at these times."""
    began_s = began_s or (None, None)
    one, other = parts(visit(singlet=True))
    return (
        write(folder / "one.mcap", one, began_s[0]),
        write(folder / "other.mcap", other, began_s[1]),
    )


def small(path: Path, seed: int, first: int = 0, first_s: float = 0.0, **changes):
    """A recording of three transients of noise, counted from `first`."""
    acquisition = replace(PLAIN, **changes)
    signals = fids(3, acquisition.coils, acquisition.points, seed=seed)
    transients = [
        Transient(first + n, first_s + 2.0 * n, Kind.METABOLITE, fid)
        for n, fid in enumerate(signals)
    ]
    return write(path, [Start(acquisition, "test"), *transients, End(3, "stopped")])


def joined(*paths: Path, gap_s: float | None = None) -> SessionSource:
    return open_session(JoinedFiles(paths, gap_s))


def without_file_events(messages) -> list[Message]:
    return [
        m for m in messages
        if not (isinstance(m.body, Event) and m.body.kind == "file")
    ]  # fmt: skip


def check_same(found: Body, expected: Body) -> None:
    match expected:
        case Transient():
            np.testing.assert_array_equal(found.fid, expected.fid)
            fid = found.fid
            assert replace(found, fid=fid) == replace(expected, fid=fid)
        case End():
            assert found.transients == expected.transients
        case _:
            assert found == expected


@pytest.mark.parametrize("began_s", [(None, None), (86_300.0, 86_300.0 + 114.0)])
def test_parts_of_a_visit_are_what_one_recording_of_it_holds(tmp_path, began_s):
    whole = write(tmp_path / "whole.mcap", visit(singlet=True))
    paths = two_files(tmp_path, *began_s)  # the clock's second part is past midnight
    gap_s = GAP_S if began_s == (None, None) else None
    found = without_file_events(joined(*paths, gap_s=gap_s).messages)
    expected = list(open_session(whole).messages)
    assert [m.epoch for m in found] == [m.epoch for m in expected]
    for one, other in zip(found, expected, strict=True):
        check_same(one.body, other.body)


def test_numbers_go_on_and_each_file_is_named_by_its_content(tmp_path):
    paths = two_files(tmp_path)
    messages = list(joined(*paths, gap_s=GAP_S).messages)
    assert [m.seq for m in messages] == list(range(len(messages)))
    assert len({m.session for m in messages}) == 1
    texts = [b.text for b in (m.body for m in messages)
             if isinstance(b, Event) and b.kind == "file"]  # fmt: skip
    hashes = list(map(session_hash, paths))
    assert texts == [f"{hashes[n]} file {n + 1}, 27 transients" for n in (0, 1)]


def test_the_order_is_that_of_the_clock_and_said(tmp_path):
    one, other = two_files(tmp_path, 500.0, 700.0)
    source = joined(other, one)
    assert [piece.contents.path for piece in source.pieces] == [one, other]
    assert source.pieces[1].gap_s == pytest.approx(200.0 + 6.0 - 52.0)
    assert "in the order of their clock" in source.notes[1]
    assert "number 2, 1" in source.notes[1]
    assert not any("one.mcap" in note for note in source.notes)


def test_a_relay_that_played_faster_than_the_scanner_tells_no_time(tmp_path):
    one, other = parts(visit(singlet=True))
    write(tmp_path / "one.mcap", one, 500.0, pace=1 / 40)
    write(tmp_path / "other.mcap", other, 900.0)
    with pytest.raises(InputError, match="--gap S"):
        joined(tmp_path / "one.mcap", tmp_path / "other.mcap")


def test_times_that_follow_each_other_are_of_one_session(tmp_path):
    one = small(tmp_path / "one.mcap", 1)
    other = small(tmp_path / "other.mcap", 2, first=5, first_s=90.0)
    source = joined(one, other)
    found = [m.body for m in source.messages if isinstance(m.body, Transient)]
    assert [t.time_s for t in found] == [0.0, 2.0, 4.0, 90.0, 92.0, 94.0]
    assert [t.count for t in found] == [0, 1, 2, 5, 6, 7]  # two in between are missing
    assert source.pieces[1].placed_by == "its own times"
    assert source.pieces[1].gap_s == 86.0


def test_a_series_that_convert_wrote_beside_another_follows_it(tmp_path):
    start, *rest = visit(singlet=True)
    other = replace(start.acquisition, spectrometer_frequency_mhz=123.2501)
    bodies = [start, *(replace(b, acquisition=other) if isinstance(b, Start) else b
                       for b in rest)]  # fmt: skip
    write_session(tmp_path / "v.nii.gz", number(bodies))
    source = joined(tmp_path / "v.nii.gz", tmp_path / "v_series-2.nii.gz")
    counts = ScannerCounter()
    for message in source.messages:
        counts.take(message.body)
    assert source.pieces[1].start_s == 120.0
    assert message.session.startswith(OF_FILE)
    assert (counts.missing, counts.came) == (0, 48)


def test_a_recording_and_a_file_of_another_format_are_one_session(tmp_path):
    one, other = two_files(tmp_path)
    write_session(tmp_path / "b.nii.gz", number(open_source(other).bodies))
    water = tmp_path / "b_water.nii.gz"
    with pytest.raises(InputError, match="holds its own water"):
        open_session(JoinedFiles((one, tmp_path / "b.nii.gz"), GAP_S), water)
    source = open_session(JoinedFiles((tmp_path / "b.nii.gz", one), GAP_S), water)
    found = [m.body for m in source.messages if isinstance(m.body, Transient)]
    assert len(found) == 26 + 27
    assert [t.count for t in found] == list(range(53))
    assert source.origin == "2 files, joined"


def test_missing_transients_stay_missing(tmp_path):
    one, other = parts(visit(singlet=True))
    lost = [b for b in other if not (isinstance(b, Transient) and b.count in (3, 9))]
    paths = (write(tmp_path / "a.mcap", one), write(tmp_path / "b.mcap", lost))
    counts = ScannerCounter()
    for message in joined(*paths, gap_s=GAP_S).messages:
        counts.take(message.body)
    assert (counts.missing, counts.came, counts.doubled) == (2, 52, 0)


def test_what_events_name_moves_with_their_file(tmp_path):
    one, other = parts(visit(singlet=True))
    named = [
        (Event(9.0, "reference", "0.5m:50s", "operator"), "reference"),
        (Event(9.0, "reference", "1m:1.5m", "operator"), "174:204"),
        (Event(9.0, "reference", "none", "operator"), "none"),
        (Event(9.0, "settings", '{"rejected_epochs": [0], "window": 8}'), "[1]"),
        (Event(9.0, "settings", '{"window": 8}'), '{"window": 8}'),
        (Event(9.0, "gap", "transient 4 was lost", "relay"), "transient 31 was lost"),
        (Event(9.0, "note", "transient 4 coughed", "operator"), "transient 4 coughed"),
        (Event(9.0, "infusion_start", "", "operator", replaces=True), ""),
    ]  # the file before has 27 transients and epoch 0, and ended 114 s before
    events = [event for event, _ in named]
    write(tmp_path / "a.mcap", one)
    write(tmp_path / "b.mcap", [*other[:9], *events, *other[9:]])
    messages = joined(tmp_path / "a.mcap", tmp_path / "b.mcap", gap_s=GAP_S).messages
    found = [m.body for m in messages if isinstance(m.body, Event)]
    moved = [e for e in found if e.time_s == 123.0]
    assert [e.kind for e in moved] == [event.kind for event in events]
    assert [e.replaces for e in moved] == [event.replaces for event in events]
    assert moved[0].text == "0.5m:50s"  # 50s is no figure of a period
    for event, (_, text) in zip(moved[1:], named[1:], strict=True):
        assert text in event.text


def test_every_series_may_have_coils_and_points_of_its_own(tmp_path):
    one = small(tmp_path / "one.mcap", 1)
    other = small(tmp_path / "other.mcap", 2, coils=3, points=128)
    starts = [m.body for m in joined(one, other, gap_s=9.0).messages
              if isinstance(m.body, Start)]  # fmt: skip
    assert [s.acquisition.coils for s in starts] == [2, 3]


def test_a_voxel_that_moved_is_said(tmp_path):
    axes = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    paths = [
        small(
            tmp_path / f"{n}.mcap", n,
            voxel_mm=(20.0, 20.0, 20.0), voxel_place=VoxelPlace((x_mm, 0.0, 0.0), axes),
        )
        for n, x_mm in enumerate((0.0, 0.5, 5.0))
    ]  # fmt: skip
    notes = joined(*paths, gap_s=9.0).notes[1:]
    assert len(notes) == 1
    assert "Of the voxel of file 3, 75 % lies in that of the first" in notes[0]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"nucleus": "31P"}, "the nucleus is 31P instead of 1H"),
        ({"spectrometer_frequency_mhz": 123.3}, "the frequency is 123.300 MHz"),
        ({"echo_time_s": 0.035}, "the echo time is 35 ms instead of 30 ms"),
        ({"mixing_time_s": 0.01}, "the mixing time is 10 ms instead of 0 ms"),
        ({"repetition_time_s": 1.5}, "the repetition time is 1500 ms instead of 2000"),
        ({"sequence": "STEAM"}, "the sequence is STEAM instead of PRESS"),
    ],
)
def test_what_is_no_one_session_is_refused(tmp_path, changes, said):
    one = small(tmp_path / "one.mcap", 1, sequence="PRESS")
    other = small(tmp_path / "other.mcap", 2, **{"sequence": "PRESS"} | changes)
    with pytest.raises(InputError, match=f"other.mcap and one.mcap .* {said}.*--join"):
        joined(one, other, gap_s=9.0)


def test_what_cannot_be_joined_is_one_sentence(tmp_path):
    one, other = small(tmp_path / "one.mcap", 1), small(tmp_path / "other.mcap", 2)
    again = tmp_path / "again.nii.gz"
    write_session(again, number(open_source(one).bodies))
    empty = write(tmp_path / "empty.mcap", [Start(PLAIN, "test"), End(0, "stopped")])
    broken = tmp_path / "broken.mcap"
    broken.write_bytes(other.read_bytes()[:-200])
    for paths, said in (
        ((one, other), "Nothing tells the time between one.mcap and other.mcap: give"),
        ((one, one), "one.mcap holds the same transients as one.mcap: give each"),
        ((one, other, again), "again.nii.gz holds the same transients as one.mcap"),
        ((one, empty), "empty.mcap holds no transient"),
        ((one, broken), "broken.mcap"),
        ((one, tmp_path / "none.mcap"), "none.mcap"),
    ):
        with pytest.raises(InputError, match=said) as error:
            joined(*paths)
        assert str(error.value).count("\n") == 0


def test_files_that_overlap_are_refused(tmp_path):
    one, other = two_files(tmp_path, 500.0, 530.0)
    said = (
        r"other.mcap begins 16.0 s before the last transient of one.mcap by the relay"
    )
    with pytest.raises(InputError, match=said):
        joined(one, other)


def test_a_gap_that_is_not_needed_is_said(tmp_path):
    one, other = two_files(tmp_path, 500.0, 700.0)
    assert "--gap is not used" in joined(one, other, gap_s=5.0).notes[-1]


def test_the_hash_of_a_session_follows_its_files_and_their_order(tmp_path):
    one, other = small(tmp_path / "one.mcap", 1), small(tmp_path / "other.mcap", 2)
    hashes = {session_hash(place) for place in (
        one, other, JoinedFiles((one, other)), JoinedFiles((other, one))
    )}  # fmt: skip
    assert len(hashes) == 4
