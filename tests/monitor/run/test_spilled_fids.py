"""FIDs that are kept on disk: the same bits, and no memory of their own."""

import tempfile

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from marked_sessions import Given, bodies_of, differences, marked, outcome_of, seen

from monitor.run import session_analysis
from monitor.run.filtered_message import Taken
from monitor.run.spilled_fids import out_of_memory
from streams.messages.marks import START, STOP
from streams.messages.transient import Event, Kind, Message, Transient

SHAPES = st.tuples(st.integers(1, 4), st.integers(0, 300))


def taken(*fids):
    """A message that gave the pipeline these FIDs, and an event after them."""
    bodies = [Transient(i, 2.0 * i, Kind.METABOLITE, fid) for i, fid in enumerate(fids)]
    bodies.append(Event(9.0, "note"))
    return Taken(0, 0, passed=tuple(Message("s", 0, 0, body) for body in bodies))


def fids_of(several):
    bodies = [one.body for each in several for one in each.passed]
    return [body.fid for body in bodies if isinstance(body, Transient)]


def mark(kind, time_s, came_s):
    return Given(came_s, Event(time_s, kind, "", "operator"))


@given(st.lists(st.lists(st.lists(SHAPES, max_size=3), max_size=3), max_size=3))
def test_they_stay_what_they_were_to_the_bit(blocks):
    rng = np.random.default_rng(1)
    for block in blocks:
        several = [
            taken(*(rng.normal(size=shape) + 1j for shape in fids)) for fids in block
        ]
        before, kept = fids_of(several), out_of_memory(several)
        assert [len(one.passed) for one in kept] == [len(one.passed) for one in several]
        for was, fid in zip(before, fids_of(kept), strict=True):
            assert fid.dtype == was.dtype
            np.testing.assert_array_equal(fid, was)
            assert not fid.flags.writeable
            assert not (fid.size and fid.flags.owndata)


def test_where_no_file_can_be_made_they_stay_in_memory(monkeypatch):
    def refused(**_: object) -> None:
        raise OSError("no space")

    monkeypatch.setattr(tempfile, "TemporaryFile", refused)
    several = [taken(np.ones((1, 8), np.complex64))]
    assert out_of_memory(several) == several


def test_a_mark_that_is_given_late_finds_them(monkeypatch):
    monkeypatch.setattr(session_analysis, "SPILLED", 7)
    bodies = bodies_of(11, 1, 1)
    right = [mark(START, 80.7, 80.7), mark(STOP, 150.3, 150.3)]
    late = [mark(START, 80.7, 120.0), mark(STOP, 150.3, 150.3)]
    outcomes = [seen(outcome_of(marked(bodies, given))) for given in (right, late)]
    assert differences(*outcomes) == []
