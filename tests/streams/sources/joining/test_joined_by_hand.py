"""Numbers, epochs, counts and times of joined messages, worked out by hand."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np

from streams.messages.transient import (
    Acquisition,
    End,
    Event,
    Kind,
    Message,
    Start,
    Transient,
    number,
)
from streams.sources.joining.file_times import OWN_TIMES, Piece
from streams.sources.joining.joined_messages import joined_messages

PLAIN = Start(Acquisition(123.2, "1H", 5e-4, 4, 1, 0.03), "test")
FID = np.ones((1, 4), np.complex64)


def transients(*counts: int) -> list[Transient]:
    return [Transient(count, 2.0 * count, Kind.METABOLITE, FID) for count in counts]


def piece(name: str, n: int, offset_s: float = 0.0, placed_by: str = "") -> Piece:
    contents = SimpleNamespace(
        path=Path(name), sha256=name * 64, transients=n, first_s=0.0, last_s=2.0 * n
    )
    return Piece(contents, offset_s, None, placed_by)


def joined(*pairs: tuple[Piece, list]) -> list[Message]:
    pieces = [one for one, _ in pairs]
    read = [list(number(bodies)) for _, bodies in pairs]
    return list(joined_messages(pieces, "s1", read))


def test_three_files_one_behind_the_other() -> None:
    """The second has two series and an event of a lost transient; the last is cut."""
    lost = Event(3.0, "gap", "transient 1 was lost", "relay")
    messages = joined(
        (piece("a", 2), [PLAIN, *transients(0, 1), End(2, "stopped")]),
        (
            piece("b", 2, 100.0),
            [PLAIN, *transients(0), lost, PLAIN, *transients(2), End(2, "worn out")],
        ),
        (piece("c", 1, 200.0), [PLAIN, *transients(0)]),
    )
    assert [m.seq for m in messages] == list(range(len(messages)))
    assert {m.session for m in messages} == {"s1"}
    told = [(m.body.kind if isinstance(m.body, Event) else type(m.body).__name__,
             m.epoch) for m in messages]  # fmt: skip
    assert told == [
        ("Start", 0), ("file", 0), ("Transient", 0), ("Transient", 0),
        ("Start", 1), ("file", 1), ("Transient", 1), ("gap", 1),
        ("Start", 2), ("Transient", 2),
        ("Start", 3), ("file", 3), ("Transient", 3),
        ("End", 3),
    ]  # fmt: skip
    found = [m.body for m in messages if isinstance(m.body, Transient)]
    assert [t.count for t in found] == [0, 1, 2, 4, 5]
    assert [t.time_s for t in found] == [0.0, 2.0, 100.0, 104.0, 200.0]
    gap = messages[7].body
    assert (gap.text, gap.time_s) == ("transient 3 was lost", 103.0)
    assert messages[-1].body == End(5, "worn out")
    files = [m.body for m in messages if getattr(m.body, "kind", "") == "file"]
    assert [e.time_s for e in files] == [0.0, 100.0, 200.0]
    assert [f"file {n}, " in e.text for n, e in enumerate(files, 1)] == [True] * 3


def test_without_an_end_there_is_none() -> None:
    messages = joined((piece("a", 1), [PLAIN, *transients(0)]))
    assert not any(isinstance(m.body, End) for m in messages)


def test_counts_that_go_on_by_themselves_stay_and_others_begin_behind() -> None:
    for first, placed_by, expected in (
        (3, OWN_TIMES, [0, 1, 3, 4]),
        (2, OWN_TIMES, [0, 1, 2, 3]),
        (1, OWN_TIMES, [0, 1, 3, 4]),  # counted again: behind
        (3, "--gap", [0, 1, 5, 6]),
    ):
        messages = joined(
            (piece("a", 2), [PLAIN, *transients(0, 1)]),
            (piece("b", 2, 50.0, placed_by), [PLAIN, *transients(first, first + 1)]),
        )
        found = [m.body.count for m in messages if isinstance(m.body, Transient)]
        assert found == expected
