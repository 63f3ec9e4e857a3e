"""Ticks that pyqtgraph would drop at the ends of an axis."""

import pytest

from monitor.app.widgets.plots import inside, minute_ticks, with_unit
from monitor.screen.graphs import TimeAxis


@pytest.mark.parametrize("value", [-10.0, -12.0, 40.0, 55.0])
def test_what_lies_at_or_beyond_an_end_is_moved_a_hair_inside(value):
    at = inside(value, -10.0, 40.0)
    assert -10.0 < at < 40.0
    assert min(at + 10.0, 40.0 - at) < 0.05


def test_what_lies_inside_stays_where_it_is():
    assert inside(3.0, -10.0, 40.0) == 3.0


def test_minutes_at_both_ends_have_their_ticks():
    axis = TimeAxis(0.0, -10.0, 40.0, "min", None, None, (), ())
    ticks = minute_ticks(axis)
    assert [words for _, words in ticks][:2] == ["\N{MINUS SIGN}10", "\N{MINUS SIGN}5"]
    assert ticks[-1][1] == "40"
    assert all(-10.0 < at < 40.0 for at, _ in ticks)


def test_no_more_minutes_are_marked_than_there_is_room_for():
    """ "−10−5 0 5 1015202530" at 800 x 600."""
    axis = TimeAxis(0.0, -10.0, 41.5, "min", None, None, (), ())
    steps = [minute_ticks(axis, most)[1][0] for most in (20, 10.4, 10.2, 4)]
    assert [round(at) for at in steps] == [-5, -5, 0, 20]


def test_the_unit_takes_the_place_of_the_last_number():
    assert with_unit([(0.0, "0"), (5.0, "5")], "Hz") == [(0.0, "0"), (5.0, "Hz")]
    assert with_unit([], "Hz") == []
