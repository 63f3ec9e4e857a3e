"""Which spectra are shown on which scale, and what is said of them."""

from types import SimpleNamespace

import pytest

from monitor.protocol.settings import Settings
from monitor.screen import session_spectra
from monitor.screen.session_spectra import (
    BLINDED,
    OTHER_GAIN,
    _caption,
    on_reference_scale,
    spectrum_of,
    waterfall_of,
)

WINDOW = SimpleNamespace(time_start_s=10.0, time_end_s=72.0, fwhm_hz=7.0)


def state(**changes: object) -> SimpleNamespace:
    given = {
        "mean_curves": "mean", "curves": "newest", "interval_s": 2.0, "hidden": False,
        "settings": Settings(outcome="Glu"), "height": None, "stack": None,
    }  # fmt: skip
    return SimpleNamespace(**{**given, **changes})


@pytest.fixture(params=[False, True])
def elsewhere(request, monkeypatch) -> bool:
    """Whether the window lies in another epoch than the reference period."""
    monkeypatch.setattr(session_spectra, "in_other_epoch", lambda e: request.param)
    return request.param


def test_another_epoch_is_put_on_the_scale_of_the_reference(
    monkeypatch, elsewhere
) -> None:
    monkeypatch.setattr(session_spectra, "on_scale_of", lambda one, mean: (one, mean))
    found = on_reference_scale(state(), "curves", WINDOW)
    assert found == (("curves", "mean") if elsewhere else "curves")
    assert on_reference_scale(state(), None, WINDOW) is None
    assert on_reference_scale(state(mean_curves=None), "curves", WINDOW) == "curves"
    assert on_reference_scale(state(), "curves", None) == "curves"


def test_what_is_said_of_a_window(elsewhere) -> None:
    said = _caption(state(), WINDOW)
    assert said == "64 s, FWHM 7.0 Hz" + (f"; {OTHER_GAIN}" if elsewhere else "")
    assert _caption(state(hidden=True), WINDOW) == f"{said}; {BLINDED}"
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
