"""When marks of an infusion are placed, and when the session begins again for them."""

import math
from dataclasses import replace

import numpy as np
import pytest

from monitor.protocol.settings import Settings
from monitor.run.mark_places import MarkPlaces
from streams.messages.marks import START, STOP, VIEWER
from streams.messages.transient import Event, Kind, Message, Transient


def mark(time_s: float, kind: str = START, author: str = "operator") -> Event:
    return Event(time_s, kind, "", author)


def message(event: Event) -> Message:
    return Message("s", 9, 0, event)


def placing(newest_s: float | None = None, **changes: object) -> MarkPlaces:
    found = MarkPlaces()
    found.begin(replace(Settings(), **changes))
    if newest_s is not None:
        found.due(newest_s)
    return found


def test_a_mark_before_any_transient_changes_nothing_that_was():
    found = placing()
    assert not found.take(mark(10.0))
    assert found.due(9.9) == ()
    assert [e.time_s for e in found.due(10.0)] == [10.0]
    assert found.due(12.0) == ()


@pytest.mark.parametrize(
    ("time_s", "again"), [(99.0, True), (100.0, True), (101.0, False)]
)
def test_a_mark_up_to_the_newest_transient_begins_the_session_again(time_s, again):
    assert placing(100.0).take(mark(time_s)) is again


def test_to_move_a_mark_counts_where_it_was_and_where_it_is():
    found = placing(100.0)
    found.take(mark(50.0))
    assert found.take(mark(200.0))
    assert not found.take(mark(200.0))
    assert not found.take(mark(300.0))
    assert not found.take(Event(50.0, "note"))
    assert found.take(mark(60.0))


def test_what_was_placed_is_placed_again_after_a_new_beginning():
    found = placing()
    found.take(mark(10.0))
    found.take(mark(20.0, STOP))
    assert [e.kind for e in found.due(30.0)] == [START, STOP]
    found.again()
    assert found.newest_s == -math.inf
    assert [e.kind for e in found.due(15.0)] == [START]
    assert [e.kind for e in found.rest()] == [STOP]
    assert found.rest() == ()


def test_a_given_infusion_after_the_end_is_none_of_the_session():
    late = placing(100.0, infusion_s=(150.0, 200.0))
    assert late.rest() == ()
    inside = placing(100.0, infusion_s=(50.0, 200.0))
    assert [e.kind for e in inside.rest()] == [STOP]
    typed = placing(100.0)
    typed.take(mark(150.0))
    assert [e.time_s for e in typed.rest()] == [150.0]


REFERENCE = Event(5.0, "reference", "0:60", "operator")


@pytest.mark.parametrize(
    ("event", "changes", "passes"),
    [
        (mark(1.0), {}, False),
        (Event(1.0, "note"), {}, True),
        (REFERENCE, {}, True),
        (REFERENCE, {"reference_s": (0.0, 60.0)}, True),
        (REFERENCE, {"override": True}, True),
        (REFERENCE, {"reference_s": (0.0, 60.0), "override": True}, False),
        (
            replace(REFERENCE, author=VIEWER),
            {"reference_s": (0.0, 60.0), "override": True},
            True,
        ),
    ],
)
def test_what_goes_on_as_it_came(event, changes, passes):
    assert bool(placing(**changes).placed(message(event))) is passes


def test_what_is_said_beside_periods_that_were_given():
    given = {"reference_s": (0.0, 60.0), "infusion_s": (90.0, 120.0)}
    (note,) = placing(**given).filter(message(REFERENCE)).notes
    assert "0 to 60 s that were given are left aside" in note.text
    (note,) = placing(**given, override=True).filter(message(mark(1.0, STOP))).notes
    assert "The infusion is 90 to 120 s, as given with --override" in note.text
    assert placing(**given).filter(message(mark(1.0, author=VIEWER))).notes == ()
    assert placing(**given).filter(message(Event(1.0, "note"))).notes == ()
    assert placing().filter(message(REFERENCE)).notes == ()


def test_before_a_session_no_mark_is_taken():
    found = MarkPlaces()
    found.filter(message(mark(5.0)))
    found.begin(Settings())
    assert found.due(10.0) == ()
    found.filter(message(mark(5.0)))
    assert found.late


def test_a_message_that_is_no_mark_is_not_late():
    found = placing(100.0)
    found.filter(message(mark(50.0)))
    assert found.late
    found.filter(message(Event(50.0, "note")))
    assert not found.late


def test_marks_come_before_the_transient_that_they_precede():
    found = placing()
    found.take(mark(5.0))
    transient = Transient(0, 6.0, Kind.METABOLITE, np.ones((1, 4), np.complex64))
    placed = found.placed(Message("s", 3, 1, transient))
    assert [one.body for one in placed] == [mark(5.0), transient]
    assert {(one.seq, one.epoch) for one in placed} == {(3, 1)}
    assert [one.body for one in found.placed(message(mark(9.0)))] == []
