"""The quality of the transients against time."""

from dataclasses import fields, replace

import numpy as np
import pytest
from fake_session import SETTINGS
from screen_cases import shown

from monitor.analysis.preparation.quality import Quality
from monitor.analysis.update import Update
from monitor.screen.display import Display
from monitor.screen.parts.strips import thinned
from monitor.screen.recent_quality import figures_of
from monitor.screen.session_parts import measures_of
from monitor.screen.sheets.checks import card_of


def test_strips_show_limit_and_value_now(updates):
    screen = shown(updates, 900.0).screen(900.5)
    shift, width, snr, lipid, weight, water = screen.strips
    assert (water.now, lipid.now) == ("1", "0.1")
    assert water.limits == (SETTINGS.water_limit,)
    assert width.limits == (SETTINGS.fwhm_limit_hz,)
    assert not width.past_limit
    assert snr.limits == (SETTINGS.snr_limit,)
    assert (shift.name, shift.unit, weight.high) == ("shift", "Hz", 1.08)
    assert width.low < SETTINGS.fwhm_limit_hz < width.high


def test_what_is_past_its_limit_comes_first_and_is_marked(updates):
    strict = replace(SETTINGS, lipid_limit=0.05, snr_limit=50.0)
    display = shown(updates, 900.0, strict)
    screen = display.screen(900.5)
    assert [s.key for s in screen.strips[:3]] == ["snr", "lipid", "drift"]
    assert [s.past_limit for s in screen.strips[:3]] == [True, True, False]
    found = {m.key: m for m in screen.measures}
    assert found["lipid"].good is False
    assert (found["lipid"].value, found["lipid"].limit) == ("0.1", "0.05")
    assert found["lipid"].action == "ask to lie still; check the voxel"
    assert found["fwhm"].good
    assert found["fwhm"].action == ""


def test_a_measure_without_limit_or_value_says_neither_good_nor_bad(updates):
    display = shown(updates, 900.0, replace(SETTINGS, water_limit=float("nan")))
    found = {m.key: m for m in display.screen(900.5).measures}
    assert (found["water"].good, found["water"].limit) == (None, "")
    nothing = Display(SETTINGS).screen(0.0).measures
    assert {m.good for m in nothing if m.key != "drift"} == {None}


def test_advice_is_another_once_the_infusion_runs(updates):
    strict = replace(SETTINGS, drift_limit_hz_per_min=0.001)
    before, during = (
        shown(updates, at, strict).screen(at + 0.5).measures[0] for at in (500.0, 900.0)
    )
    assert before.key == during.key == "drift"
    assert "before the infusion" in before.action
    assert "new epoch" in during.action


def test_thinning_keeps_every_extreme():
    x = np.arange(20_001.0)
    y = np.sin(x / 50)
    y[12_345] = 99.0
    tx, ty = thinned(x, y)
    assert len(tx) <= 1300
    assert ty.max() == 99.0
    assert tx[np.argmax(ty)] == 12_345
    assert (np.diff(tx) > 0).all()


def test_quality_type_has_what_the_strips_need():
    names = {f.name for f in fields(Quality)}
    assert {"time_s", "shift_hz", "fwhm_hz", "snr", "weight"} <= names


def test_measure_strip_caption_card_and_message_name_one_line_width(updates):
    """Seen: 8.3 Hz, 7.9 Hz and 7.6 Hz on one page, of three definitions."""
    display = shown(updates, 900.0)
    newest = next(u for u in updates[::-1] if u.estimate is not None)
    wide = replace(newest.estimate, fwhm_hz=13.8)
    for seq in range(9000, 9004):
        held = replace(newest, seq=seq, estimate=wide, quality=None)
        display.fold(held, 900.0)
    screen = display.screen(900.5)
    (measure,) = [m for m in screen.measures if m.key == "fwhm"]
    (strip,) = [s for s in screen.strips if s.key == "fwhm"]
    (said,) = [m for m in screen.messages if m.key == "fwhm"]
    (check,) = [c for c in card_of(display.state).checks if c.name == "line width"]
    assert (measure.value, strip.now, measure.good) == ("14", "14", False)
    assert screen.spectrum.caption == "64 s, FWHM 14 Hz"
    assert said.condition.startswith("Line width 13.8 Hz")
    assert check.figure == "13.8 Hz"


def test_before_a_window_the_width_is_of_single_transients(updates):
    state = shown(updates, 40.0).state
    assert not len(state.estimates)
    single = np.median(state.quality["fwhm_hz"])
    assert figures_of(state, 32).fwhm_hz == pytest.approx(single)
    whole = shown(updates, 900.0).state
    assert figures_of(whole).fwhm_hz == 5.6  # of the windows


def test_where_all_of_late_is_left_out_the_width_is_of_what_comes(updates):
    """Broad lines that no window has any more are not hidden behind the last good."""
    display = shown(updates, 900.0)
    newest = display.state.newest
    for place in range(1, 45):
        broad = replace(newest, time_s=newest.time_s + 2.0 * place, fwhm_hz=15.0)
        display.fold(Update(9000 + place, 0, quality=broad), broad.time_s)
    assert figures_of(display.state, SETTINGS.window).fwhm_hz == 15.0
    (measure,) = [m for m in measures_of(display.state) if m.key == "fwhm"]
    assert (measure.value, measure.good) == ("15", False)
