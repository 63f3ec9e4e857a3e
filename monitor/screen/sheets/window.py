"""A closer look at one window: asked for by the operator, and made once."""

from __future__ import annotations

import math
from dataclasses import dataclass

from monitor.analysis.course.response import Estimate
from monitor.analysis.fit.curves import Curves
from monitor.screen.graphs import SpectrumView
from monitor.screen.number_words import plain
from monitor.screen.parts.axis import Span
from monitor.screen.parts.opinion import OpinionView, opinion_of
from monitor.screen.parts.stretch_words import compared_words, listed
from monitor.screen.session_spectra import on_reference_scale, spectrum_of
from monitor.screen.sheets.compare_windows import (
    Figure,
    change_of,
    change_words,
    figures,
    title,
)
from monitor.screen.sheets.reference_window import reference_window
from monitor.screen.sheets.sources import sources
from monitor.screen.sheets.water_figures import water_figures
from monitor.screen.state import SessionState
from monitor.screen.view import View

EARLIER, REFERENCE = "window before", "reference"


@dataclass(frozen=True, slots=True)
class Look:
    """A window with its spectrum, beside what it is compared with.

    `against` says what that is: `EARLIER` or `REFERENCE`.  The difference of the two
    is in the spectrum of `this`.
    """

    title: str
    before_title: str
    against: str
    this: SpectrumView | None
    before: SpectrumView | None
    figures: tuple[Figure, ...]


def window_near(state: SessionState, minute: float) -> Estimate | None:
    """The window whose middle is nearest to a place on the time axis, min."""
    return state.estimates.nearest(state.zero_s + 60 * minute)


def spans_of(state: SessionState, this: Estimate) -> tuple[Span, ...]:
    """What must be known to show a window: its span and that of the one before."""
    other = state.estimates.before(this)
    windows = (this,) if other is None else (this, other)
    return tuple((w.time_start_s, w.time_end_s) for w in windows)


def look_at(state: SessionState, this: Estimate, against: str = EARLIER) -> Look:
    """A window beside the one before it, or the reference period."""
    curves = _curves_of(state, this)
    other, before = _compare(state, this, against)
    outcome = None if state.hidden else state.settings.outcome
    told = () if state.hidden else sources(curves, before)
    return Look(
        _title(state, this),
        f"no {against}" if other is None else _title(state, other),
        against,
        spectrum_of(state, curves, this, before),
        spectrum_of(state, before, other, None),
        (
            *figures(this, other, state.quality, (curves, before), outcome),
            *told,
            *_ways(state),
            *water_figures(this, other, state.waters),
        ),
    )


def _ways(state: SessionState) -> tuple[Figure, ...]:
    """How far the other ways to the change lie from the tracker."""
    found = state.agreement
    if state.hidden or found is None:
        return ()
    figures = []
    for one in listed(found):
        name, size = compared_words(one, state.zero_s)
        figures.append(Figure(name, "", size, one in found.apart))
    return tuple(figures)


def _compare(
    state: SessionState, this: Estimate, against: str
) -> tuple[Estimate | None, Curves | None]:
    """What a window is compared with, and its curves."""
    if against == REFERENCE:
        return reference_window(state), state.mean_curves
    other = state.estimates.before(this)
    if other is None:
        return None, None
    return other, _curves_of(state, other)


def _curves_of(state: SessionState, window: Estimate) -> Curves | None:
    """The curves of a window on the reference period's scale."""
    held = state.looked_at.get((window.time_start_s, window.time_end_s))
    return on_reference_scale(state, held, window)


def opinion_in(state: SessionState, view: View) -> OpinionView | None:
    """What the spectra say without a fit; nothing where the outcome is hidden."""
    return None if state.hidden else opinion_of(state.spectral_maps, view)


def line_at(state: SessionState, minute: float) -> str:
    """What the window at a place on the time axis says, in one line."""
    this = window_near(state, minute)
    if this is None:
        return ""
    words = [_title(state, this)]
    if not state.hidden:
        change, half = change_of(this, state.settings.outcome)
        if math.isfinite(change):
            words.append(change_words(change, half))
    words.append(f"FWHM {plain(this.fwhm_hz, 2)} Hz")
    return " · ".join(words)


def _title(state: SessionState, window: Estimate) -> str:
    return title(window, state.zero_s, state.infusion_s[0] is not None)
