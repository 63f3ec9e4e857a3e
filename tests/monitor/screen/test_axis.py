"""The ticks of the time axis, however far apart times lie."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.screen.parts.axis import time_axis, whole_minutes


def axis(first_s, last_s):
    return time_axis((), (), (), None, (None, None), first_s, last_s)


@pytest.mark.parametrize(
    ("last_s", "step"),
    [(300.0, 1), (600.0, 2), (3600.0, 10), (6 * 3600.0, 30), (30 * 3600.0, 240)],
)
def test_ticks_are_at_round_minutes(last_s, step):
    assert whole_minutes(axis(0.0, last_s)).step == step


@given(st.floats(-1e15, 1e15), st.floats(0, 1e15))
def test_ticks_are_bounded_whatever_the_times(first_s, span_s):
    shown = axis(first_s, first_s + span_s)
    minutes = whole_minutes(shown)
    assert 1 <= len(minutes) <= 15
    assert all(
        shown.start_min <= minute <= math.ceil(shown.end_min) for minute in minutes
    )
