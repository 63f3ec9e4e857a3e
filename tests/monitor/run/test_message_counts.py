"""Messages of a session counted: gaps in their numbers and in the scanner's counter."""

import numpy as np
import pytest

from monitor.analysis.update import Update
from monitor.protocol.choose import Wishes
from monitor.run.message_counts import MessageCounts
from monitor.run.session_run import SessionRun
from streams.messages.scanner_counter import OF_FILE
from streams.messages.transient import Event, Kind, Message, Transient

FID = np.ones((1, 4), np.complex64)


def transient(seq: int, count: int, kind: Kind = Kind.METABOLITE, session: str = "s"):
    return Message(session, seq, 0, Transient(count, 2.0 * count, kind, FID.copy()))


def test_numbers_that_no_message_came_with_are_missing() -> None:
    counts = MessageCounts()
    for seq in (1, 2, 5, 4, 5):
        counts.push(transient(seq, seq))
    # 0; 3 and 4; what came twice or late is none.
    assert counts.missing_messages == 3


def test_each_message_says_what_was_found_missing_with_it() -> None:
    counts = MessageCounts()
    found = [counts.push(transient(i, n)) for i, n in enumerate((0, 1, 4, 2, 3, 5))]
    assert found == [0, 0, 2, -1, -1, 0]
    assert counts.counted


@pytest.mark.parametrize(
    ("session", "numbers", "counted"),
    [
        ("s", (0, 1, 2), True),
        ("s", (0, 1, 3), True),
        (f"{OF_FILE}a", (0, 1, 2), False),
        (f"{OF_FILE}a", (0, 1, 3), True),
    ],
)
def test_a_file_without_gaps_may_have_no_counter(session, numbers, counted) -> None:
    counts = MessageCounts()
    for seq, number in enumerate(numbers):
        counts.push(transient(seq, number, session=session))
    assert counts.counted is counted


def test_water_references_are_counted_apart() -> None:
    counts = MessageCounts()
    counts.push(transient(0, 0, Kind.WATER))
    counts.push(transient(1, 1))
    counts.push(transient(2, 2, Kind.NOISE))
    counts.push(Message("s", 3, 0, Event(1.0, "note", "water", "x")))
    assert counts.waters == 1
    assert counts.newest.seq == 3


def test_times_are_noted_by_what_had_to_be_done() -> None:
    counts = MessageCounts()
    counts.note_time(transient(0, 0), 1.0, False)
    counts.note_time(transient(1, 1), 2.0, True)
    counts.note_time(Message("s", 2, 0, Event(1.0, "note", "", "x")), 3.0, True)
    assert counts.durations_ms == {"transient": [1.0], "course": [2.0], "event": [3.0]}


@pytest.mark.parametrize(
    ("course", "stage"), [(None, "transient"), ((), "course"), ((1,), "course")]
)
def test_a_transient_that_has_the_course_done_again_is_told_from_others(
    course, stage, monkeypatch
) -> None:
    """An empty course, too: of an epoch that is left out."""
    run = SessionRun(Wishes())
    given = Update(0, 0, course=course)
    monkeypatch.setattr(run._analysis, "work", lambda taken: given)
    assert run.push(transient(0, 0)) is given
    (told,) = run.counts.durations_ms.items()
    assert told[0] == stage
    assert 0 < told[1][0] < 1e4
