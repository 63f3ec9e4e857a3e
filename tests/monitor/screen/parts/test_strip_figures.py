"""Strips of values that are known: their axes, limits and words."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.screen.graphs import Mark, Points
from monitor.screen.parts.axis import Place, joined, places, unmarked
from monitor.screen.parts.strips import (
    Times,
    level_strip,
    nice,
    pressing,
    shift_strip,
    thinned,
    weight_strip,
    width_strip,
)
from streams.messages.transient import Event

AT = np.arange(4.0)
NAN = math.nan


@given(st.floats(1e-6, 1e6))
def test_a_nice_number_is_the_next_of_its_ladder(value):
    found = nice(value)
    mantissa = found / 10 ** math.floor(math.log10(found * (1 + 1e-9)))
    assert min(abs(mantissa - m) for m in (1, 2, 3, 5)) < 1e-6
    assert value <= found * (1 + 1e-8)
    assert found < 2.01 * value


@pytest.mark.parametrize("value", [0.0, -3.0, NAN, math.inf])
def test_of_what_has_no_size_it_is_one(value):
    assert nice(value) == 1.0


def test_the_axis_of_a_shift_is_symmetric_and_no_shorter_than_two():
    strip = shift_strip(Times(AT), np.array([0.1, -0.2, 0.3, -0.4]))
    assert (strip.low, strip.high, strip.now) == (-2.0, 2.0, "\N{MINUS SIGN}0.4")
    water = Points(np.array([1.0]), np.array([-8.0]))
    far = shift_strip(Times(AT), np.array([0.1, -2.8, 0.3, NAN]), water)
    assert (far.low, far.high) == (-10.0, 10.0)
    assert far.time_min.tolist() == [0, 1, 2]
    assert shift_strip(Times(AT), np.full(4, NAN)).now == ""


def test_a_far_shift_is_drawn_at_the_edge():
    shift = np.concatenate([np.zeros(999), [50.0, -50.0]])
    strip = shift_strip(Times(np.arange(1001.0)), shift)
    assert strip.high == 2.0
    assert strip.value[-2:].tolist() == [2.0, -2.0]


def test_a_level_holds_its_values_and_its_limit():
    at = Times(AT)
    strip = level_strip(
        "snr", "SNR", "", at, np.array([3.0, 4.0, NAN, 2.0]), 9.5, "3.1"
    )
    assert (strip.low, strip.high, strip.limits) == (0.0, 20.0, (9.5,))
    assert strip.now == "3.1"  # the measure's, not that of the newest transient
    free = level_strip("snr", "SNR", "", at, np.array([3.0, 4.0, 2.0, 250.4]), NAN, "")
    assert free.limits == ()
    assert free.now == ""
    assert width_strip(Times(AT), AT, NAN, "5.6").high == 5.0
    water = Points(np.array([1.0]), np.array([17.0]))
    assert width_strip(Times(AT), AT, NAN, "5.6", water).high == 20.0


def test_weights_are_from_none_to_all():
    strip = weight_strip(Times(AT), np.array([1.0, 0.5, 0.0, 0.25]))
    assert (strip.low, strip.high, strip.now) == (0.0, 1.08, "0.25")
    assert weight_strip(Times(AT[:0]), AT[:0]).now == ""


def test_what_presses_comes_first_and_what_is_past_is_marked():
    strips = [replace(weight_strip(Times(AT), AT), key=key) for key in "abc"]
    shown = pressing(strips, frozenset("a"), frozenset("b"))
    assert [(s.key, s.past_limit) for s in shown] == [
        ("b", False),
        ("a", True),
        ("c", False),
    ]


@given(st.lists(st.floats(-9, 9), min_size=11, max_size=90), st.integers(4, 10))
def test_thinning_keeps_order_ends_and_the_newest(values, most):
    y = np.array(values)
    x, kept = thinned(np.arange(y.size, dtype=float), y, most)
    assert (np.diff(x) >= 0).all()
    assert kept.min() == y.min()
    assert kept.max() == y.max()
    assert (kept == y[x.astype(int)]).all()
    assert len(x) <= most + math.ceil(2 * y.size / most)


@given(
    st.lists(st.tuples(st.floats(0, 50), st.floats(1, 20)), max_size=4),
    st.floats(50, 60),
)
def test_four_labels_never_run_into_one_another_or_off(marks, end):
    found = places([Mark(at, "") for at, _ in marks], [w for _, w in marks], end)
    spans = []
    for (at, width), place in zip(marks, found, strict=True):
        assert place.leftwards == (at + width > end)
        span = (at - width, at) if place.leftwards else (at, at + width)
        for row, (start, stop) in spans:
            assert row != place.row or span[1] <= start or span[0] >= stop
        spans.append((place.row, span))


def test_a_label_stands_in_the_first_free_row():
    marks = [Mark(at, "") for at in (0.0, 5.0, 10.0, 19.0)]
    expected = [Place(0, False), Place(1, False), Place(0, False), Place(2, True)]
    assert list(places(marks, [9.0] * 4, 20.0)) == expected


def test_epochs_that_an_event_begins_are_marked_once():
    shim, note = Event(99.0, "re-shim"), Event(199.0, "note")
    found = unmarked([shim, note], [100.0, 200.0, 300.0])
    assert [e.time_s for e in found] == [200.0, 300.0]
    assert unmarked([Event(100.0, "re-shim")], [100.0]) == []
    assert len(unmarked([Event(100.5, "re-shim")], [100.0])) == 1


def test_times_are_joined_but_over_gaps():
    times = np.array([0.0, 1.0, 2.0, 10.0, 11.0])
    assert joined(times, [(2.0, 10.0)]).tolist() == [True, True, False, True, True]
    assert joined(times, [(2.5, 9.0)]).tolist() == [True, True, False, True, True]
    assert joined(times, [(-5.0, 0.0)]).tolist() == [True] * 5
    assert joined(times, [(-5.0, 0.5)]).tolist() == [False, *[True] * 4]
