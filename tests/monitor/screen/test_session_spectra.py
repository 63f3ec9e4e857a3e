"""Which spectra are shown on which scale, and what is said of them."""

import math
from dataclasses import replace
from types import SimpleNamespace

import pytest

from monitor.analysis.course.response import Estimate
from monitor.protocol.settings import Settings
from monitor.screen import session_spectra
from monitor.screen.session_spectra import (
    BLINDED,
    LEFT_OUT,
    OTHER_GAIN,
    _caption,
    on_reference_scale,
    spectrum_of,
    waterfall_of,
)

WINDOW = Estimate(
    0, 10.0, 72.0, 32, 30.0, True, 0, {}, {}, {"Glu": math.nan}, fwhm_hz=7.0
)


def state(**changes: object) -> SimpleNamespace:
    given = {
        "mean_curves": "mean", "curves": "newest", "interval_s": 2.0, "hidden": False,
        "settings": Settings(outcome="Glu"), "height": None, "stack": None,
    }  # fmt: skip
    return SimpleNamespace(**{**given, **changes})


@pytest.mark.parametrize("elsewhere", [False, True])
def test_another_epoch_is_put_on_the_scale_of_the_reference(
    monkeypatch, elsewhere
) -> None:
    monkeypatch.setattr(session_spectra, "on_scale_of", lambda one, mean: (one, mean))
    window = replace(WINDOW, other_gain=elsewhere)
    found = on_reference_scale(state(), "curves", window)
    assert found == (("curves", "mean") if elsewhere else "curves")
    assert on_reference_scale(state(), None, window) is None
    assert on_reference_scale(state(mean_curves=None), "curves", window) == "curves"
    assert on_reference_scale(state(), "curves", None) == "curves"


@pytest.mark.parametrize(
    ("changes", "more"),
    [
        ({}, ""),
        ({"other_gain": True}, f"; {OTHER_GAIN}"),
        ({"n_effective": 0.0}, f"; {LEFT_OUT}"),
    ],
)
def test_what_is_said_of_a_window(changes: dict, more: str) -> None:
    """Without a change it may be left out: that is no other gain."""
    window = replace(WINDOW, **changes)
    said = _caption(state(), window)
    assert said == f"64 s, FWHM 7.0 Hz{more}"
    assert _caption(state(hidden=True), window) == f"{said}; {BLINDED}"
    assert _caption(state(), None) == ""
    assert _caption(state(hidden=True), None) == BLINDED


def test_lines_of_a_hidden_outcome_are_left_out(monkeypatch) -> None:
    monkeypatch.setattr(session_spectra.spectrum, "spectrum_view", lambda *said: said)
    monkeypatch.setattr(session_spectra.spectrum, "height_of", lambda curves: 2.0)
    shown = spectrum_of(state(), "curves", None, "before")
    assert shown[:3] == ("curves", "before", 2.0)
    assert shown[4] == frozenset()
    assert spectrum_of(state(height=3.0), "curves", None, None)[2] == 3.0
    hidden = spectrum_of(state(hidden=True), "curves", None, None)
    assert hidden[4]
    assert spectrum_of(state(), None, None, "before") is None
    assert spectrum_of(state(), "curves", WINDOW, None)[6] is None


def test_the_axis_of_a_window_that_is_left_out_is_the_reference_period_s(
    monkeypatch,
) -> None:
    """What is fitted as NAA under lipid may lie anywhere."""
    monkeypatch.setattr(session_spectra.spectrum, "spectrum_view", lambda *said: said)
    out = replace(WINDOW, n_effective=0.0)
    assert spectrum_of(state(height=1.0), "curves", out, None)[6] == "mean"


def test_the_waterfall_lies_where_the_lines_do(monkeypatch) -> None:
    monkeypatch.setattr(
        session_spectra, "axis_offset", {"mean": 0.1, "newest": 0.2}.get
    )
    axis = SimpleNamespace(zero_s=5.0)
    stack = SimpleNamespace(view=lambda *said: said)
    assert waterfall_of(state(), axis) is None
    assert waterfall_of(state(stack=stack), axis) == (5.0, None, 0.1)
    hidden = state(stack=stack, hidden=True, mean_curves=None)
    assert waterfall_of(hidden, axis) == (5.0, "Glu", 0.2)
    hidden.curves = None
    assert waterfall_of(hidden, axis) == (5.0, "Glu", 0.0)
