"""Conditions of windows with their delay and deadband, and what to do."""

import math
from dataclasses import replace

from fake_session import SETTINGS
from screen_cases import LIVE, shown

from monitor.screen.window_conditions import DELAY, Watch, above, action_of, below


def test_message_comes_after_a_delay_and_goes_with_a_deadband():
    watch = Watch()
    values = [13, 13, 12, 13, 13, 13, 12.5, 11.9, 11, 11, 11]
    on = []
    for value in values:
        watch = above(watch, value, 12.8, 5.0, "wide")
        on.append(watch.since_s is not None)
    assert on == [False] * 5 + [True] * 4 + [True, False]


def test_value_below_its_limit_is_watched_the_other_way_round():
    watch = Watch()
    for _ in range(DELAY):
        watch = below(watch, 2.0, 3.0, 0.0, "low")
    assert watch.since_s == 0.0
    assert below(watch, math.nan, 3.0, 0.0, "low") is watch


def test_drift_past_its_limit_is_told(updates):
    display = shown(updates, 400.0, replace(SETTINGS, drift_limit_hz_per_min=0.03))
    assert any("Field drifts" in m.condition for m in display.screen(400.5).messages)


def test_advice_follows_from_the_figures(updates):
    def drifting(q):
        tired = replace(q, shift_hz=0.05 * q.time_s, snr=10 - 0.003 * q.time_s)
        return tired

    moved = [
        replace(u, quality=drifting(u.quality)) if u.quality else u for u in updates
    ]
    for until_s, action in ((550.0, "re-centre before"), (900.0, "new epoch")):
        messages = shown(moved, until_s).screen(until_s + 0.5).messages
        drift = next(m for m in messages if m.key == "drift")
        assert drift.condition.startswith("Field drifts 3.0 Hz/min, SNR loss")
        assert action in drift.action


def test_the_log_keeps_the_advice_of_its_time(updates):
    def drifting(q):
        return q if q.time_s < 650 else replace(q, shift_hz=0.05 * q.time_s)

    moved = [
        replace(u, quality=drifting(u.quality)) if u.quality else u for u in updates
    ]
    log = shown(moved, 900.0).state.messages_so_far()
    drift = next(m for _, m in log if m.key == "drift")
    assert "new epoch" in drift.action


def test_conditions_and_troubles_of_the_stream_stay_in_the_log(updates):
    """What came on, since when, and when it was over."""
    display = shown(updates, 700.0)
    before = len(display.state.notices.log)
    wide = [replace(u, estimate=replace(u.estimate, fwhm_hz=20.0))
            for u in updates if u.estimate is not None][:3]  # fmt: skip
    good = [replace(u, estimate=replace(u.estimate, fwhm_hz=5.0)) for u in wide]
    for update in (*wide, *good):
        display.fold(replace(update, quality=None, course=None, notes=()), 701.0)
    lost = replace(LIVE, connected=False, said="Nothing for 3 s; still trying.")
    for stream in (lost, replace(lost, said="Nothing for 4 s."), LIVE):
        display.hear(stream, 710.0)
    said = [m.condition for _, m in display.state.messages_so_far()[before:]]
    assert said == [
        "Line width 20.0 Hz, limit 12.8", "Line width 20.0 Hz, limit 12.8: over",
        "No stream, perhaps no recording", "No stream, perhaps no recording: over",
    ]  # fmt: skip


def test_nobody_is_told_to_shim_while_the_infusion_runs() -> None:
    assert "re-shim" in action_of("fwhm", infusing=False)
    assert "no new shim" in action_of("fwhm", infusing=True)
