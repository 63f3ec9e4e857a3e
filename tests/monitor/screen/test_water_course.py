"""Water references among the metabolites: in the strips, in the closer look."""

from dataclasses import replace

import numpy as np
import pytest
from fake_session import SETTINGS
from screen_cases import REPLAY, shown, time_of

from monitor.analysis.preparation.water_course import WaterPoint
from monitor.analysis.update import Update
from monitor.run.worker_messages import Computed, Heard, Rewound
from monitor.screen.display import Display
from monitor.screen.rewindable import Session
from monitor.screen.sheets.window import look_at


def water(time_s: float, interleaved: bool = True) -> WaterPoint:
    """A line that drifts and widens by 1 Hz in 100 s, and loses 1 % of its size."""
    drift = time_s / 100
    return WaterPoint(time_s, 3.0 + drift, 8.0 + drift, 50.0 - drift / 2, interleaved)


def with_water(display: Display, *points: WaterPoint) -> Display:
    for n, point in enumerate(points):
        display.fold(Update(9000 + n, 0, water=point), point.time_s)
    return display


def course(updates, settings=SETTINGS) -> Display:
    points = [water(0.0, False), *(water(t) for t in (100.0, 200.0, 300.0))]
    return with_water(shown(updates, 400.0, settings), *points)


@pytest.mark.parametrize("hidden", [False, True])
def test_water_stands_beside_shift_and_width_blinded_or_not(updates, hidden):
    display = course(updates, replace(SETTINGS, outcome_hidden=hidden))
    shift, width, *others = display.screen(400.5).strips
    assert shift.water.time_min == pytest.approx(np.array([0, 100, 200, 300]) / 60)
    assert shift.water.value == pytest.approx([0, 1, 2, 3])  # since the first
    assert width.water.value == pytest.approx([8, 9, 10, 11])
    assert not any(len(strip.water.value) for strip in others)
    plain_shift, plain_width, *_ = shown(updates, 400.0).screen(400.5).strips
    assert (shift.now, width.now) == (plain_shift.now, plain_width.now)


def test_a_wide_water_line_is_within_the_axis(updates):
    points = water(0.0), replace(water(100.0), shift_hz=-25.0, fwhm_hz=31.0)
    shift, width, *_ = with_water(shown(updates, 400.0), *points).screen(400.5).strips
    assert shift.low < -28.0 < 28.0 < shift.high
    assert width.high > 31.0
    assert width.past_limit is False  # the limit is for metabolites


def test_a_width_that_was_not_to_be_seen_is_no_point(updates):
    points = water(0.0), replace(water(100.0), fwhm_hz=np.nan)
    shift, width, *_ = with_water(shown(updates, 400.0), *points).screen(400.5).strips
    assert (len(shift.water.value), len(width.water.value)) == (2, 1)


def test_water_before_the_metabolites_alone_is_no_course(updates):
    display = with_water(shown(updates, 400.0), water(0.0, False), water(1.0, False))
    assert not any(len(s.water.value) for s in display.screen(400.5).strips)
    assert not figures(display, 399.0)


def figures(display: Display, until_s: float) -> dict[str, tuple[str, str, bool]]:
    windows = [e for e in display.state.estimates if e.time_end_s <= until_s]
    look = look_at(display.state, windows[-1])
    found = {f.name: (f.before, f.this, f.moved) for f in look.figures}
    return {name: f for name, f in found.items() if name.startswith("water: ")}


@pytest.mark.parametrize("hidden", [False, True])
def test_the_closer_look_shows_the_newest_water(updates, hidden):
    display = course(updates, replace(SETTINGS, outcome_hidden=hidden))
    assert figures(display, 399.0)["water: line width"][1:] == (
        "11.0 Hz",
        False,
    )
    assert figures(display, 208.0) == {
        "water: shift": ("+4.0 Hz", "+5.0 Hz", False),
        "water: line width": ("9.00 Hz", "10.0 Hz", True),
        "water: amplitude": ("\N{MINUS SIGN}1.0 %", "\N{MINUS SIGN}2.0 %",
                                       False),
    }  # fmt: skip
    assert not figures(display, 99.0)


def test_a_replay_sent_back_forgets_later_water(updates):
    session = Session(SETTINGS)
    session.take(Heard(REPLAY), 0.0)
    for update in updates:
        if time_of(update) > 400.0:
            break
        session.take(Computed(update), 0.0)
        if update.quality is not None and time_of(update) % 100 == 0:
            point = water(time_of(update))
            session.take(Computed(Update(update.seq, 0, water=point)), 0.0)
    assert len(session.screen(0.0).strips[0].water.value) == 5
    session.take(Rewound(250.0), 0.0)
    assert len(session.screen(1.0).strips[0].water.value) == 3
