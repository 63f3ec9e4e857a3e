"""A closer look at one window: asked for by the operator, and made once."""

from __future__ import annotations

import math

from monitor.analysis.course.response import Z95, Estimate
from monitor.screen.parts.axis import Span
from monitor.screen.session_parts import spectrum_of
from monitor.screen.sheets.compare_windows import Look, figures, title
from monitor.screen.sheets.water_figures import water_figures
from monitor.screen.state import SessionState
from monitor.screen.words import plain, signed


def window_near(state: SessionState, minute: float) -> Estimate | None:
    """The window whose middle is nearest to a place on the time axis, min."""
    return state.estimates.nearest(state.zero_s() + 60 * minute)


def spans_of(state: SessionState, this: Estimate) -> tuple[Span, ...]:
    """What must be known to show a window: its span and that of the one before."""
    other = state.estimates.before(this)
    windows = (this,) if other is None else (this, other)
    return tuple((w.time_start_s, w.time_end_s) for w in windows)


def look_at(state: SessionState, this: Estimate) -> Look:
    """A window beside the one before it, with what is known of their curves."""
    other = state.estimates.before(this)
    curves = tuple(state.looked_at.get(span) for span in spans_of(state, this))
    pair = (curves[0], curves[1] if len(curves) > 1 else None)
    outcome = None if state.hidden else state.settings.outcome
    return Look(
        _title(state, this),
        "no window before it" if other is None else _title(state, other),
        spectrum_of(state, pair[0], this),
        spectrum_of(state, pair[1], other),
        (
            *figures(this, other, state.quality, pair, outcome),
            *water_figures(this, other, state.waters),
        ),
    )


def line_at(state: SessionState, minute: float) -> str:
    """What the window at a place on the time axis says, in one line."""
    this = window_near(state, minute)
    if this is None:
        return ""
    words = [_title(state, this)]
    if not state.hidden:
        change = this.changes_percent.get(state.settings.outcome, math.nan)
        half = Z95 * this.change_sds_percent.get(state.settings.outcome, math.nan)
        if math.isfinite(change):
            words.append(f"{signed(change)} ± {half:.1f} %")
    words.append(f"FWHM {plain(this.fwhm_hz, 2)} Hz")
    return " · ".join(words)


def _title(state: SessionState, window: Estimate) -> str:
    return title(window, state.zero_s(), state.infusion()[0] is not None)
