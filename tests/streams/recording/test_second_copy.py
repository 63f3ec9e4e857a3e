"""A second copy: what it holds, when it takes over, and how it is compared."""

import threading

import pytest
from stream_cases import messages

from streams.errors import InputError
from streams.messages import wire
from streams.recording import second_copy
from streams.recording.inspection import verify
from streams.recording.journal import Journal
from streams.recording.reading import read_messages
from streams.recording.second_copy import KEPT, Copying, check_copy, extend_from_copy

FRAMES = [wire.encode(message) for message in messages(6)]


@pytest.fixture
def journal(tmp_path):
    """A recording that goes on."""
    one = Journal.create(tmp_path / "visit.mcap")
    yield one
    one.abandon()


def copying(journal: Journal, tmp_path) -> Copying:
    return Copying(journal, tmp_path / "copy.mcap")


def numbers(path) -> list[int]:
    return [message.seq for message in read_messages(path)]


def test_a_copy_is_begun_and_goes_on(journal, tmp_path) -> None:
    for frames in FRAMES[:3]:
        journal.append(frames)
    one = copying(journal, tmp_path)
    one.start()
    for seq, frames in enumerate(FRAMES[3:], 3):
        journal.append(frames)
        one.keep(seq, frames)
    copy, original = one.finish(), journal.close()
    check_copy(original, copy)
    assert numbers(copy) == list(range(len(FRAMES)))
    assert one.problem == ""


def test_a_copy_of_another_session_is_refused(journal, tmp_path) -> None:
    journal.append(FRAMES[0])
    other = Journal.create(tmp_path / "copy.mcap")
    other.append(wire.encode(messages(1, session="other")[0]))
    other.abandon()
    with pytest.raises(InputError, match="is the copy of another session"):
        copying(journal, tmp_path)
    Journal.resume(tmp_path / "copy.mcap").abandon()  # it was let go


def test_a_copy_of_the_same_session_is_resumed(journal, tmp_path) -> None:
    for frames in FRAMES[:4]:
        journal.append(frames)
    begun = Journal.create(tmp_path / "copy.mcap")
    begun.append(FRAMES[0])
    begun.abandon()
    one = copying(journal, tmp_path)
    assert one.copy.next_seq == 1
    one.start()
    assert numbers(one.finish()) == [0, 1, 2, 3]


def test_the_last_messages_are_kept_until_they_are_copied(journal, tmp_path) -> None:
    one = copying(journal, tmp_path)
    for seq in range(KEPT + 3):
        one.keep(seq, [b"frames of", bytes([seq])])
    assert sorted(one._recent) == list(range(3, KEPT + 3))
    one.copy.abandon()


def test_what_is_kept_is_copied_though_the_disk_is_gone(
    journal, tmp_path, monkeypatch
) -> None:
    one = copying(journal, tmp_path)
    for seq, frames in enumerate(FRAMES[:2]):
        journal.append(frames)
        one.keep(seq, frames)
    monkeypatch.setattr(Journal, "frames", lambda *_: None)
    one._catch_up()
    assert (one.copy.next_seq, one.problem, one._recent) == (2, "", {})
    journal.append(FRAMES[2])
    one._catch_up()
    assert one.copy.next_seq == 2
    assert one.problem == "NOT COPIED. Message 2 cannot be read again."
    one.copy.abandon()


def test_it_takes_over_only_where_it_holds_everything(
    journal, tmp_path, monkeypatch
) -> None:
    one, begun = copying(journal, tmp_path), []
    journal.append(FRAMES[0])
    assert one.take_over(lambda: begun.append(one.copy.next_seq))
    assert begun == [1]
    assert one._stop.is_set()
    journal.append(FRAMES[1])
    monkeypatch.setattr(Journal, "frames", lambda *_: None)
    assert not one.take_over(lambda: begun.append("too little"))
    assert begun == [1]
    one.copy.abandon()


def test_it_does_not_take_over_while_its_disk_hangs(
    journal, tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr(second_copy, "PATIENCE_S", 0.01)
    one = copying(journal, tmp_path)
    with one._busy:
        assert not one.take_over(lambda: None)
        assert one._busy.locked()
    assert one.take_over(lambda: None)
    one.copy.abandon()


def test_after_it_took_over_nobody_else_writes(journal, tmp_path, monkeypatch) -> None:
    """Its thread may wait for the lock while it takes over."""
    monkeypatch.setattr(second_copy, "TURN_S", 0.001)
    one, caught = copying(journal, tmp_path), []
    waiting = threading.Event()
    held, lock = one._catch_up, one._busy

    class Busy:
        def __enter__(self):
            waiting.set()
            lock.acquire()

        def __exit__(self, *_):
            lock.release()

    one._catch_up = lambda: caught.append(threading.current_thread().name)
    one._busy = Busy()
    with lock:
        one.start()
        assert waiting.wait(20.0)
        one._stop.set()
    one._thread.join(20.0)
    assert caught == []
    assert not one._thread.is_alive()
    one._catch_up = held
    one.copy.abandon()


def test_its_thread_copies_while_it_is_recorded(journal, tmp_path) -> None:
    one = copying(journal, tmp_path)
    one.start()
    journal.append(FRAMES[0])
    end = threading.Event()
    for _ in range(2000):
        if one.copy.next_seq == 1 or end.wait(0.01):
            break
    assert one.copy.next_seq == 1
    one.finish()


def part_of(path, several) -> None:
    journal = Journal.create(path)
    for frames in several:
        journal.append(frames)
    journal.abandon()


def test_what_the_copy_alone_went_on_with_comes_back(tmp_path) -> None:
    path, copy = tmp_path / "visit.mcap", tmp_path / "copy.mcap"
    extend_from_copy(path, copy)  # neither is there
    part_of(path, FRAMES[:2])
    extend_from_copy(path, copy)  # there is no copy
    part_of(copy, FRAMES[:5])
    extend_from_copy(path, copy)
    assert verify(path).messages == 5
    other = tmp_path / "other.mcap"
    part_of(other, [wire.encode(m) for m in messages(6, session="other")])
    extend_from_copy(path, other)
    assert verify(path).messages == 5
    empty = tmp_path / "empty.mcap"
    part_of(empty, [])
    extend_from_copy(empty, copy)
    assert verify(empty).messages == 5


def test_a_copy_that_differs_is_told(tmp_path) -> None:
    path, copy = tmp_path / "visit.mcap", tmp_path / "copy.mcap"
    for place, several in ((path, FRAMES), (copy, FRAMES[:4])):
        with Journal.create(place) as journal:
            for frames in several:
                journal.append(frames)
    with pytest.raises(InputError, match=r"differs from .* from message 4 on"):
        check_copy(path, copy)
    check_copy(path, path)
