"""What vibrates makes pairs of lines beside the water; they are found and undone."""

from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from fit_cases import make_model, noisy_fid

from monitor.analysis.fit.epoch_model import SessionModel
from monitor.analysis.fit.freedom import usual
from monitor.analysis.fit.make_epoch_model import make_session_model
from monitor.analysis.signal.spectrum import Complex
from monitor.run.phase_swings import phase_swings
from streams.messages.transient import REFERENCE_PPM

SD, WATER, HZ = 0.3, 150.0, 155.0


def fid_of(swing_rad: float, amide: float = 0.0) -> Complex:
    """A brain with water whose phase swings, and a line at 6.2 ppm."""
    model = make_model()
    water = WATER * np.exp(0.8j - np.pi * 7.0 * model.t)
    hz = (6.2 - REFERENCE_PPM) * model.frequency_mhz
    line = amide * np.exp((-2j * np.pi * hz - np.pi * 8.0) * model.t)
    swing = np.sin(2 * np.pi * HZ * model.t + 1.0) * np.exp(-model.t / 0.1)
    swinging = np.exp(1j * swing_rad * swing)
    return np.asarray((noisy_fid(model, 3, SD) + water) * swinging + line)


@cache
def made(swing_rad: float, amide: float = 0.0) -> SessionModel:
    model = make_model()
    none, freedom = np.zeros((0, model.points), complex), usual(model, 0.030)
    sd = SD * np.sqrt(model.points)
    fid = fid_of(swing_rad, amide)
    return make_session_model(model, fid, sd, 1.0, none, 1.0, freedom)


def said(*sessions: SessionModel) -> str:
    course = SimpleNamespace(
        fitted=[1], reference=None, rejected=(), sessions=dict(enumerate(sessions)),
        qualities=[SimpleNamespace(epoch=0)],
    )  # fmt: skip
    result: Any = SimpleNamespace(course=course)
    return phase_swings(result)


def test_a_swing_of_the_phase_is_found_with_its_pair_of_lines() -> None:
    (swing,) = made(0.05).swings
    assert swing.hz == pytest.approx(HZ, abs=6.0)
    off_ppm = HZ / make_model().frequency_mhz
    assert swing.ppm == pytest.approx((4.65 - off_ppm, 4.65 + off_ppm), abs=0.06)
    assert np.abs(swing.angle).max() == pytest.approx(0.05, rel=0.4)


def test_levels_are_those_without_it() -> None:
    clean, swung = made(0.0).fit, made(0.05).fit
    off = np.abs(swung.amplitudes - clean.amplitudes) / clean.sds
    assert off.max() < 0.5


def test_all_spectra_of_the_session_are_turned_back() -> None:
    steady, swung = fid_of(0.0), fid_of(0.05)
    clean = made(0.0).spectra(steady)
    left = np.linalg.norm(made(0.05).spectra(swung) - clean)
    assert left < 0.3 * np.linalg.norm(made(0.0).spectra(swung) - clean)


def test_a_line_above_the_water_alone_is_left_alone() -> None:
    assert made(0.0, amide=5.0).swings == ()
    assert said(made(0.0, amide=5.0)) == ""


def test_the_pair_is_said() -> None:
    text = said(made(0.05))
    assert "sidebands" in text
    assert "Hz" in text
    assert text.isascii()


def test_a_pair_in_a_later_part_alone_is_said() -> None:
    """There its FIDs are turned back; before, nobody was told."""
    text = said(made(0.0), made(0.05))
    assert "sidebands in 1 of 2 parts" in text
    assert said(made(0.05), made(0.05)) == said(made(0.05))
