"""What connections of an MRD server put into the queue of its source."""

from types import SimpleNamespace

import pytest

from streams.sources.mrd import queue_writer
from streams.sources.mrd.connections import Connection
from streams.sources.mrd.parser import Frame, Id
from streams.sources.mrd.queue_entry import Entry, What
from streams.sources.mrd.queue_writer import QueueWriter
from streams.sources.mrd.spill import SpillQueue

NOW_S = 20.0


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> SpillQueue[Entry]:
    monkeypatch.setattr(queue_writer.time, "monotonic", lambda: NOW_S)
    return SpillQueue()


def connection(active: bool) -> Connection:
    return Connection(SimpleNamespace(), "10.0.0.1", 0.0, 7.0, active=active)


def taken(queue: SpillQueue[Entry]) -> list[tuple[Entry, bytes]]:
    entries = []
    while (one := queue.get(0.0)) is not None:
        entries.append(one)
    return entries


def test_only_what_the_scanner_says_and_may_be_recorded_is_queued(
    queue: SpillQueue[Entry],
) -> None:
    writer, scanner, stranger = QueueWriter(queue), connection(True), connection(False)
    for one in (scanner, stranger):
        for kind in (Id.ACQUISITION, Id.WAVEFORM, Id.TEXT, Id.IMAGE):
            writer.take(one, Frame(kind, b"content"))
    assert taken(queue) == [
        (Entry(What.FRAME, 7.0, id=Id.ACQUISITION), b"content"),
        (Entry(What.FRAME, 7.0, id=Id.WAVEFORM), b"content"),
    ]
    assert scanner.dropped == {"text": 1, "image": 1}
    assert stranger.dropped == {"acquisition": 1, "waveform": 1, "text": 1, "image": 1}


def test_the_end_says_once_what_was_not_recorded(queue: SpillQueue[Entry]) -> None:
    writer, scanner = QueueWriter(queue), connection(True)
    writer.take(scanner, Frame(Id.TEXT, b""))
    writer.end(scanner, "closed")
    writer.end(scanner, "closed")
    first, second = (entry for entry, _ in taken(queue))
    assert first == Entry(What.END, NOW_S, text="closed (not recorded: 1 text)")
    assert second == Entry(What.END, NOW_S, text="closed")


def test_a_note_is_said_at_once_and_its_like_later_in_one(
    queue: SpillQueue[Entry],
) -> None:
    writer = QueueWriter(queue)
    for text in ("one", "two", "three"):
        writer.note("refused", text)
    assert taken(queue) == [(Entry(What.NOTE, NOW_S, text="one", kind="refused"), b"")]
    writer.note_what_was_held(NOW_S + 60.0)
    ((later, _),) = taken(queue)
    assert (later.kind, later.arrived_s) == ("refused", NOW_S + 60.0)
    assert later.text == "2 more times; the last: three"
