"""The ticks of the time axis, however far apart times lie."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from screen_cases import shown

from monitor.analysis.update import Update
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
    drawn = axis(first_s, first_s + span_s)
    minutes = whole_minutes(drawn)
    assert 1 <= len(minutes) <= 15
    assert all(
        drawn.start_min <= minute <= math.ceil(drawn.end_min) for minute in minutes
    )


def test_an_epoch_that_goes_on_leaves_no_break_on_the_axis(updates):
    last = next(u for u in reversed(updates) if u.quality is not None)
    display = shown(updates, 1e9)
    before = display.screen(1e4).trend.axis.breaks
    later = replace(last.quality, epoch=7, time_s=last.quality.time_s + 300.0)
    display.fold(Update(last.seq + 1, 7, quality=later), 1e4)
    assert len(display.screen(1e4).trend.axis.breaks) == len(before) + 1
    display.fold(Update(last.seq + 2, 7, joined={7: 0}), 1e4)
    assert display.screen(1e4).trend.axis.breaks == before
    again = replace(later, epoch=0, time_s=later.time_s + 2.0)
    display.fold(Update(last.seq + 3, 7, quality=again), 1e4)
    assert display.screen(1e4).trend.axis.breaks == before
