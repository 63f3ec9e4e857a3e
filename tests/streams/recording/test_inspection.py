"""What is said of a recording that lacks messages or is damaged."""

from dataclasses import replace
from pathlib import Path

import pytest
from mcap.reader import make_reader
from stream_cases import messages

from streams.errors import InputError
from streams.messages import wire
from streams.recording import container
from streams.recording.content_hash import sha256_of
from streams.recording.inspection import Verification, _Tally, info
from streams.recording.journal import Journal
from streams.recording.reading import read_messages
from streams.recording.walk import Damage, JournalEntry

WHOLE = Verification(
    path=Path("visit.mcap"), size_bytes=1000, closed=True, running=False, messages=9,
    transients=7, events=1, last_seq=8, missing=(), damage=(), torn=False,
)  # fmt: skip


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        (((3, 3),), "message 3 is missing"),
        (((3, 4),), "messages 3 to 4 are missing"),
        (((1, 1), (3, 5)), "messages 1, 3 to 5 are missing"),
        (
            ((1, 1), (3, 5), (7, 8), (10, 12), (14, 14)),
            "messages 1, 3 to 5, 7 to 8 and 4 more are missing",
        ),
    ],
)
def test_what_is_missing_is_counted(missing, words) -> None:
    one = replace(WHOLE, missing=missing)
    assert one.lost == words
    assert (one.damaged, one.whole) == (False, False)
    assert f"is sound, but {words}: 9 messages (7 transients) can be read" in (
        one.summary
    )


def test_three_places_of_damage_are_named() -> None:
    three = replace(WHOLE, damage=("a", "b", "c"))
    assert "damaged (a; b; c): 9 messages" in three.summary
    five = replace(three, damage=("a", "b", "c", "d", "e"), missing=((3, 3),))
    said = five.summary
    assert "damaged (a; b; c; 2 more places; message 3 is missing)" in said
    assert "recover visit.mcap` writes them to a sound file" in said
    assert "nothing can be recovered" in replace(five, messages=0).summary


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, False),
        ({"closed": False}, True),
        ({"closed": False, "torn": True}, False),
        ({"torn": True}, False),
        ({"closed": False, "path": Path("visit.mcap.part")}, False),
    ],
)
def test_a_finished_name_without_an_end_was_cut_off(changes, said) -> None:
    one = replace(WHOLE, damage=("a",), **changes)
    assert ("(it was cut off before its end; a)" in one.summary) == said


@pytest.mark.parametrize(
    ("closed", "running", "state"),
    [(True, False, "finished"), (False, False, "not finished"),
     (False, True, "being written")],
)  # fmt: skip
def test_a_whole_one_says_its_state(closed, running, state) -> None:
    path = Path("visit.mcap" if closed else "visit.mcap.part")
    one = replace(WHOLE, path=path, closed=closed, running=running)
    assert one.summary.endswith(f"is whole: 9 messages (7 transients), {state}.")


def tallied(several) -> _Tally:
    tally = _Tally()
    for message in several:
        tally.take(JournalEntry(7, 8, 0, wire.encode(message), True, False))
    return tally


def test_gaps_and_strangers_are_told_apart() -> None:
    several = messages(6)
    assert tallied(several).missing == []
    assert tallied([several[0], several[3], *several[5:]]).missing == [(1, 2), (4, 4)]
    assert tallied(several[2:]).missing == [(0, 1)]
    again = tallied([*several[:3], several[1], several[3]])
    assert again.damage == ["message 1 comes after 2"]
    assert (again.missing, again.last_seq) == ([], 3)
    strange = tallied([several[0], replace(several[1], session="other"), several[2]])
    assert strange.damage == ["message 1 is of another session"]
    assert strange.missing == []


@pytest.mark.parametrize(
    ("torn", "unfinished", "damaged"),
    [(True, True, False), (True, False, True), (False, True, True),
     (False, False, True)],
)  # fmt: skip
def test_the_torn_end_of_an_unfinished_one_is_no_damage(
    torn, unfinished, damaged
) -> None:
    tally = _Tally()
    tally.note(Damage(5, 9, "torn", torn), unfinished)
    assert (tally.torn, bool(tally.damage)) == (torn, damaged)
    tally.note(Damage(9, 12, "torn", not torn), unfinished)
    assert tally.torn


def test_what_holds_no_message_is_refused(tmp_path) -> None:
    place = tmp_path / "visit.mcap"
    place.write_bytes(container.PREAMBLE + bytes(50))
    with pytest.raises(InputError, match="holds no message that mrs-monitor can read"):
        info(place)


def test_a_message_written_again_keeps_its_number(tmp_path) -> None:
    """Its own index was torn off when its writer died."""
    place, several = tmp_path / "visit.mcap", messages(4)
    journal = Journal.create(place)
    for message in several:
        journal.append(wire.encode(message))
    journal.abandon()
    part = place.with_name("visit.mcap.part")
    part.write_bytes(part.read_bytes()[:-5])
    Journal.resume(place).close()
    with open(place, "rb") as file:
        found = [m.sequence for _, _, m in make_reader(file).iter_messages()]
    assert found == list(range(len(several)))
    assert [m.seq for m in read_messages(place)] == found


def test_what_cannot_be_begun_leaves_what_was_there(tmp_path) -> None:
    place = tmp_path / "visit.mcap"
    part = place.with_name("visit.mcap.part")
    part.write_bytes(container.PREAMBLE + bytes(200))
    with pytest.raises(InputError):
        Journal.resume(place)
    assert part.exists()
    with pytest.raises(InputError):
        Journal.create(place)
    assert part.exists()


def test_a_head_that_was_torn_is_written_anew(tmp_path) -> None:
    place, several = tmp_path / "visit.mcap", messages(2)
    place.with_name("visit.mcap.part").write_bytes(container.PREAMBLE[:-3])
    with Journal.resume(place) as journal:
        for message in several:
            journal.append(wire.encode(message))
    assert [m.seq for m in read_messages(place)] == [m.seq for m in several]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        container.MARK,
        container.MARK + b"\1\0\0",
        container.MARK + b"\0\0\0\0",
        container.MARK + b"\2\0\0\0\1\0\0\0",
        b"x" * len(container.MARK) + b"\1\0\0\0\0\0\0\0",
        container.MARK + b"\x11\0\0\0" + bytes(68),
        container.MARK + b"\1\0\0\0\2\0\0\0a",
    ],
)
def test_frames_that_are_none(content: bytes) -> None:
    assert container.unpack(content) is None


def test_frames_come_back(tmp_path) -> None:
    frames = [b"one", b"", b"three"]
    assert container.unpack(container.pack(frames)) == frames
    most = [bytes([n]) for n in range(16)]
    assert container.unpack(container.pack(most)) == most


def test_a_file_that_cannot_be_read_says_why(tmp_path, monkeypatch) -> None:
    with pytest.raises(InputError, match=r"cannot be read: No such file or directory"):
        sha256_of(tmp_path / "none")

    def refuse(*_: object) -> None:
        raise OSError("taken away")

    monkeypatch.setattr(Path, "open", refuse)
    (tmp_path / "there").touch()
    with pytest.raises(InputError, match="cannot be read: taken away"):
        sha256_of(tmp_path / "there")
