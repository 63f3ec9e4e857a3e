"""Which marks of the infusion hold, whoever gave, moved or took them back."""

from hypothesis import given
from hypothesis import strategies as st

from streams.messages.marks import (
    GIVEN,
    START,
    STOP,
    UNDO,
    VIEWER,
    marks_that_hold,
    standing,
)
from streams.messages.transient import Event


def start(time_s, author="operator", replaces=False):
    return Event(time_s, START, "", author, replaces)


def stop(time_s, author="operator"):
    return Event(time_s, STOP, "", author)


def undo(what="", author="operator", replaces=False):
    return Event(0.0, UNDO, what, author, replaces)


def held(*events, **options):
    marks = marks_that_hold(events, **options)
    return marks.start_s, marks.stop_s


def test_the_last_word_counts():
    assert held() == (None, None)
    assert held(start(100)) == (100, None)
    assert held(start(100), stop(200)) == (100, 200)
    assert held(start(100), start(90), stop(200)) == (90, 200)
    assert held(start(100), stop(200), start(90)) == (90, 200)


def test_a_stop_before_the_start_is_one_of_an_infusion_before():
    assert held(start(100), stop(200), start(300)) == (300, None)
    assert held(start(100), stop(200), start(300), undo(START)) == (100, 200)
    assert held(stop(200)) == (None, 200)


def test_what_is_taken_back_gives_way_to_what_held_before():
    assert held(start(100), undo(START)) == (None, None)
    assert held(start(100), start(150), undo(START)) == (100, None)
    assert held(start(100), stop(200), undo(STOP)) == (100, None)
    assert held(start(100), stop(200), undo()) == (100, None)
    assert held(start(100), stop(200), undo(), undo()) == (None, None)
    assert held(undo(), undo(START), start(100)) == (100, None)


def test_a_mark_of_the_pump_stands_over_an_operators():
    assert held(start(100, "pump"), start(150)) == (100, None)
    assert held(start(150), start(100, "pump")) == (100, None)
    assert held(start(150), start(100, "")) == (100, None)  # a publisher
    assert held(start(100, "pump"), start(120, "pump")) == (120, None)


def test_an_operator_may_say_that_it_is_replaced():
    assert held(start(100, "pump"), start(150, replaces=True)) == (150, None)
    assert held(start(100, "pump"), start(150, replaces=True), start(160)) == (
        160, None,
    )  # fmt: skip
    assert held(start(100, "pump"), start(150, replaces=True), undo()) == (100, None)


def test_an_undo_leaves_the_pumps_mark_unless_it_replaces_it():
    assert held(start(100, "pump"), undo(START)) == (100, None)
    assert held(start(100, "pump"), start(150), undo(START)) == (100, None)
    assert held(start(100, "pump"), undo(START, replaces=True)) == (None, None)


def test_times_that_were_given_hold_where_there_are_no_marks():
    options = {"given_s": (50.0, 90.0)}
    assert held(**options) == (50, 90)
    assert marks_that_hold((), (50.0, 90.0)).start.author == GIVEN
    assert held(start(100), **options) == (100, None)
    assert held(start(100), undo(), **options) == (50, 90)


def test_they_override_all_but_what_is_typed_while_looking_at_it():
    options = {"given_s": (50.0, 90.0), "override": True}
    assert held(start(100, "pump"), **options) == (50, 90)
    assert held(start(100, "pump"), start(60, VIEWER), **options) == (60, None)


def test_corrected_marks_are_left_out():
    note = Event(5.0, "note", "eyes closed")
    events = [start(100), note, start(150), stop(200), stop(210), undo(STOP)]
    kept = standing(events)
    assert kept == [note, start(150), stop(200)]


EVENTS = st.builds(
    Event,
    st.floats(0, 1000).map(round),
    st.sampled_from([START, STOP, UNDO, "note"]),
    st.sampled_from(["", START, STOP]),
    st.sampled_from(["operator", "pump", "script", ""]),
    st.booleans(),
)


@given(st.lists(EVENTS, max_size=12))
def test_any_history_can_be_mended(events):
    """Whatever was marked, an operator who insists has the last word."""
    mended = [*events, start(1, replaces=True), Event(9, STOP, "", "operator", True)]
    assert held(*mended) == (1, 9)


@given(st.lists(EVENTS, max_size=12))
def test_all_can_be_taken_back(events):
    undone = [*events, *(undo(replaces=True) for _ in events)]
    assert held(*undone) == (None, None)


@given(st.lists(EVENTS, max_size=12), EVENTS)
def test_no_operator_moves_a_mark_of_the_pump_unless_he_says_so(events, last):
    before = marks_that_hold(events)
    if last.author in ("pump", "") or last.replaces:
        return
    after = marks_that_hold([*events, last])
    if before.start is not None and before.start.author in ("pump", ""):
        assert after.start == before.start
