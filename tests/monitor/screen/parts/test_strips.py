"""The quality of the transients against time."""

from dataclasses import fields

import numpy as np
from fake_session import SETTINGS
from screen_cases import shown

from monitor.analysis.preparation.quality import Quality
from monitor.screen.parts.strips import thinned


def test_strips_show_limit_and_value_now(updates):
    shift, width, snr, weight, water, lipid = shown(updates, 900.0).screen(900.5).strips
    assert (water.now, lipid.now) == ("1.0", "0.1")
    assert water.limits == (SETTINGS.water_limit,)
    assert width.limits == (SETTINGS.fwhm_limit_hz,)
    assert not width.past_limit
    assert snr.limits == (SETTINGS.snr_limit,)
    assert (shift.name, shift.unit, weight.high) == ("shift", "Hz", 1.08)
    assert width.low < SETTINGS.fwhm_limit_hz < width.high


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
