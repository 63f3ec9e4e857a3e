"""Limits of windows and what is held against them, both sides of each."""

import math
from dataclasses import replace

import numpy as np
import pytest
from screen_cases import LIVE, REPLAY
from test_times_of_state import ESTIMATE, state_with

from monitor.analysis.preparation.drift import DRIFT_TRANSIENTS
from monitor.screen import recent_quality
from monitor.screen.messages import JUST_S, ordered, still_recorded
from monitor.screen.number_words import minutes, minutes_of
from monitor.screen.recent_quality import figures_of
from monitor.screen.screen import Level, Message
from monitor.screen.window_conditions import (
    DEADBAND,
    DELAY,
    LOSS_TOLD,
    Watch,
    _loss,
    above,
    below,
    of_windows,
    turned,
)

OFF, ON = Watch(), Watch(0, 50.0, "wide", 1.5)


def steps(way, value: float, limit: float, watch: Watch = OFF) -> Watch:
    for n in range(DELAY):
        watch = way(watch, value, limit, 100.0 + n, f"{value:g}")
    return watch


@pytest.mark.parametrize(
    ("way", "value", "limit", "severity"),
    [
        (above, 9.0, 6.0, 1.5),
        (above, 0.5, 0.0, 1.0),
        (above, 0.5, -1.0, 1.0),
        (below, 4.0, 6.0, 1.5),
        (below, 0.0, 6.0, math.inf),
        (below, -2.0, 6.0, math.inf),
    ],
)
def test_past_a_limit_a_condition_comes_on_with_how_bad_it_is(
    way, value, limit, severity
):
    assert steps(way, value, limit) == Watch(0, 102.0, f"{value:g}", severity)
    assert steps(way, limit, limit) == Watch()


@pytest.mark.parametrize(("way", "sign"), [(above, -1), (below, 1)])
def test_it_goes_when_well_inside_and_stays_in_the_deadband(way, sign) -> None:
    edge = 6.0 * DEADBAND if way is above else 6.0 / DEADBAND
    assert steps(way, edge + sign * 0.01, 6.0, ON) == Watch()
    held = steps(way, edge - sign * 0.01, 6.0, ON)
    assert held.since_s == 50.0
    ratio = (edge - sign * 0.01) / 6.0
    assert held.severity == pytest.approx(ratio if way is above else 1 / ratio)


@pytest.mark.parametrize("way", [above, below])
@pytest.mark.parametrize(
    ("value", "limit"), [(math.nan, 6.0), (5.0, math.nan), (math.inf, 6.0)]
)
def test_what_is_not_known_changes_nothing(way, value, limit) -> None:
    for watch in (Watch(), ON, Watch(2)):
        assert way(watch, value, limit, 100.0, "x") is watch


def test_what_turned_is_logged_and_what_stays_is_not() -> None:
    off, on = OFF, Watch(0, 70.0, "wide", 1.5)
    before = {"fwhm": ON, "snr": off, "water": ON, "lipid": off}
    after = {"fwhm": ON, "snr": on, "water": off, "lipid": off}
    found = [(m.key, m.condition) for m in turned(before, after, False)]
    assert found == [("snr", "wide"), ("water", "wide: over")]
    assert turned(before, before, False) == []
    (shown,) = of_windows({"fwhm": ON, "snr": off}, 80.0, False)
    assert (shown.key, shown.age_s, shown.severity) == ("fwhm", 30.0, 1.5)


def test_a_loss_is_told_from_its_least_on() -> None:
    assert _loss(LOSS_TOLD) == ", SNR loss 1 %"
    assert _loss(0.9 * LOSS_TOLD) == ""


def test_the_width_is_that_of_the_newest_window_while_it_is_new() -> None:
    state = state_with(40)  # to 88 s, transients 6 Hz wide; a window is 64 s
    for end_s, of_window, expected in (
        (None, 0.0, 6.0),
        (24.0, 4.0, 4.0),
        (23.9, 4.0, 6.0),
        (88.0, math.nan, 6.0),
    ):
        made = replace(ESTIMATE, time_end_s=end_s or 0.0, fwhm_hz=of_window)
        state.fitted = None if end_s is None else made
        assert figures_of(state, 8).fwhm_hz == expected
    state.estimates.append(replace(ESTIMATE, fwhm_hz=5.0))
    assert figures_of(state).fwhm_hz == 5.0
    assert figures_of(state, 8).fwhm_hz == 6.0


def test_a_drift_is_of_late_or_of_the_whole_session(monkeypatch) -> None:
    asked = []
    monkeypatch.setattr(
        recent_quality, "drift_now_hz_per_min", lambda *given: asked.append(given[2])
    )
    state = state_with(2 * DRIFT_TRANSIENTS)
    figures_of(state, 8)
    figures_of(state)
    figures_of(state_with(3))
    assert asked == [DRIFT_TRANSIENTS, 2 * DRIFT_TRANSIENTS, DRIFT_TRANSIENTS]


def test_medians_are_of_the_last_ones() -> None:
    state = state_with(8)
    for value in (10.0, 20.0, 60.0):
        row = {**state.quality.row(0), "snr": value, "water": value, "lipid": value}
        state.quality.append_named({**row, "weight": value / 60.0})
    found = figures_of(state, 3)
    assert (found.snr, found.water, found.lipid) == (20.0, 20.0, 20.0)
    assert found.low_weight == pytest.approx(
        np.mean([w < recent_quality.LOW_WEIGHT for w in (1 / 6, 1 / 3, 1.0)])
    )


def test_what_was_just_said_stands_behind_what_wants_attention() -> None:
    def message(key: str, level=Level.NOTE, age_s: float = 1.0) -> Message:
        return Message(key, level, key, "", age_s)

    fresh = [
        message("note"),
        message("ended"),
        message("unheard of"),
        message("disk", Level.ATTENTION),
        message("recording"),
    ]
    order = ["disk", "note", "recording", "ended", "unheard of"]
    assert [m.key for m in ordered(fresh)] == order
    fresh[0] = message("note", age_s=JUST_S)  # behind all that lasts, whatever it is
    order = ["disk", "recording", "ended", "unheard of", "note"]
    assert [m.key for m in ordered(fresh)] == order


@pytest.mark.parametrize(
    ("stream", "words"),
    [
        (LIVE, "goes on recording"),
        (replace(LIVE, recording=False), "nothing was being recorded"),
        (replace(LIVE, connected=False, recording=False), "not known here"),
        (replace(LIVE, connected=False), "not known here"),
        (REPLAY, "untouched"),
        (replace(REPLAY, connected=False, recording=False), "untouched"),
    ],
)
def test_what_goes_on_without_the_analysis(stream, words) -> None:
    assert words in still_recorded(stream)


def test_lengths_of_time_in_words() -> None:
    minus = "\N{MINUS SIGN}"
    assert [minutes(m) for m in (12.5, -1.25, 0.0)] == [
        "+12:30",
        f"{minus}01:15",
        "+00:00",
    ]
    hours = 3600.0
    for seconds, words in (
        (-5.0, "0 min"),
        (90.0, "2 min"),
        (2 * hours - 1, "120 min"),
        (2 * hours, "2 h"),
        (48 * hours - 1, "48 h"),
        (48 * hours, "> 2 days"),
    ):
        assert minutes_of(seconds) == words
