"""Spectra and waterfall as the state of a session gives them."""

from __future__ import annotations

from monitor.analysis.course.response import Estimate
from monitor.analysis.fit.curves import Curves
from monitor.screen.graphs import SpectrumView, TimeAxis, Waterfall
from monitor.screen.number_words import plain
from monitor.screen.parts import spectrum
from monitor.screen.parts.gain import on_scale_of
from monitor.screen.parts.peaks import axis_offset
from monitor.screen.parts.table import tells_outcome
from monitor.screen.state import SessionState

OTHER_GAIN = "other gain, rescaled"
LEFT_OUT = "left out"
BLINDED = "lines of the outcome left out"


def on_reference_scale(
    state: SessionState, curves: Curves | None, of: Estimate | None
) -> Curves | None:
    """The curves `of` a window without the gain of another epoch than the reference's.

    What is within one epoch keeps its scale: there an amplitude that changes is seen.
    """
    mean = state.mean_curves
    if curves is None or mean is None or of is None or not of.other_gain:
        return curves
    return on_scale_of(curves, mean)


def spectrum_of(
    state: SessionState,
    curves: Curves | None,
    of: Estimate | None,
    before: Curves | None,
) -> SpectrumView | None:
    """The curves `of` a window as they may be seen, with the difference from others."""
    if curves is None:
        return None
    outcome = state.settings.outcome
    hidden = frozenset(n for n in spectrum.GROUPS if tells_outcome(n, outcome))
    return spectrum.spectrum_view(
        curves,
        before,
        state.height or spectrum.height_of(curves),
        _caption(state, of),
        hidden if state.hidden else frozenset(),
        outcome,
        state.mean_curves if of is not None and of.left_out else None,
    )


def newest_spectrum(state: SessionState) -> SpectrumView | None:
    """The spectrum of the newest window, with its difference from the reference."""
    curves = on_reference_scale(state, state.curves, state.fitted)
    return spectrum_of(state, curves, state.fitted, state.mean_curves)


def _caption(state: SessionState, of: Estimate | None) -> str:
    said = []
    if of is not None:
        span_s = of.time_end_s - of.time_start_s + state.interval_s
        said.append(f"{span_s:.0f} s, FWHM {plain(of.fwhm_hz, 2)} Hz")
        if of.left_out:
            said.append(LEFT_OUT)
        if of.other_gain:
            said.append(OTHER_GAIN)
    return "; ".join([*said, *([BLINDED] if state.hidden else [])])


def waterfall_of(state: SessionState, axis: TimeAxis) -> Waterfall | None:
    """The transients' spectra against time."""
    if state.stack is None:
        return None
    hidden = state.settings.outcome if state.hidden else None
    curves = state.mean_curves or state.curves
    offset_ppm = 0.0 if curves is None else axis_offset(curves)
    return state.stack.view(axis.zero_s, hidden, offset_ppm)
