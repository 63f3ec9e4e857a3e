"""However a visit was cut into files, and in whatever order they are named."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from export_cases import fids
from hypothesis import given, settings
from hypothesis import strategies as st
from visits import parts, write

from streams.messages.transient import (
    Acquisition,
    Body,
    End,
    Kind,
    Start,
    Transient,
)
from streams.sources.joining.joined_files import JoinedFiles
from streams.sources.joining.open_session import open_session

PLAIN = Acquisition(123.2, "1H", 5e-4, 8, 1, 0.03, repetition_time_s=2.0)
pieces = st.lists(
    st.tuples(st.integers(1, 4), st.floats(0.5, 4000.0)), min_size=2, max_size=5
)


def session(sizes_and_gaps) -> list[Body]:
    """Series of so many transients, each so long after the one before."""
    bodies: list[Body] = []
    count, time_s = 0, 0.0
    for size, gap_s in sizes_and_gaps:
        bodies.append(Start(PLAIN, "test"))
        time_s += gap_s if count else 0.0
        for fid in fids(size, 1, 8, seed=count):
            bodies.append(Transient(count, time_s, Kind.METABOLITE, fid))
            count, time_s = count + 1, time_s + 2.0
        time_s -= 2.0
    return [*bodies, End(count, "stopped")]


def first_s(part: list[Body]) -> float:
    return next(b.time_s for b in part if isinstance(b, Transient))


@settings(max_examples=20)
@given(pieces, st.randoms(use_true_random=False), st.floats(0.0, 86_400.0))
def test_any_pieces_in_any_order_are_the_session(sizes_and_gaps, random, began_s):
    whole = session(sizes_and_gaps)
    transients = [b for b in whole if isinstance(b, Transient)]
    starts = [n for n, body in enumerate(whole) if isinstance(body, Start)]
    firsts_s = [first_s(whole[n:]) for n in starts]
    with TemporaryDirectory() as folder:
        paths = [
            write(Path(folder, f"{n}.mcap"), part, began_s + at_s)
            for n, (part, at_s) in enumerate(zip(parts(whole), firsts_s, strict=True))
        ]
        random.shuffle(paths)
        source = open_session(JoinedFiles(tuple(paths)))
        messages = list(source.messages)
    found = [m.body for m in messages if isinstance(m.body, Transient)]
    assert [t.count for t in found] == [t.count for t in transients]
    for one, other in zip(found, transients, strict=True):
        assert one.time_s == pytest.approx(other.time_s, abs=1e-3)
        assert one.fid.tobytes() == other.fid.tobytes()
    assert messages[-1].epoch == len(paths) - 1
    assert [m.seq for m in messages] == list(range(len(messages)))
