"""A session measures its macromolecules: what enters no window, what comes of it."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from marked_sessions import differences, values_of
from nulled_sessions import (
    FIRST_S,
    LAST_S,
    NULLED,
    TRANSIENTS,
    WATERS,
    block,
    bodies_of,
    by_events,
    by_kind,
    by_nobody,
    usual,
)
from threadpoolctl import threadpool_limits

from monitor.protocol.choose import Wishes
from monitor.report.result_tables import session_summary
from monitor.run.nulled_gate import spans_of
from monitor.run.session_run import SessionRun
from streams.messages.transient import MM_BEGIN, MM_END, Event, Transient, number

CHANGES = {"window": 16, "step": 8, "reference_s": (0.0, 1e4)}


def worked(bodies, live=False, **changes):
    run = SessionRun(Wishes(changes={**CHANGES, **changes}), live=live)
    with threadpool_limits(1):
        updates = [run.push(message) for message in number(bodies, "session")]
        _, result = run.finish()
    return updates, result


def first_then_usual(coils=1):
    return bodies_of((block(), usual(water_frames=0, shift_hz=None)), coils)


def test_a_series_with_an_inversion_time_is_measured_and_fitted_with():
    updates, result = worked(first_then_usual(), live=True)
    measured = result.measured_mm
    assert (measured.transients, measured.refused) == (NULLED, "")
    assert (measured.start_s, measured.end_s) == (FIRST_S, LAST_S)
    assert measured.used >= NULLED - 2
    assert result.measured_mm_used
    assert len(result.qualities) == TRANSIENTS
    progress = [u.nulled for u in updates if u.nulled]
    assert [one.transients for one in progress] == list(range(1, NULLED + 1))
    assert progress[-1].time_s == LAST_S
    assert max(q.time_s for q in result.qualities) > measured.end_s
    said = [note.text for note in result.notes if note.kind == "macromolecules"]
    assert said[0].startswith("Macromolecules are being measured")
    assert "all is fitted with them" in said[1]
    assert "TI 670 ms" in said[1]
    assert not any("are not measured" in note.text for note in result.notes)
    entry = session_summary(result, "a session")["macromolecules"]
    assert entry["in_use"] is True
    assert entry["used"] == measured.used
    assert entry["transients"] == NULLED
    # The same to the bit where the session is only wanted whole.
    _, whole = worked(first_then_usual())
    assert not differences(values_of(result), values_of(whole))


def test_its_kind_by_the_source_gives_the_same_without_the_correction():
    _, result = worked(by_kind(first_then_usual()))
    assert result.measured_mm.transients == NULLED
    assert "not corrected" in result.measured_mm.weighting
    assert len(result.qualities) == TRANSIENTS


@pytest.mark.parametrize("coils", [1, 2])
def test_events_that_are_given_late_give_what_they_give_in_time(coils):
    bodies = first_then_usual(coils)
    first = 1 + WATERS
    _, in_time = worked(by_events(bodies, first, first + NULLED))
    late = by_events(bodies, first + NULLED + 30, first + NULLED + 34)
    updates, given_late = worked(late, live=True)
    assert in_time.measured_mm.transients == NULLED
    assert any(update.again for update in updates)
    if coils == 1:  # of several, what was combined by then stays so
        now, then = values_of(given_late), values_of(in_time)
        assert not differences(now, then)
    assert len(given_late.qualities) == len(in_time.qualities) == TRANSIENTS
    assert given_late.measured_mm.used == pytest.approx(in_time.measured_mm.used, abs=2)


def test_without_a_word_nothing_is_measured():
    _, result = worked(by_nobody(first_then_usual()))
    assert result.measured_mm is None
    assert not result.measured_mm_used
    assert len(result.qualities) == NULLED + TRANSIENTS
    assert "macromolecules" not in session_summary(result, "a session")


def test_a_block_between_two_series_is_no_epoch_and_fits_what_came_before():
    series = (usual(), block(shift_hz=None), usual(shift_hz=None))
    updates, result = worked(bodies_of(series), live=True)
    assert result.counts.epochs == 1
    assert result.measured_mm_used
    judged = next(u for u in updates if u.measured_mm is not None)
    assert judged.course, "what came before is fitted again with the block"
    assert len(result.qualities) == 2 * TRANSIENTS


def test_too_few_transients_are_not_used():
    series = (block(4), usual(water_frames=0, shift_hz=None))
    _, result = worked(bodies_of(series))
    assert not result.measured_mm_used
    assert "4 transients with signal alone" in result.measured_mm.refused
    assert any("are not used, since" in note.text for note in result.notes)


def test_the_protocol_and_the_operator_may_leave_them_out():
    _, by_protocol = worked(first_then_usual(), macromolecules="prior")
    assert by_protocol.measured_mm is not None
    assert not by_protocol.measured_mm_used
    *bodies, end = first_then_usual()
    leave = Event(1e3, "settings", '{"macromolecules": "prior"}', "operator")
    _, by_operator = worked([*bodies, leave, end])
    assert not by_operator.measured_mm_used
    back = replace(leave, text='{"macromolecules": "auto"}')
    _, again = worked([*bodies, leave, back, end])
    assert again.measured_mm_used


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 20)), max_size=8))
def test_blocks_by_events_are_apart_and_in_order(given_events):
    events = [Event(float(t), MM_BEGIN if b else MM_END) for b, t in given_events]
    spans = spans_of(events)
    edges = [edge for span in spans for edge in span]
    assert edges == sorted(edges)
    begins = {e.time_s for e in events if e.kind == MM_BEGIN}
    ends = {e.time_s for e in events if e.kind == MM_END} | {math.inf}
    assert all(start in begins and end in ends for start, end in spans)
    assert spans == spans_of(reversed(events))


@pytest.mark.parametrize(
    ("coils", "kept", "used"), [(1, np.s_[:, :512], False), (2, np.s_[:1], True)]
)
def test_nulled_transients_of_another_shape_do_not_end_the_session(coils, kept, used):
    """Half of the points are refused; one of two coils is combined at its source."""
    bodies = [
        replace(body, fid=body.fid[kept].copy())
        if isinstance(body, Transient) and FIRST_S < body.time_s <= LAST_S
        else body
        for body in first_then_usual(coils)
    ]
    _, result = worked(bodies)
    assert len(result.qualities) == TRANSIENTS
    assert result.measured_mm_used == used
