"""A closer look at a `Display`: one window, go or no-go, the summary, what lies where.

Asked for by the operator, made once, and drawn in a panel of its own.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from monitor.analysis.course.response import Z95, Estimate
from monitor.screen.display import Display
from monitor.screen.parts.strips import drift_hz_per_min
from monitor.screen.screen import Line, SpectrumView
from monitor.screen.sheets import checks, choices, summary
from monitor.screen.sheets import compare_windows as why
from monitor.screen.words import plain, signed

Span = tuple[float, float]


def window_near(display: Display, minute: float) -> Estimate | None:
    """The window whose middle is nearest to a place on the time axis, min."""
    time_s = zero_s(display) + 60 * minute
    return display.estimates.nearest(time_s)


def zero_s(display: Display) -> float:
    """Scanner time of minute 0, s."""
    return display.time_axis().zero_s


def spans_of(display: Display, this: Estimate) -> tuple[Span, ...]:
    """What must be known to show a window: its span and that of the one before."""
    other = display.estimates.before(this)
    windows = (this,) if other is None else (this, other)
    return tuple((w.time_start_s, w.time_end_s) for w in windows)


def look(display: Display, this: Estimate) -> why.Look:
    """A window beside the one before it, with what is known of their curves."""
    other = display.estimates.before(this)
    spans = spans_of(display, this)
    curves = tuple(display.looked_at.get(span) for span in spans)
    pair = (curves[0], curves[1] if len(curves) > 1 else None)
    outcome = None if display.hidden else display.settings.outcome
    views: list[SpectrumView | None] = [
        None if one is None else display.view_of(one) for one in pair
    ]
    return why.Look(
        _title(display, this),
        "no window before it" if other is None else _title(display, other),
        views[0],
        views[1],
        why.figures(this, other, display.quality, pair, outcome),
    )


def _title(display: Display, window: Estimate) -> str:
    return why.title(window, zero_s(display), display.infusion()[0] is not None)


def hover(display: Display, minute: float) -> str:
    """What the window at a place on the time axis says, in one line."""
    this = window_near(display, minute)
    if this is None:
        return ""
    words = [_title(display, this)]
    if not display.hidden:
        change = this.changes_percent.get(display.settings.outcome, math.nan)
        half = Z95 * this.change_sds_percent.get(display.settings.outcome, math.nan)
        if math.isfinite(change):
            words.append(f"{signed(change)} ± {half:.1f} %")
    words.append(f"FWHM {plain(this.fwhm_hz, 2)} Hz")
    return " · ".join(words)


def card(display: Display) -> checks.Card:
    """Go or no-go as things stand."""
    figures = _figures(display, display.settings.window)
    if display.reference_s is not None:
        start, end = display.reference_s
        figures = replace(figures, reference_s=end - start)
    return checks.card(
        figures,
        display.detectable,
        display.stream,
        display.events,
        display.settings,
    )


def page(display: Display, now_s: float) -> summary.Summary:
    """The one-page summary as things stand."""
    screen = display.screen(now_s)
    answer = display.answers.get(display.settings.outcome)
    start = display.infusion()[0]
    hidden = display.hidden
    outcome = (
        (summary.Line("outcome", "hidden by the protocol"),)
        if hidden
        else summary.outcome_lines(
            display.settings.outcome,
            screen.headline,
            answer,
            start or 0.0,
            display.settings.reference_target_percent,
        )
    )
    return summary.Summary(
        display.source or "no session yet",
        summary.session_lines(
            display.source,
            display.time_s(),
            len(display.quality),
            display.low_weight,
            display.missing if display.counted or display.missing else None,
            len(display.epoch_starts_s),
            display.reference_s,
            display.infusion(),
        ),
        summary.quality_lines(_figures(display, None)),
        outcome,
        summary.event_lines(display.events),
        screen.footer,
    )


def held(display: Display) -> choices.Choices:
    """What the operator may change, as it stands."""
    return choices.choices_of(
        display.settings, display.reference_s, display.rejected_epochs()
    )


def outcomes(display: Display) -> tuple[str, ...]:
    """Names that the outcome may be changed to."""
    chosen = display.settings.outcome
    if display.hidden:
        return (chosen,)
    named = display.estimates.outcomes or choices.OUTCOMES
    return tuple(dict.fromkeys((chosen, *named)))


def _figures(display: Display, last: int | None) -> checks.Figures:
    """Medians over the last transients (None: all)."""
    rows = slice(None if last is None else -last, None)
    q = display.quality
    drift = drift_hz_per_min(
        q["time_s"], q["shift_hz"], 60 if last is not None else max(len(q), 60)
    )
    weight = q["weight"][rows]
    return checks.Figures(
        display.time_s() - display.first_s(),
        drift,
        _median(q["fwhm_hz"][rows]),
        _median(q["snr"][rows]),
        _median(q["water"][rows]),
        _median(q["lipid"][rows]),
        float(np.mean(weight < 0.1)) if len(weight) else math.nan,
    )


def _median(values: Line) -> float:
    finite = values[np.isfinite(values)]
    return float(np.median(finite)) if len(finite) else math.nan
